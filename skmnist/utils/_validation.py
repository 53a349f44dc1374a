"""Validation of parameters, which scikit-learn's configuration can switch off; names in errors."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sklearn import get_config
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import validate_parameter_constraints


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


def validate_arguments(
    constraints: Mapping[str, Any], arguments: Mapping[str, Any], *, caller: str
) -> None:
    """Check the arguments of a function against constraints.

    Parameters
    ----------
    constraints : mapping of str to list
        Constraints of scikit-learn by the names of the arguments.
    arguments : mapping of str to object
        The arguments; with ``sklearn.set_config(skip_parameter_validation=True)`` they are not
        checked.
    caller : str
        The name of the function, for the message.

    Raises
    ------
    InvalidParameterError
        If an argument has another type, or a value outside its range.
    """
    if not get_config()["skip_parameter_validation"]:
        validate_parameter_constraints(constraints, arguments, caller_name=caller)


@contextmanager
def name_argument(name: str) -> Iterator[None]:
    """Have the errors of other packages name the argument that they are about.

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
        If the body raises one; a text without the name gets it.
    """
    try:
        yield
    except (TypeError, ValueError) as error:
        if name in re.findall(r"\w+", str(error)):
            raise
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"{name} is not valid: {error}") from error
