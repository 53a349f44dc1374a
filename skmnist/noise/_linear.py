"""Fixed linear maps of images as sparse matrices, made of one matrix per axis.

A sparse product adds up each image by itself, in one order: unlike a product of dense matrices, its
result for an image does not depend on how many images there are.
"""

from functools import lru_cache

import numpy as np
from scipy import sparse

# A matrix on all pixels is faster than one per axis, but its memory grows with the pixels: a larger
# one is not made.
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
    # The images last, so that the inner loops are long.
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


def zoom_matrix(size: int, zoom: float) -> sparse.csr_array:
    """Return the bilinear zoom by a factor of at least 1 about the centre of an axis."""
    centre = (size - 1) / 2
    position = centre + (np.arange(size) - centre) / zoom
    lower = np.minimum(np.floor(position).astype(np.intp), max(size - 2, 0))
    weight = position - lower
    row, upper = np.arange(size), np.minimum(lower + 1, size - 1)
    weights, columns = np.append(1 - weight, weight), np.append(lower, upper)
    matrix = sparse.coo_array((weights, (np.append(row, row), columns)), shape=(size, size)).tocsr()
    matrix.eliminate_zeros()
    return matrix


def zoom_images(images: np.ndarray, zoom: float) -> np.ndarray:
    """Enlarge images of shape (n, height, width) by a factor of at least 1 about their centre."""
    _, height, width = images.shape
    if 4 * height * width > MAX_WEIGHTS:
        return apply_matrices(images, zoom_matrix(height, zoom), zoom_matrix(width, zoom))
    return apply_map(zoom_map(height, width, zoom), images)


@lru_cache(maxsize=8)
def zoom_map(height: int, width: int, zoom: float) -> sparse.csr_array:
    """Return the zoom of both axes by a factor of at least 1, as a matrix on flattened images."""
    return separable_map(zoom_matrix(height, zoom), zoom_matrix(width, zoom))
