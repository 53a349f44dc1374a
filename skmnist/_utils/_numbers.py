"""Convert numbers of numpy and other libraries to Python numbers."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np


def as_python_number(value: Any) -> Any:
    """Return a scalar of any library as a Python number; anything else is returned unchanged.

    Parameters
    ----------
    value : object
        A number, an array without axes, or anything else.

    Returns
    -------
    object
        An int, float or bool for a number.
    """
    if isinstance(value, np.ndarray | np.generic) and value.ndim == 0 and value.dtype != object:
        value = value.item()
    if isinstance(value, Real) and not isinstance(value, Integral | float):
        value = float(value)  # a Fraction, or a longdouble, whose item() is a longdouble
    return value


def as_python(value: Any) -> Any:
    """Convert scalars, arrays and sequences, also nested, to Python numbers, strings and tuples.

    Keras rejects some of numpy's numbers, and the JSON of an architecture cannot hold them.

    Parameters
    ----------
    value : object
        A parameter of an estimator.

    Returns
    -------
    object
        The value; sequences and arrays become tuples.
    """
    if hasattr(value, "__array__"):
        value = np.asarray(value).tolist()
    if isinstance(value, dict):
        return {as_python(key): as_python(entry) for key, entry in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return tuple(map(as_python, value))
    return as_python_number(value)
