"""Filters of images: means over disks, lines, trails and enlargements, convolutions, swaps."""

from functools import lru_cache

import numpy as np
from scipy import sparse

from skmnist.noise.kernels._linear import (
    MAX_WEIGHTS,
    apply_map,
    scale_images,
    scaling_matrix,
    separable_map,
)

# Pixels across a line that may lie within 1 of it.
N_CANDIDATES = 5


def blur_disk(images: np.ndarray, radius: float) -> np.ndarray:
    """Average over the pixels within a distance; the border pixels are repeated beyond the border.

    The disk is a stack of horizontal bars. The sum over a bar is a difference of cumulative sums.
    """
    _, height, width = images.shape
    reach = int(radius)
    # A margin as wide as the image suffices: all pixels beyond it equal the border pixel.
    margin_y, margin_x = min(reach, height), min(reach, width)
    padded = np.pad(images, ((0, 0), (margin_y, margin_y), (margin_x, margin_x)), mode="edge")
    cumulated = np.zeros((*padded.shape[:2], padded.shape[2] + 1))
    np.cumsum(padded, axis=2, dtype=np.float64, out=cumulated[:, :, 1:])
    ends = padded[:, :, :1].astype(np.float64) + padded[:, :, -1:]
    total = np.zeros(images.shape)
    n_pixels = 0
    for down in range(-reach, reach + 1):
        half = int(np.sqrt(max(radius**2 - down**2, 0)) + 1e-9)
        inner = min(half, margin_x)
        start = margin_y + max(-margin_y, min(down, margin_y))
        rows = cumulated[:, start : start + height]
        total += rows[:, :, margin_x + inner + 1 : margin_x + inner + 1 + width]
        total -= rows[:, :, margin_x - inner : margin_x - inner + width]
        if half > inner:
            total += (half - inner) * ends[:, start : start + height]
        n_pixels += 2 * half + 1
    total /= n_pixels
    return total.astype(images.dtype)


