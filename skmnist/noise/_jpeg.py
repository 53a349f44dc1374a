"""JPEG compression."""

from collections.abc import Sequence
from functools import lru_cache
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from scipy import sparse
from scipy.fft import dct
from sklearn.utils._param_validation import Interval

from skmnist.noise._base import BaseNoise
from skmnist.noise._linear import apply_map, separable_map
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


@lru_cache(maxsize=16)
def block_maps(
    height: int, width: int, *, inverse: bool
) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Return the cosine transform of all 8x8 blocks: a matrix on flattened images for each axis."""
    cosines = dct(np.eye(8), axis=0, norm="ortho")
    if inverse:
        cosines = cosines.T
    down, right = (sparse.csr_array(np.kron(np.eye(n // 8), cosines)) for n in (height, width))
    keep_rows, keep_columns = (sparse.csr_array(np.eye(n)) for n in (height, width))
    return separable_map(down, keep_columns), separable_map(keep_rows, right)


def compress(images: np.ndarray, quality: int) -> np.ndarray:
    """Return images of shape (n, height, width) in [0, 1] after JPEG compression, in float64.

    All that JPEG loses is lost here; the coding that follows is lossless and therefore left out.
    """
    _, height, width = images.shape
    padding = ((0, 0), (0, -height % 8), (0, -width % 8))
    values = np.rint(np.pad(images.astype(np.float64), padding, mode="edge") * 255) - 128
    rows, columns = values.shape[1:]
    steps = np.tile(quantization_table(quality), (rows // 8, columns // 8))
    for along_axis in block_maps(rows, columns, inverse=False):
        values = apply_map(along_axis, values)
    values /= steps
    # Rounded, halves away from zero; the margin makes exact halves of what is one but for rounding.
    values = np.trunc(values + np.copysign(0.5 + 1e-9, values)) * steps
    for along_axis in block_maps(rows, columns, inverse=True):
        values = apply_map(along_axis, values)
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

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        return compress(images, int(self.quality)).astype(images.dtype)
