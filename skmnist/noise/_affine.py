"""Affine noises: the digit moves, turns or changes its size."""

from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from skmnist.noise._base import BaseNoise
from skmnist.noise._streams import ImageStreams
from skmnist.noise._warp import BORDER_MODES, affine_matrices, warp_affine


class RandomAffine(BaseNoise):
    """Rotate, shift and zoom each image at random, in one bilinear interpolation.

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
    border_mode : {"constant", "edge", "reflect", "wrap"}, default="constant"
        What comes in from beyond the border: `border_value`, the border pixel repeated, the image
        mirrored about its edge, or the opposite side.
    border_value : float, default=0.0
        The value for ``border_mode="constant"``, in units of the value range: 0 is black.
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
    ReferenceNoise : The affine noise of the reference protocol, in three interpolations.

    Notes
    -----
    The noise of an image depends on its pixels and the seed only, not on its place in `X`: equal
    images get equal noise.

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import RandomAffine
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 10:18, 13:15] = 255
    >>> noisy = RandomAffine(random_state=0).fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "rotation": [Interval(Real, 0, 180, closed="both")],
        "translation": [Interval(Real, 0, 1, closed="both")],
        "zoom": [Interval(Real, 0, 0.9, closed="both")],
        "border_mode": [StrOptions(set(BORDER_MODES))],
        "border_value": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        rotation: float = 15.0,
        *,
        translation: float = 0.1,
        zoom: float = 0.1,
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
        self.rotation = rotation
        self.translation = translation
        self.zoom = zoom
        self.border_mode = border_mode
        self.border_value = border_value

    def _is_zero(self) -> bool:
        return self.rotation == self.translation == self.zoom == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        n, height, width = images.shape
        turn, down, right, growth = (2 * streams.random((4,)).astype(np.float64) - 1).T
        matrices = affine_matrices(
            n,
            angle=np.deg2rad(self.rotation * turn),
            shift_y=self.translation * height * down,
            shift_x=self.translation * width * right,
            zoom=1 + self.zoom * growth,
        )
        return warp_affine(
            images, matrices, border_mode=self.border_mode, border_value=self.border_value
        )
