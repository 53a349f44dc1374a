"""What the blurs compute: means over disks, lines and trails, zooms."""

from functools import lru_cache

import numpy as np
from scipy import sparse

from skmnist.noise._linear import zoom_map


def blur_disk(images: np.ndarray, radius: float) -> np.ndarray:
    """Average over the pixels within a distance; beyond the border stands the border pixel.

    The disk is a pile of horizontal bars, and the sum over a bar is a difference of cumulated sums.
    """
    _, height, width = images.shape
    reach = int(radius)
    padded = np.pad(images, ((0, 0), (reach, reach), (reach, reach)), mode="edge")
    cumulated = np.zeros((*padded.shape[:2], padded.shape[2] + 1))
    np.cumsum(padded, axis=2, dtype=np.float64, out=cumulated[:, :, 1:])
    total = np.zeros(images.shape)
    n_pixels = 0
    for down in range(-reach, reach + 1):
        half = int(np.sqrt(max(radius**2 - down**2, 0)) + 1e-9)
        rows = cumulated[:, reach + down : reach + down + height]
        total += rows[:, :, reach + half + 1 : reach + half + 1 + width]
        total -= rows[:, :, reach - half : reach - half + width]
        n_pixels += 2 * half + 1
    total /= n_pixels
    return total.astype(images.dtype)


def line_taps(length: int, angle: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the taps of a centred line: offsets down and right, and weights, of shape (n_taps, n).

    A pixel weighs one minus its distance to the line, as in MATLAB's ``fspecial("motion")``.
    """
    half = (length - 1) / 2
    reach = np.arange(-int(half) - 1, int(half) + 2)
    down, right = (grid.reshape(-1, 1) for grid in np.meshgrid(reach, reach, indexing="ij"))
    along = right * np.cos(angle) - down * np.sin(angle)
    across = right * np.sin(angle) + down * np.cos(angle)
    beyond = np.where(np.hypot(right, down) >= half, half - np.abs(along), 0)
    weight = np.maximum(1 - np.where(np.abs(across) <= 1, np.hypot(across, beyond), 1), 0)
    weight /= weight.sum(axis=0)
    n_taps = int((weight > 0).sum(axis=0).max())
    heaviest = np.argsort(-weight, axis=0, kind="stable")[:n_taps]
    return down[heaviest, 0], right[heaviest, 0], np.take_along_axis(weight, heaviest, axis=0)


def trail_taps(
    length: int, sigma: float, angle: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the taps of a one-sided Gaussian trail; the offsets are whole pixels, as published."""
    step = np.arange(length)[:, np.newaxis]
    weight = np.exp(-(step**2) / (2 * sigma**2))
    step, weight = step[weight[:, 0] > 1e-4], weight[weight > 1e-4]
    weight /= weight.sum()
    # Rounded, halves downwards; the margin makes exact halves of the rounded cosine.
    down, right = (
        np.ceil(step * direction - 0.5 - 1e-9).astype(np.intp)
        for direction in (-np.sin(angle), np.cos(angle))
    )
    return down, right, np.broadcast_to(weight[:, np.newaxis], down.shape)


def blur_taps(
    images: np.ndarray, down: np.ndarray, right: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    """Sum up pixels at each image's own offsets; beyond the border stands the border pixel.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        Images of a floating dtype.
    down, right : ndarray of int, shape (n_taps, n)
        Where the pixels are, from the pixel that is computed.
    weight : ndarray of shape (n_taps, n)
        What they are multiplied by.

    Returns
    -------
    ndarray of shape (n, height, width)
        The sums.
    """
    n, height, width = images.shape
    reach = int(max(np.abs(down).max(), np.abs(right).max()))
    padded = np.pad(images, ((0, 0), (reach, reach), (reach, reach)), mode="edge")
    row = padded.shape[2]
    start = np.arange(n) * padded[0].size + reach * row + reach
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


@lru_cache(maxsize=8)
def zoom_blur_map(height: int, width: int, max_zoom: float, n_steps: int) -> sparse.csr_array:
    """Return the mean of zooms by factors from 1 to `max_zoom`, as a matrix on flattened images."""
    zooms = np.linspace(1, max_zoom, n_steps)
    maps = [zoom_map(height, width, zoom) for zoom in zooms]
    return sparse.csr_array(sum(maps[1:], maps[0]) / n_steps)
