"""Smooth random fields: Gaussian smoothing as one sparse matrix per axis."""

import math
from functools import lru_cache

import numpy as np
from scipy import sparse
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from skmnist.noise.kernels._linear import apply_matrices

# The Gaussian is cut off at this number of standard deviations.
_REACH = 4
# Largest number of pixels of an axis in one dense matrix.
_BLOCK = 1024


@lru_cache(maxsize=32)
def smoothing_matrix(size: int, sigma: float) -> sparse.csr_array:
    """Return the matrix that maps white noise to a smooth function on an axis.

    Parameters
    ----------
    size : int
        Number of pixels along the axis.
    sigma : float
        Standard deviation of the Gaussian in pixels.

    Returns
    -------
    sparse array of shape (size, n_points)
        Gaussians about points that reach beyond both ends, so that all pixels have the same
        statistics. The points are max(1, `sigma`) pixels apart: close enough for the correlation of
        two pixels to depend on their distance alone, within 1e-3. The squares of each row sum to 1.
    """
    spacing = max(1.0, sigma)
    beyond = math.ceil(_REACH * sigma / spacing)
    points = spacing * np.arange(-beyond, math.ceil((size - 1) / spacing) + beyond + 1)
    blocks = []
    for start in range(0, size, _BLOCK):
        pixels = np.arange(start, min(start + _BLOCK, size))
        first = math.floor(pixels[0] / spacing)
        near = points[first : math.ceil(pixels[-1] / spacing) + 2 * beyond + 1]
        distance = (pixels[:, np.newaxis] - near) / sigma
        weight = np.where(np.abs(distance) <= _REACH, np.exp(-(distance**2) / 2), 0)
        weight /= np.sqrt((weight**2).sum(axis=1, keepdims=True))
        block = sparse.csr_array(weight)
        of_all = (len(pixels), len(points))
        blocks.append(sparse.csr_array((block.data, block.indices + first, block.indptr), of_all))
    return sparse.csr_array(sparse.vstack(blocks, format="csr"))


def smooth_mirrored(fields: np.ndarray, sigma: float) -> np.ndarray:
    """Smooth fields of shape (n, height, width) by a Gaussian, mirrored at all borders."""
    _, height, width = fields.shape
    if max(height, width) > _BLOCK:
        return gaussian_filter(fields, sigma, axes=(1, 2))
    return apply_matrices(fields, gaussian_matrix(height, sigma), gaussian_matrix(width, sigma))


@lru_cache(maxsize=32)
def gaussian_matrix(size: int, sigma: float) -> sparse.csr_array:
    """Return the matrix of SciPy's Gaussian filter along an axis, mirrored at both ends."""
    return sparse.csr_array(gaussian_filter1d(np.eye(size), sigma, axis=0))
