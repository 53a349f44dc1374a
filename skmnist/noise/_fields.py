"""Smooth random fields: light that falls unevenly, contrast that differs from place to place."""

import math
from collections.abc import Sequence
from functools import lru_cache
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from scipy import sparse
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise
from skmnist.noise._linear import apply_matrices
from skmnist.noise._streams import ImageStreams

# A Gaussian ends at so many standard deviations.
_REACH = 4
# Pixels of an axis in one dense matrix.
_BLOCK = 1024


@lru_cache(maxsize=32)
def smoothing_matrix(size: int, sigma: float) -> sparse.csr_array:
    """Return the matrix that makes a smooth function on an axis out of white noise.

    Parameters
    ----------
    size : int
        Number of pixels along the axis.
    sigma : float
        Standard deviation of the Gaussian in pixels.

    Returns
    -------
    sparse array of shape (size, n_points)
        Gaussians about points that reach beyond both ends, so that no pixel is special. A pixel
        apart, or `sigma` if that is more, they are close enough for the correlation of two pixels
        to depend on their distance alone, within 1e-3. The squares of each row add up to 1.
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


class SmoothNoise(BaseNoise):
    """Add a smooth random field to each image, and change its contrast by another one.

    Such are shadows and haze, and light that falls unevenly.

    Parameters
    ----------
    amplitude : float, default=0.3
        Standard deviation, at every pixel, of the field that is added, in units of the value range,
        in [0, 100].
    sigma : float, default=4.0
        Standard deviation, in pixels, of the Gaussian that smooths the fields, in [0.1, 10000]: the
        larger, the wider the shadows. Fields much wider than the image are the same everywhere.
    contrast : float, default=0.0
        Largest relative change of the contrast, in [0, 100]: what a pixel differs from the middle
        grey by is multiplied by a smooth field of values within 1 ± `contrast`. Above 1 some parts
        are inverted. ``amplitude=0`` with ``contrast=0`` changes nothing.
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    Fog : Clouds.
    GaussianNoise : Noise that is independent from pixel to pixel.
    RandomBrightness : The same shift for all pixels.

    Notes
    -----
    With fields f and g, which are Gaussian with mean 0 and variance 1 at every pixel, an image x in
    [0, 1] becomes 1/2 + (x - 1/2) * (1 + contrast * g / sqrt(1 + g²)) + amplitude * f. From sigma 1
    on, two pixels of f at a distance d have the correlation exp(-(d / (2 * sigma))²), at the border
    as elsewhere; below, the pixels are too coarse for the formula.

    {random}

    References
    ----------
    Bae, H.-J. et al. (2018). A Perlin Noise-Based Augmentation Strategy for Deep Learning with
    Small Data Samples of HRCT Images. Scientific Reports 8. :doi:`10.1038/s41598-018-36047-2`

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import SmoothNoise
    >>> X = np.full((1, 28, 28), 0.5)
    >>> noisy = SmoothNoise(amplitude=0.1, random_state=0).fit_transform(X)
    >>> bool(noisy.std() > 0.05), bool(abs(np.diff(noisy, axis=2)).max() < 0.05)
    (True, True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "amplitude": [Interval(Real, 0, 100, closed="both")],
        "sigma": [Interval(Real, 0.1, 10000, closed="both")],
        "contrast": [Interval(Real, 0, 100, closed="both")],
    }

    def __init__(
        self,
        amplitude: float = 0.3,
        *,
        sigma: float = 4.0,
        contrast: float = 0.0,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.amplitude = amplitude
        self.sigma = sigma
        self.contrast = contrast

    def _is_zero(self) -> bool:
        return self.amplitude == self.contrast == 0

    def _numbers_per_image(self, height: int, width: int) -> int:
        n_points = (smoothing_matrix(size, self.sigma).shape[1] for size in (height, width))
        return max(height * width, math.prod(n_points))

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        _, height, width = images.shape
        rows, columns = (smoothing_matrix(size, self.sigma) for size in (height, width))
        n_fields = 2 if self.contrast else 1
        draws = streams.standard_normal((n_fields, rows.shape[1], columns.shape[1]))
        if self.contrast:
            field = apply_matrices(draws[:, 1], rows, columns)
            field /= np.sqrt(1 + field**2)  # within ±1, and nearly uniform
            images -= 0.5
            images *= 1 + self.contrast * field
            images += 0.5
        field = apply_matrices(draws[:, 0], rows, columns)
        field *= self.amplitude
        images += field
        return images
