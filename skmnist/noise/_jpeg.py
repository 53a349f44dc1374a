"""JPEG compression."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from scipy import sparse
from scipy.fft import dct

from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise
from skmnist.noise._streams import ImageStreams

# Quantization of the frequencies of brightness at quality 50: table K.1 of the JPEG standard.
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
    """Return the steps of the 8x8 frequencies for a quality of 1 to 100, scaled as by libjpeg."""
    percent = 5000 // quality if quality < 50 else 200 - 2 * quality
    return np.clip((_LUMINANCE * percent + 50) // 100, 1, 255)


# The cosine transform of eight values; sparse, since the product is then the same in any batch.
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

    All that JPEG loses is lost here; the coding that follows is lossless and therefore left out.
    """
    _, height, width = images.shape
    padding = ((0, 0), (0, -height % 8), (0, -width % 8))
    values = np.rint(np.pad(images.astype(np.float64), padding, mode="edge") * 255) - 128
    n, rows, columns = values.shape
    # The axes within a block first.
    blocks = values.reshape(n, rows // 8, 8, columns // 8, 8).transpose(2, 4, 0, 1, 3)
    steps = quantization_table(quality)[:, :, np.newaxis]
    frequencies = transform_blocks(blocks.reshape(8, 8, -1), _COSINES) / steps
    # Rounded, halves away from zero; the margin makes exact halves of what is one but for rounding.
    frequencies = np.trunc(frequencies + np.copysign(0.5 + 1e-9, frequencies)) * steps
    restored = transform_blocks(frequencies, _COSINES.T.tocsr()).reshape(blocks.shape)
    values = restored.transpose(2, 3, 0, 4, 1).reshape(n, rows, columns)
    return np.clip(np.rint(values + 128), 0, 255)[:, :height, :width] / 255


class JPEGCompression(BaseNoise):
    """Compress each image like a JPEG file of low quality.

    Parameters
    ----------
    quality : int, default=10
        Quality in [1, 100]; the lower, the coarser.
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    Pixelate : Large pixels.

    Notes
    -----
    The result has 256 grey levels, whatever the dtype, since JPEG knows no others.

    {deterministic}

    References
    ----------
    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import JPEGCompression
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = JPEGCompression().fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "quality": [Interval(Integral, 1, 100, closed="both")],
    }

    def __init__(
        self,
        quality: int = 10,
        *,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.quality = quality

    def _numbers_per_image(self, height: int, width: int) -> int:
        return (height + -height % 8) * (width + -width % 8)

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        return compress(images, self.quality).astype(images.dtype)
