"""Lines on black images."""

import numpy as np


def line_profile(distance: np.ndarray, width: float) -> np.ndarray:
    """Return the brightness at a distance from a line: 1 on it, 0 from 0.63 `width` on."""
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
        Column and row of the two ends. A line whose end is not to the right of its start is not
        drawn.
    width : float
        Width in pixels: the brightness is the `line_profile` of the vertical distance to the line.
    drawn : slice, default=slice(None)
        The columns to return.

    Returns
    -------
    ndarray of shape (n, height, number of columns), float64
        The lines on black; a line covers the columns from its start up to its end, exclusive.
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
    """Return the points of zigzags about straight lines: their ends and their corners.

    Parameters
    ----------
    first, last : ndarray of shape (2, n)
        Column and row of the ends of the straight line.
    amplitude : float
        Distance of the corners from the straight line, in pixels.
    half_period : float
        Distance between two corners along the straight line, in pixels. The last segment returns
        toward the line, as published.

    Returns
    -------
    ndarray of shape (n_points, 2, n), float64
        Column and row of each point. A zigzag with fewer corners than others repeats its last one.
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
    end = np.clip(end, -amplitude, amplitude)  # or a short rest would give a distant end
    along = np.vstack([np.zeros_like(along[:1]), along, np.where(rest > 0, length, along[-1])])
    offset = np.vstack([np.zeros_like(offset[:1]), offset, end])
    return np.stack([cos * along - sin * offset, sin * along + cos * offset], axis=1) + first
