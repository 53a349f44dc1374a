"""Random filters: every image is seen through a convolution of its own."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np

from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise, check_odd
from skmnist.noise._streams import ImageStreams, as_integers


def convolve_each(images: np.ndarray, kernels: np.ndarray) -> np.ndarray:
    """Convolve each image with its own kernel; beyond the border stands the border pixel.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        Images of a floating dtype.
    kernels : ndarray of shape (n, size, size)
        Weights of the same dtype; `size` is odd.

    Returns
    -------
    ndarray of shape (n, height, width)
        The sums; they may go beyond the range of the images.
    """
    n, height, width = images.shape
    size = kernels.shape[1]
    reach = size // 2
    padded = np.pad(images, ((0, 0), (reach, reach), (reach, reach)), mode="edge").reshape(n, -1)
    # The padded rows of an image follow one another, so that a tap is one shift of them all. What
    # is read across the ends of two rows lands in the margin.
    row = width + 2 * reach
    n_sums = height * row - 2 * reach
    filtered = np.zeros((n, height * row), dtype=images.dtype)
    product = np.empty((n, n_sums), dtype=images.dtype)
    for tap, weight in enumerate(kernels[:, ::-1, ::-1].reshape(n, -1).T):
        shift = tap // size * row + tap % size
        np.multiply(padded[:, shift : shift + n_sums], weight[:, np.newaxis], out=product)
        filtered[:, :n_sums] += product
    return np.ascontiguousarray(filtered.reshape(n, height, row)[:, :, :width])


def filter_each(images: np.ndarray, kernels: np.ndarray, *, absolute: bool = False) -> np.ndarray:
    """Convolve each image with its own kernel, and stretch the result to [0, 1].

    With `absolute`, the absolute values are stretched. Where nothing but a constant is left, the
    image stays as it was.
    """
    filtered = convolve_each(images, kernels)
    if absolute:
        np.abs(filtered, out=filtered)
    lowest = filtered.min(axis=(1, 2), keepdims=True)
    span = filtered.max(axis=(1, 2), keepdims=True) - lowest
    # Rounding errors of a constant are not to be stretched.
    is_constant = span <= 1e-5 * np.abs(kernels).sum(axis=(1, 2), keepdims=True)
    filtered -= lowest
    filtered /= np.where(is_constant, 1, span)
    rows = is_constant[:, 0, 0]
    filtered[rows] = images[rows]
    return filtered


class RandomFilter(BaseNoise):
    """Convolve each image with a random kernel of its own: shapes stay, textures change.

    Parameters
    ----------
    kernel_size : int, default=3
        Height and width of the kernel in pixels, odd, in [1, 31]; 1 stretches the image to full
        contrast, upright or inverted.
    mixing : float, default=1.0
        Largest share of the image itself in the result, in [0, 1]; the share is uniform in
        [0, `mixing`], and 0 leaves the filtered image alone.
    multiscale : bool, default=False
        Whether the size of each kernel is drawn, one of 1, 3, ... up to `kernel_size`.
    absolute : bool, default=False
        Whether the absolute value of what is filtered is taken. Black stays black then, a kernel of
        one pixel inverts nothing, and where the weights nearly cancel, both rims of a stroke are
        bright.
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    GaussianBlur : A kernel that smooths.
    Inversion : Black and white change places.
    SmoothNoise : Change of brightness and contrast from place to place.

    Notes
    -----
    The weights are independent and normal with mean 0. Each filtered image is stretched to the
    value range, from its own minimum and maximum, so that the scale of its weights does not matter;
    then the image is mixed in. Where a constant is left, the image stays as it was. Beyond the
    border stands the border pixel.

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

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "kernel_size": [Interval(Integral, 1, 31, closed="both")],
        "mixing": [Interval(Real, 0, 1, closed="both")],
        "multiscale": ["boolean"],
        "absolute": ["boolean"],
    }

    def __init__(
        self,
        kernel_size: int = 3,
        *,
        mixing: float = 1.0,
        multiscale: bool = False,
        absolute: bool = False,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.kernel_size = kernel_size
        self.mixing = mixing
        self.multiscale = multiscale
        self.absolute = absolute

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
        # How much of its kernel an image leaves out, on each side.
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
