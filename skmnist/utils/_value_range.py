"""The value range of pixels: learned from the training images, never guessed from a later batch."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from skmnist.exceptions import ValueRangeError, ValueRangeWarning

ValueRange = tuple[float, float]

# Data types whose values always mean the same range.
_RANGE_OF_DTYPE: dict[str, ValueRange] = {
    "bool": (0.0, 1.0),
    "uint8": (0.0, 255.0),
    "uint16": (0.0, 65535.0),
}


def learn_value_range(
    X: np.ndarray, value_range: Sequence[float] | None = None
) -> tuple[np.ndarray, ValueRange]:
    """Decide the value range of training images and clip them to it.

    Parameters
    ----------
    X : ndarray of numbers
        The training images, finite, of any shape.
    value_range : (low, high), default=None
        The range that black and white stand for. If None: bool is (0, 1), uint8 (0, 255), uint16
        (0, 65535); other data within [0, 1] is (0, 1), other data with a minimum of at least 0 and
        a maximum in (16, 255] is (0, 255); anything else takes its own minimum and maximum.

    Returns
    -------
    X : ndarray
        The images, clipped to the range; the same object if nothing had to be clipped.
    value_range : tuple of two floats
        The range.

    Raises
    ------
    ValueError
        If `value_range` is not a pair of finite, increasing numbers.
    ValueRangeError
        If the range is (0, 1) but the images look like 0-255.

    Warns
    -----
    ValueRangeWarning
        If the range had to be taken from the minimum and maximum of the data.
    """
    if value_range is not None:
        low, high = _check_value_range(value_range)
    else:
        low, high = _infer_value_range(X)
    return clip_to_value_range(X, (low, high)), (low, high)


def _check_value_range(value_range: Any) -> ValueRange:
    try:
        low, high = (float(bound) for bound in value_range)
    except (TypeError, ValueError):
        low = high = np.nan
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise ValueError(
            f"value_range={value_range!r} is not a pair (low, high) of finite numbers with "
            "low < high. Pass for example value_range=(0, 255), or None to learn it."
        )
    return low, high


def _infer_value_range(X: np.ndarray) -> ValueRange:
    if X.dtype.name in _RANGE_OF_DTYPE:
        return _RANGE_OF_DTYPE[X.dtype.name]
    low, high = float(X.min()), float(X.max())
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    if low >= 0 and 16 < high <= 255:
        return 0.0, 255.0
    warnings.warn(
        f"The pixels run from {low:g} to {high:g}, which is neither 0-1 nor 0-255: their own "
        "minimum and maximum are taken as black and white, which depends on the training rows. "
        "Pass value_range=(low, high) to fix it.",
        ValueRangeWarning,
        stacklevel=2,
    )
    return (low, high) if low < high else (low, low + 1.0)


def clip_to_value_range(X: np.ndarray, value_range: ValueRange) -> np.ndarray:
    """Return images clipped to a value range; `X` itself if every pixel lies within.

    Parameters
    ----------
    X : ndarray of numbers
        Images of any shape; never written to.
    value_range : (low, high)
        The range.

    Returns
    -------
    ndarray
        The clipped images, of the dtype of `X`.

    Raises
    ------
    ValueRangeError
        If the range is (0, 1) and the maximum exceeds 1.5: such images look like 0-255.

    Warns
    -----
    ValueRangeWarning
        If the range is (0, 255), but floats do not exceed 1: such images look like 0-1.
    """
    low, high = value_range
    if X.dtype.name in _RANGE_OF_DTYPE and _RANGE_OF_DTYPE[X.dtype.name] == (low, high):
        return X
    smallest, largest = X.min(), X.max()
    if (low, high) == (0.0, 1.0) and largest > 1.5:
        raise ValueRangeError(
            f"X has a maximum of {largest:g}, which looks like 0-255, but the value range is "
            "(0, 1). Scale X the way the training images were scaled, or fit with "
            "value_range=(0, 255)."
        )
    if (low, high) == (0.0, 255.0) and X.dtype.kind == "f" and 0 < largest <= 1:
        warnings.warn(
            f"X has a maximum of {largest:g}, which looks like 0-1, but the value range is "
            "(0, 255): all pixels count as black. Scale X the way the training images were scaled.",
            ValueRangeWarning,
            stacklevel=3,
        )
    if smallest < low or largest > high:
        return np.clip(X, low, high).astype(X.dtype, copy=False)
    return X


def to_unit_range(
    X: np.ndarray, value_range: ValueRange, dtype: npt.DTypeLike = np.float32
) -> np.ndarray:
    """Map pixels from their value range to [0, 1]; always a new array.

    Parameters
    ----------
    X : ndarray of numbers
        Images of any shape.
    value_range : (low, high)
        The range of the pixels.
    dtype : dtype, default=float32
        Floating dtype of the result.

    Returns
    -------
    ndarray of `dtype`
        ``(X - low) / (high - low)``.
    """
    low, high = value_range
    # Wide values lose their low digits in float32 before the offset is taken away: subtract first.
    unit = X.astype(dtype) if low == 0 else np.subtract(X, low, dtype=np.float64).astype(dtype)
    # The networks multiply too: a scaler in front of one must not change a single bit.
    scale = unit.dtype.type(1 / (high - low))
    unit *= scale
    if unit.dtype.type(high - low) * scale > 1:  # by the rounding of the scale
        np.minimum(unit, 1, out=unit)
    return unit


def from_unit_range(
    unit: np.ndarray,
    value_range: ValueRange,
    dtype: npt.DTypeLike,
    *,
    truncate: bool = False,
) -> np.ndarray:
    """Map [0, 1] back to a value range and a dtype; integers are rounded.

    Parameters
    ----------
    unit : ndarray of floats
        Images in [0, 1].
    value_range : (low, high)
        The range to map to.
    dtype : dtype
        Dtype of the result.
    truncate : bool, default=False
        Whether integers are truncated instead of rounded.

    Returns
    -------
    ndarray of `dtype`
        ``unit * (high - low) + low``.
    """
    low, high = value_range
    integral = np.dtype(dtype).kind in "biu"
    if integral and max(-low, high) > 2**24:  # float32 does not hold every integer beyond
        unit = unit.astype(np.float64)
    values = unit if (low, high) == (0.0, 1.0) else unit * (high - low)
    if low:  # the sum is rounded, perhaps to beyond the range
        values = np.clip(values + low, low, high)
    if integral:
        values = np.trunc(values) if truncate else np.rint(values)
    return values.astype(dtype, copy=False)
