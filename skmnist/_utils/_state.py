"""Replace and read the fitted attributes of an estimator as a whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sklearn.base import BaseEstimator

Estimator = TypeVar("Estimator", bound=BaseEstimator)


@contextmanager
def refitted(estimator: Estimator) -> Iterator[Estimator]:
    """Fit a copy of an estimator, and assign its attributes to the estimator if the body succeeds.

    Until then the estimator works as before, also in other threads. If the body raises, nothing has
    changed.

    Parameters
    ----------
    estimator : estimator
        The estimator. Its attributes are not copied: the body must assign new objects to the copy
        and not modify the old ones.

    Yields
    ------
    estimator
        The copy, which has the attributes of the estimator.
    """
    draft = with_attributes(estimator, vars(estimator).copy())
    yield draft
    estimator.__dict__ = vars(draft)


def snapshot(estimator: Estimator, **changes: Any) -> Estimator:
    """Return the estimator as it is now: a later fit in another thread does not change it.

    Parameters
    ----------
    estimator : estimator
        The estimator.
    **changes : dict
        Attributes that differ in the snapshot.

    Returns
    -------
    estimator
        An estimator of the same class; it shares the attributes, which must not be modified.
    """
    attributes = vars(estimator)
    return with_attributes(estimator, attributes | changes if changes else attributes)


def with_attributes(estimator: Estimator, attributes: dict[str, Any]) -> Estimator:
    """Return an estimator of the same class with the given attributes.

    Parameters
    ----------
    estimator : estimator
        The estimator.
    attributes : dict
        All attributes of the result, which does not copy the dict.

    Returns
    -------
    estimator
        The estimator.
    """
    other = object.__new__(type(estimator))
    other.__dict__ = attributes
    return other
