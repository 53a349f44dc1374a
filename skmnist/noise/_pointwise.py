"""Additive and impulse noises: each pixel on its own."""

from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval

from skmnist.noise._base import BaseNoise
from skmnist.noise._streams import ImageStreams


def add_gaussian(images: np.ndarray, scale: float, normal: np.ndarray) -> np.ndarray:
    """Add standard normal draws, scaled; overwrites and returns `images`."""
    np.multiply(normal, scale, out=normal)
    images += normal
    return images


def salt_and_pepper(
    images: np.ndarray, amount: float, salt_ratio: float, uniform: np.ndarray
) -> np.ndarray:
    """Set the pixels in both tails of uniform draws to 1 or 0; overwrites and returns `images`.

    The tails grow with `amount`: the pixels that a weak noise changes, a stronger one changes too.
    """
    images[uniform < amount * salt_ratio] = 1
    images[uniform >= 1 - amount * (1 - salt_ratio)] = 0
    return images


class GaussianNoise(BaseNoise):
    """Add independent Gaussian noise to each pixel.

    Parameters
    ----------
    scale : float, default=0.2
        Standard deviation in units of the value range: 0.1 is a tenth of it. 0 changes nothing.
    when : {"always", "fit"}, default="always"
        "always" adds the noise in `transform` and `fit_transform`: the world is noisy, in training
        and in test. "fit" adds it in `fit_transform` only and lets `transform` pass through: noise
        in training only, for robustness.
    image_shape : tuple of int, default=None
        (height, width) of the images; None takes it from `X`.
    value_range : (low, high), default=None
        Pixel values of black and white; None learns it in `fit`.
    random_state : int, RandomState instance or None, default=None
        Seed of the noise. None draws a new seed at each `fit`.

    Attributes
    ----------
    value_range_ : tuple of two floats
        Pixel values of black and white.
    image_shape_ : tuple of int
        (height, width, 1) of the images.
    seed_ : int
        The seed; with it as `random_state`, the noise can be repeated.
    n_features_in_ : int
        Number of pixels of an image.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, if `X` was a DataFrame with string column names.

    See Also
    --------
    SaltAndPepperNoise : Impulse noise.

    Notes
    -----
    The noise of an image depends on its pixels and the seed only, not on its place in `X`: equal
    images get equal noise. Values are clipped to the value range, so that the noise of black and of
    white pixels is one-sided.

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
        "scale": [Interval(Real, 0, None, closed="left")],
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
        return add_gaussian(images, float(self.scale), streams.standard_normal(images.shape[1:]))


class SaltAndPepperNoise(BaseNoise):
    """Set a random share of the pixels to white or black.

    Parameters
    ----------
    amount : float, default=0.1
        Probability that a pixel is replaced, in [0, 1]. 0 changes nothing.
    salt_ratio : float, default=0.5
        Probability that a replaced pixel turns white (salt) and not black (pepper), in [0, 1].
    when : {"always", "fit"}, default="always"
        "always" adds the noise in `transform` and `fit_transform`: the world is noisy, in training
        and in test. "fit" adds it in `fit_transform` only and lets `transform` pass through: noise
        in training only, for robustness.
    image_shape : tuple of int, default=None
        (height, width) of the images; None takes it from `X`.
    value_range : (low, high), default=None
        Pixel values of black and white; None learns it in `fit`.
    random_state : int, RandomState instance or None, default=None
        Seed of the noise. None draws a new seed at each `fit`.

    Attributes
    ----------
    value_range_ : tuple of two floats
        Pixel values of black and white.
    image_shape_ : tuple of int
        (height, width, 1) of the images.
    seed_ : int
        The seed; with it as `random_state`, the noise can be repeated.
    n_features_in_ : int
        Number of pixels of an image.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, if `X` was a DataFrame with string column names.

    See Also
    --------
    GaussianNoise : Additive noise.

    Notes
    -----
    The noise of an image depends on its pixels and the seed only, not on its place in `X`: equal
    images get equal noise. A stronger noise changes the pixels that a weaker one changes, and more.

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
        return salt_and_pepper(images, float(self.amount), float(self.salt_ratio), uniform)
