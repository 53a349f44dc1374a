"""Rectangles and blocks of pixels."""

from functools import lru_cache

import numpy as np
from scipy import sparse

from skmnist.noise.kernels._linear import MAX_WEIGHTS, apply_map, apply_matrices, separable_map


def rectangles(
    shape: tuple[int, int], area: float, max_aspect_ratio: float, uniform: np.ndarray
) -> np.ndarray:
    """Return masks of random rectangles within the image.

    Parameters
    ----------
    shape : (height, width)
        Shape of an image.
    area : float
        Share of the image that each rectangle covers, before rounding to whole pixels.
    max_aspect_ratio : float
        Largest ratio of height to width, and of width to height; its logarithm is uniform.
    uniform : ndarray of shape (n, n_rectangles, 3)
        Random numbers in [0, 1): aspect ratio, place from the top, place from the left.

    Returns
    -------
    ndarray of bool, shape (n, height, width)
        True within a rectangle.
    """
    ratio, down, right = np.moveaxis(uniform.astype(np.float64), 2, 0)
    n_rows, n_columns = shape
    n_pixels = area * n_rows * n_columns
    # If one side would exceed the image, the other one is lengthened instead.
    height = np.sqrt(n_pixels * max_aspect_ratio ** (2 * ratio - 1))
    height = np.clip(height, n_pixels / n_columns, n_rows)

    def covered(size: int, length: np.ndarray, place: np.ndarray) -> np.ndarray:
        """Return which indices along an axis a rectangle covers."""
        length = np.clip(np.rint(length), 1, size)
        start = np.floor(place * (size - length + 1))[..., np.newaxis]
        index = np.arange(size)
        return (index >= start) & (index < start + length[..., np.newaxis])

    rows = covered(n_rows, height, down)
    columns = covered(n_columns, n_pixels / height, right)
    hidden = np.zeros((len(uniform), *shape), dtype=bool)
    for number in range(uniform.shape[1]):
        hidden |= rows[:, number, :, np.newaxis] & columns[:, number, np.newaxis]
    return hidden


@lru_cache(maxsize=32)
def block_means(new_size: int, size: int) -> tuple[sparse.csr_array, np.ndarray]:
    """Return the matrix of the means of an axis over blocks, and the block shown at each pixel.

    A pixel belongs to the block that contains its center, as in Pillow's box filter.
    """
    center = (np.arange(size) + 0.5) * new_size / size
    block = np.ceil(center - 1e-9).astype(np.intp) - 1
    weight = 1 / np.bincount(block, minlength=new_size)[block]
    shrink = sparse.csr_array((weight, (block, np.arange(size))), shape=(new_size, size))
    return shrink, np.floor(center + 1e-9).astype(np.intp)


@lru_cache(maxsize=8)
def shrinking_map(height: int, width: int, new_height: int, new_width: int) -> sparse.csr_array:
    """Return the `block_means` of both axes as a matrix on flattened images."""
    rows, columns = block_means(new_height, height), block_means(new_width, width)
    return separable_map(rows[0], columns[0])


def pixelate(images: np.ndarray, factor: float) -> np.ndarray:
    """Shrink images of shape (n, height, width) by a factor, and enlarge them to their old size."""
    _, height, width = images.shape
    new_height, new_width = (max(1, int(size * factor + 1e-9)) for size in (height, width))
    (rows, shown_rows), (columns, shown_columns) = (
        block_means(new_height, height),
        block_means(new_width, width),
    )
    if height * width > MAX_WEIGHTS:
        small = apply_matrices(images, rows, columns)
    else:
        shrinking = shrinking_map(height, width, new_height, new_width)
        small = apply_map(shrinking, images, (new_height, new_width))
    return small[:, shown_rows[:, np.newaxis], shown_columns]
