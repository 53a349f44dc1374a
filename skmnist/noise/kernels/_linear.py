"""Fixed linear maps of images as sparse matrices, built from one matrix per axis.

A sparse product sums each image by itself and in a fixed order. The result for an image therefore
does not depend on the number of images, unlike a product of dense matrices.
"""

from functools import lru_cache

import numpy as np
from scipy import sparse

# Largest number of weights of one matrix on all pixels. Up to this size, it is faster than one
# matrix per axis; its memory grows with the number of pixels.
MAX_WEIGHTS = 2**20


def apply_map(
    matrix: sparse.csr_array, images: np.ndarray, new_shape: tuple[int, int] | None = None
) -> np.ndarray:
    """Multiply flattened images of shape (n, height, width) by a matrix on their pixels."""
    columns = np.ascontiguousarray(images.reshape(len(images), -1).T)
    mapped = np.ascontiguousarray((matrix.astype(images.dtype) @ columns).T)
    return mapped.reshape(len(images), *(new_shape or images.shape[1:]))


def apply_matrices(
    images: np.ndarray, rows: sparse.csr_array, columns: sparse.csr_array
) -> np.ndarray:
    """Map the columns of images by one matrix, their rows by another.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        The images.
    rows : sparse array of shape (new_height, height)
        The matrix for the vertical axis.
    columns : sparse array of shape (new_width, width)
        The matrix for the horizontal axis.

    Returns
    -------
    ndarray of shape (n, new_height, new_width)
        The mapped images, in the dtype of `images`.
    """
    n, height, width = images.shape
    new_height, new_width = rows.shape[0], columns.shape[0]
    rows, columns = rows.astype(images.dtype), columns.astype(images.dtype)
    # With images on the last axis, the inner loops are long and therefore fast.
    mapped = columns @ images.transpose(2, 1, 0).reshape(width, height * n)
    mapped = mapped.reshape(new_width, height, n).swapaxes(0, 1).reshape(height, new_width * n)
    mapped = (rows @ mapped).reshape(new_height, new_width, n)
    return np.ascontiguousarray(mapped.transpose(2, 0, 1))


def separable_map(rows: sparse.csr_array, columns: sparse.csr_array) -> sparse.csr_array:
    """Return the matrix on flattened images that maps their columns by one matrix, rows by another.

    Parameters
    ----------
    rows : sparse array of shape (new_height, height)
        Weights along the vertical axis.
    columns : sparse array of shape (new_width, width)
        Weights along the horizontal axis.

    Returns
    -------
    sparse array of shape (new_height * new_width, height * width)
        Their Kronecker product.
    """
    return sparse.csr_array(sparse.kron(rows, columns, format="csr"))


def scaling_matrix(size: int, scale: float) -> sparse.csr_array:
    """Return the bilinear enlargement of an axis about its center by a factor of at least 1."""
    center = (size - 1) / 2
    position = center + (np.arange(size) - center) / scale
    lower = np.minimum(np.floor(position).astype(np.intp), max(size - 2, 0))
    weight = position - lower
    row, upper = np.arange(size), np.minimum(lower + 1, size - 1)
    weights, columns = np.append(1 - weight, weight), np.append(lower, upper)
    matrix = sparse.coo_array((weights, (np.append(row, row), columns)), shape=(size, size)).tocsr()
    matrix.eliminate_zeros()
    return matrix


def scale_images(images: np.ndarray, scale: float) -> np.ndarray:
    """Enlarge images of shape (n, height, width) about their center by a factor of at least 1."""
    _, height, width = images.shape
    if 4 * height * width > MAX_WEIGHTS:
        return apply_matrices(images, scaling_matrix(height, scale), scaling_matrix(width, scale))
    return apply_map(scaling_map(height, width, scale), images)


@lru_cache(maxsize=8)
def scaling_map(height: int, width: int, scale: float) -> sparse.csr_array:
    """Return the enlargement of both axes by `scaling_matrix` as a matrix on flattened images."""
    return separable_map(scaling_matrix(height, scale), scaling_matrix(width, scale))
