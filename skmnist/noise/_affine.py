"""General affine and elastic noises: the digit turns, moves, changes its size or its shape."""

from abc import abstractmethod
from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from skmnist._utils._sklearn import Interval, StrOptions
from skmnist.noise._base import BaseNoise
from skmnist.noise._fields import smooth_mirrored
from skmnist.noise._streams import ImageStreams
from skmnist.noise._warp import BORDER_MODES, affine_matrices, sample_bilinear, warp_affine


class WarpNoise(BaseNoise):
    """A noise that reads pixels from elsewhere in the image, perhaps from beyond its border."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "border_mode": [StrOptions(set(BORDER_MODES))],
        "border_value": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        *,
        border_mode: str = "constant",
        border_value: float = 0.0,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.border_mode = border_mode
        self.border_value = border_value


class AffineNoise(WarpNoise):
    """A noise that warps each image with an affine matrix of its own."""

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


class RandomAffine(AffineNoise):
    """Rotate, shift, zoom and slant each image at random, in one bilinear interpolation.

    Parameters
    ----------
    rotation : float, default=15.0
        Largest rotation about the centre, in degrees; uniform in ±`rotation`.
    translation : float, default=0.1
        Largest shift as a share of the height and of the width, in [0, 1]; uniform in
        ±`translation`, independently along both axes.
    zoom : float, default=0.1
        Largest relative change of size, in [0, 0.9]; the content is enlarged by a factor uniform in
        [1 - `zoom`, 1 + `zoom`].
    shear : float, default=0.0
        Largest angle, in degrees in [0, 80], by which upright lines are slanted; uniform in
        ±`shear`.
    {border parameters}
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    RandomRotation : Rotation by angles in a range of its own; there are more such classes.
    ReferenceNoise : The affine noise of the reference protocol, in three interpolations.
    ElasticTransform : Deformation that differs from place to place.

    Notes
    -----
    {random}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import RandomAffine
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = RandomAffine(random_state=0).fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **AffineNoise._parameter_constraints,
        "rotation": [Interval(Real, 0, 180, closed="both")],
        "translation": [Interval(Real, 0, 1, closed="both")],
        "zoom": [Interval(Real, 0, 0.9, closed="both")],
        "shear": [Interval(Real, 0, 80, closed="both")],
    }

    def __init__(
        self,
        rotation: float = 15.0,
        *,
        translation: float = 0.1,
        zoom: float = 0.1,
        shear: float = 0.0,
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
        self.rotation = rotation
        self.translation = translation
        self.zoom = zoom
        self.shear = shear

    def _is_zero(self) -> bool:
        return self.rotation == self.translation == self.zoom == self.shear == 0

    def _matrices(self, shape: tuple[int, ...], streams: ImageStreams) -> np.ndarray:
        n, height, width = shape
        turn, down, right, growth, slant = 2 * streams.random((5,)).astype(np.float64).T - 1
        return affine_matrices(
            n,
            angle=np.deg2rad(self.rotation * turn),
            shift_y=self.translation * height * down,
            shift_x=self.translation * width * right,
            zoom=1 + self.zoom * growth,
            shear=np.deg2rad(self.shear * slant),
        )


class ElasticTransform(WarpNoise):
    """Deform each image by a smooth random field, like handwriting by another hand.

    Parameters
    ----------
    alpha : float, default=34.0
        Strength, in pixels, in [0, 10000]: the field is uniform in ±`alpha` before it is smoothed.
        0 changes nothing.
    sigma : float, default=4.0
        Standard deviation, in pixels, of the Gaussian that smooths the field, in [0.1, 1000]: the
        smaller, the more local the deformation.
    {border parameters}
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    RandomAffine : Rotation, shift, zoom and shear of the whole image.

    Notes
    -----
    {random}

    References
    ----------
    Simard, P. Y., Steinkraus, D. and Platt, J. C. (2003). Best Practices for Convolutional Neural
    Networks Applied to Visual Document Analysis. ICDAR. :doi:`10.1109/ICDAR.2003.1227801`

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import ElasticTransform
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = ElasticTransform(random_state=0).fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **WarpNoise._parameter_constraints,
        "alpha": [Interval(Real, 0, 10000, closed="both")],
        "sigma": [Interval(Real, 0.1, 1000, closed="both")],
    }

    def __init__(
        self,
        alpha: float = 34.0,
        sigma: float = 4.0,
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
        self.alpha = alpha
        self.sigma = sigma

    def _is_zero(self) -> bool:
        return self.alpha == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        _, height, width = images.shape
        field = 2 * streams.random((2, height, width)) - 1
        field = smooth_mirrored(field.reshape(-1, height, width), self.sigma)
        field *= np.float32(self.alpha)
        down, right = field.reshape(-1, 2, height, width).swapaxes(0, 1)
        down += np.arange(height, dtype=np.float32)[:, np.newaxis]
        right += np.arange(width, dtype=np.float32)
        return sample_bilinear(
            images,
            down,
            right,
            border_mode=self.border_mode,
            border_value=self.border_value,
        )
