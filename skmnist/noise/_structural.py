"""Structural noises: parts of the image are inverted or hidden, or the image is coded coarsely."""

from numbers import Integral, Real

import numpy as np

from skmnist._utils._dataclasses import estimator_dataclass, parameter
from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise
from skmnist.noise.kernels._blocks import pixelate, rectangles
from skmnist.noise.kernels._edges import canny
from skmnist.noise.kernels._jpeg import compress
from skmnist.noise.kernels._streams import ImageStreams


@estimator_dataclass
class Stripe(BaseNoise):
    """Invert the columns at both sides of each image.

    Parameters
    ----------
    width_fraction : float, default=0.25
        Share of the columns that are inverted at each side, in [0, 0.5], rounded to whole columns.
        0 changes nothing.
    {common parameters}

    {attributes}

    See Also
    --------
    Inversion : Inversion of all columns.

    Notes
    -----
    {deterministic}

    {MNIST-C}

    {example}
    """

    width_fraction: float = parameter(
        Interval(Real, 0, 0.5, closed="both"), default=0.25, kw_only=False
    )

    def _is_zero(self) -> bool:
        return self.width_fraction == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        n_columns = images.shape[2]
        width = round(n_columns * self.width_fraction)
        for columns in (slice(0, width), slice(n_columns - width, n_columns)):
            images[:, :, columns] = 1 - images[:, :, columns]
        return images


@estimator_dataclass
class Occlusion(BaseNoise):
    """Hide parts of each image behind random rectangles.

    Parameters
    ----------
    area : float, default=0.1
        Share of the image that each rectangle covers, in [0, 1]. 0 changes nothing.
    n_patches : int, default=1
        Number of rectangles, in [0, 1000]; they may overlap. 0 changes nothing.
    max_aspect_ratio : float, default=2.0
        Largest ratio of height to width, and of width to height, in [1, 100]. A rectangle is less
        elongated if it would otherwise exceed the image.
    value : float, default=0.5
        Gray of the rectangles, in units of the value range, in [0, 1].
    {common parameters}

    {attributes}

    See Also
    --------
    Spatter : Drops that hide the digit.

    Notes
    -----
    With a larger `n_patches`, the first rectangles do not change.

    {random}

    References
    ----------
    Zhong, Z. et al. (2020). Random Erasing Data Augmentation. AAAI. :arxiv:`1708.04896`

    {example}
    """

    area: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.1, kw_only=False)
    n_patches: int = parameter(Interval(Integral, 0, 1000, closed="both"), default=1)
    max_aspect_ratio: float = parameter(Interval(Real, 1, 100, closed="both"), default=2.0)
    value: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.5)

    def _is_zero(self) -> bool:
        return 0 in (self.area, self.n_patches)

    def _numbers_per_image(self, height: int, width: int) -> int:
        return max(height * width, self.n_patches * (height + width + 3))

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        uniform = streams.random((self.n_patches, 3))
        shape = images.shape[1], images.shape[2]
        hidden = rectangles(shape, self.area, self.max_aspect_ratio, uniform)
        images[hidden] = self.value
        return images


@estimator_dataclass
class CannyEdges(BaseNoise):
    """Replace each image by its edges, white on black.

    Parameters
    ----------
    sigma : float, default=1.0
        Standard deviation in pixels of the Gaussian that smooths the image first, in [0, 1000].
    low_threshold : float, default=0.1
        Smallest strength of an edge that touches a strong one, in units of the value range, in
        [0, 100].
    high_threshold : float, default=0.2
        Smallest strength of a strong edge, in units of the value range, in [0, 100].
    {common parameters}

    {attributes}

    See Also
    --------
    Inversion : Inversion of black and white.

    Notes
    -----
    The strength of an edge is the length of the Sobel gradient, which is 4 for a step from black to
    white.

    {deterministic}

    References
    ----------
    Canny, J. (1986). A Computational Approach To Edge Detection. IEEE Transactions on Pattern
    Analysis and Machine Intelligence 8. :doi:`10.1109/TPAMI.1986.4767851`

    {example}
    """

    sigma: float = parameter(Interval(Real, 0, 1000, closed="both"), default=1.0, kw_only=False)
    low_threshold: float = parameter(Interval(Real, 0, 100, closed="both"), default=0.1)
    high_threshold: float = parameter(Interval(Real, 0, 100, closed="both"), default=0.2)
    _bounds = ("low_threshold", "high_threshold")

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        edges = canny(images, self.sigma, self.low_threshold, self.high_threshold)
        return edges.astype(images.dtype)


@estimator_dataclass
class Pixelate(BaseNoise):
    """Reduce each image to fewer, larger pixels.

    Parameters
    ----------
    factor : float, default=0.5
        Ratio of the reduced height and width to those of the image, in (0, 1]; the reduced sizes
        are rounded down to whole pixels. 1 changes nothing.
    {common parameters}

    {attributes}

    See Also
    --------
    JPEGCompression : Blocks of eight pixels.

    Notes
    -----
    A large pixel is the mean of the pixels whose centers it covers.

    {deterministic}

    {MNIST-C}

    {example}
    """

    factor: float = parameter(Interval(Real, 0, 1, closed="right"), default=0.5, kw_only=False)

    def _is_zero(self) -> bool:
        return self.factor == 1

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        return pixelate(images, self.factor)


@estimator_dataclass
class JPEGCompression(BaseNoise):
    """Compress and decompress each image as a JPEG file of low quality.

    Parameters
    ----------
    quality : int, default=10
        Quality, in [1, 100]. Lower values are coarser.
    {common parameters}

    {attributes}

    See Also
    --------
    Pixelate : Large pixels.

    Notes
    -----
    The result has at most 256 gray levels for every dtype, as in a JPEG file.

    {deterministic}

    {MNIST-C}

    {example}
    """

    quality: int = parameter(Interval(Integral, 1, 100, closed="both"), default=10, kw_only=False)

    def _numbers_per_image(self, height: int, width: int) -> int:
        return (height + -height % 8) * (width + -width % 8)

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        return compress(images, self.quality).astype(images.dtype)
