"""Affine noises: the digit is rotated, shifted, scaled or slanted."""

from abc import abstractmethod
from numbers import Real

import numpy as np

from skmnist._utils._dataclasses import estimator_dataclass, parameter
from skmnist._utils._sklearn import Interval, StrOptions
from skmnist.noise._base import BaseNoise
from skmnist.noise.kernels._streams import ImageStreams
from skmnist.noise.kernels._warp import BORDER_MODES, affine_matrices, warp_affine


@estimator_dataclass
class WarpNoise(BaseNoise):
    """A noise that reads pixels from other positions, possibly beyond the border of the image."""

    border_mode: str = parameter(StrOptions(set(BORDER_MODES)), default="constant")
    border_value: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.0)


class AffineNoise(WarpNoise):
    """A noise that warps each image with its own affine matrix."""

    @abstractmethod
    def _matrices(self, shape: tuple[int, ...], streams: ImageStreams) -> np.ndarray:
        """Return the matrices of `warp_affine` for images of shape (n, height, width)."""

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        return warp_affine(
            images,
            self._matrices(images.shape, streams),
            border_mode=self.border_mode,
            border_value=self.border_value,
        )


def signed_amounts(low: float, high: float, streams: ImageStreams, n_axes: int = 1) -> np.ndarray:
    """Draw amounts uniform in [low, high], each with a random sign: shape (n_axes, n)."""
    sign = 2 * streams.integers(2, (n_axes,)).T - 1
    return sign * streams.uniform((low,) * n_axes, (high,) * n_axes)


@estimator_dataclass
class RandomRotation(AffineNoise):
    """Rotate each image by a random angle, in a random direction.

    Parameters
    ----------
    low : float, default=5.0
        Smallest angle in degrees, in [0, 180].
    high : float, default=40.0
        Largest angle in degrees, in [0, 180]. The angle is uniform in [`low`, `high`], clockwise
        or counterclockwise with equal probability. ``high=0`` changes nothing.
    {border parameters}
    {common parameters}

    {attributes}

    See Also
    --------
    RandomAffine : Rotation, translation, scale and shear in one interpolation.

    Notes
    -----
    {random}

    {MNIST-C}

    {example}
    """

    low: float = parameter(Interval(Real, 0, 180, closed="both"), default=5.0, kw_only=False)
    high: float = parameter(Interval(Real, 0, 180, closed="both"), default=40.0, kw_only=False)
    _bounds = ("low", "high")

    def _is_zero(self) -> bool:
        return self.high == 0

    def _matrices(self, shape: tuple[int, ...], streams: ImageStreams) -> np.ndarray:
        (angle,) = signed_amounts(self.low, self.high, streams)
        return affine_matrices(shape[0], angle=np.deg2rad(angle))


@estimator_dataclass
class RandomTranslation(AffineNoise):
    """Shift each image along both axes by random distances, in random directions.

    Parameters
    ----------
    min_shift : float, default=1.0
        Smallest shift in pixels, in [0, 1000].
    max_shift : float, default=4.0
        Largest shift in pixels, in [0, 1000]. The shift along each axis is uniform in
        [`min_shift`, `max_shift`] and has a random sign. ``max_shift=0`` changes nothing.
    {border parameters}
    {common parameters}

    {attributes}

    See Also
    --------
    RandomAffine : Rotation, translation, scale and shear in one interpolation.

    Notes
    -----
    {random}

    {MNIST-C}

    {example}
    """

    min_shift: float = parameter(Interval(Real, 0, 1000, closed="both"), default=1.0, kw_only=False)
    max_shift: float = parameter(Interval(Real, 0, 1000, closed="both"), default=4.0, kw_only=False)
    _bounds = ("min_shift", "max_shift")

    def _is_zero(self) -> bool:
        return self.max_shift == 0

    def _matrices(self, shape: tuple[int, ...], streams: ImageStreams) -> np.ndarray:
        down, right = signed_amounts(self.min_shift, self.max_shift, streams, n_axes=2)
        return affine_matrices(shape[0], shift_y=down, shift_x=right)


