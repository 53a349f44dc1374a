"""Blurs: each pixel becomes a mean of its neighbours, or changes places with one of them."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from scipy.ndimage import gaussian_filter

from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise, check_odd, check_order
from skmnist.noise._filters import (
    N_CANDIDATES,
    blur_disk,
    blur_taps,
    blur_zoom,
    line_taps,
    trail_taps,
)
from skmnist.noise._streams import ImageStreams


class GaussianBlur(BaseNoise):
    """Blur each image with a Gaussian.

    Parameters
    ----------
    sigma : float, default=2.0
        Standard deviation of the Gaussian in pixels, in [0, 1000]; 0 changes nothing.
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    DefocusBlur : Blur with a disk.
    MotionBlur : Blur along a line.

    Notes
    -----
    The Gaussian ends at four standard deviations; beyond the border stands the border pixel.

    {deterministic}

    References
    ----------
    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import GaussianBlur
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = GaussianBlur().fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "sigma": [Interval(Real, 0, 1000, closed="both")],
    }

    def __init__(
        self,
        sigma: float = 2.0,
        *,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.sigma = sigma

    def _is_zero(self) -> bool:
        return self.sigma == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        return gaussian_filter(images, self.sigma, axes=(1, 2), mode="nearest")


class DefocusBlur(BaseNoise):
    """Blur each image with a disk, like a lens out of focus.

    Parameters
    ----------
    radius : float, default=3.0
        Radius of the disk in pixels, in [0, 1000]: the mean is taken over the pixels within that
        distance. Below 1 nothing changes.
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    GaussianBlur : Blur with a Gaussian.

    Notes
    -----
    Beyond the border stands the border pixel.

    {deterministic}

    References
    ----------
    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import DefocusBlur
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = DefocusBlur().fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "radius": [Interval(Real, 0, 1000, closed="both")],
    }

    def __init__(
        self,
        radius: float = 3.0,
        *,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.radius = radius

    def _is_zero(self) -> bool:
        return self.radius < 1

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        return blur_disk(images, self.radius)


class MotionBlur(BaseNoise):
    """Blur each image along a line, like a camera or a hand that moves.

    Parameters
    ----------
    length : int, default=9
        Length of the line in pixels, odd, in [1, 1001]; 1 changes nothing.
    angle_low : float, default=-45.0
        Least angle of the line in degrees, counter-clockwise from the horizontal, in [-360, 360].
    angle_high : float, default=45.0
        Largest angle; the angle of an image is uniform in [`angle_low`, `angle_high`].
    sigma : float or None, default=None
        None weighs all of a centred line alike. A number, in pixels in [0.01, 1000], makes a trail:
        the line starts at the pixel, and its weights fall like a Gaussian of that standard
        deviation. Such are the images of MNIST-C.
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    GaussianBlur : Blur in all directions.

    Notes
    -----
    The weights of a centred line are those of MATLAB's ``fspecial("motion", length, angle)``, the
    offsets of a trail are rounded to whole pixels. Beyond the border stands the border pixel.

    {random}

    References
    ----------
    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import MotionBlur
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = MotionBlur(random_state=0).fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "length": [Interval(Integral, 1, 1001, closed="both")],
        "angle_low": [Interval(Real, -360, 360, closed="both")],
        "angle_high": [Interval(Real, -360, 360, closed="both")],
        "sigma": [None, Interval(Real, 0.01, 1000, closed="both")],
    }

    def __init__(
        self,
        length: int = 9,
        *,
        angle_low: float = -45.0,
        angle_high: float = 45.0,
        sigma: float | None = None,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.length = length
        self.angle_low = angle_low
        self.angle_high = angle_high
        self.sigma = sigma

    def _validate_params(self) -> None:
        super()._validate_params()
        check_odd("length", self.length, "line")
        check_order("angle_low", self.angle_low, "angle_high", self.angle_high)

    def _is_zero(self) -> bool:
        return self.length == 1

    def _numbers_per_image(self, height: int, width: int) -> int:
        return max(height * width, N_CANDIDATES * (self.length + 2))

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        (angle,) = np.deg2rad(streams.uniform((self.angle_low,), (self.angle_high,)))
        if self.sigma is None:
            taps = line_taps(self.length, angle)
        else:
            taps = trail_taps(self.length, self.sigma, angle)
        return blur_taps(images, *taps)


class ZoomBlur(BaseNoise):
    """Average each image over enlargements of itself, like a zoom during the exposure.

    Parameters
    ----------
    max_zoom : float, default=1.3
        Largest factor, in [1, 10]; 1 changes nothing.
    n_steps : int, default=11
        Number of factors, evenly spaced from 1 to `max_zoom`, in [2, 200].
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    MotionBlur : Blur along a line.

    Notes
    -----
    {deterministic}

    References
    ----------
    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import ZoomBlur
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = ZoomBlur().fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "max_zoom": [Interval(Real, 1, 10, closed="both")],
        "n_steps": [Interval(Integral, 2, 200, closed="both")],
    }

    def __init__(
        self,
        max_zoom: float = 1.3,
        *,
        n_steps: int = 11,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.max_zoom = max_zoom
        self.n_steps = n_steps

    def _is_zero(self) -> bool:
        return self.max_zoom == 1

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        return blur_zoom(images, self.max_zoom, self.n_steps)
