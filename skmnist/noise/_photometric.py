"""Photometric noises: the pixels keep their places and change their values together."""

from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval

from skmnist.noise._base import BaseNoise
from skmnist.noise._streams import ImageStreams


class RandomBrightness(BaseNoise):
    """Add one random number to all pixels of an image.

    Parameters
    ----------
    low : float, default=-0.3
        Least shift, in units of the value range, in [-1, 1].
    high : float, default=0.3
        Largest shift, in [-1, 1]; the shift of an image is uniform in [`low`, `high`].
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
    ReferenceNoise : Affine noise with a brightness shift, as in the reference protocol.

    Notes
    -----
    The noise of an image depends on its pixels and the seed only, not on its place in `X`: equal
    images get equal noise.

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
        if self.low > self.high:
            raise ValueError(
                f"low={self.low!r} is greater than high={self.high!r}; expected low <= high."
            )

    def _is_zero(self) -> bool:
        return self.low == self.high == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        low, high = float(self.low), float(self.high)  # numpy's floats would compute in float64
        images += low + (high - low) * streams.random((1, 1))
        return images
