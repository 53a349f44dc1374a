"""Weather: clouds, drops, ice and snow between the digit and the camera."""

from numbers import Integral, Real

import numpy as np
from scipy.ndimage import gaussian_filter

from skmnist._utils._dataclasses import estimator_dataclass, parameter
from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise
from skmnist.noise.kernels._filters import blur_taps, trail_taps
from skmnist.noise.kernels._linear import scale_images
from skmnist.noise.kernels._plasma import draw_plasma, plasma_size
from skmnist.noise.kernels._streams import ImageStreams


@estimator_dataclass
class Fog(BaseNoise):
    """Cover each image with clouds.

    Parameters
    ----------
    thickness : float, default=1.5
        Brightness of the clouds in units of the value range, in [0, 100]. 0 changes nothing.
    decay : float, default=2.0
        Smoothness of the clouds, in [1, 10]: details of half the size are weaker by the factor
        `decay` squared.
    {common parameters}

    {attributes}

    See Also
    --------
    Frost : Crystals of ice.
    Spatter : Drops of mud.

    Notes
    -----
    With clouds p in [0, 1] by the diamond-square algorithm, an image x becomes
    (x + thickness * p) * m / (m + thickness), where m is its maximum. The clouds may repeat if one
    side of the image is more than 16 times as long as the other.

    {random}

    {MNIST-C}

    {example}
    """

    thickness: float = parameter(Interval(Real, 0, 100, closed="both"), default=1.5, kw_only=False)
    decay: float = parameter(Interval(Real, 1, 10, closed="both"), default=2.0, kw_only=False)

    def _is_zero(self) -> bool:
        return self.thickness == 0

    def _numbers_per_image(self, height: int, width: int) -> int:
        return plasma_size(height, width) ** 2

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        clouds = draw_plasma(streams, images.shape, self.decay)
        brightest = images.max(axis=(1, 2), keepdims=True)
        images += self.thickness * clouds
        # On a black image, a tiny thickness would become 0 in float32 and cause a division by 0.
        total = np.maximum(brightest + self.thickness, np.finfo(images.dtype).tiny)
        images *= brightest / total
        return images


@estimator_dataclass
class Spatter(BaseNoise):
    """Spatter each image with drops of mud.

    Parameters
    ----------
    mean : float, default=0.65
        Mean of the random liquid layer, in [0, 1].
    scale : float, default=0.4
        Standard deviation of the layer before it is smoothed, in [0, 100].
    sigma : float, default=1.0
        Standard deviation in pixels of the Gaussian that smooths the layer, in [0, 1000]. Larger
        values make larger drops.
    threshold : float, default=0.65
        Value of the layer above which there is a drop, in [0, 1].
    edge_sigma : float, default=1.0
        Standard deviation in pixels of the Gaussian that smooths the edges of the drops, in
        [0, 1000].
    cutoff : float, default=0.8
        Opacity below which a smoothed drop is removed, in [0, 1].
    value : float, default=0.247
        Gray of the mud, in units of the value range, in [0, 1].
    {common parameters}

    {attributes}

    See Also
    --------
    Fog : Clouds.
    Occlusion : Rectangles that hide the digit.

    Notes
    -----
    {random}

    {MNIST-C}

    {example}
    """

    mean: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.65, kw_only=False)
    scale: float = parameter(Interval(Real, 0, 100, closed="both"), default=0.4, kw_only=False)
    sigma: float = parameter(Interval(Real, 0, 1000, closed="both"), default=1.0, kw_only=False)
    threshold: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.65, kw_only=False)
    edge_sigma: float = parameter(
        Interval(Real, 0, 1000, closed="both"), default=1.0, kw_only=False
    )
    cutoff: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.8, kw_only=False)
    value: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.247, kw_only=False)

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        liquid = streams.standard_normal(images.shape[1:])
        liquid = gaussian_filter(liquid, self.sigma, axes=(1, 2), mode="nearest")
        drops = (self.mean + self.scale * liquid > self.threshold).astype(images.dtype)
        drops = gaussian_filter(drops, self.edge_sigma, axes=(1, 2), mode="nearest")
        drops[drops < self.cutoff] = 0
        images *= 1 - drops
        images += self.value * drops
        return images


