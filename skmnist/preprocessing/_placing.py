"""MNIST's form: a digit in a box of 20 pixels, centered by mass in an image of 28 pixels."""

from functools import lru_cache

import numpy as np
from scipy import ndimage

# Height and width of an image, and the longer side of a digit.
SIDE, DIGIT = 28, 20


def place(ink: np.ndarray) -> np.ndarray:
    """Scale the ink of one image to 20 pixels, and center it by mass in 28.

    Large images are averaged over areas; small ones are interpolated and sharpened.

    Parameters
    ----------
    ink : ndarray of shape (height, width)
        Ink in [0, 1], cropped.

    Returns
    -------
    ndarray of shape (28, 28), float32
        Ink in [0, 1].
    """
    height, width = ink.shape
    scale = DIGIT / max(height, width)
    new_height, new_width = (max(1, round(scale * size)) for size in ink.shape)
    digit = _resampling(height, new_height) @ ink @ _resampling(width, new_width).T
    if scale > 1:
        digit = np.clip(scale * (digit - 0.5) + 0.5, 0, 1)
    # Both sums are exact enough for rounding: MNIST's own digits stay where they are.
    mass = max(float(digit.sum()), 1e-6)
    top = _first_pixel(digit.sum(axis=1), mass)
    left = _first_pixel(digit.sum(axis=0), mass)
    placed = np.zeros((SIDE, SIDE), dtype=np.float32)
    placed[top : top + new_height, left : left + new_width] = digit
    return placed


def _first_pixel(profile: np.ndarray, mass: float) -> int:
    """Return where a profile starts if its center of mass is at the middle pixel."""
    center = float(profile @ np.arange(len(profile))) / mass
    return min(max(round(SIDE / 2 - center), 0), SIDE - len(profile))


@lru_cache(maxsize=4096)
def _resampling(size: int, new_size: int) -> np.ndarray:
    """Return the matrix that resamples an axis; shape (new_size, size), float32."""
    if new_size > size:
        identity = np.eye(size)
        zoom = (new_size / size, 1)
        matrix = ndimage.zoom(identity, zoom, order=3, mode="grid-constant", grid_mode=True)
        return matrix.astype(np.float32)
    edges = np.arange(new_size + 1)[:, np.newaxis] * (size / new_size)
    pixels = np.arange(size)
    overlap = np.minimum(edges[1:], pixels + 1) - np.maximum(edges[:-1], pixels)
    return (np.clip(overlap, 0, 1) * (new_size / size)).astype(np.float32)
