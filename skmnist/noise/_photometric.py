"""Photometric noises: pixels keep their positions and change their values together."""

import math
from numbers import Integral, Real

import numpy as np

from skmnist._utils._dataclasses import estimator_dataclass, parameter
from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise
from skmnist.noise.kernels._fields import smoothing_matrix
from skmnist.noise.kernels._linear import apply_matrices
from skmnist.noise.kernels._pixels import add_scaled
from skmnist.noise.kernels._streams import ImageStreams


@estimator_dataclass
class RandomBrightness(BaseNoise):
    """Add one random number to all pixels of an image.

    Parameters
    ----------
    low : float, default=-0.3
        Smallest change, in units of the value range, in [-1, 1].
    high : float, default=0.3
        Largest change, in units of the value range, in [-1, 1]. The change of an image is uniform
        in [`low`, `high`]. ``low=high=0`` changes nothing.
    {common parameters}

    {attributes}

    See Also
    --------
    Contrast : Change of the differences between pixels.
    ReferenceNoise : Affine noise with a change of brightness, as in the reference protocol.

    Notes
    -----
    {random}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import RandomBrightness
    >>> X = np.full((1, 2, 2), 0.5)
    >>> RandomBrightness(low=0.25, high=0.25).fit_transform(X)
    array([[[0.75, 0.75],
            [0.75, 0.75]]])
    """

    low: float = parameter(Interval(Real, -1, 1, closed="both"), default=-0.3, kw_only=False)
    high: float = parameter(Interval(Real, -1, 1, closed="both"), default=0.3, kw_only=False)
    _bounds = ("low", "high")

    def _is_zero(self) -> bool:
        return self.low == self.high == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        images += self.low + (self.high - self.low) * streams.random((1, 1))
        return images


@estimator_dataclass
class Contrast(BaseNoise):
    """Scale the differences between the pixels and the mean of their image.

    Parameters
    ----------
    factor : float, default=0.3
        Factor of the differences, in [0, 100]. Below 1, the contrast decreases. 1 changes nothing.
    {common parameters}

    {attributes}

    See Also
    --------
    ReducedContrast : Darker images with Gaussian noise.
    RandomBrightness : Change of the mean.

    Notes
    -----
    {deterministic}

    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import Contrast
    >>> X = np.array([[[0.0, 1.0]]])
    >>> Contrast(factor=0.5).fit_transform(X)
    array([[[0.25, 0.75]]])
    """

    factor: float = parameter(Interval(Real, 0, 100, closed="both"), default=0.3, kw_only=False)

    def _is_zero(self) -> bool:
        return self.factor == 1

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        mean = images.mean(axis=(1, 2), keepdims=True)
        images -= mean
        images *= self.factor
        images += mean
        return images


@estimator_dataclass
class ReducedContrast(BaseNoise):
    """Darken each image and add Gaussian noise, as in n-MNIST.

    Parameters
    ----------
    factor : float, default=0.5
        Factor of the pixels, in [0, 1].
    scale : float, default=0.251
        Standard deviation of the noise that is added afterward, in units of the value range, in
        [0, 100]; it does not depend on `factor`. ``factor=1`` with ``scale=0`` changes nothing.
    {common parameters}

    {attributes}

    See Also
    --------
    Contrast : Contrast about the mean of the image, without noise.

    Notes
    -----
    {random}

    References
    ----------
    Basu, S. et al. (2017). Learning Sparse Feature Representations Using Probabilistic Quadtrees
    and Deep Belief Nets. Neural Processing Letters 45. :arxiv:`1509.03413`

    {example}
    """

    factor: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.5, kw_only=False)
    scale: float = parameter(Interval(Real, 0, 100, closed="both"), default=0.251, kw_only=False)

    def _is_zero(self) -> bool:
        return self.factor == 1 and self.scale == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        images *= self.factor
        return add_scaled(images, self.scale, streams.standard_normal(images.shape[1:]))


