"""The noise of the reference protocol."""

from numbers import Real

import numpy as np

from skmnist._utils._dataclasses import estimator_dataclass, parameter
from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise
from skmnist.noise.kernels._streams import ImageStreams
from skmnist.noise.kernels._warp import affine_matrices, warp_affine


@estimator_dataclass
class ReferenceNoise(BaseNoise):
    """The affine noise of the reference protocol: rotate, shift, shrink, change brightness.

    The image is warped three times with a bilinear interpolation each, the border is mirrored, and
    integer pixels are truncated, not rounded. The data of a published study [1]_ was made in this
    way, with the Keras layers ``RandomRotation(0.2)``, ``RandomTranslation(0.2, 0.2)``,
    ``RandomZoom((0.2, 0.2))`` and ``RandomBrightness((-0.2, 0.2))``.

    Parameters
    ----------
    rotation : float, default=72.0
        Largest angle in degrees, in [0, 180]; uniform in [-`rotation`, `rotation`].
    translation : float, default=0.2
        Largest shift as a share of the height and of the width, in [0, 1]; uniform in
        [-`translation`, `translation`], independently along both axes.
    scale : float, default=0.2
        Relative growth of the visible area along both axes, in [0, 1]: every digit is shrunk by the
        factor 1 / (1 + `scale`).
    brightness : float, default=0.2
        Largest change of brightness in units of the value range, in [0, 1]; uniform in
        [-`brightness`, `brightness`].
    {common parameters}

    {attributes}

    See Also
    --------
    RandomAffine : Rotation, translation, scale and shear in one interpolation.
    make_noise : Build a noise from its name.

    Notes
    -----
    {random}

    In a `RandomNoise`, and next to other noises in `augment` of a network, integers are rounded.

    References
    ----------
    .. [1] Theo Serralta (2024). Classification of Noisy MNIST Images Using Deep Learning.
       https://github.com/theo-serralta/MNIST_classifier

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

    rotation: float = parameter(Interval(Real, 0, 180, closed="both"), default=72.0, kw_only=False)
    translation: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.2)
    scale: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.2)
    brightness: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.2)
    _truncates_integers = True

    def _is_zero(self) -> bool:
        return self.rotation == self.translation == self.scale == self.brightness == 0

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
            affine_matrices(n, scale=1 / (1 + self.scale)),
        ):
            images = warp_affine(images, matrices, border_mode="reflect")
        images += (self.brightness * light).astype(images.dtype)[:, np.newaxis, np.newaxis]
        return images
