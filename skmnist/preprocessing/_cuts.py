"""Candidate cuts through connected ink.

A cut is a path from the top to the bottom that crosses little ink, or a straight line: strokes that
touch along their length are cut by no cheap path. Between two digits that touch, it crosses one
contact; through a digit, it usually crosses several strokes, or leaves a part that is too small for
a digit.
"""

from typing import Any

import numpy as np
from scipy import ndimage

# Paths run along these slants, in columns per row, and through about this many columns each.
_SLANTS = np.array([-0.3, 0.0, 0.3])
_N_PATHS = 32
# Slants of straight lines.
_LINE_SLANTS = np.array([-0.45, -0.3, -0.15, 0.0, 0.15, 0.3, 0.45])
# Cost of a step to the left or right of the slant, relative to a pixel of ink.
_STEP = 0.4
# Weights of the shape of a cut in its score, from a logistic regression on single digits and pairs
# of `make_digit_pages`.
_WEIGHTS = {
    "strokes crossed": -1.43,
    "height of the lower part": 8.6,
    "width of the wider part": -8.95,
    "width": 6.75,
    "steps to the side": 4.87,
    "shallowest notch": -5.7,
    "mean notch": 11.85,
    "height of both parts": 1.77,
}
# Cuts that cross more ink, in widths of a stroke, or leave a lower part, as a share of the height,
# are no candidates.
_MAX_STROKES, _LEAST_PART = 5.0, 0.5
# This many candidates differ by more than this share of the ink, and so do both parts from nothing.
_N_CUTS, _LEAST_SHARE = 16, 0.03


