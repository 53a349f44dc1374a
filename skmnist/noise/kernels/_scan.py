"""What scanners, copiers and fax machines do to images: ink is 1, paper is 0."""

import numpy as np

from skmnist.noise.kernels._fields import smooth_mirrored

# Side of the dither pattern in pixels.
PERIOD = 8


def _bayer_thresholds() -> np.ndarray:
    """Return Bayer's ordered thresholds: the centers of PERIOD**2 equal steps from 0 to 1."""
    order = np.zeros((1, 1))
    while len(order) < PERIOD:
        order = np.block([[4 * order, 4 * order + 2], [4 * order + 3, 4 * order + 1]])
    return (order + 0.5) / order.size


_THRESHOLDS = _bayer_thresholds()


def dither(images: np.ndarray, down: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return whether each pixel exceeds its threshold; each image has its own shift of the pattern.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        The images.
    down, right : ndarray of int, shape (n,)
        Row and column of the pattern at the upper left pixel, in [0, `PERIOD`).

    Returns
    -------
    ndarray of bool, shape (n, height, width)
        The black and white images: a large area keeps its mean up to 1 / `PERIOD` ** 2.
    """
    _, height, width = images.shape
    row = (np.arange(height) + down[:, np.newaxis]) % PERIOD
    column = (np.arange(width) + right[:, np.newaxis]) % PERIOD
    return images > _THRESHOLDS[row[:, :, np.newaxis], column[:, np.newaxis]]


def streak(images: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Darken or bleach whole columns.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        The images.
    level : ndarray of shape (n, width)
        In [-1, 1]: 1 turns a column into ink, -1 into paper.

    Returns
    -------
    ndarray of shape (n, height, width)
        The images with streaks.
    """
    level = level.astype(images.dtype)[:, np.newaxis]
    return images + np.maximum(level, 0) * (1 - images) + np.minimum(level, 0) * images


def copy(images: np.ndarray, grain: np.ndarray, sigma: float, contrast: float) -> np.ndarray:
    """Blur images, add grain, and raise the contrast about the middle gray."""
    copied = smooth_mirrored(images, sigma)
    copied += grain
    copied -= 0.5
    copied *= contrast
    copied += 0.5
    return np.clip(copied, 0, 1, out=copied)
