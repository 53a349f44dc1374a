"""Frosted glass: neighbouring pixels change places."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from scipy.ndimage import gaussian_filter

from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise
from skmnist.noise._streams import ImageStreams, as_integers


def swap_neighbours(images: np.ndarray, down: np.ndarray, right: np.ndarray, margin: int) -> None:
    """Swap each pixel with another, one after the other from the lower right; overwrites `images`.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        The images.
    down, right : ndarray of int, shape (n, height, width)
        Where the other pixel is; at most `margin` rows and columns away.
    margin : int
        At least 1. The rows that are swapped are those after `margin`, up to the one that is
        `margin` before the end, and so are the columns.
    """
    n, height, width = images.shape
    # All images at once, pixel by pixel: a row of this array is one pixel of every image.
    pixels = np.ascontiguousarray(images.reshape(n, -1).T)
    flat = pixels.ravel()
    other = (np.arange(height * width) + (down * width + right).reshape(n, -1)).T * n
    other += np.arange(n)
    for y in range(height - margin, margin, -1):
        for here in range(y * width + width - margin, y * width + margin, -1):
            there = other[here]
            taken = flat.take(there)
            flat[there] = pixels[here]
            pixels[here] = taken
    images[...] = pixels.T.reshape(images.shape)


class GlassBlur(BaseNoise):
    """Blur each image and swap neighbouring pixels, like frosted glass.

    Parameters
    ----------
    sigma : float, default=0.7
        Standard deviation, in pixels, of the Gaussian before and after the swaps, in [0, 1000].
    max_delta : int, default=1
        A pixel changes places with one up to so many rows and columns before it, or one fewer after
        it; in [0, 1000]. ``sigma=0`` with ``max_delta=0`` or ``iterations=0`` changes nothing.
    iterations : int, default=2
        How often all pixels are swapped, in [0, 100].
    swap_probability : float, default=1.0
        Probability that a pixel is swapped at all, in [0, 1].
    vertical : bool, default=False
        Whether the Gaussians act along the vertical axis only, as in the images of MNIST-C.
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    GaussianBlur : The Gaussian alone.

    Notes
    -----
    The swaps go from the lower right to the upper left, so that a pixel may travel far. As in
    MNIST-C, the first `max_delta` + 1 rows and columns, and the last `max_delta` - 1, are not
    swapped themselves; all but the very first may be partners.

    {random}

    References
    ----------
    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import GlassBlur
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = GlassBlur(random_state=0).fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "sigma": [Interval(Real, 0, 1000, closed="both")],
        "max_delta": [Interval(Integral, 0, 1000, closed="both")],
        "iterations": [Interval(Integral, 0, 100, closed="both")],
        "swap_probability": [Interval(Real, 0, 1, closed="both")],
        "vertical": ["boolean"],
    }

    def __init__(
        self,
        sigma: float = 0.7,
        max_delta: int = 1,
        iterations: int = 2,
        *,
        swap_probability: float = 1.0,
        vertical: bool = False,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.sigma = sigma
        self.max_delta = max_delta
        self.iterations = iterations
        self.swap_probability = swap_probability
        self.vertical = vertical

    # The swaps go pixel by pixel through all images at once: more images, fewer steps.
    _numbers_per_chunk = 2**19

    def _is_zero(self) -> bool:
        return self.sigma == 0 and 0 in (self.max_delta, self.iterations, self.swap_probability)

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        delta, axes = self.max_delta, 1 if self.vertical else (1, 2)
        images = gaussian_filter(images, self.sigma, axes=axes, mode="nearest")
        for _ in range(self.iterations if delta else 0):
            chance, down, right = np.moveaxis(streams.random((3, *images.shape[1:])), 1, 0)
            swapped = chance < self.swap_probability
            down, right = ((as_integers(u, 2 * delta) - delta) * swapped for u in (down, right))
            swap_neighbours(images, down, right, margin=delta)
        return gaussian_filter(images, self.sigma, axes=axes, mode="nearest")