@estimator_dataclass
class Gamma(BaseNoise):
    """Raise each pixel to a power.

    Parameters
    ----------
    gamma : float, default=0.3
        Exponent, in [0.01, 100], of pixels scaled to [0, 1]. Below 1, gray becomes lighter; above
        1, darker. Black and white do not change. 1 changes nothing.
    {common parameters}

    {attributes}

    See Also
    --------
    RandomBrightness : The same change for all pixels.

    Notes
    -----
    {deterministic}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import Gamma
    >>> X = np.array([[[0.0, 0.25, 1.0]]])
    >>> Gamma(gamma=0.5).fit_transform(X)
    array([[[0. , 0.5, 1. ]]])
    """

    gamma: float = parameter(Interval(Real, 0.01, 100, closed="both"), default=0.3, kw_only=False)

    def _is_zero(self) -> bool:
        return self.gamma == 1

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        return np.power(images, self.gamma, out=images)


@estimator_dataclass
class Inversion(BaseNoise):
    """Invert the pixels: white becomes black and black becomes white.

    Parameters
    ----------
    {common parameters}

    {attributes}

    See Also
    --------
    Stripe : Inversion of the columns at both sides.

    Notes
    -----
    {deterministic}

    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import Inversion
    >>> X = np.array([[[0, 100, 255]]], dtype=np.uint8)
    >>> Inversion().fit_transform(X)
    array([[[255, 155,   0]]], dtype=uint8)
    """

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        np.subtract(1, images, out=images)
        return images


@estimator_dataclass
class Quantization(BaseNoise):
    """Round each pixel to a few gray levels.

    Parameters
    ----------
    bits : int, default=1
        Bits per pixel, in [1, 16]: 2 to the power of `bits` evenly spaced levels, including black
        and white.
    {common parameters}

    {attributes}

    See Also
    --------
    JPEGCompression : Quantization of frequencies.

    Notes
    -----
    {deterministic}

    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import Quantization
    >>> X = np.array([[[0, 40, 100, 255]]], dtype=np.uint8)
    >>> Quantization(bits=2).fit_transform(X)
    array([[[  0,   0,  85, 255]]], dtype=uint8)
    """

    bits: int = parameter(Interval(Integral, 1, 16, closed="both"), default=1, kw_only=False)

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        steps = 2**self.bits - 1
        images *= steps
        np.rint(images, out=images)
        images /= steps
        return images


@estimator_dataclass
class SmoothNoise(BaseNoise):
    """Vary brightness and contrast smoothly over each image, like shadows, haze and uneven light.

    Parameters
    ----------
    amplitude : float, default=0.3
        Standard deviation of the added field at every pixel, in units of the value range, in
        [0, 100].
    sigma : float, default=4.0
        Standard deviation in pixels of the Gaussian that smooths the fields, in [0.1, 10000].
        Larger values make wider shadows; fields much wider than the image are constant.
    contrast : float, default=0.0
        Largest relative change of the contrast, in [0, 100]: the difference between a pixel and
        mid-gray is multiplied by a smooth field with values in 1 ± `contrast`. Above 1, some
        regions are inverted. ``amplitude=0`` with ``contrast=0`` changes nothing.
    {common parameters}

    {attributes}

    See Also
    --------
    Fog : Clouds.
    GaussianNoise : Noise that is independent from pixel to pixel.
    RandomBrightness : The same change for all pixels.

    Notes
    -----
    With Gaussian fields f and g, which have mean 0 and variance 1 at every pixel, an image x in
    [0, 1] becomes 1/2 + (x - 1/2) * (1 + contrast * g / sqrt(1 + g²)) + amplitude * f. If sigma is
    at least 1, two pixels of f at a distance d have the correlation exp(-(d / (2 * sigma))²), also
    at the border; for smaller sigma, the pixels are too coarse for this formula.

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

    amplitude: float = parameter(Interval(Real, 0, 100, closed="both"), default=0.3, kw_only=False)
    sigma: float = parameter(Interval(Real, 0.1, 10000, closed="both"), default=4.0)
    contrast: float = parameter(Interval(Real, 0, 100, closed="both"), default=0.0)

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
            change = apply_matrices(draws[:, 1], rows, columns)
            change /= np.sqrt(1 + change**2)  # within ±1, and nearly uniform
            images -= 0.5
            images *= 1 + self.contrast * change
            images += 0.5
        light = apply_matrices(draws[:, 0], rows, columns)
        light *= self.amplitude
        images += light
        return images