def line_taps(length: int, angle: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the taps of a centered line: offsets down and right, and weights, all (n_taps, n).

    The weight of a pixel is one minus its distance to the line, as in MATLAB's
    ``fspecial("motion")``.
    """
    half = (length - 1) / 2
    down, right = _near_line(int(half) + 1, angle)
    along = right * np.cos(angle) - down * np.sin(angle)
    across = right * np.sin(angle) + down * np.cos(angle)
    beyond = np.where(np.hypot(right, down) >= half, half - np.abs(along), 0)
    weight = np.maximum(1 - np.where(np.abs(across) <= 1, np.hypot(across, beyond), 1), 0)
    # Not `sum`, which adds a single column in another order: an image alone would differ.
    weight /= np.cumsum(weight, axis=0)[-1]
    n_taps = int((weight > 0).sum(axis=0).max())
    heaviest = np.argsort(-weight, axis=0, kind="stable")[:n_taps]
    down, right, weight = (
        np.take_along_axis(of_taps, heaviest, axis=0) for of_taps in (down, right, weight)
    )
    return down, right, weight


def _near_line(reach: int, angle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return offsets down and right of all pixels within 1 of a line, and of some farther ones.

    For each step along the axis nearer to the line, they are `N_CANDIDATES` pixels across it. Both
    arrays have shape (n_pixels, n) and are ordered row by row.
    """
    cos, sin = np.cos(angle), np.sin(angle)
    steep = np.abs(sin) > np.abs(cos)
    slope = np.where(steep, -cos / np.where(steep, sin, 1), -sin / np.where(steep, 1, cos))
    main = np.arange(-reach, reach + 1)[:, np.newaxis, np.newaxis]
    beside = np.arange(N_CANDIDATES)[:, np.newaxis] - N_CANDIDATES // 2
    other = np.rint(main * slope).astype(np.intp) + beside
    main, other = (offset.reshape(-1, len(angle)) for offset in np.broadcast_arrays(main, other))
    down, right = np.where(steep, main, other), np.where(steep, other, main)
    by_place = np.argsort(down * (4 * reach + 8) + right, axis=0)
    return np.take_along_axis(down, by_place, axis=0), np.take_along_axis(right, by_place, axis=0)


def trail_taps(
    length: int, sigma: float, angle: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the taps of a one-sided Gaussian trail; offsets are whole pixels, as published."""
    step = np.arange(length)[:, np.newaxis]
    weight = np.exp(-(step**2) / (2 * sigma**2))
    step, weight = step[weight[:, 0] > 1e-4], weight[weight > 1e-4]
    weight /= weight.sum()
    # Halves are rounded down; the margin absorbs the rounding error of the cosine.
    down, right = (
        np.ceil(step * direction - 0.5 - 1e-9).astype(np.intp)
        for direction in (-np.sin(angle), np.cos(angle))
    )
    return down, right, np.broadcast_to(weight[:, np.newaxis], down.shape)


def blur_taps(
    images: np.ndarray, down: np.ndarray, right: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    """Sum pixels at each image's own offsets; the border pixels are repeated beyond the border.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        Images of a floating dtype.
    down, right : ndarray of int, shape (n_taps, n)
        Offsets of the pixels from the pixel that is computed.
    weight : ndarray of shape (n_taps, n)
        Factors of the pixels.

    Returns
    -------
    ndarray of shape (n, height, width)
        The sums.
    """
    n, height, width = images.shape
    # Pixels farther away equal the border pixel.
    down, right = np.clip(down, 1 - height, height - 1), np.clip(right, 1 - width, width - 1)
    margin_y, margin_x = int(np.abs(down).max()), int(np.abs(right).max())
    padded = np.pad(images, ((0, 0), (margin_y, margin_y), (margin_x, margin_x)), mode="edge")
    row = padded.shape[2]
    start = np.arange(n) * padded[0].size + margin_y * row + margin_x
    place = np.arange(height)[:, np.newaxis] * row + np.arange(width)
    place = place + start[:, np.newaxis, np.newaxis]
    offset = (down * row + right)[..., np.newaxis, np.newaxis]
    weight = weight.astype(images.dtype)[..., np.newaxis, np.newaxis]
    flat = padded.ravel()
    blurred = np.zeros_like(images)
    for tap_offset, tap_weight in zip(offset, weight, strict=True):
        values = flat.take(place + tap_offset)
        values *= tap_weight
        blurred += values
    return blurred


def blur_zoom(images: np.ndarray, max_scale: float, n_steps: int) -> np.ndarray:
    """Average images over enlargements of themselves by factors from 1 to `max_scale`."""
    _, height, width = images.shape
    if 4 * height * width * n_steps <= MAX_WEIGHTS:
        return apply_map(zoom_blur_map(height, width, max_scale, n_steps), images)
    total = np.zeros_like(images)
    for scale in np.linspace(1, max_scale, n_steps):
        total += scale_images(images, scale)
    total /= n_steps
    return total


@lru_cache(maxsize=8)
def zoom_blur_map(height: int, width: int, max_scale: float, n_steps: int) -> sparse.csr_array:
    """Return the mean of `blur_zoom` as a matrix on flattened images."""
    maps = [
        separable_map(scaling_matrix(height, scale), scaling_matrix(width, scale))
        for scale in np.linspace(1, max_scale, n_steps)
    ]
    return sparse.csr_array(sum(maps[1:], maps[0]) / n_steps)


def convolve_each(images: np.ndarray, kernels: np.ndarray) -> np.ndarray:
    """Convolve each image with its own kernel; border pixels are repeated beyond the border.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        Images of a floating dtype.
    kernels : ndarray of shape (n, size, size)
        Weights of the same dtype; `size` is odd.

    Returns
    -------
    ndarray of shape (n, height, width)
        The sums; they may exceed the range of the images.
    """
    n, height, width = images.shape
    size = kernels.shape[1]
    reach = size // 2
    padded = np.pad(images, ((0, 0), (reach, reach), (reach, reach)), mode="edge").reshape(n, -1)
    # The padded rows of an image are contiguous, so that a tap is one shift of all of them. Sums
    # across the ends of two rows land in the margin.
    row = width + 2 * reach
    n_sums = height * row - 2 * reach
    filtered = np.zeros((n, height * row), dtype=images.dtype)
    product = np.empty((n, n_sums), dtype=images.dtype)
    for tap, weight in enumerate(kernels[:, ::-1, ::-1].reshape(n, -1).T):
        shift = tap // size * row + tap % size
        np.multiply(padded[:, shift : shift + n_sums], weight[:, np.newaxis], out=product)
        filtered[:, :n_sums] += product
    return np.ascontiguousarray(filtered.reshape(n, height, row)[:, :, :width])


def filter_each(images: np.ndarray, kernels: np.ndarray, *, absolute: bool = False) -> np.ndarray:
    """Convolve each image with its own kernel, and stretch the result to [0, 1].

    With `absolute`, the absolute values are stretched. If the result is constant, the image is
    returned unchanged.
    """
    filtered = convolve_each(images, kernels)
    if absolute:
        np.abs(filtered, out=filtered)
    lowest = filtered.min(axis=(1, 2), keepdims=True)
    span = filtered.max(axis=(1, 2), keepdims=True) - lowest
    # The rounding errors of a constant result must not be stretched.
    is_constant = span <= 1e-5 * np.abs(kernels).sum(axis=(1, 2), keepdims=True)
    filtered -= lowest
    filtered /= np.where(is_constant, 1, span)
    rows = is_constant[:, 0, 0]
    filtered[rows] = images[rows]
    return filtered


def swap_neighbors(images: np.ndarray, down: np.ndarray, right: np.ndarray, margin: int) -> None:
    """Swap each pixel with another, in order from the lower right; overwrites `images`.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        The images.
    down, right : ndarray of int, shape (n, height, width)
        Offset of the other pixel; at most `margin` rows and columns.
    margin : int
        At least 1. The rows from `margin` + 1 to `height` - `margin` are swapped, and so are the
        columns.
    """
    n, height, width = images.shape
    # Each row of this array is one pixel of every image: all images are swapped pixel by pixel.
    pixels = np.ascontiguousarray(images.reshape(n, -1).T)
    flat = pixels.ravel()
    other = (np.arange(height * width) + (down * width + right).reshape(n, -1)).T * n
    other += np.arange(n)
    for y in range(height - margin, margin, -1):
        for here in range(y * width + width - margin, y * width + margin, -1):
            there = other[here]
            taken = flat.take(there)
            flat[there] = pixels[here]
            pixels[here] = taken
    images[...] = pixels.T.reshape(images.shape)