@estimator_dataclass
class Frost(BaseNoise):
    """Cover each image with crystals of ice.

    Parameters
    ----------
    thickness : float, default=0.6
        Brightness of the ice in units of the value range, in [0, 1].
    transparency : float, default=0.8
        Factor of the image, in [0, 1]. ``thickness=0`` with ``transparency=1`` changes nothing.
    decay : float, default=1.4
        Smoothness of the crystals, in [1, 10]: details of half the size are weaker by the factor
        `decay` squared.
    sharpness : float, default=6.0
        Exponent of the ice, in [0.1, 100]. Larger values make thinner crystals.
    {common parameters}

    {attributes}

    See Also
    --------
    Fog : Clouds.

    Notes
    -----
    The crystals are ridges along the middle height of a diamond-square cloud. The code of MNIST-C
    uses photographs of ice instead, which are not part of this package.

    {random}

    {MNIST-C}

    {example}
    """

    thickness: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.6, kw_only=False)
    transparency: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.8, kw_only=False)
    decay: float = parameter(Interval(Real, 1, 10, closed="both"), default=1.4)
    sharpness: float = parameter(Interval(Real, 0.1, 100, closed="both"), default=6.0)

    def _is_zero(self) -> bool:
        return self.thickness == 0 and self.transparency == 1

    def _numbers_per_image(self, height: int, width: int) -> int:
        return plasma_size(height, width) ** 2

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        clouds = draw_plasma(streams, images.shape, self.decay)
        ice = (1 - np.abs(2 * clouds - 1)) ** np.float32(self.sharpness)
        images *= self.transparency
        images += self.thickness * ice
        return images


@estimator_dataclass
class Snow(BaseNoise):
    """Add falling snow to each image.

    Parameters
    ----------
    mean : float, default=0.25
        Mean of the random layer of flakes, in [0, 1].
    scale : float, default=0.3
        Standard deviation of the layer, in [0, 100].
    flake_size : float, default=1.75
        Size of a flake in pixels, in [1, 10]: the factor by which the layer is enlarged.
    threshold : float, default=0.5
        Value of the layer above which there is a flake, in [0, 1].
    length : int, default=7
        Largest length of the trail of a falling flake in pixels, in [1, 101].
    sigma : float, default=2.5
        Standard deviation in pixels of the Gaussian along the trail, in [0.01, 1000].
    whiteness : float, default=0.2
        Weight of the whitened image, in [0, 1].
    {common parameters}

    {attributes}

    See Also
    --------
    Spatter : Drops of mud.
    MotionBlur : The blur of the falling flakes.

    Notes
    -----
    All flakes of an image fall at the same random angle, within 45 degrees of straight down. The
    image x becomes (1 - w) x + w max(x, 1.5 x + 0.5) with w = `whiteness`. The flakes are added
    twice, the second time rotated by 180 degrees.

    {random}

    {MNIST-C}

    {example}
    """

    mean: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.25, kw_only=False)
    scale: float = parameter(Interval(Real, 0, 100, closed="both"), default=0.3, kw_only=False)
    flake_size: float = parameter(Interval(Real, 1, 10, closed="both"), default=1.75, kw_only=False)
    threshold: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.5, kw_only=False)
    length: int = parameter(Interval(Integral, 1, 101, closed="both"), default=7, kw_only=False)
    sigma: float = parameter(Interval(Real, 0.01, 1000, closed="both"), default=2.5, kw_only=False)
    whiteness: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.2, kw_only=False)

    def _numbers_per_image(self, height: int, width: int) -> int:
        return max(height * width, self.length)

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        _, height, width = images.shape
        layer = self.mean + self.scale * streams.standard_normal((height, width))
        layer = scale_images(layer, self.flake_size)
        layer[layer < self.threshold] = 0
        np.clip(layer, 0, 1, out=layer)
        (angle,) = np.deg2rad(streams.uniform((-135.0,), (-45.0,)))
        layer = blur_taps(layer, *trail_taps(self.length, self.sigma, angle))
        white = self.whiteness * np.maximum(images, 1.5 * images + 0.5)
        images *= 1 - self.whiteness
        images += white
        images += layer
        images += layer[:, ::-1, ::-1]
        return images
