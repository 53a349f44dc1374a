"""Blurs: each pixel becomes a mean of its neighbors."""

from numbers import Integral, Real

import numpy as np
from scipy.ndimage import gaussian_filter

from skmnist._utils._dataclasses import estimator_dataclass, parameter
from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise, check_odd
from skmnist.noise.kernels._filters import (
    N_CANDIDATES,
    blur_disk,
    blur_taps,
    blur_zoom,
    line_taps,
    swap_neighbors,
    trail_taps,
)
from skmnist.noise.kernels._streams import ImageStreams, as_integers


@estimator_dataclass
class GaussianBlur(BaseNoise):
    """Blur each image with a Gaussian.

    Parameters
    ----------
    sigma : float, default=2.0
        Standard deviation of the Gaussian in pixels, in [0, 1000]. 0 changes nothing.
    {common parameters}

    {attributes}

    See Also
    --------
    DefocusBlur : Blur with a disk.
    MotionBlur : Blur along a line.

    Notes
    -----
    The Gaussian is cut off at four standard deviations. The border pixels are repeated beyond the
    border.

    {deterministic}

    {MNIST-C}

    {example}
    """

    sigma: float = parameter(Interval(Real, 0, 1000, closed="both"), default=2.0, kw_only=False)

    def _is_zero(self) -> bool:
        return self.sigma == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        return gaussian_filter(images, self.sigma, axes=(1, 2), mode="nearest")


@estimator_dataclass
class DefocusBlur(BaseNoise):
    """Blur each image with a disk, like a lens out of focus.

    Parameters
    ----------
    radius : float, default=3.0
        Radius of the disk in pixels, in [0, 1000]: each pixel becomes the mean of the pixels within
        this distance. Below 1, nothing changes.
    {common parameters}

    {attributes}

    See Also
    --------
    GaussianBlur : Blur with a Gaussian.

    Notes
    -----
    The border pixels are repeated beyond the border.

    {deterministic}

    {MNIST-C}

    {example}
    """

    radius: float = parameter(Interval(Real, 0, 1000, closed="both"), default=3.0, kw_only=False)

    def _is_zero(self) -> bool:
        return self.radius < 1

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        return blur_disk(images, self.radius)


@estimator_dataclass
class MotionBlur(BaseNoise):
    """Blur each image along a line, like a moving camera or hand.

    Parameters
    ----------
    length : int, default=9
        Length of the line in pixels, odd, in [1, 1001]. 1 changes nothing.
    angle_low : float, default=-45.0
        Smallest angle of the line in degrees, counterclockwise from the horizontal, in
        [-360, 360].
    angle_high : float, default=45.0
        Largest angle in degrees, in [-360, 360]. The angle of an image is uniform in
        [`angle_low`, `angle_high`].
    sigma : float or None, default=None
        Standard deviation of a one-sided Gaussian trail in pixels, in [0.01, 1000], as in the
        images of MNIST-C: the line starts at the pixel and its weights fall like the Gaussian. If
        None, the line is centered at the pixel and its weights are equal.
    {common parameters}

    {attributes}

    See Also
    --------
    GaussianBlur : Blur in all directions.

    Notes
    -----
    A centered line has the weights of MATLAB's ``fspecial("motion", length, angle)``; the offsets
    of a trail are rounded to whole pixels. The border pixels are repeated beyond the border.

    {random}

    {MNIST-C}

    {example}
    """

    length: int = parameter(Interval(Integral, 1, 1001, closed="both"), default=9, kw_only=False)
    angle_low: float = parameter(Interval(Real, -360, 360, closed="both"), default=-45.0)
    angle_high: float = parameter(Interval(Real, -360, 360, closed="both"), default=45.0)
    sigma: float | None = parameter(None, Interval(Real, 0.01, 1000, closed="both"), default=None)
    _bounds = ("angle_low", "angle_high")

    def _validate_params(self) -> None:
        super()._validate_params()
        check_odd("length", self.length, "line")

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


@estimator_dataclass
class ZoomBlur(BaseNoise):
    """Average each image over enlargements of itself, like zooming during the exposure.

    Parameters
    ----------
    max_scale : float, default=1.3
        Largest factor of the enlargements, in [1, 10]. 1 changes nothing.
    n_steps : int, default=11
        Number of factors, evenly spaced from 1 to `max_scale`, in [2, 200].
    {common parameters}

    {attributes}

    See Also
    --------
    MotionBlur : Blur along a line.

    Notes
    -----
    {deterministic}

    {MNIST-C}

    {example}
    """

    max_scale: float = parameter(Interval(Real, 1, 10, closed="both"), default=1.3, kw_only=False)
    n_steps: int = parameter(Interval(Integral, 2, 200, closed="both"), default=11)

    def _is_zero(self) -> bool:
        return self.max_scale == 1

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        return blur_zoom(images, self.max_scale, self.n_steps)


@estimator_dataclass
class GlassBlur(BaseNoise):
    """Blur each image and swap neighboring pixels, like frosted glass.

    Parameters
    ----------
    sigma : float, default=0.7
        Standard deviation of the Gaussian before and after the swaps in pixels, in [0, 1000].
    max_delta : int, default=1
        Bound of the offsets between swapped pixels, in [0, 1000]: offsets along both axes are drawn
        from [-`max_delta`, `max_delta` - 1] pixels. ``sigma=0`` with ``max_delta=0`` or
        ``iterations=0`` changes nothing.
    iterations : int, default=2
        Number of rounds in which all pixels are swapped, in [0, 100].
    swap_probability : float, default=1.0
        Probability that a pixel is swapped in a round, in [0, 1].
    vertical : bool, default=False
        Whether to blur along the vertical axis only, as in the images of MNIST-C.
    {common parameters}

    {attributes}

    See Also
    --------
    GaussianBlur : The Gaussian alone.

    Notes
    -----
    Pixels are swapped in order from the lower right to the upper left, so a pixel may move far. As
    in MNIST-C, no swap starts in the first `max_delta` + 1 or the last `max_delta` - 1 rows and
    columns; their pixels, except those of the very first row and column, may be partners.

    {random}

    {MNIST-C}

    {example}
    """

    sigma: float = parameter(Interval(Real, 0, 1000, closed="both"), default=0.7, kw_only=False)
    max_delta: int = parameter(Interval(Integral, 0, 1000, closed="both"), default=1, kw_only=False)
    iterations: int = parameter(Interval(Integral, 0, 100, closed="both"), default=2, kw_only=False)
    swap_probability: float = parameter(Interval(Real, 0, 1, closed="both"), default=1.0)
    vertical: bool = parameter("boolean", default=False)
    # Larger than usual, because each swap is one numpy call for all images of a chunk.
    _numbers_per_chunk = 2**19

    def _is_zero(self) -> bool:
        return self.sigma == 0 and 0 in (self.max_delta, self.iterations, self.swap_probability)

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        delta, axes = self.max_delta, 1 if self.vertical else (1, 2)
        images = gaussian_filter(images, self.sigma, axes=axes, mode="nearest")
        for _ in range(self.iterations if delta else 0):
            chance, down, right = np.moveaxis(streams.random((3, *images.shape[1:])), 1, 0)
            swapped = chance < self.swap_probability
            down, right = ((as_integers(u, 2 * delta) - delta) * swapped for u in (down, right))
            swap_neighbors(images, down, right, margin=delta)
        return gaussian_filter(images, self.sigma, axes=axes, mode="nearest")
