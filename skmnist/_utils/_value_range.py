"""The value range of pixels: learned from the training images, never guessed from a later batch."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from skmnist._utils._rows import row_chunks
from skmnist._utils._warnings import warn_user
from skmnist.exceptions import ValueRangeError, ValueRangeWarning

ValueRange = tuple[float, float]

# Data types whose values always mean the same range.
_RANGE_OF_DTYPE: dict[str, ValueRange] = {
    "bool": (0.0, 1.0),
    "uint8": (0.0, 255.0),
    "uint16": (0.0, 65535.0),
}

# If the maximum is at most this share of the range, or at least its inverse, the images probably
# have another range: 4-bit values in uint8 and 12-bit values in uint16 reach only a sixteenth.
# Images that use their whole range are seldom that dark.
_LEAST_SHARE = 1 / 8

# If the minimum lies below the range by this share of it, the images probably have another range.
_MOST_BELOW = 1 / 2

# Pixels are mapped to [0, 1] in float32, whose normal numbers lie between 2**-126 and 2**128. The
# width, its inverse and the gray levels must be normal, because TensorFlow flushes others to 0.
_NARROWEST, _WIDEST = 2.0**-100, 2.0**100


def learn_value_range(
    X: np.ndarray, value_range: Sequence[float] | None = None
) -> tuple[np.ndarray, ValueRange]:
    """Learn the value range of training images and clip them to it.

    Parameters
    ----------
    X : ndarray of numbers
        The training images, finite, of any shape.
    value_range : (low, high), default=None
        The pixel values of black and white. If None: bool is (0, 1), uint8 (0, 255), uint16
        (0, 65535); other data within [0, 1] is (0, 1), other data with a minimum of at least 0 and
        a maximum in (16, 255] is (0, 255) if its dtype can hold 255; for anything else, it is the
        minimum and maximum of the data.

    Returns
    -------
    X : ndarray
        The images, clipped to the range; the same object if nothing was clipped.
    value_range : tuple of two floats
        The range.

    Raises
    ------
    ValueError
        If `value_range` is not a pair of finite, increasing numbers.
    ValueRangeError
        If the dtype of `X` cannot hold `value_range`, if the range is too narrow or too wide for
        float32, or if it is (0, 1) but the images look like 0-255.

    Warns
    -----
    ValueRangeWarning
        If the range is the minimum and maximum of the data, or the images seem to have another
        range.
    """
    learned = value_range_of(X, value_range)
    return clip_to_value_range(X, learned, warn=False), learned


def value_range_of(X: np.ndarray, value_range: Sequence[float] | None = None) -> ValueRange:
    """Return what `learn_value_range` learns, after the same checks; nothing is copied.

    Parameters
    ----------
    X : ndarray of numbers
        The training images, finite, of any shape.
    value_range : (low, high), default=None
        As in `learn_value_range`.

    Returns
    -------
    tuple of two floats
        The range.

    Raises
    ------
    ValueError
        As in `learn_value_range`.
    ValueRangeError
        As in `learn_value_range`.

    Warns
    -----
    ValueRangeWarning
        As in `learn_value_range`.
    """
    if value_range is not None:
        low, high = _check_value_range(value_range)
        _check_dtype(X.dtype, low, high, value_range)
    else:
        low, high = _infer_value_range(X)
    if not (_NARROWEST <= high - low <= _WIDEST and max(-low, high) <= _WIDEST):
        raise ValueRangeError(
            f"The pixels have the value range ({low:g}, {high:g}), which float32 cannot map to "
            f"[0, 1]: expected a width from {_NARROWEST:.1e} to {_WIDEST:.1e}, and bounds "
            f"of at most {_WIDEST:.1e}. Scale X, or pass value_range=(low, high) to clip it."
        )
    lies_within(X, (low, high))
    return low, high


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


def _check_dtype(dtype: np.dtype, low: float, high: float, value_range: Any) -> None:
    lowest, highest = _limits(dtype)
    if low < lowest or high > highest:
        raise ValueRangeError(
            f"value_range={value_range!r} does not fit X of dtype {dtype}, which holds values from "
            f"{lowest:g} to {highest:g} only. Pass a range within, or convert X to a wider dtype."
        )


def _limits(dtype: np.dtype) -> tuple[float, float]:
    """Return the smallest and the largest value of a dtype; integers if it is integral."""
    if dtype.kind == "b":
        return 0, 1
    info = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
    return (float(info.min), float(info.max)) if dtype.kind == "f" else (info.min, info.max)


def _bounds_in(dtype: np.dtype, value_range: ValueRange) -> tuple[float, float]:
    """Return the smallest and the largest value of a dtype within a value range."""
    lowest, highest = _limits(dtype)
    low, high = value_range
    if dtype.kind != "f":
        low, high = math.ceil(low), math.floor(high)
    low, high = max(low, lowest), min(high, highest)
    if low > high:
        raise ValueRangeError(
            f"X has dtype {dtype}, which holds no value in the value range {_text(value_range)}. "
            "Convert X to another dtype, such as the dtype of the training images."
        )
    return low, high


def _infer_value_range(X: np.ndarray) -> ValueRange:
    if X.dtype.name in _RANGE_OF_DTYPE:
        return _RANGE_OF_DTYPE[X.dtype.name]
    low, high = _extremes(X)
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    greatest = _limits(X.dtype)[1]
    if low >= 0 and 16 < high <= 255 <= greatest:
        return 0.0, 255.0
    warn_user(
        f"The pixels run from {low:g} to {high:g}, which is neither 0-1 nor 0-255: their own "
        "minimum and maximum are taken as black and white, which depends on the training rows. "
        "Pass value_range=(low, high) to fix it.",
        ValueRangeWarning,
    )
    if low < high:
        return low, high
    return (low, low + 1) if low + 1 <= greatest else (low - 1, low)


def clip_to_value_range(X: np.ndarray, value_range: ValueRange, *, warn: bool = True) -> np.ndarray:
    """Return images clipped to a value range; `X` itself if every pixel lies within.

    Parameters
    ----------
    X : ndarray of numbers
        Images of any shape; never written to.
    value_range : (low, high)
        The range.
    warn : bool, default=True
        Whether to warn if the images seem to have another range.

    Returns
    -------
    ndarray
        The clipped images, of the dtype of `X`.

    Raises
    ------
    ValueRangeError
        As in `lies_within`.

    Warns
    -----
    ValueRangeWarning
        As in `lies_within`.
    """
    if lies_within(X, value_range, warn=warn):
        return X
    return np.clip(X, *_bounds_in(X.dtype, value_range)).astype(X.dtype, copy=False)


def lies_within(X: np.ndarray, value_range: ValueRange, *, warn: bool = True) -> bool:
    """Check images against a value range, without a copy of them.

    Methods that work chunk by chunk call it once for all images, and then `clip_to_value_range` for
    each chunk.

    Parameters
    ----------
    X : ndarray of numbers
        Images of any shape.
    value_range : (low, high)
        The range.
    warn : bool, default=True
        Whether to warn if the images seem to have another range.

    Returns
    -------
    bool
        Whether every pixel lies within the range, so that clipping changes nothing.

    Raises
    ------
    ValueRangeError
        If the range is (0, 1) and the maximum exceeds 1.5: such images look like 0-255. If pixels
        lie outside and the dtype of `X` cannot hold any value of the range.

    Warns
    -----
    ValueRangeWarning
        If the maximum is at most an eighth of the range, or at least eight times the range; if the
        minimum is half of the range or more below it; or if no pixel is negative, but black is, by
        an eighth of the range or more. Images with a single value, such as black ones, give no
        warning.
    """
    low, high = value_range
    spans_dtype = _RANGE_OF_DTYPE.get(X.dtype.name) == (low, high)
    if spans_dtype and not warn:
        return True
    smallest, largest = _extremes(X)
    if (low, high) == (0.0, 1.0) and largest > 1.5:
        raise ValueRangeError(
            f"X has a maximum of {largest:g}, which looks like 0-255, but the value range is "
            "(0, 1). Scale X the way the training images were scaled, or fit with "
            "value_range=(0, 255)."
        )
    within = spans_dtype or (low <= smallest and largest <= high)
    if not within:
        _bounds_in(X.dtype, value_range)
    if warn and smallest < largest:
        _warn_of_another_range(smallest, largest, value_range)
    return within


def _extremes(X: np.ndarray) -> tuple[float, float]:
    """Return the smallest and the largest pixel; a large file is read only once."""
    chunks = (X[rows] for rows in row_chunks(X))
    parts = [(float(chunk.min()), float(chunk.max())) for chunk in chunks]
    return min(low for low, _ in parts), max(high for _, high in parts)


def _warn_of_another_range(smallest: float, largest: float, value_range: ValueRange) -> None:
    low, high = value_range
    share = (largest - low) / (high - low)
    extreme = f"a maximum of {largest:g}"
    if 0 < share <= _LEAST_SHARE:
        seen = "at most an eighth of it, so the images are nearly black"
    elif share >= 1 / _LEAST_SHARE:
        seen = "at least eight times as much, so the images are clipped to white"
    elif (low - smallest) / (high - low) >= _MOST_BELOW:
        extreme = f"a minimum of {smallest:g}"
        seen = "far below it, so the images are clipped to black"
    elif low < 0 <= smallest and -low / (high - low) >= _LEAST_SHARE:
        extreme = f"a minimum of {smallest:g}"
        seen = "no pixel is negative, so no pixel is black"
    else:
        return
    warn_user(
        f"X has {extreme}, but the value range is {_text(value_range)}: {seen}. "
        "Scale X the way the training images were scaled, or pass value_range=(low, high), the "
        "pixel values of black and white, and fit again. Ignore this warning if X is as intended.",
        ValueRangeWarning,
    )


def _text(value_range: ValueRange) -> str:
    low, high = value_range
    return f"({low:g}, {high:g})"


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
    # Subtract in float64 first: float32 would round away the low digits of large values.
    above = X if low == 0 else np.subtract(X, low, dtype=np.float64)
    # C order, because the rounding of sums over an image depends on the memory order.
    unit = above.astype(dtype, order="C")
    # Multiply, as the networks do, so that a scaler before a network does not change a single bit.
    scale = unit.dtype.type(1 / (high - low))
    unit *= scale
    if unit.dtype.type(high - low) * scale > 1:  # the scale may have been rounded up
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
        Dtype of the result; values that it cannot hold are clipped and do not wrap.
    truncate : bool, default=False
        Whether integers are truncated instead of rounded.

    Returns
    -------
    ndarray of `dtype`
        ``unit * (high - low) + low``.
    """
    low, high = value_range
    dtype = np.dtype(dtype)
    integral = dtype.kind in "biu"
    if integral and max(-low, high) > 2**24:  # float32 cannot hold every integer beyond
        unit = unit.astype(np.float64)
    values = unit if (low, high) == (0.0, 1.0) else unit * (high - low)
    if low:  # rounding may push the sum beyond the range
        values = np.clip(values + low, low, high)
    if integral:
        values = np.trunc(values) if truncate else np.rint(values)
    lowest, highest = _bounds_in(dtype, value_range)
    if (lowest, highest) != (low, high):
        # The largest int64 is not a float64: the next float64 above it would overflow.
        top = float(highest)
        values = np.clip(values, lowest, top if top <= highest else np.nextafter(top, 0))
    return values.astype(dtype, copy=False)
