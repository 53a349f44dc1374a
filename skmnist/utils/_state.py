"""Failures that leave no trace."""

from collections.abc import Iterator
from contextlib import contextmanager

from sklearn.base import BaseEstimator


@contextmanager
def unchanged_on_failure(estimator: BaseEstimator) -> Iterator[None]:
    """Leave an estimator as it was if the body raises.

    Parameters
    ----------
    estimator : estimator
        Its attributes are put back; what they refer to is not copied, so the body must assign new
        objects and not write into old ones.

    Yields
    ------
    None
        While the body runs.
    """
    before = vars(estimator).copy()
    try:
        yield
    except BaseException:  # an interruption must not leave half a fit either
        vars(estimator).clear()
        vars(estimator).update(before)
        raise
