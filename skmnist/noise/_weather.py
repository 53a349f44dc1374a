"""Weather: clouds, drops, ice and snow between the digit and the camera."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from scipy.ndimage import gaussian_filter

from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise
from skmnist.noise._filters import blur_taps, trail_taps
from skmnist.noise._linear import zoom_images
from skmnist.noise._plasma import draw_plasma, plasma_size
from skmnist.noise._streams import ImageStreams


class Fog(BaseNoise):
    """Lay clouds over each image.

    Parameters
    ----------
    thickness : float, default=1.5
        Brightness of the clouds beside that of the digit, in [0, 100]; 0 changes nothing.
    decay : float, default=2.0
        Smoothness of the clouds, in [1, 10]: detail of half the size is weaker by
        `decay` squared.
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    Frost : Crystals of ice.
    Spatter : Drops of mud.

    Notes
    -----
    With clouds p in [0, 1] by the diamond-square algorithm, an image x becomes
    (x + thickness * p) * m / (m + thickness), where m is its maximum. In images more than 16 times
    as long as wide, the clouds may repeat.

    {random}

    References
    ----------
    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import Fog
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = Fog(random_state=0).fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "thickness": [Interval(Real, 0, 100, closed="both")],
        "decay": [Interval(Real, 1, 10, closed="both")],
    }

    def __init__(
        self,
        thickness: float = 1.5,
        decay: float = 2.0,
        *,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.thickness = thickness
        self.decay = decay

    def _is_zero(self) -> bool:
        return self.thickness == 0

    def _numbers_per_image(self, height: int, width: int) -> int:
        return plasma_size(height, width) ** 2

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        clouds = draw_plasma(streams, images.shape, self.decay)
        brightest = images.max(axis=(1, 2), keepdims=True)
        images += self.thickness * clouds
        # A tiny thickness is 0 in float32, and so is the sum on a black image.
        total = np.maximum(brightest + self.thickness, np.finfo(images.dtype).tiny)
        images *= brightest / total
        return images


class Spatter(BaseNoise):
    """Throw drops of mud at each image.

    Parameters
    ----------
    mean : float, default=0.65
        Mean of the liquid, in [0, 1].
    scale : float, default=0.4
        Standard deviation of the liquid before it is smoothed, in [0, 100].
    sigma : float, default=1.0
        Standard deviation, in pixels, of the Gaussian that smooths the liquid, in [0, 1000]: the
        size of a drop.
    threshold : float, default=0.65
        Where the liquid is higher, there is a drop; in [0, 1].
    edge_sigma : float, default=1.0
        Standard deviation, in pixels, of the Gaussian that smooths the edges of the drops, in
        [0, 1000].
    cutoff : float, default=0.8
        Where a smoothed drop is thinner, there is none; in [0, 1].
    value : float, default=0.247
        Grey of the mud, in units of the value range, in [0, 1].
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    Fog : Clouds.
    Occlusion : Rectangles that hide the digit.

    Notes
    -----
    {random}

    References
    ----------
    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import Spatter
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = Spatter(random_state=0).fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "mean": [Interval(Real, 0, 1, closed="both")],
        "scale": [Interval(Real, 0, 100, closed="both")],
        "sigma": [Interval(Real, 0, 1000, closed="both")],
        "threshold": [Interval(Real, 0, 1, closed="both")],
        "edge_sigma": [Interval(Real, 0, 1000, closed="both")],
        "cutoff": [Interval(Real, 0, 1, closed="both")],
        "value": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        mean: float = 0.65,
        scale: float = 0.4,
        sigma: float = 1.0,
        threshold: float = 0.65,
        edge_sigma: float = 1.0,
        cutoff: float = 0.8,
        value: float = 0.247,
        *,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.mean = mean
        self.scale = scale
        self.sigma = sigma
        self.threshold = threshold
        self.edge_sigma = edge_sigma
        self.cutoff = cutoff
        self.value = value

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        liquid = streams.standard_normal(images.shape[1:])
        liquid = gaussian_filter(liquid, self.sigma, axes=(1, 2), mode="nearest")
        drops = (self.mean + self.scale * liquid > self.threshold).astype(images.dtype)
        drops = gaussian_filter(drops, self.edge_sigma, axes=(1, 2), mode="nearest")
        drops[drops < self.cutoff] = 0
        images *= 1 - drops
        images += self.value * drops
        return images


class Frost(BaseNoise):
    """Grow crystals of ice over each image.

    Parameters
    ----------
    thickness : float, default=0.6
        Brightness of the ice, in [0, 1].
    transparency : float, default=0.8
        What the image is multiplied by, in [0, 1]. ``thickness=0`` with ``transparency=1`` changes
        nothing.
    decay : float, default=1.4
        Smoothness of the crystals, in [1, 10]: detail of half the size is weaker by
        `decay` squared.
    sharpness : float, default=6.0
        Thinness of the crystals, in [0.1, 100].
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    Fog : Clouds.

    Notes
    -----
    The crystals are the ridges along the middle height of a diamond-square cloud. MNIST-C has this
    noise in its code, with photographs of ice, which are not part of this package.

    {random}

    References
    ----------
    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import Frost
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = Frost(random_state=0).fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "thickness": [Interval(Real, 0, 1, closed="both")],
        "transparency": [Interval(Real, 0, 1, closed="both")],
        "decay": [Interval(Real, 1, 10, closed="both")],
        "sharpness": [Interval(Real, 0.1, 100, closed="both")],
    }

    def __init__(
        self,
        thickness: float = 0.6,
        transparency: float = 0.8,
        *,
        decay: float = 1.4,
        sharpness: float = 6.0,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.thickness = thickness
        self.transparency = transparency
        self.decay = decay
        self.sharpness = sharpness

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


class Snow(BaseNoise):
    """Let snow fall over each image.

    Parameters
    ----------
    mean : float, default=0.25
        Mean of the random layer that flakes are made of, in [0, 1].
    scale : float, default=0.3
        Standard deviation of the layer, in [0, 100].
    zoom : float, default=1.75
        Factor that the layer is enlarged by, in [1, 10]: the size of a flake.
    threshold : float, default=0.5
        Where the layer is higher, there is a flake; in [0, 1].
    length : int, default=7
        Largest length, in pixels, of the trail of a falling flake, in [1, 101].
    sigma : float, default=2.5
        Standard deviation, in pixels, of the Gaussian along the trail, in [0.01, 1000].
    whiteness : float, default=0.2
        How far the image itself turns white, in [0, 1].
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    Spatter : Drops of mud.
    MotionBlur : The blur of the falling flakes.

    Notes
    -----
    Each flake falls at an angle, the same for one image, within 45 degrees of straight down. The
    image x itself becomes (1 - w) x + w max(x, 1.5 x + 0.5) with w = `whiteness`; the flakes, and
    once more the flakes turned by half a circle, are added.

    {random}

    References
    ----------
    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import Snow
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = Snow(random_state=0).fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "mean": [Interval(Real, 0, 1, closed="both")],
        "scale": [Interval(Real, 0, 100, closed="both")],
        "zoom": [Interval(Real, 1, 10, closed="both")],
        "threshold": [Interval(Real, 0, 1, closed="both")],
        "length": [Interval(Integral, 1, 101, closed="both")],
        "sigma": [Interval(Real, 0.01, 1000, closed="both")],
        "whiteness": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        mean: float = 0.25,
        scale: float = 0.3,
        zoom: float = 1.75,
        threshold: float = 0.5,
        length: int = 7,
        sigma: float = 2.5,
        whiteness: float = 0.2,
        *,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.mean = mean
        self.scale = scale
        self.zoom = zoom
        self.threshold = threshold
        self.length = length
        self.sigma = sigma
        self.whiteness = whiteness

    def _numbers_per_image(self, height: int, width: int) -> int:
        return max(height * width, self.length)

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        _, height, width = images.shape
        layer = self.mean + self.scale * streams.standard_normal((height, width))
        layer = zoom_images(layer, self.zoom)
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
