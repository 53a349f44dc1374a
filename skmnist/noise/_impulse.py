"""Impulse, shot and quantization noise: each pixel is replaced by another value."""

from collections.abc import Sequence
from functools import lru_cache
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from scipy.special import pdtr, pdtrik

from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise
from skmnist.noise._streams import ImageStreams


def salt_and_pepper(
    images: np.ndarray, amount: float, salt_ratio: float, uniform: np.ndarray
) -> np.ndarray:
    """Set the pixels in both tails of uniform draws to 1 or 0; overwrites and returns `images`.

    The tails grow with `amount`: the pixels that a weak noise changes, a stronger one changes too.
    """
    images[uniform < amount * salt_ratio] = 1
    images[uniform >= 1 - amount * (1 - salt_ratio)] = 0
    return images


def poisson_quantiles(pixels: np.ndarray, peak: float, uniform: np.ndarray) -> np.ndarray:
    """Return Poisson numbers with means `pixels` * `peak`, growing with the uniform draws.

    Pixels that are multiples of 1 / 255 read a table, some hundred times faster than the general
    function that serves the others.
    """
    pixels = pixels.astype(np.float64)
    uniform = np.maximum(uniform, 2**-25)  # 0 has no quantile; the next draw is 2**-24
    level = np.rint(pixels * 255)
    table = _poisson_table(peak)
    place = table.ravel().searchsorted(level + uniform, side="right")
    counts = place - level * table.shape[1]
    between = np.flatnonzero(np.abs(pixels * 255 - level) > 1e-3)
    if between.size:
        mean, draws = pixels[between] * peak, uniform[between].astype(np.float64)
        count = np.ceil(pdtrik(np.maximum(draws, np.exp(-mean)), mean))
        count -= (count > 0) & (pdtr(np.maximum(count - 1, 0), mean) >= draws)
        counts[between] = count
    return counts


@lru_cache(maxsize=8)
def _poisson_table(peak: float) -> np.ndarray:
    """Return level + P(count <= k) for the means level / 255 * peak, of shape (256, n_counts)."""
    n_counts = int(peak + 6 * np.sqrt(peak)) + 20  # P reaches 1 - 2**-24, the largest draw
    level = np.arange(256.0)[:, np.newaxis]
    return level + pdtr(np.arange(n_counts), level / 255 * peak)


class ShotNoise(BaseNoise):
    """Count photons: each pixel becomes a Poisson number with its own value as the mean.

    Parameters
    ----------
    peak : float, default=5.0
        Mean number of photons of a white pixel, in [0.001, 10000]; the fewer, the stronger the
        noise.
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    SpeckleNoise : Gaussian noise in proportion to the pixel.

    Notes
    -----
    A pixel x in [0, 1] becomes Poisson(x * `peak`) / `peak`, clipped to 1. Black stays black.

    {random}

    References
    ----------
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

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "peak": [Interval(Real, 0.001, 10_000, closed="both")],
    }

    def __init__(
        self,
        peak: float = 5.0,
        *,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.peak = peak

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        uniform = streams.random(images.shape[1:]).ravel()
        pixels = images.ravel()
        lit = np.flatnonzero(pixels)
        pixels[lit] = poisson_quantiles(pixels[lit], self.peak, uniform[lit]) / self.peak
        return pixels.reshape(images.shape)


class SaltAndPepperNoise(BaseNoise):
    """Set a random share of the pixels to white or black.

    Parameters
    ----------
    amount : float, default=0.1
        Probability that a pixel is replaced, in [0, 1]. 0 changes nothing.
    salt_ratio : float, default=0.5
        Probability that a replaced pixel turns white (salt) and not black (pepper), in [0, 1].
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    GaussianNoise : Additive noise.

    Notes
    -----
    {random}

    A stronger noise changes the pixels that a weaker one changes, and more.

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import SaltAndPepperNoise
    >>> X = np.full((1, 28, 28), 0.5)
    >>> noisy = SaltAndPepperNoise(amount=0.2, random_state=0).fit_transform(X)
    >>> np.unique(noisy)
    array([0. , 0.5, 1. ])
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "amount": [Interval(Real, 0, 1, closed="both")],
        "salt_ratio": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        amount: float = 0.1,
        *,
        salt_ratio: float = 0.5,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.amount = amount
        self.salt_ratio = salt_ratio

    def _is_zero(self) -> bool:
        return self.amount == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        uniform = streams.random(images.shape[1:])
        return salt_and_pepper(images, self.amount, self.salt_ratio, uniform)


class Quantization(BaseNoise):
    """Round each pixel to a few grey levels.

    Parameters
    ----------
    bits : int, default=1
        Bits of a pixel, in [1, 16]: 2 to the power of `bits` levels, black and white among them.
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    JPEGCompression : Quantization of frequencies.

    Notes
    -----
    {deterministic}

    References
    ----------
    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import Quantization
    >>> X = np.array([[[0, 40, 100, 255]]], dtype=np.uint8)
    >>> Quantization(bits=2).fit_transform(X)
    array([[[  0,   0,  85, 255]]], dtype=uint8)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "bits": [Interval(Integral, 1, 16, closed="both")],
    }

    def __init__(
        self,
        bits: int = 1,
        *,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.bits = bits

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        steps = 2**self.bits - 1
        images *= steps
        np.rint(images, out=images)
        images /= steps
        return images
