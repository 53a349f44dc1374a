"""Fixed linear maps of images as sparse matrices, made of one matrix per axis.

A sparse product adds up each image by itself, in one order: unlike a product of dense matrices, its
result for an image does not depend on how many images there are.
"""

from functools import lru_cache

import numpy as np
from scipy import sparse


def apply_map(matrix: sparse.csr_array, images: np.ndarray) -> np.ndarray:
    """Multiply flattened images of shape (n, height, width) by a matrix on their pixels."""
    columns = np.ascontiguousarray(images.reshape(len(images), -1).T)
    return np.ascontiguousarray((matrix.astype(images.dtype) @ columns).T).reshape(images.shape)


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


def zoom_matrix(size: int, zoom: float) -> sparse.csr_array:
    """Return the bilinear zoom by a factor of at least 1 about the centre of an axis."""
    centre = (size - 1) / 2
    position = centre + (np.arange(size) - centre) / zoom
    lower = np.minimum(np.floor(position).astype(np.intp), max(size - 2, 0))
    weight = position - lower
    matrix, row = np.zeros((size, size)), np.arange(size)
    matrix[row, lower] = 1 - weight
    matrix[row, np.minimum(lower + 1, size - 1)] += weight
    return sparse.csr_array(matrix)


@lru_cache(maxsize=32)
def zoom_map(height: int, width: int, zoom: float) -> sparse.csr_array:
    """Return the zoom of both axes by a factor of at least 1, as a matrix on flattened images."""
    return separable_map(zoom_matrix(height, zoom), zoom_matrix(width, zoom))
