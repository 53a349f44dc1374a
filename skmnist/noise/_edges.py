"""Edges in the place of the digit."""

from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from scipy.ndimage import correlate1d, gaussian_filter, label

from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise, check_order
from skmnist.noise._streams import ImageStreams


def canny(images: np.ndarray, sigma: float, low: float, high: float) -> np.ndarray:
    """Return the edges of images of shape (n, height, width) by Canny's method, as bool.

    Computed as by ``skimage.feature.canny``: beyond the border stands nothing, and no edge lies
    on it.
    """
    images = images.astype(np.float64)
    inside = gaussian_filter(np.ones(images.shape[1:]), sigma, mode="constant")
    smooth = gaussian_filter(images, sigma, axes=(1, 2), mode="constant")
    smooth /= inside + np.finfo(np.float64).eps
    across, down = _sobel(smooth, axis=2), _sobel(smooth, axis=1)
    strength = np.sqrt(down * down + across * across)
    thin = _thin(strength, down, across, low)
    # Weak edges count where they touch a strong one, within their image.
    touch = np.zeros((3, 3, 3), dtype=bool)
    touch[1] = True
    labels, n_labels = label(thin, structure=touch)
    strong = np.zeros(n_labels + 1, dtype=bool)
    strong[labels[thin & (strength >= high)]] = True
    return strong[labels]


def _sobel(images: np.ndarray, axis: int) -> np.ndarray:
    """Return the derivative along an axis, smoothed along the other axis of the image."""
    derived = correlate1d(images, [-1, 0, 1], axis=axis)
    return correlate1d(derived, [1, 2, 1], axis=3 - axis)


def _thin(strength: np.ndarray, down: np.ndarray, across: np.ndarray, low: float) -> np.ndarray:
    """Return the pixels that are no weaker than `low` and than both sides along their gradient."""
    width = strength.shape[2]
    inner = np.zeros(strength.shape, dtype=bool)
    inner[:, 1:-1, 1:-1] = True
    place = np.flatnonzero(inner & (strength >= low) & (strength > 0))
    strength, down, across = strength.ravel(), down.ravel()[place], across.ravel()[place]
    same_sign = ((down >= 0) & (across >= 0)) | ((down <= 0) & (across <= 0))
    # What lies in the direction of the gradient is mixed from a straight and a diagonal neighbour.
    steep = np.abs(down) > np.abs(across)
    straight = np.where(steep, np.where(same_sign, width, -width), 1)
    diagonal = np.where(same_sign, width + 1, 1 - width)
    small, large = (
        np.minimum(np.abs(down), np.abs(across)),
        np.maximum(np.abs(down), np.abs(across)),
    )
    weight = small / large
    highest = np.ones(len(place), dtype=bool)
    for side in (1, -1):
        beside = strength[place + side * diagonal] * weight
        beside += strength[place + side * straight] * (1 - weight)
        highest &= beside <= strength[place]
    thin = np.zeros(inner.size, dtype=bool)
    thin[place[highest]] = True
    return thin.reshape(inner.shape)


class CannyEdges(BaseNoise):
    """Replace each image by its edges, white on black.

    Parameters
    ----------
    sigma : float, default=1.0
        Standard deviation, in pixels, of the Gaussian that smooths the image first, in [0, 1000].
    low_threshold : float, default=0.1
        Least strength of an edge that touches a strong one, in units of the value range, in
        [0, 100].
    high_threshold : float, default=0.2
        Least strength of a strong edge, in units of the value range, in [0, 100].
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    Inversion : Black and white change places.

    Notes
    -----
    The strength of an edge is the length of the Sobel gradient, which is 4 for a step from black to
    white.

    {deterministic}

    References
    ----------
    Canny, J. (1986). A Computational Approach To Edge Detection. IEEE Transactions on Pattern
    Analysis and Machine Intelligence 8. :doi:`10.1109/TPAMI.1986.4767851`

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import CannyEdges
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = CannyEdges().fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "sigma": [Interval(Real, 0, 1000, closed="both")],
        "low_threshold": [Interval(Real, 0, 100, closed="both")],
        "high_threshold": [Interval(Real, 0, 100, closed="both")],
    }

    def __init__(
        self,
        sigma: float = 1.0,
        *,
        low_threshold: float = 0.1,
        high_threshold: float = 0.2,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.sigma = sigma
        self.low_threshold = low_threshold
        self.high_threshold = high_threshold

    def _validate_params(self) -> None:
        super()._validate_params()
        check_order("low_threshold", self.low_threshold, "high_threshold", self.high_threshold)

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        edges = canny(images, self.sigma, self.low_threshold, self.high_threshold)
        return edges.astype(images.dtype)
