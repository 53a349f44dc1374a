"""Images that seem to be inverted: their border is at the other end of the value range."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from skmnist._utils._value_range import ValueRange
from skmnist._utils._warnings import warn_user
from skmnist.exceptions import ValueRangeWarning

# Border pixels in this part of the range, at either end, are as dark or as bright as paper.
_END_OF_RANGE = 1 / 8
# Ink has at least this share of the pixels.
_LEAST_INK = 0.02
# In smaller images, most pixels are at the border.
_LEAST_SIDE = 8
# Most images that are looked at, evenly spaced in the batch.
_MOST_IMAGES = 1000
_warns_if_inverted: ContextVar[bool] = ContextVar("warns_if_inverted", default=True)


def border_end(images: np.ndarray, value_range: ValueRange) -> int:
    """Return the end of the value range at which most border pixels of a batch are.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        The images.
    value_range : (low, high)
        The pixel values of black and white.

    Returns
    -------
    int
        -1 if most border pixels are in the lowest eighth of the range, and at least 2 % of all
        pixels in the highest; 1 if it is the reverse. Otherwise, and for images with a side of less
        than 8 pixels, 0: fog, for instance, brightens paper and ink.
    """
    if min(images.shape[1:]) < _LEAST_SIDE:
        return 0
    low, high = value_range
    margin = _END_OF_RANGE * (high - low)
    black, white = low + margin, high - margin
    images = images[:: max(1, len(images) // _MOST_IMAGES)]
    _, height, width = images.shape
    rows, columns = images[:, :: height - 1], images[:, 1:-1, :: width - 1]
    border = np.concatenate([rows.ravel(), columns.ravel()])
    if (border <= black).mean() > 0.5 and (images >= white).mean() >= _LEAST_INK:
        return -1
    if (border >= white).mean() > 0.5 and (images <= black).mean() >= _LEAST_INK:
        return 1
    return 0


@contextmanager
def without_inversion_warning() -> Iterator[None]:
    """Predict known noises, some of which invert images, without `warn_if_inverted`.

    Yields
    ------
    None
        While the body runs, in this thread only.
    """
    token = _warns_if_inverted.set(False)
    try:
        yield
    finally:
        _warns_if_inverted.reset(token)


def warn_if_inverted(images: np.ndarray, value_range: ValueRange, trained_end: int) -> None:
    """Warn if paper was at one end of the value range in training and is at the other end now.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        Images to predict or to transform.
    value_range : (low, high)
        The pixel values of black and white.
    trained_end : int
        The `border_end` of the training images.

    Warns
    -----
    ValueRangeWarning
        If the images seem to be inverted.
    """
    if not _warns_if_inverted.get() or trained_end == 0:
        return
    if trained_end * border_end(images, value_range) < 0:
        now, then = ("white", "black") if trained_end < 0 else ("black", "white")
        warn_user(
            f"Most pixels at the border of X are {now}, but those of the training images were "
            f"{then}: X seems to be inverted. Pass {sum(value_range):g} - X, or put a "
            "skmnist.preprocessing.DigitNormalizer first. Ignore this warning if X is as intended.",
            ValueRangeWarning,
        )
