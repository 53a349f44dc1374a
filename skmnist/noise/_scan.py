"""Noises of scanners, copiers and fax machines, for bright ink on dark paper, as in MNIST."""

from numbers import Integral, Real

import numpy as np

from skmnist._utils._dataclasses import estimator_dataclass, parameter
from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise
from skmnist.noise.kernels._scan import PERIOD, copy, dither, streak
from skmnist.noise.kernels._streams import ImageStreams


@estimator_dataclass
class Streaks(BaseNoise):
    """Darken and bleach random columns of each image, as dirt in a scanner does.

    Parameters
    ----------
    amount : float, default=0.2
        Probability that a column has a streak, in [0, 1]. 0 changes nothing.
    strength : float, default=0.6
        Strength of the strongest streak, in [0, 1]; the weakest has half of it. 0 changes nothing.
    {common parameters}

    {attributes}

    See Also
    --------
    Stripe : Inverted columns at both sides.

    Notes
    -----
    Half of the streaks add ink to the paper, the others remove ink.

    {random}

    {example}
    """

    amount: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.2, kw_only=False)
    strength: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.6)

    def _is_zero(self) -> bool:
        return 0 in (self.amount, self.strength)

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        chance, place = streams.random((2, images.shape[2])).swapaxes(0, 1)
        level = np.where(place < 0.5, place - 1, place)  # in [-1, -0.5) or [0.5, 1)
        return streak(images, np.where(chance < self.amount, self.strength * level, 0))


@estimator_dataclass
class Photocopy(BaseNoise):
    """Copy each image several times: each copy is blurred, grainy and high in contrast.

    Parameters
    ----------
    generations : int, default=3
        Number of copies of copies, in [0, 100]. 0 changes nothing.
    grain : float, default=0.15
        Standard deviation of the grain of each copy, in units of the value range, in [0, 100].
    sigma : float, default=0.5
        Standard deviation in pixels of the Gaussian that blurs each copy, in [0.1, 1000].
    contrast : float, default=1.5
        Factor of the distance to the middle gray in each copy, in [0, 100].
    {common parameters}

    {attributes}

    See Also
    --------
    Fax : Black and white dots only.

    Notes
    -----
    {random}

    {example}
    """

    generations: int = parameter(
        Interval(Integral, 0, 100, closed="both"), default=3, kw_only=False
    )
    grain: float = parameter(Interval(Real, 0, 100, closed="both"), default=0.15)
    sigma: float = parameter(Interval(Real, 0.1, 1000, closed="both"), default=0.5)
    contrast: float = parameter(Interval(Real, 0, 100, closed="both"), default=1.5)

    def _is_zero(self) -> bool:
        return self.generations == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        for _ in range(self.generations):
            grain = self.grain * streams.standard_normal(images.shape[1:])
            images = copy(images, grain, self.sigma, self.contrast)
        return images


@estimator_dataclass
class Fax(BaseNoise):
    """Turn each image into a regular pattern of black and white dots, as a fax machine does.

    Parameters
    ----------
    tint : float, default=0.1
        Gray of the paper before the dots are set, in units of the value range, in [0, 0.5]. The ink
        is fainter by as much. 0 dithers the gray pixels only.
    {common parameters}

    {attributes}

    See Also
    --------
    Quantization : Fewer gray levels without a pattern.

    Notes
    -----
    A pixel is white if it exceeds its threshold in Bayer's pattern of 8 by 8 pixels. The pattern
    begins at a random place.

    {random}

    {example}
    """

    tint: float = parameter(Interval(Real, 0, 0.5, closed="both"), default=0.1, kw_only=False)

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        down, right = streams.integers(PERIOD, (2,)).T
        tinted = self.tint + (1 - 2 * self.tint) * images
        return dither(tinted, down, right).astype(images.dtype)
