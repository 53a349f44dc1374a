"""Changes of the strokes themselves."""

from numbers import Real

import numpy as np

from skmnist._utils._dataclasses import estimator_dataclass, parameter
from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise
from skmnist.noise.kernels._streams import ImageStreams
from skmnist.noise.kernels._strokes import thicken


@estimator_dataclass
class StrokeWidth(BaseNoise):
    """Make the strokes of each image thicker or thinner by a random amount.

    Parameters
    ----------
    low : float, default=1.0
        Smallest change of the width in pixels, in [-100, 100]. Negative values make strokes
        thinner.
    high : float, default=2.0
        Largest change of the width in pixels, in [-100, 100].
    {common parameters}

    {attributes}

    See Also
    --------
    ElasticTransform : Strokes of another shape.

    Notes
    -----
    The change is uniform in [`low`, `high`]. Each side of a bright stroke moves by half the change;
    a stroke that is thinner than the change vanishes. If both bounds are 0, nothing changes. For
    images with dark strokes, the signs are reversed.

    {random}

    {example}
    """

    low: float = parameter(Interval(Real, -100, 100, closed="both"), default=1.0, kw_only=False)
    high: float = parameter(Interval(Real, -100, 100, closed="both"), default=2.0, kw_only=False)
    _bounds = ("low", "high")

    def _is_zero(self) -> bool:
        return self.low == self.high == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        radius = streams.uniform((self.low,), (self.high,))[0] / 2
        thicker = thicken(images, np.maximum(radius, 0))
        if (radius >= 0).all():
            return thicker
        thinner = 1 - thicken(1 - images, np.maximum(-radius, 0))
        return np.where((radius < 0)[:, np.newaxis, np.newaxis], thinner, thicker)
