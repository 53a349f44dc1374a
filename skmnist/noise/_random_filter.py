"""Random filters: each image is convolved with its own kernel."""

from numbers import Integral, Real

import numpy as np

from skmnist._utils._dataclasses import estimator_dataclass, parameter
from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise, check_odd
from skmnist.noise.kernels._filters import filter_each
from skmnist.noise.kernels._streams import ImageStreams, as_integers


@estimator_dataclass
class RandomFilter(BaseNoise):
    """Convolve each image with its own random kernel: shapes stay, textures change.

    Parameters
    ----------
    kernel_size : int, default=3
        Height and width of the kernel in pixels, odd, in [1, 31]. 1 stretches the image to full
        contrast, upright or inverted.
    mixing : float, default=1.0
        Largest weight of the original image in the result, in [0, 1]; the weight is uniform in
        [0, `mixing`]. 0 returns the filtered images.
    multiscale : bool, default=False
        Whether to draw the size of each kernel from 1, 3, ..., `kernel_size`.
    absolute : bool, default=False
        Whether to use absolute values of the filtered image: black stays black, and kernels whose
        weights sum to about 0 show both edges of a stroke bright.
    {common parameters}

    {attributes}

    See Also
    --------
    GaussianBlur : A kernel that smooths.
    Inversion : Inversion of black and white.
    SmoothNoise : Brightness and contrast that vary smoothly over the image.

    Notes
    -----
    The weights are independent and normal with mean 0. Each filtered image is stretched from its
    own minimum and maximum to the value range, so the scale of the weights does not matter; then
    the original image is mixed in. An image whose filtered image is constant is not changed.
    The border pixels are repeated beyond the border.

    {random}

    References
    ----------
    Xu, Z., Liu, D., Yang, J., Raffel, C. and Niethammer, M. (2021). Robust and Generalizable Visual
    Representation Learning via Random Convolutions. ICLR. :arxiv:`2007.13003`

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import RandomFilter
    >>> X = np.array([[[0, 100, 200]], [[0, 150, 200]]], dtype=np.uint8)
    >>> RandomFilter(kernel_size=1, mixing=0, random_state=1).fit_transform(X)[:, 0]
    array([[  0, 128, 255],
           [255,  64,   0]], dtype=uint8)
    """

    kernel_size: int = parameter(Interval(Integral, 1, 31, closed="both"), default=3, kw_only=False)
    mixing: float = parameter(Interval(Real, 0, 1, closed="both"), default=1.0)
    multiscale: bool = parameter("boolean", default=False)
    absolute: bool = parameter("boolean", default=False)

    def _validate_params(self) -> None:
        super()._validate_params()
        check_odd("kernel_size", self.kernel_size, "kernel")

    def _numbers_per_image(self, height: int, width: int) -> int:
        return (height + self.kernel_size - 1) * (width + self.kernel_size - 1)

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        reach = self.kernel_size // 2
        kernels = streams.standard_normal((2 * reach + 1,) * 2).astype(images.dtype, copy=False)
        share, scale = streams.random((2,)).T
        filtered = np.empty_like(images)
        # Pixels cut off at each side of an image's kernel.
        margins = as_integers(scale, reach + 1) if self.multiscale else np.zeros(len(images), int)
        for margin in np.unique(margins):
            rows, inner = np.flatnonzero(margins == margin), slice(margin, 2 * reach + 1 - margin)
            filtered[rows] = filter_each(
                images[rows], kernels[rows, inner, inner], absolute=self.absolute
            )
        filtered -= images
        filtered *= 1 - self.mixing * share[:, np.newaxis, np.newaxis]
        images += filtered
        return images