def candidate_cuts(is_ink: np.ndarray, *, is_column: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return the cuts with the best shapes, the best one first.

    Parameters
    ----------
    is_ink : ndarray of shape (height, width), bool
        Connected ink, cropped.
    is_column : bool, default=False
        Whether the cuts run from the left to the right, instead of from the top to the bottom.

    Returns
    -------
    is_first : ndarray of shape (n_cuts, height, width), bool
        The pixels on the left of each cut, or above it; at most 16 cuts, which differ.
    scores : ndarray of shape (n_cuts,), float64
        The score of the shape of each cut, descending.
    """
    if is_column:
        is_first, scores = candidate_cuts(is_ink.T)
        return is_first.transpose(0, 2, 1), scores
    paths, lines = np.unique(_paths(is_ink), axis=0), np.unique(_lines(is_ink.shape), axis=0)
    n_steps = np.abs(np.diff(paths, axis=1)).sum(axis=1)
    n_steps = np.concatenate([n_steps, np.zeros(len(lines))])  # a straight line takes none
    paths = np.concatenate([paths, lines])
    is_left = np.arange(is_ink.shape[1]) < paths[:, :, np.newaxis]
    shapes = _shapes(is_ink, paths, is_left, n_steps)
    scores = shapes @ list(_WEIGHTS.values())
    is_candidate = (shapes[:, 0] <= _MAX_STROKES) & (shapes[:, 1] >= _LEAST_PART)
    order = np.argsort(-scores, kind="stable")
    chosen = _distinct(is_left & is_ink, order[is_candidate[order]], is_ink.sum())
    return is_left[chosen], scores[chosen]


def _distinct(is_left_ink: np.ndarray, order: np.ndarray, n_ink: int) -> list[int]:
    """Return the first cuts, in order, that differ from each other and leave two parts."""
    left = is_left_ink.astype(np.float32).reshape(-1, np.prod(is_left_ink.shape[1:]))
    n_left = left.sum(axis=1)
    least = _LEAST_SHARE * n_ink
    chosen: list[int] = []
    for cut in order:
        differences = n_left[cut] + n_left[chosen] - 2 * (left[chosen] @ left[cut])
        if min(n_left[cut], n_ink - n_left[cut], *differences) >= least:
            chosen.append(cut)
        if len(chosen) == _N_CUTS:
            break
    return chosen


def _lines(shape: tuple[int, ...]) -> np.ndarray:
    """Return straight lines through points of the middle row; shape (n_lines, height)."""
    height, width = shape
    columns = np.multiply.outer(_LINE_SLANTS, height // 2 - np.arange(height))
    lines = np.rint(columns + _starts(width)[:, np.newaxis, np.newaxis]).astype(np.intp)
    return np.clip(lines, 0, width).reshape(-1, height)


def _starts(width: int) -> np.ndarray:
    """Return columns of the middle row, evenly spaced."""
    return np.arange(1, width, max(1, width // _N_PATHS))


def _paths(is_ink: np.ndarray) -> np.ndarray:
    """Return the cheapest paths through points of the middle row; shape (n_paths, height)."""
    height, width = is_ink.shape
    middle = height // 2
    # Rows are shifted, so that paths along a slant are straight.
    shifts = np.rint(np.multiply.outer(_SLANTS, middle - np.arange(height))).astype(np.intp)
    columns = np.arange(width) + shifts[:, :, np.newaxis]
    is_inside = (columns >= 0) & (columns < width)
    rows = np.arange(height)[:, np.newaxis]
    slanted = is_inside & is_ink[rows, np.clip(columns, 0, width - 1)]
    starts = _starts(width)
    upward = _descend(slanted[:, middle::-1], starts)
    downward = _descend(slanted[:, middle:], starts)
    paths = np.concatenate([upward[:, :0:-1], downward], axis=1) + shifts[:, :, np.newaxis]
    return np.clip(paths, 0, width).transpose(0, 2, 1).reshape(-1, height)


def _descend(is_ink: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return the cheapest paths from columns of the first row to the last one.

    Parameters
    ----------
    is_ink : ndarray of shape (n_slants, height, width), bool
        Ink.
    starts : ndarray of shape (n_starts,)
        Columns of the first row.

    Returns
    -------
    ndarray of shape (n_slants, height, n_starts), intp
        The column of each path in each row.
    """
    costs = is_ink.astype(np.float64)
    moves = np.zeros(is_ink.shape, dtype=np.int8)
    height = is_ink.shape[1]
    for row in range(height - 2, -1, -1):
        below = np.pad(costs[:, row + 1], ((0, 0), (1, 1)), constant_values=np.inf)
        options = np.stack([below[:, :-2] + _STEP, below[:, 1:-1], below[:, 2:] + _STEP])
        moves[:, row] = options.argmin(axis=0) - 1
        costs[:, row] += options.min(axis=0)
    paths = np.empty((len(is_ink), height, len(starts)), dtype=np.intp)
    paths[:, 0] = starts
    slant = np.arange(len(is_ink))[:, np.newaxis]
    for row in range(1, height):
        before = paths[:, row - 1]
        paths[:, row] = before + moves[slant, row - 1, before]
    return paths


def _shapes(
    is_ink: np.ndarray, paths: np.ndarray, is_left: np.ndarray, n_steps: np.ndarray
) -> np.ndarray:
    """Return the numbers that `_WEIGHTS` names; shape (n_paths, 8)."""
    height, width = is_ink.shape
    # A path may pass on the right of the ink.
    columns = np.minimum(paths, width - 1)
    crossed = is_ink[np.arange(height), columns] & (paths < width)
    parts = np.stack([is_ink & is_left, is_ink & ~is_left])
    stroke_width = _stroke_width(is_ink)
    has_ink = parts.any(axis=3)
    shapes = [
        crossed.sum(axis=1) / stroke_width,
        _extent(has_ink).min(axis=0) / height,
        _extent(parts.any(axis=2)).max(axis=0) / height,
        np.full(len(paths), width / height),
        n_steps / height,
        *_notches(is_ink, columns, crossed, stroke_width),
        has_ink.all(axis=0).mean(axis=1),
    ]
    return np.stack(shapes, axis=1)


def _extent(occupied: Any) -> np.ndarray:
    """Return the distance from the first to the last entry that is True, along the last axis."""
    n = occupied.shape[-1]
    extent = n - occupied.argmax(axis=-1) - occupied[..., ::-1].argmax(axis=-1)
    return np.where(occupied.any(axis=-1), extent, 0)


def _notches(
    is_ink: np.ndarray, columns: np.ndarray, crossed: np.ndarray, stroke_width: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return how far the ink surrounds the points where paths enter and leave it.

    The share of ink around such a point is one half at a straight edge and more in a notch.
    """
    height = len(is_ink)
    padded = np.pad(is_ink.astype(np.float32), height // 4)
    share = ndimage.gaussian_filter(padded, 0.6 * stroke_width)
    share = share[height // 4 : -(height // 4), height // 4 : -(height // 4)]
    along = share[np.arange(height), columns]
    before = np.pad(crossed[:, :-1], ((0, 0), (1, 0)))
    after = np.pad(crossed[:, 1:], ((0, 0), (0, 1)))
    is_end = ~crossed & (before | after)
    lowest = np.where(is_end, along, 1).min(axis=1)
    mean = np.where(is_end, along, 0).sum(axis=1) / np.maximum(is_end.sum(axis=1), 1)
    return lowest, mean


def _stroke_width(is_ink: np.ndarray) -> float:
    """Return the mean width of the strokes, four times the mean distance of ink to paper."""
    distances = ndimage.distance_transform_edt(np.pad(is_ink, 1))
    return float(4 * distances.sum() / is_ink.sum() - 1)
