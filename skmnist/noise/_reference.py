"""The noise of the reference protocol."""

from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise
from skmnist.noise._streams import ImageStreams
from skmnist.noise._warp import affine_matrices, warp_affine


class ReferenceNoise(BaseNoise):
    """The affine noise of the reference protocol: rotate, shift, zoom out, change brightness.

    The three warps follow one another with a bilinear interpolation each, the border is mirrored,
    and integer pixels are truncated, not rounded. This is how the published study made its data
    with the Keras layers ``RandomRotation(0.2)``, ``RandomTranslation(0.2, 0.2)``,
    ``RandomZoom((0.2, 0.2))`` and ``RandomBrightness((-0.2, 0.2))``.

    Parameters
    ----------
    rotation : float, default=72.0
        Largest rotation in degrees; uniform in ±`rotation`.
    translation : float, default=0.2
        Largest shift as a share of the height and of the width, in [0, 1]; uniform in
        ±`translation`, independently along both axes.
    zoom_out : float, default=0.2
        Every image shows (1 + `zoom_out`) times its height and width; in [0, 1].
    brightness : float, default=0.2
        Largest change of brightness in units of the value range, in [0, 1]; uniform in
        ±`brightness`.
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
    RandomAffine : Rotation, shift and zoom in one interpolation.
    make_noise : Build a noise from its name.

    Notes
    -----
    The noise of an image depends on its pixels and the seed only, not on its place in `X`: equal
    images get equal noise.

    In a `RandomNoise`, and beside other noises in `augment` of a network, integers are rounded.

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import ReferenceNoise
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 10:18, 13:15] = 255
    >>> noisy = ReferenceNoise(random_state=0).fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "rotation": [Interval(Real, 0, 180, closed="both")],
        "translation": [Interval(Real, 0, 1, closed="both")],
        "zoom_out": [Interval(Real, 0, 1, closed="both")],
        "brightness": [Interval(Real, 0, 1, closed="both")],
    }
    _truncates_integers = True

    def __init__(
        self,
        rotation: float = 72.0,
        *,
        translation: float = 0.2,
        zoom_out: float = 0.2,
        brightness: float = 0.2,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.rotation = rotation
        self.translation = translation
        self.zoom_out = zoom_out
        self.brightness = brightness

    def _is_zero(self) -> bool:
        return self.rotation == self.translation == self.zoom_out == self.brightness == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        n, height, width = images.shape
        turn, down, right, light = (2 * streams.random((4,)).astype(np.float64) - 1).T
        for matrices in (
            affine_matrices(n, angle=np.deg2rad(self.rotation * turn)),
            affine_matrices(
                n,
                shift_y=self.translation * height * down,
                shift_x=self.translation * width * right,
            ),
            affine_matrices(n, zoom=1 / (1 + self.zoom_out)),
        ):
            images = warp_affine(images, matrices, border_mode="reflect")
        images += (self.brightness * light).astype(images.dtype)[:, np.newaxis, np.newaxis]
        return images
