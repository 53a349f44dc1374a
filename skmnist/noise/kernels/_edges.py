"""Edge detection."""

import numpy as np
from scipy.ndimage import correlate1d, gaussian_filter, label


def canny(images: np.ndarray, sigma: float, low: float, high: float) -> np.ndarray:
    """Return the edges of images of shape (n, height, width) by Canny's method, as bool.

    The result equals that of ``skimage.feature.canny``, which smooths only pixels within the image
    and finds no edges on its border.
    """
    images = images.astype(np.float64)
    inside = gaussian_filter(np.ones(images.shape[1:]), sigma, mode="constant")
    smooth = gaussian_filter(images, sigma, axes=(1, 2), mode="constant")
    smooth /= inside + np.finfo(np.float64).eps
    across, down = _sobel(smooth, axis=2), _sobel(smooth, axis=1)
    strength = np.sqrt(down * down + across * across)
    thin = _thin(strength, down, across, low)
    # Weak edges are kept where they touch a strong one of the same image.
    touch = np.zeros((3, 3, 3), dtype=bool)
    touch[1] = True
    labels, n_labels = label(thin, structure=touch)
    strong = np.zeros(n_labels + 1, dtype=bool)
    strong[labels[thin & (strength >= high)]] = True
    return strong[labels]


def _sobel(images: np.ndarray, axis: int) -> np.ndarray:
    """Return the derivative along an axis, smoothed along the other axis of the image."""
    derived = correlate1d(images, [-1, 0, 1], axis=axis)
    return correlate1d(derived, [1, 2, 1], axis=3 - axis)


def _thin(strength: np.ndarray, down: np.ndarray, across: np.ndarray, low: float) -> np.ndarray:
    """Keep pixels of at least `low` that are a maximum in the direction of the gradient."""
    width = strength.shape[2]
    inner = np.zeros(strength.shape, dtype=bool)
    inner[:, 1:-1, 1:-1] = True
    place = np.flatnonzero(inner & (strength >= low) & (strength > 0))
    strength, down, across = strength.ravel(), down.ravel()[place], across.ravel()[place]
    same_sign = ((down >= 0) & (across >= 0)) | ((down <= 0) & (across <= 0))
    # The strength beside a pixel is interpolated from a straight and a diagonal neighbor.
    steep = np.abs(down) > np.abs(across)
    straight = np.where(steep, np.where(same_sign, width, -width), 1)
    diagonal = np.where(same_sign, width + 1, 1 - width)
    small, large = (
        np.minimum(np.abs(down), np.abs(across)),
        np.maximum(np.abs(down), np.abs(across)),
    )
    weight = small / large
    highest = np.ones(len(place), dtype=bool)
    for side in (1, -1):
        beside = strength[place + side * diagonal] * weight
        beside += strength[place + side * straight] * (1 - weight)
        highest &= beside <= strength[place]
    thin = np.zeros(inner.size, dtype=bool)
    thin[place[highest]] = True
    return thin.reshape(inner.shape)