@estimator_dataclass
class RandomScale(AffineNoise):
    """Enlarge or shrink each image about its center by a random factor.

    Parameters
    ----------
    low : float, default=0.5
        Smallest factor, in [0.1, 10]. Below 1, the digit shrinks.
    high : float, default=0.9
        Largest factor, in [0.1, 10]. The factor is uniform in [`low`, `high`]. ``low=high=1``
        changes nothing.
    {border parameters}
    {common parameters}

    {attributes}

    See Also
    --------
    RandomAffine : Rotation, translation, scale and shear in one interpolation.

    Notes
    -----
    {random}

    {MNIST-C}

    {example}
    """

    low: float = parameter(Interval(Real, 0.1, 10, closed="both"), default=0.5, kw_only=False)
    high: float = parameter(Interval(Real, 0.1, 10, closed="both"), default=0.9, kw_only=False)
    _bounds = ("low", "high")

    def _is_zero(self) -> bool:
        return self.low == self.high == 1

    def _matrices(self, shape: tuple[int, ...], streams: ImageStreams) -> np.ndarray:
        (scale,) = streams.uniform((self.low,), (self.high,))
        return affine_matrices(shape[0], scale=scale)


@estimator_dataclass
class RandomShear(AffineNoise):
    """Slant each image by a random angle, to the left or to the right.

    Parameters
    ----------
    low : float, default=10.0
        Smallest angle in degrees by which vertical lines are slanted, in [0, 80].
    high : float, default=40.0
        Largest angle in degrees, in [0, 80]. The angle is uniform in [`low`, `high`] and has a
        random sign. ``high=0`` changes nothing.
    stretch : bool, default=False
        Whether to also stretch the image vertically by 1 / cos(angle), as in the images of
        MNIST-C. A usual shear keeps the height.
    {border parameters}
    {common parameters}

    {attributes}

    See Also
    --------
    RandomAffine : Rotation, translation, scale and shear in one interpolation.

    Notes
    -----
    {random}

    {MNIST-C}

    {example}
    """

    low: float = parameter(Interval(Real, 0, 80, closed="both"), default=10.0, kw_only=False)
    high: float = parameter(Interval(Real, 0, 80, closed="both"), default=40.0, kw_only=False)
    stretch: bool = parameter("boolean", default=False)
    _bounds = ("low", "high")

    def _is_zero(self) -> bool:
        return self.high == 0

    def _matrices(self, shape: tuple[int, ...], streams: ImageStreams) -> np.ndarray:
        (angle,) = np.deg2rad(signed_amounts(self.low, self.high, streams))
        matrices = affine_matrices(shape[0], shear=angle)
        if self.stretch:
            matrices[:, :, 0] *= np.cos(angle)[:, np.newaxis]
        return matrices


@estimator_dataclass
class RandomAffine(AffineNoise):
    """Rotate, shift, scale and slant each image at random, in one bilinear interpolation.

    Parameters
    ----------
    rotation : float, default=15.0
        Largest angle of the rotation about the center in degrees, in [0, 180]; uniform in
        [-`rotation`, `rotation`].
    translation : float, default=0.1
        Largest shift as a share of the height and of the width, in [0, 1]; uniform in
        [-`translation`, `translation`], independently along both axes.
    scale : float, default=0.1
        Largest relative change of the size, in [0, 0.9]; the digit is enlarged by a factor uniform
        in [1 - `scale`, 1 + `scale`].
    shear : float, default=0.0
        Largest angle in degrees by which vertical lines are slanted, in [0, 80]; uniform in
        [-`shear`, `shear`].
    {border parameters}
    {common parameters}

    {attributes}

    See Also
    --------
    RandomRotation : Rotation by angles of a given range.
    RandomTranslation : Shifts in pixels of a given range.
    RandomScale : Scaling by factors of a given range.
    RandomShear : Shear by angles of a given range.
    ReferenceNoise : The affine noise of the reference protocol, in three interpolations.
    ElasticTransform : Deformation that varies over the image.

    Notes
    -----
    {random}

    {example}
    """

    rotation: float = parameter(Interval(Real, 0, 180, closed="both"), default=15.0, kw_only=False)
    translation: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.1)
    scale: float = parameter(Interval(Real, 0, 0.9, closed="both"), default=0.1)
    shear: float = parameter(Interval(Real, 0, 80, closed="both"), default=0.0)

    def _is_zero(self) -> bool:
        return self.rotation == self.translation == self.scale == self.shear == 0

    def _matrices(self, shape: tuple[int, ...], streams: ImageStreams) -> np.ndarray:
        n, height, width = shape
        turn, down, right, growth, slant = 2 * streams.random((5,)).astype(np.float64).T - 1
        return affine_matrices(
            n,
            angle=np.deg2rad(self.rotation * turn),
            shift_y=self.translation * height * down,
            shift_x=self.translation * width * right,
            scale=1 + self.scale * growth,
            shear=np.deg2rad(self.shear * slant),
        )
