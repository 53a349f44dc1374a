"""Additive noises: a random number is added to each pixel."""

from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise
from skmnist.noise._streams import ImageStreams


def add_scaled(images: np.ndarray, scale: float, draws: np.ndarray) -> np.ndarray:
    """Add draws times a scale; overwrites both, and returns `images`."""
    np.multiply(draws, scale, out=draws)
    images += draws
    return images


class GaussianNoise(BaseNoise):
    """Add independent Gaussian noise to each pixel.

    Parameters
    ----------
    scale : float, default=0.2
        Standard deviation in units of the value range, in [0, 100]: 0.1 is a tenth of it. 0
        changes nothing.
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    UniformNoise : Bounded additive noise.
    SpeckleNoise : Gaussian noise in proportion to the pixel.
    SaltAndPepperNoise : Impulse noise.

    Notes
    -----
    {random}

    Values are clipped to the value range, so that the noise of black and of white pixels is
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

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "scale": [Interval(Real, 0, 100, closed="both")],
    }

    def __init__(
        self,
        scale: float = 0.2,
        *,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.scale = scale

    def _is_zero(self) -> bool:
        return self.scale == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        return add_scaled(images, self.scale, streams.standard_normal(images.shape[1:]))


class UniformNoise(BaseNoise):
    """Add independent uniform noise to each pixel.

    Parameters
    ----------
    amplitude : float, default=0.3
        The noise is uniform in ±`amplitude`, in units of the value range, in [0, 100]. 0 changes
        nothing.
    {common parameters}

    Attributes
    ----------
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

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "amplitude": [Interval(Real, 0, 100, closed="both")],
    }

    def __init__(
        self,
        amplitude: float = 0.3,
        *,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.amplitude = amplitude

    def _is_zero(self) -> bool:
        return self.amplitude == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        draws = streams.random(images.shape[1:])
        draws -= 0.5
        return add_scaled(images, 2 * self.amplitude, draws)


class SpeckleNoise(BaseNoise):
    """Add Gaussian noise in proportion to each pixel: black stays black.

    Parameters
    ----------
    scale : float, default=0.4
        Standard deviation of the noise of a white pixel, in units of the value range, in [0, 100].
        0 changes nothing.
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    ShotNoise : Noise that grows with the square root of the pixel.

    Notes
    -----
    {random}

    References
    ----------
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

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "scale": [Interval(Real, 0, 100, closed="both")],
    }

    def __init__(
        self,
        scale: float = 0.4,
        *,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.scale = scale

    def _is_zero(self) -> bool:
        return self.scale == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        draws = streams.standard_normal(images.shape[1:])
        np.multiply(draws, images, out=draws, casting="same_kind")
        return add_scaled(images, self.scale, draws)
