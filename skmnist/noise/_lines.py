"""Lines that are drawn over the digit, and stripes."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, floor
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np

from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise
from skmnist.noise._streams import ImageStreams


def line_profile(distance: np.ndarray, width: float) -> np.ndarray:
    """Return the brightness of a line at a distance: 1 in its middle, 0 from 0.63 `width` on."""
    return np.clip(1 + np.log1p(-np.minimum(distance / width, 0.9)), 0, 1)


def draw_segments(
    shape: tuple[int, int],
    starts: np.ndarray,
    ends: np.ndarray,
    width: float,
    drawn: slice = slice(None),
) -> np.ndarray:
    """Draw one straight line per image.

    Parameters
    ----------
    shape : (height, width)
        Shape of an image.
    starts, ends : ndarray of shape (2, n)
        Column and row of the two ends; a line that does not lead to the right draws nothing.
    width : float
        The brightness falls with the vertical distance to the line as `line_profile` says.
    drawn : slice, default=slice(None)
        The columns to return.

    Returns
    -------
    ndarray of shape (n, height, number of columns), float64
        The lines on black, in the columns from the start to before the end.
    """
    rows = np.arange(shape[0])[:, np.newaxis]
    columns = np.arange(*drawn.indices(shape[1]))
    (c0, r0), (c1, r1) = starts[..., np.newaxis], ends[..., np.newaxis]
    slope = (r1 - r0) / np.where(c1 > c0, c1 - c0, 1)
    height = (r0 + slope * (columns - c0))[:, np.newaxis]
    line = line_profile(np.abs(rows - height), width)
    within = (columns >= np.floor(c0)) & (columns < np.ceil(c1)) & (c1 > c0)
    return line * within[:, np.newaxis]


def zigzag_points(
    first: np.ndarray, last: np.ndarray, amplitude: float, half_period: float
) -> np.ndarray:
    """Return the corners of zigzags about straight lines, of shape (n_points, 2, n).

    Parameters
    ----------
    first, last : ndarray of shape (2, n)
        Column and row of the ends of the straight line.
    amplitude : float
        Distance of the corners from the line.
    half_period : float
        Distance between two corners, along the line. The last piece runs out towards the line, as
        published; where a zigzag has fewer corners than another, its last one is repeated.
    """
    across, down = last - first
    length = np.hypot(across, down)
    cos, sin = across / length, down / length
    n_corners = np.floor((length - half_period / 2) / half_period).astype(np.intp) + 1
    n_corners = np.maximum(n_corners, 1)
    number = np.minimum(np.arange(n_corners.max())[:, np.newaxis], n_corners - 1)
    along = np.minimum((number + 0.5) * half_period, length)
    offset = amplitude * (-1.0) ** number
    rest = length - half_period * np.floor(length / half_period)
    end = np.where(rest > 0, offset[-1] / np.where(rest > 0, 2 * rest, 1), offset[-1])
    end = np.clip(end, -amplitude, amplitude)  # a short piece would run far away
    along = np.vstack([np.zeros_like(along[:1]), along, np.where(rest > 0, length, along[-1])])
    offset = np.vstack([np.zeros_like(offset[:1]), offset, end])
    return np.stack([cos * along - sin * offset, sin * along + cos * offset], axis=1) + first


class Line(BaseNoise):
    """Draw a straight line across each image.

    Parameters
    ----------
    width : float, default=2.3
        Width of the line, in pixels, in [0.1, 100]: it fades to black at 0.63 `width` from its
        middle.
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    DottedLine : A line with gaps.
    Zigzag : A line with corners.

    Notes
    -----
    The line begins within five pixels of the left side and ends within six of the right side, at
    random rows; it is added to the image.

    {random}

    References
    ----------
    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import Line
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = Line(random_state=0).fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "width": [Interval(Real, 0.1, 100, closed="both")],
    }

    def __init__(
        self,
        width: float = 2.3,
        *,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.width = width

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        _, height, width = images.shape
        inset = min(5, width // 4)
        ends = streams.integers(max(1, inset), (2,)).T
        rows = streams.integers(max(1, height - 1), (2,)).T
        starts = np.stack([ends[0], rows[0]])
        stops = np.stack([np.maximum(width - 2 - ends[1], ends[0] + 1), rows[1]])
        images += draw_segments((height, width), starts, stops, self.width)
        return images


class DottedLine(BaseNoise):
    """Draw a dotted line across each image.

    Parameters
    ----------
    width : float, default=2.3
        Width of the line, in pixels, in [0.1, 100]: it fades to black at 0.63 `width` from its
        middle.
    dash : int, default=2
        Columns of a dash and of a gap, in [1, 1000].
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    Line : A line without gaps.

    Notes
    -----
    The line runs from side to side, from a random row to a random row, and begins with a gap.

    {random}

    References
    ----------
    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import DottedLine
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = DottedLine(random_state=0).fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "width": [Interval(Real, 0.1, 100, closed="both")],
        "dash": [Interval(Integral, 1, 1000, closed="both")],
    }

    def __init__(
        self,
        width: float = 2.3,
        dash: int = 2,
        *,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.width = width
        self.dash = dash

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        _, height, width = images.shape
        rows = streams.integers(max(1, height - 1), (2,)).T
        left, right = np.zeros(len(images)), np.full(len(images), max(1, width - 1))
        starts, stops = np.stack([left, rows[0]]), np.stack([right, rows[1]])
        line = draw_segments((height, width), starts, stops, self.width)
        images += line * (np.arange(width) // self.dash % 2 == 1)
        return images


class Zigzag(BaseNoise):
    """Draw a zigzag across each image.

    Parameters
    ----------
    width : float, default=2.3
        Width of the line, in pixels, in [0.1, 100]: it fades to black at 0.63 `width` from its
        middle.
    amplitude : float, default=2.0
        Distance of the corners from the middle, in pixels, in [0, 1000].
    half_period : float, default=4.0
        Distance between two corners, in pixels, in [1, 1000].
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    Line : A straight line.

    Notes
    -----
    The zigzag runs from the third column to the third last, and down or up by at most five rows.

    {random}

    References
    ----------
    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import Zigzag
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = Zigzag(random_state=0).fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "width": [Interval(Real, 0.1, 100, closed="both")],
        "amplitude": [Interval(Real, 0, 1000, closed="both")],
        "half_period": [Interval(Real, 1, 1000, closed="both")],
    }

    def __init__(
        self,
        width: float = 2.3,
        amplitude: float = 2.0,
        half_period: float = 4.0,
        *,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.width = width
        self.amplitude = amplitude
        self.half_period = half_period

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
            # Outside of these columns, the piece draws nothing in any image.
            columns = slice(max(0, floor(start[0].min())), max(0, ceil(stop[0].max())))
            images[:, :, columns] += draw_segments(
                (height, width), start, stop, self.width, columns
            )
        return images


class Stripe(BaseNoise):
    """Invert the columns at both sides of each image.

    Parameters
    ----------
    width : float, default=0.25
        Share of the columns that are inverted at either side, in [0, 0.5], rounded to whole
        columns; 0 changes nothing.
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    Inversion : Inversion of all columns.

    Notes
    -----
    {deterministic}

    References
    ----------
    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import Stripe
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = Stripe().fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "width": [Interval(Real, 0, 0.5, closed="both")],
    }

    def __init__(
        self,
        width: float = 0.25,
        *,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.width = width

    def _is_zero(self) -> bool:
        return self.width == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        n_columns = images.shape[2]
        width = round(n_columns * self.width)
        for columns in (slice(0, width), slice(n_columns - width, n_columns)):
            images[:, :, columns] = 1 - images[:, :, columns]
        return images
