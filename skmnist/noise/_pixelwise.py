"""Noise of single pixels: additive noise, shot noise, salt and pepper."""

from numbers import Real

import numpy as np

from skmnist._utils._dataclasses import estimator_dataclass, parameter
from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise
from skmnist.noise.kernels._pixels import add_scaled, poisson_quantiles, salt_and_pepper
from skmnist.noise.kernels._streams import ImageStreams


@estimator_dataclass
class GaussianNoise(BaseNoise):
    """Add independent Gaussian noise to each pixel.

    Parameters
    ----------
    scale : float, default=0.2
        Standard deviation in units of the value range, in [0, 100]: 0.1 is a tenth of the range. 0
        changes nothing.
    {common parameters}

    {attributes}

    See Also
    --------
    UniformNoise : Bounded additive noise.
    SpeckleNoise : Gaussian noise proportional to the pixel.
    SaltAndPepperNoise : Impulse noise.

    Notes
    -----
    {random}

    Values are clipped to the value range, so that the noise of black and white pixels is
    one-sided.

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import GaussianNoise
    >>> X = np.full((2, 28, 28), 100, dtype=np.uint8)
    >>> X[1] = 101
    >>> noisy = GaussianNoise(scale=0.1, random_state=0).fit_transform(X)
    >>> noisy.shape, noisy.dtype
    ((2, 28, 28), dtype('uint8'))
    >>> bool(abs(noisy.std() / 255 - 0.1) < 0.005)
    True
    """

    scale: float = parameter(Interval(Real, 0, 100, closed="both"), default=0.2, kw_only=False)

    def _is_zero(self) -> bool:
        return self.scale == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        return add_scaled(images, self.scale, streams.standard_normal(images.shape[1:]))


@estimator_dataclass
class UniformNoise(BaseNoise):
    """Add independent uniform noise to each pixel.

    Parameters
    ----------
    amplitude : float, default=0.3
        Bound of the noise, which is uniform in [-`amplitude`, `amplitude`], in units of the value
        range, in [0, 100]. 0 changes nothing.
    {common parameters}

    {attributes}

    See Also
    --------
    GaussianNoise : Additive noise without bounds.

    Notes
    -----
    {random}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import UniformNoise
    >>> X = np.full((1, 28, 28), 0.5)
    >>> noisy = UniformNoise(amplitude=0.1, random_state=0).fit_transform(X)
    >>> bool(0.4 <= noisy.min() < 0.41), bool(0.59 < noisy.max() <= 0.6)
    (True, True)
    """

    amplitude: float = parameter(Interval(Real, 0, 100, closed="both"), default=0.3, kw_only=False)

    def _is_zero(self) -> bool:
        return self.amplitude == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        draws = streams.random(images.shape[1:])
        draws -= 0.5
        return add_scaled(images, 2 * self.amplitude, draws)


@estimator_dataclass
class SpeckleNoise(BaseNoise):
    """Add Gaussian noise proportional to each pixel: black stays black.

    Parameters
    ----------
    scale : float, default=0.4
        Standard deviation of the noise of a white pixel, in units of the value range, in [0, 100].
        0 changes nothing.
    {common parameters}

    {attributes}

    See Also
    --------
    ShotNoise : Noise that grows with the square root of the pixel.

    Notes
    -----
    {random}

    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import SpeckleNoise
    >>> X = np.array([[[0.0, 0.5]]])
    >>> noisy = SpeckleNoise(random_state=0).fit_transform(X)
    >>> bool(noisy[0, 0, 0] == 0), bool(noisy[0, 0, 1] != 0.5)
    (True, True)
    """

    scale: float = parameter(Interval(Real, 0, 100, closed="both"), default=0.4, kw_only=False)

    def _is_zero(self) -> bool:
        return self.scale == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        draws = streams.standard_normal(images.shape[1:])
        np.multiply(draws, images, out=draws, casting="same_kind")
        return add_scaled(images, self.scale, draws)


@estimator_dataclass
class ShotNoise(BaseNoise):
    """Replace each pixel by a Poisson number whose mean is the pixel, like counting photons.

    Parameters
    ----------
    peak : float, default=5.0
        Mean number of photons of a white pixel, in [0.001, 10000]. Fewer photons are stronger
        noise.
    {common parameters}

    {attributes}

    See Also
    --------
    SpeckleNoise : Gaussian noise proportional to the pixel.

    Notes
    -----
    A pixel x in [0, 1] becomes Poisson(x * `peak`) / `peak`, clipped to 1. Black stays black.

    {random}

    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import ShotNoise
    >>> X = np.full((1, 28, 28), 0.5)
    >>> noisy = ShotNoise(peak=4, random_state=0).fit_transform(X)
    >>> np.unique(noisy)
    array([0.  , 0.25, 0.5 , 0.75, 1.  ])
    """

    peak: float = parameter(
        Interval(Real, 0.001, 10_000, closed="both"), default=5.0, kw_only=False
    )

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        uniform = streams.random(images.shape[1:]).ravel()
        pixels = images.ravel()
        lit = np.flatnonzero(pixels)
        pixels[lit] = poisson_quantiles(pixels[lit], self.peak, uniform[lit]) / self.peak
        return pixels.reshape(images.shape)


@estimator_dataclass
class SaltAndPepperNoise(BaseNoise):
    """Set random pixels to white or black.

    Parameters
    ----------
    amount : float, default=0.1
        Probability that a pixel is replaced, in [0, 1]. 0 changes nothing.
    salt_ratio : float, default=0.5
        Probability that a replaced pixel is white (salt) and not black (pepper), in [0, 1].
    {common parameters}

    {attributes}

    See Also
    --------
    GaussianNoise : Additive noise.

    Notes
    -----
    {random}

    A larger `amount` replaces all pixels that a smaller one replaces, and more.

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import SaltAndPepperNoise
    >>> X = np.full((1, 28, 28), 0.5)
    >>> noisy = SaltAndPepperNoise(amount=0.2, random_state=0).fit_transform(X)
    >>> np.unique(noisy)
    array([0. , 0.5, 1. ])
    """

    amount: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.1, kw_only=False)
    salt_ratio: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.5)

    def _is_zero(self) -> bool:
        return self.amount == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        uniform = streams.random(images.shape[1:])
        return salt_and_pepper(images, self.amount, self.salt_ratio, uniform)
