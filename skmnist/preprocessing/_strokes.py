"""Slant and width of strokes: measure them, and bring them to the ones of MNIST.

All functions take a stack of images of one size and treat each image by itself.
"""

import numpy as np
from scipy import ndimage

# Blur before strokes are cut at another level, and sharpening after it, for images of 28 x 28.
_SIGMA, _GAIN = 1.0, 2.5
_N_BISECTIONS = 12


def slants(ink: np.ndarray) -> np.ndarray:
    """Return how far the strokes of each image lean to the right, in pixels per pixel of height.

    Parameters
    ----------
    ink : ndarray of shape (n, height, width)
        Ink in [0, 1].

    Returns
    -------
    ndarray of shape (n,)
        Shear that makes the second moments of the ink upright; 0 if there is no ink.
    """
    _, height, width = ink.shape
    y, x = np.arange(height) + 0.5, np.arange(width) + 0.5
    rows = ink.sum(axis=2, dtype=np.float64)
    mass = np.maximum(rows.sum(axis=1), 1e-9)
    first_x = (ink * x).sum(axis=2, dtype=np.float64)
    center_y, center_x = (rows * y).sum(axis=1) / mass, first_x.sum(axis=1) / mass
    dy = y - center_y[:, np.newaxis]
    covariance = (dy * (first_x - center_x[:, np.newaxis] * rows)).sum(axis=1)
    variance = (dy * dy * rows).sum(axis=1)
    return -covariance / np.maximum(variance, 1e-9)


def shear(ink: np.ndarray, slant: float) -> np.ndarray:
    """Shear one image so that strokes of a slant become upright; its width may change.

    Parameters
    ----------
    ink : ndarray of shape (height, width)
        Ink in [0, 1].
    slant : float
        Slant in pixels per pixel of height, as `slants` returns it.

    Returns
    -------
    ndarray of shape (height, new_width)
        The sheared image.
    """
    height = len(ink)
    margin = int(np.ceil(abs(slant) * height / 2)) + 1
    padded = np.pad(ink, ((0, 0), (margin, margin)))
    matrix = np.array([[1.0, 0.0], [-slant, 1.0]])
    return ndimage.affine_transform(
        padded, matrix, offset=(0.0, slant * (height - 1) / 2), order=1, output=np.float32
    )


def stroke_widths(ink: np.ndarray) -> np.ndarray:
    """Return the mean width of the strokes of each image: twice their area per length of edges.

    Parameters
    ----------
    ink : ndarray of shape (n, height, width)
        Ink in [0, 1].

    Returns
    -------
    ndarray of shape (n,)
        Widths in pixels; 0 if there is no ink.
    """
    framed = np.pad(ink, ((0, 0), (1, 1), (1, 1)))
    dy = framed[:, 1:, :-1] - framed[:, :-1, :-1]
    dx = framed[:, :-1, 1:] - framed[:, :-1, :-1]
    edges = np.sqrt(dy * dy + dx * dx).sum(axis=(1, 2))
    return 2 * ink.sum(axis=(1, 2)) / np.maximum(edges, 1e-9)


def set_stroke_width(ink: np.ndarray, width: float) -> np.ndarray:
    """Make the strokes of each image as wide as given.

    The image is blurred and cut at the level at which its strokes have this width.

    Parameters
    ----------
    ink : ndarray of shape (n, height, width)
        Ink in [0, 1].
    width : float
        Width in pixels.

    Returns
    -------
    ndarray of shape (n, height, width)
        The new ink; images without ink stay as they are.
    """
    blurred = ndimage.gaussian_filter(ink, (0, _SIGMA, _SIGMA))
    low, high = np.zeros(len(ink)), blurred.max(axis=(1, 2)).astype(np.float64)
    for _ in range(_N_BISECTIONS):
        level = (low + high) / 2
        is_wide = stroke_widths(_cut(blurred, level)) > width
        low, high = np.where(is_wide, level, low), np.where(is_wide, high, level)
    return _cut(blurred, (low + high) / 2)


def _cut(blurred: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Return sharpened images whose edges are where the blurred ones have a level."""
    above = blurred - level.astype(np.float32)[:, np.newaxis, np.newaxis]
    return np.where(blurred > 0, np.clip(_GAIN * above + 0.5, 0, 1), 0).astype(np.float32)
