"""Lines drawn over the digit."""

from itertools import pairwise
from math import ceil, floor
from numbers import Integral, Real

import numpy as np

from skmnist._utils._dataclasses import estimator_dataclass, parameter
from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise
from skmnist.noise.kernels._lines import draw_segments, zigzag_points
from skmnist.noise.kernels._streams import ImageStreams


@estimator_dataclass
class Line(BaseNoise):
    """Draw a straight line across each image.

    Parameters
    ----------
    width : float, default=2.3
        Width of the line in pixels, in [0.1, 100]: it fades to black at 0.63 `width` from its
        center.
    {common parameters}

    {attributes}

    See Also
    --------
    DottedLine : A line with gaps.
    Zigzag : A line with corners.

    Notes
    -----
    The line is added to the image. It begins within five pixels of the left side and ends within
    six pixels of the right side, at random rows.

    {random}

    {MNIST-C}

    {example}
    """

    width: float = parameter(Interval(Real, 0.1, 100, closed="both"), default=2.3, kw_only=False)

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        _, height, width = images.shape
        inset = min(5, width // 4)
        ends = streams.integers(max(1, inset), (2,)).T
        rows = streams.integers(max(1, height - 1), (2,)).T
        starts = np.stack([ends[0], rows[0]])
        stops = np.stack([np.maximum(width - 2 - ends[1], ends[0] + 1), rows[1]])
        images += draw_segments((height, width), starts, stops, self.width)
        return images


@estimator_dataclass
class DottedLine(BaseNoise):
    """Draw a dotted line across each image.

    Parameters
    ----------
    width : float, default=2.3
        Width of the line in pixels, in [0.1, 100]: it fades to black at 0.63 `width` from its
        center.
    dash : int, default=2
        Length of a dash and of a gap in columns, in [1, 1000].
    {common parameters}

    {attributes}

    See Also
    --------
    Line : A line without gaps.

    Notes
    -----
    The line is added to the image. It runs from the left to the right side, between random rows,
    and begins with a gap.

    {random}

    {MNIST-C}

    {example}
    """

    width: float = parameter(Interval(Real, 0.1, 100, closed="both"), default=2.3, kw_only=False)
    dash: int = parameter(Interval(Integral, 1, 1000, closed="both"), default=2, kw_only=False)

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        _, height, width = images.shape
        rows = streams.integers(max(1, height - 1), (2,)).T
        left, right = np.zeros(len(images)), np.full(len(images), max(1, width - 1))
        starts, stops = np.stack([left, rows[0]]), np.stack([right, rows[1]])
        line = draw_segments((height, width), starts, stops, self.width)
        images += line * (np.arange(width) // self.dash % 2 == 1)
        return images


@estimator_dataclass
class Zigzag(BaseNoise):
    """Draw a zigzag across each image.

    Parameters
    ----------
    width : float, default=2.3
        Width of the line in pixels, in [0.1, 100]: it fades to black at 0.63 `width` from its
        center.
    amplitude : float, default=2.0
        Distance of the corners from the axis of the zigzag in pixels, in [0, 1000].
    half_period : float, default=4.0
        Distance between two corners along the axis in pixels, in [1, 1000].
    {common parameters}

    {attributes}

    See Also
    --------
    Line : A straight line.

    Notes
    -----
    The zigzag is added to the image. It runs from the third to the third last column, and down or
    up by at most five rows.

    {random}

    {MNIST-C}

    {example}
    """

    width: float = parameter(Interval(Real, 0.1, 100, closed="both"), default=2.3, kw_only=False)
    amplitude: float = parameter(Interval(Real, 0, 1000, closed="both"), default=2.0, kw_only=False)
    half_period: float = parameter(
        Interval(Real, 1, 1000, closed="both"), default=4.0, kw_only=False
    )

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        _, height, width = images.shape
        margin = 2 if width > 5 else 0
        left = np.full(len(images), margin)
        right = np.maximum(width - 1 - margin, left + 1)
        row = streams.integers(max(1, height - 1), (1,))[:, 0]
        descent = streams.integers(10, (1,))[:, 0] - 5
        points = zigzag_points(
            np.stack([left, row]),
            np.stack([right, row + descent]),
            self.amplitude,
            self.half_period,
        )
        for start, stop in pairwise(points):
            # The segment is within these columns in all images.
            columns = slice(max(0, floor(start[0].min())), max(0, ceil(stop[0].max())))
            images[:, :, columns] += draw_segments(
                (height, width), start, stop, self.width, columns
            )
        return images
