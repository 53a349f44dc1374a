"""JPEG compression and decompression."""

import numpy as np
from scipy import sparse
from scipy.fft import dct

# Quantization steps of luminance at quality 50: table K.1 of the JPEG standard.
_LUMINANCE = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ]
)


def quantization_table(quality: int) -> np.ndarray:
    """Return the steps of the 8x8 frequencies for a quality of 1 to 100, scaled as in libjpeg."""
    percent = 5000 // quality if quality < 50 else 200 - 2 * quality
    return np.clip((_LUMINANCE * percent + 50) // 100, 1, 255)


# The cosine transform of eight values; sparse, so that the product is the same in any batch.
_COSINES = sparse.csr_array(dct(np.eye(8), axis=0, norm="ortho"))


def transform_blocks(values: np.ndarray, matrix: sparse.csr_array) -> np.ndarray:
    """Multiply the columns, then the rows, of all 8x8 blocks by a matrix.

    Parameters
    ----------
    values : ndarray of shape (8, 8, n_blocks)
        The blocks.
    matrix : sparse array of shape (8, 8)
        The matrix.

    Returns
    -------
    ndarray of shape (8, 8, n_blocks)
        The transformed blocks.
    """
    down = (matrix @ values.reshape(8, -1)).reshape(values.shape)
    across = matrix @ down.swapaxes(0, 1).reshape(8, -1)
    return across.reshape(values.shape).swapaxes(0, 1)


def compress(images: np.ndarray, quality: int) -> np.ndarray:
    """Return images of shape (n, height, width) in [0, 1] after JPEG compression, in float64.

    Only the lossy steps are computed: the entropy coding would change nothing.
    """
    _, height, width = images.shape
    padding = ((0, 0), (0, -height % 8), (0, -width % 8))
    values = np.rint(np.pad(images.astype(np.float64), padding, mode="edge") * 255) - 128
    n, rows, columns = values.shape
    # Move the axes within a block to the front.
    blocks = values.reshape(n, rows // 8, 8, columns // 8, 8).transpose(2, 4, 0, 1, 3)
    steps = quantization_table(quality)[:, :, np.newaxis]
    frequencies = transform_blocks(blocks.reshape(8, 8, -1), _COSINES) / steps
    # Halves are rounded away from zero; the margin absorbs rounding errors of halves.
    frequencies = np.trunc(frequencies + np.copysign(0.5 + 1e-9, frequencies)) * steps
    restored = transform_blocks(frequencies, _COSINES.T.tocsr()).reshape(blocks.shape)
    values = restored.transpose(2, 3, 0, 4, 1).reshape(n, rows, columns)
    return np.clip(np.rint(values + 128), 0, 255)[:, :height, :width] / 255
