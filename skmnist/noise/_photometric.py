"""Photometric noises: the pixels keep their places and change their values together."""

from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from skmnist._utils._sklearn import Interval
from skmnist.noise._additive import add_scaled
from skmnist.noise._base import BaseNoise, check_order
from skmnist.noise._streams import ImageStreams


class RandomBrightness(BaseNoise):
    """Add one random number to all pixels of an image.

    Parameters
    ----------
    low : float, default=-0.3
        Least shift, in units of the value range, in [-1, 1].
    high : float, default=0.3
        Largest shift; the shift of an image is uniform in [`low`, `high`]. ``low=high`` shifts
        every image alike, ``low=high=0`` changes nothing.
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    Contrast : Change of the differences between pixels.
    ReferenceNoise : Affine noise with a brightness shift, as in the reference protocol.

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

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "low": [Interval(Real, -1, 1, closed="both")],
        "high": [Interval(Real, -1, 1, closed="both")],
    }

    def __init__(
        self,
        low: float = -0.3,
        high: float = 0.3,
        *,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.low = low
        self.high = high

    def _validate_params(self) -> None:
        super()._validate_params()
        check_order("low", self.low, "high", self.high)

    def _is_zero(self) -> bool:
        return self.low == self.high == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        images += self.low + (self.high - self.low) * streams.random((1, 1))
        return images


class Contrast(BaseNoise):
    """Scale the differences of the pixels from the mean of their image.

    Parameters
    ----------
    factor : float, default=0.3
        What the differences are multiplied by, in [0, 100]. Below 1 the contrast falls, 1 changes
        nothing.
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    ReducedContrast : Contrast towards black, with Gaussian noise.
    RandomBrightness : Change of the mean.

    Notes
    -----
    {deterministic}

    References
    ----------
    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import Contrast
    >>> X = np.array([[[0.0, 1.0]]])
    >>> Contrast(factor=0.5).fit_transform(X)
    array([[[0.25, 0.75]]])
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "factor": [Interval(Real, 0, 100, closed="both")],
    }

    def __init__(
        self,
        factor: float = 0.3,
        *,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.factor = factor

    def _is_zero(self) -> bool:
        return self.factor == 1

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        mean = images.mean(axis=(1, 2), keepdims=True)
        images -= mean
        images *= self.factor
        images += mean
        return images


class ReducedContrast(BaseNoise):
    """Darken each image towards black and add Gaussian noise, as n-MNIST does.

    Parameters
    ----------
    factor : float, default=0.5
        What the pixels are multiplied by, in [0, 1].
    scale : float, default=0.251
        Standard deviation of the noise that is added afterwards, in units of the value range, in
        [0, 100]. It stays as it is when the digit fades. ``factor=1`` with ``scale=0`` changes
        nothing.
    {common parameters}

    Attributes
    ----------
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

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import ReducedContrast
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = ReducedContrast(random_state=0).fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "factor": [Interval(Real, 0, 1, closed="both")],
        "scale": [Interval(Real, 0, 100, closed="both")],
    }

    def __init__(
        self,
        factor: float = 0.5,
        scale: float = 0.251,
        *,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.factor = factor
        self.scale = scale

    def _is_zero(self) -> bool:
        return self.factor == 1 and self.scale == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        images *= self.factor
        return add_scaled(images, self.scale, streams.standard_normal(images.shape[1:]))


class Gamma(BaseNoise):
    """Raise each pixel to a power.

    Parameters
    ----------
    gamma : float, default=0.3
        The exponent of the pixels in [0, 1], in [0.01, 100]: below 1 grey becomes lighter, above 1
        darker. Black and white stay; 1 changes nothing.
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    RandomBrightness : The same shift for all pixels.

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

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "gamma": [Interval(Real, 0.01, 100, closed="both")],
    }

    def __init__(
        self,
        gamma: float = 0.3,
        *,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.gamma = gamma

    def _is_zero(self) -> bool:
        return self.gamma == 1

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        return np.power(images, self.gamma, out=images)


class Inversion(BaseNoise):
    """Turn white into black and black into white.

    Parameters
    ----------
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    Stripe : Inversion of the columns at the sides.

    Notes
    -----
    {deterministic}

    References
    ----------
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
