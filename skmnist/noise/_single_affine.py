"""One affine change at a time: rotation, translation, scale, shear."""

from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from skmnist._utils._sklearn import Interval
from skmnist.noise._affine import AffineNoise
from skmnist.noise._base import check_order
from skmnist.noise._streams import ImageStreams
from skmnist.noise._warp import affine_matrices


def signed_amounts(low: float, high: float, streams: ImageStreams, n_axes: int = 1) -> np.ndarray:
    """Draw amounts uniform in [low, high], each with a random sign: shape (n_axes, n)."""
    sign = 2 * streams.integers(2, (n_axes,)).T - 1
    return sign * streams.uniform((low,) * n_axes, (high,) * n_axes)


class RandomRotation(AffineNoise):
    """Rotate each image by a random angle, in a random direction.

    Parameters
    ----------
    low : float, default=5.0
        Least angle in degrees, in [0, 180].
    high : float, default=40.0
        Largest angle; the angle is uniform in [`low`, `high`], clockwise or counter-clockwise.
        ``low=high`` turns every image by the same angle, ``high=0`` changes nothing.
    {border parameters}
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    RandomAffine : Rotation, shift, zoom and shear in one interpolation.

    Notes
    -----
    {random}

    References
    ----------
    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import RandomRotation
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = RandomRotation(random_state=0).fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **AffineNoise._parameter_constraints,
        "low": [Interval(Real, 0, 180, closed="both")],
        "high": [Interval(Real, 0, 180, closed="both")],
    }

    def __init__(
        self,
        low: float = 5.0,
        high: float = 40.0,
        *,
        border_mode: str = "constant",
        border_value: float = 0.0,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            border_mode=border_mode,
            border_value=border_value,
            when=when,
            image_shape=image_shape,
            value_range=value_range,
            random_state=random_state,
        )
        self.low = low
        self.high = high

    def _validate_params(self) -> None:
        super()._validate_params()
        check_order("low", self.low, "high", self.high)

    def _is_zero(self) -> bool:
        return self.high == 0

    def _matrices(self, shape: tuple[int, ...], streams: ImageStreams) -> np.ndarray:
        (angle,) = signed_amounts(self.low, self.high, streams)
        return affine_matrices(shape[0], angle=np.deg2rad(angle))


class RandomTranslation(AffineNoise):
    """Shift each image along both axes by random distances, in random directions.

    Parameters
    ----------
    low : float, default=1.0
        Least shift in pixels, in [0, 1000].
    high : float, default=4.0
        Largest shift; the shifts along the two axes are uniform in [`low`, `high`], each with a
        sign of its own. ``high=0`` changes nothing.
    {border parameters}
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    RandomAffine : Rotation, shift, zoom and shear in one interpolation.

    Notes
    -----
    {random}

    References
    ----------
    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import RandomTranslation
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = RandomTranslation(random_state=0).fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **AffineNoise._parameter_constraints,
        "low": [Interval(Real, 0, 1000, closed="both")],
        "high": [Interval(Real, 0, 1000, closed="both")],
    }

    def __init__(
        self,
        low: float = 1.0,
        high: float = 4.0,
        *,
        border_mode: str = "constant",
        border_value: float = 0.0,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            border_mode=border_mode,
            border_value=border_value,
            when=when,
            image_shape=image_shape,
            value_range=value_range,
            random_state=random_state,
        )
        self.low = low
        self.high = high

    def _validate_params(self) -> None:
        super()._validate_params()
        check_order("low", self.low, "high", self.high)

    def _is_zero(self) -> bool:
        return self.high == 0

    def _matrices(self, shape: tuple[int, ...], streams: ImageStreams) -> np.ndarray:
        down, right = signed_amounts(self.low, self.high, streams, n_axes=2)
        return affine_matrices(shape[0], shift_y=down, shift_x=right)


class RandomScale(AffineNoise):
    """Enlarge or shrink each image about its centre by a random factor.

    Parameters
    ----------
    low : float, default=0.5
        Least factor, in [0.1, 10]; below 1 the digit shrinks.
    high : float, default=0.9
        Largest factor; the factor is uniform in [`low`, `high`]. ``low=high=1`` changes nothing.
    {border parameters}
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    RandomAffine : Rotation, shift, zoom and shear in one interpolation.

    Notes
    -----
    {random}

    References
    ----------
    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import RandomScale
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = RandomScale(random_state=0).fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **AffineNoise._parameter_constraints,
        "low": [Interval(Real, 0.1, 10, closed="both")],
        "high": [Interval(Real, 0.1, 10, closed="both")],
    }

    def __init__(
        self,
        low: float = 0.5,
        high: float = 0.9,
        *,
        border_mode: str = "constant",
        border_value: float = 0.0,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            border_mode=border_mode,
            border_value=border_value,
            when=when,
            image_shape=image_shape,
            value_range=value_range,
            random_state=random_state,
        )
        self.low = low
        self.high = high

    def _validate_params(self) -> None:
        super()._validate_params()
        check_order("low", self.low, "high", self.high)

    def _is_zero(self) -> bool:
        return self.low == self.high == 1

    def _matrices(self, shape: tuple[int, ...], streams: ImageStreams) -> np.ndarray:
        (zoom,) = streams.uniform((self.low,), (self.high,))
        return affine_matrices(shape[0], zoom=zoom)


class RandomShear(AffineNoise):
    """Slant each image by a random angle, to the left or to the right.

    Parameters
    ----------
    low : float, default=10.0
        Least angle in degrees, in [0, 80], by which upright lines are slanted.
    high : float, default=40.0
        Largest angle; the angle is uniform in [`low`, `high`]. ``high=0`` changes nothing.
    stretch : bool, default=False
        Whether the image is also stretched vertically by 1 / cos(angle), as the images of MNIST-C
        are; a shear in the usual sense keeps the height.
    {border parameters}
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    RandomAffine : Rotation, shift, zoom and shear in one interpolation.

    Notes
    -----
    {random}

    References
    ----------
    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import RandomShear
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = RandomShear(random_state=0).fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **AffineNoise._parameter_constraints,
        "low": [Interval(Real, 0, 80, closed="both")],
        "high": [Interval(Real, 0, 80, closed="both")],
        "stretch": ["boolean"],
    }

    def __init__(
        self,
        low: float = 10.0,
        high: float = 40.0,
        *,
        stretch: bool = False,
        border_mode: str = "constant",
        border_value: float = 0.0,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            border_mode=border_mode,
            border_value=border_value,
            when=when,
            image_shape=image_shape,
            value_range=value_range,
            random_state=random_state,
        )
        self.low = low
        self.high = high
        self.stretch = stretch

    def _validate_params(self) -> None:
        super()._validate_params()
        check_order("low", self.low, "high", self.high)

    def _is_zero(self) -> bool:
        return self.high == 0

    def _matrices(self, shape: tuple[int, ...], streams: ImageStreams) -> np.ndarray:
        (angle,) = np.deg2rad(signed_amounts(self.low, self.high, streams))
        matrices = affine_matrices(shape[0], shear=angle)
        if self.stretch:
            matrices[:, :, 0] *= np.cos(angle)[:, np.newaxis]
        return matrices
