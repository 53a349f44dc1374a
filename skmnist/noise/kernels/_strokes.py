"""Strokes that grow and shrink by fractions of a pixel."""

import math

import numpy as np


def thicken(images: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Move the edges of bright strokes outward.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        Images of a floating dtype.
    radius : ndarray of shape (n,)
        Distances in pixels, at least 0. The last step is weighted by the fraction.

    Returns
    -------
    ndarray of shape (n, height, width)
        The images dilated by an octagon.
    """
    remaining = radius.astype(images.dtype)[:, np.newaxis, np.newaxis]
    for step in range(math.ceil(radius.max())):
        share = np.clip(remaining - step, 0, 1)
        images = images + share * (_dilate(images, corners=step % 2 == 1) - images)
    return images


def _dilate(images: np.ndarray, *, corners: bool) -> np.ndarray:
    """Return the maximum of each pixel and its four neighbors, or eight with the corners."""
    dilated = images.copy()
    np.maximum(dilated[:, 1:], images[:, :-1], out=dilated[:, 1:])
    np.maximum(dilated[:, :-1], images[:, 1:], out=dilated[:, :-1])
    beside = dilated.copy() if corners else images
    np.maximum(dilated[:, :, 1:], beside[:, :, :-1], out=dilated[:, :, 1:])
    np.maximum(dilated[:, :, :-1], beside[:, :, 1:], out=dilated[:, :, :-1])
    return dilated
