"""Cut digits that touch each other.

A cut is a path from the top to the bottom that crosses as little ink as possible. Between two digits
that touch, it crosses one contact; through a digit, it usually crosses several strokes, or leaves a
part that is too small for a digit.
"""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

# Each part of a cut has at least this share of the height of the whole.
_LEAST_HEIGHT = 0.6
# Cost of a step to the left or right, relative to a pixel of ink.
_STEP = 0.05
_EIGHT = np.ones((3, 3), dtype=bool)


# Width of the whole as a share of its height: the largest cost of a cut, in widths of a stroke.
_WIDTHS = np.array([0.55, 0.8, 1.05, 1.3])
_LIMITS = np.array([0.0, 0.75, 1.1, 1.6, 2.2])


class Cut(NamedTuple):
    """A path from the top to the bottom.

    Attributes
    ----------
    is_left : ndarray of shape (height, width), bool
        The pixels on the left of the path.
    cost : float
        The ink that the path crosses, in pixels.
    """

    is_left: np.ndarray
    cost: float


def split(is_ink: np.ndarray) -> tuple[np.ndarray | None, bool]:
    """Split ink into two parts if it is probably two or more digits.

    Parameters
    ----------
    is_ink : ndarray of shape (height, width), bool
        Connected ink, cropped.

    Returns
    -------
    is_left : ndarray of shape (height, width), bool, or None
        The pixels of the first part; None if the ink is not cut.
    is_safe : bool
        False if the ink is too wide for one digit, but there is no safe cut.
    """
    height, width = is_ink.shape
    kind = int(np.searchsorted(_WIDTHS, width / height, side="right"))
    if kind == 0:
        return None, True
    cut = find_cut(is_ink)
    if cut is not None and cut.cost <= _LIMITS[kind] * _stroke_width(is_ink):
        return cut.is_left, True
    return None, kind < len(_WIDTHS)


def _stroke_width(is_ink: np.ndarray) -> float:
    """Return the mean width of the strokes: distances to the edge are a quarter of it on average."""
    distances = ndimage.distance_transform_edt(np.pad(is_ink, 1))
    return float(4 * distances.sum() / is_ink.sum() - 1)


def find_cut(is_ink: np.ndarray) -> Cut | None:
    """Return the cheapest path that leaves two parts as high as digits.

    Parameters
    ----------
    is_ink : ndarray of shape (height, width), bool
        Ink that may be several digits, cropped.

    Returns
    -------
    Cut or None
        The path; None if there is none.
    """
    height, width = is_ink.shape
    middle = height // 2
    upper, lower = is_ink[middle::-1], is_ink[middle:]
    # Both halves start in the middle row, so that each path is known by its column there.
    down, up = _costs(lower), _costs(upper)
    totals = down[0] + up[0] - is_ink[middle]
    is_lowest = totals <= ndimage.minimum_filter1d(totals, 3)
    candidates = np.flatnonzero(is_lowest)
    for column in candidates[np.argsort(totals[candidates], kind="stable")]:
        path = np.concatenate([_path(up, column)[:0:-1], _path(down, column)])
        is_left = np.arange(width) < path[:, np.newaxis]
        if _is_digit(is_ink & is_left) and _is_digit(is_ink & ~is_left):
            return Cut(is_left, float(totals[column]))
    return None


def _costs(is_ink: np.ndarray) -> np.ndarray:
    """Return the cost of the cheapest path from each pixel to the last row."""
    costs = is_ink.astype(np.float64)
    for row in range(len(costs) - 2, -1, -1):
        below = costs[row + 1]
        costs[row] += np.minimum(below, _STEP + _beside(below).min(axis=0))
    return costs


def _beside(row: np.ndarray) -> np.ndarray:
    """Return the left and the right neighbor of each entry of a row."""
    padded = np.pad(row, 1, constant_values=np.inf)
    return np.stack([padded[:-2], padded[2:]])


def _path(costs: np.ndarray, column: int) -> np.ndarray:
    """Return the columns of the cheapest path from a column of the first row to the last row."""
    columns = [int(column)]
    for below in costs[1:]:
        here = columns[-1]
        options = {here: below[here]}
        for there in (here - 1, here + 1):
            if 0 <= there < len(below):
                options[there] = below[there] + _STEP
        columns.append(min(options, key=lambda there: options[there]))
    return np.array(columns)


def _is_digit(part: np.ndarray) -> bool:
    """Return whether a part of a cut is in one piece and high enough for a digit."""
    labels, _ = ndimage.label(part, _EIGHT)
    areas = np.bincount(labels.ravel())[1:]
    if not len(areas) or areas.max() < 0.85 * areas.sum():
        return False
    rows = np.flatnonzero((labels == 1 + areas.argmax()).any(axis=1))
    return bool(rows[-1] + 1 - rows[0] >= _LEAST_HEIGHT * len(part))
