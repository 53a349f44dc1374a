"""Clouds by the diamond-square algorithm."""

import numpy as np

from skmnist.noise.kernels._streams import ImageStreams


def plasma(uniform: np.ndarray, decay: float) -> np.ndarray:
    """Return clouds in [0, 1] by the diamond-square algorithm on a torus.

    Parameters
    ----------
    uniform : ndarray of shape (n, size, size)
        Random numbers in [0, 1), one for each point; `size` is a power of two.
    decay : float
        Smoothness: when the step is halved, the random part is divided by `decay` squared.

    Returns
    -------
    ndarray of shape (n, size, size)
        The clouds; each image reaches 0 and 1.
    """
    size = uniform.shape[1]
    # With images on the last axis, numpy's inner loops are long and therefore fast.
    wobble = np.ascontiguousarray(2 * uniform.transpose(1, 2, 0) - 1)
    heights = np.zeros_like(wobble)
    step, amplitude = size, 1.0
    while step >= 2:
        half = step // 2
        corners = heights[::step, ::step]
        right = corners + np.roll(corners, -1, axis=1)
        below = corners + np.roll(corners, -1, axis=0)
        centers = (right + np.roll(right, -1, axis=0)) / 4
        centers += amplitude * wobble[half::step, half::step]
        heights[half::step, half::step] = centers
        top = (right + centers + np.roll(centers, 1, axis=0)) / 4
        heights[::step, half::step] = top + amplitude * wobble[::step, half::step]
        left = (below + centers + np.roll(centers, 1, axis=1)) / 4
        heights[half::step, ::step] = left + amplitude * wobble[half::step, ::step]
        step, amplitude = half, amplitude / decay**2
    heights -= heights.min(axis=(0, 1))
    heights /= np.maximum(heights.max(axis=(0, 1)), np.finfo(heights.dtype).tiny)
    return heights.transpose(2, 0, 1)


def plasma_size(height: int, width: int) -> int:
    """Return the height and width of the square that the clouds of an image are cut from.

    The square has at most 64 points per pixel, which bounds the memory for very long images.
    """
    size = max(2, 1 << (max(height, width) - 1).bit_length())
    while size**2 > 64 * height * width:
        size //= 2
    return size


def draw_plasma(streams: ImageStreams, shape: tuple[int, ...], decay: float) -> np.ndarray:
    """Draw clouds for images of shape (n, height, width), cut from the corner of a square.

    The clouds repeat in an image that is longer than the square.
    """
    _, height, width = shape
    size = plasma_size(height, width)
    clouds = plasma(streams.random((size, size)), decay)
    if max(height, width) > size:
        return clouds[:, np.arange(height)[:, np.newaxis] % size, np.arange(width) % size]
    return clouds[:, :height, :width]
