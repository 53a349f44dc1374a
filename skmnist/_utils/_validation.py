"""Validation of parameters, and names of arguments in errors."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any

from sklearn.base import BaseEstimator

from skmnist._utils._sklearn import validate_arguments
from skmnist._utils._warnings import argument_in_warnings
from skmnist.exceptions import SkmnistError


def validate_params(estimator: BaseEstimator) -> None:
    """Check the parameters of an estimator against its `_parameter_constraints`.

    Parameters
    ----------
    estimator : estimator
        The estimator; with ``sklearn.set_config(skip_parameter_validation=True)`` it is not
        checked.

    Raises
    ------
    InvalidParameterError
        If a parameter has another type, or a value outside its range.
    """
    validate_arguments(
        estimator._parameter_constraints,
        estimator.get_params(deep=False),
        caller=type(estimator).__name__,
    )


def did_you_mean(value: Any, names: Iterable[str]) -> str:
    """Return a sentence with the name that is closest to a misspelled one.

    Parameters
    ----------
    value : object
        The value that was passed as a name.
    names : iterable of str
        The valid names.

    Returns
    -------
    str
        The sentence, with a space before it; empty if no name is close.
    """
    if not isinstance(value, str):
        return ""
    close = get_close_matches(value.lower().replace("-", "_"), names, n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


@contextmanager
def name_argument(name: str) -> Iterator[None]:
    """Add the name of an argument to errors, and to warnings of skmnist, that lack it.

    Parameters
    ----------
    name : str
        The name of the argument.

    Yields
    ------
    None
        While the body runs.

    Raises
    ------
    TypeError, ValueError
        If the body raises one; the name is added to a text without it. Errors of skmnist keep
        their class.
    """
    token = argument_in_warnings.set(name)
    try:
        yield
    except (TypeError, ValueError) as error:
        if name in re.findall(r"\w+", str(error)):
            raise
        kind = ValueError if isinstance(error, ValueError) else TypeError
        if isinstance(error, SkmnistError):
            kind = type(error)
        raise kind(f"{name} is not valid: {error}") from error
    finally:
        argument_in_warnings.reset(token)
