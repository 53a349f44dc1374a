"""Cut digits that touch each other.

A cut is a path from the top to the bottom that crosses little ink. Between two digits that touch,
it crosses one contact; through a digit, it usually crosses several strokes, or leaves a part that
is too small for a digit.
"""

from typing import Any

import numpy as np
from scipy import ndimage

# Narrower ink is one digit, wider ink may be several; both as a share of its height.
_NARROW, _WIDE = 0.5, 1.3
# Lower ink, in pixels, is not cut.
_LEAST_HEIGHT = 4
# Higher ink is reduced to this height in pixels or up to twice as many; the weights are for it.
_HEIGHT = 40
# Paths through about this many columns are compared.
_N_PATHS = 40
# Cost of a step to the left or right, relative to a pixel of ink: paths are rather straight.
_STEP = 0.4
# Weights of the features of a cut in its score, from a logistic regression on single digits and
# pairs of `make_digit_pages`.
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
# Cuts that cross more ink, in widths of a stroke, are not safe: half a zero crosses two strokes.
_MAX_STROKES = 1.5
# The smallest score of a safe cut of ink that is as wide as a digit of the page usually is, and how
# much it falls with the width, in widths of a digit.
_LEAST_SCORE, _PER_WIDTH = 15.6, 3.0
# Ink whose best cut has a score that is lower by at most this is doubtful, and not cut.
_DOUBT = 1.2


def split(is_ink: np.ndarray, digit_width: float) -> tuple[np.ndarray | None, bool]:
    """Split ink into two parts if it is probably two or more digits.

    Parameters
    ----------
    is_ink : ndarray of shape (height, width), bool
        Connected ink, cropped.
    digit_width : float
        The typical width of a digit on this page.

    Returns
    -------
    is_left : ndarray of shape (height, width), bool, or None
        The pixels of the first part; None if the ink is not cut.
    is_doubtful : bool
        Whether the ink may be several digits, but there is no safe cut.
    """
    height, width = is_ink.shape
    if height < _LEAST_HEIGHT or width < _NARROW * height:
        return None, False
    step = max(1, height // _HEIGHT)
    is_left, features = cuts(is_ink[::step, ::step])
    scores = features @ list(_WEIGHTS.values())
    scores[features[:, 0] > _MAX_STROKES] = -np.inf
    best = scores.argmax()
    surplus = scores[best] - _LEAST_SCORE + _PER_WIDTH * (width / digit_width - 1)
    if surplus > 0:
        enlarged = is_left[best].repeat(step, axis=0).repeat(step, axis=1)[:height, :width]
        if (is_ink & enlarged).any() and (is_ink & ~enlarged).any():
            return enlarged, False
    return None, bool(surplus > -_DOUBT or width > _WIDE * height)


def cuts(is_ink: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the cheapest cut through each of several points, with its features.

    Parameters
    ----------
    is_ink : ndarray of shape (height, width), bool
        Connected ink, cropped.

    Returns
    -------
    is_left : ndarray of shape (n_cuts, height, width), bool
        The pixels on the left of each cut.
    features : ndarray of shape (n_cuts, n_features)
        The features that `_WEIGHTS` names.
    """
    height, width = is_ink.shape
    paths = _paths(is_ink)
    is_left = np.arange(width) < paths[:, :, np.newaxis]
    crossed = is_ink[np.arange(height), paths]
    parts = np.stack([is_ink & is_left, is_ink & ~is_left])
    stroke_width = _stroke_width(is_ink)
    has_ink = parts.any(axis=3)
    features = [
        crossed.sum(axis=1) / stroke_width,
        _extent(has_ink).min(axis=0) / height,
        _extent(parts.any(axis=2)).max(axis=0) / height,
        np.full(len(paths), width / height),
        np.abs(np.diff(paths, axis=1)).sum(axis=1) / height,
        *_notches(is_ink, paths, crossed, stroke_width),
        has_ink.all(axis=0).mean(axis=1),
    ]
    return is_left, np.stack(features, axis=1)


def _paths(is_ink: np.ndarray) -> np.ndarray:
    """Return the cheapest paths through points of the middle row; shape (n_paths, height)."""
    height, width = is_ink.shape
    middle = height // 2
    starts = np.arange(1, width, max(1, width // _N_PATHS))
    upward = _descend(is_ink[middle::-1], starts)
    downward = _descend(is_ink[middle:], starts)
    return np.concatenate([upward[:0:-1], downward]).T


def _descend(is_ink: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return the cheapest paths from columns of the first row to the last one; (height, n)."""
    costs = is_ink.astype(np.float64)
    moves = np.zeros(is_ink.shape, dtype=np.intp)
    columns = np.arange(is_ink.shape[1])
    for row in range(len(costs) - 2, -1, -1):
        below = np.pad(costs[row + 1], 1, constant_values=np.inf)
        options = np.stack([below[:-2] + _STEP, below[1:-1], below[2:] + _STEP])
        best = options.argmin(axis=0)
        moves[row] = best - 1
        costs[row] += options[best, columns]
    paths = np.empty((len(costs), len(starts)), dtype=np.intp)
    paths[0] = starts
    for row in range(1, len(costs)):
        paths[row] = paths[row - 1] + moves[row - 1, paths[row - 1]]
    return paths


def _extent(occupied: Any) -> np.ndarray:
    """Return the distance from the first to the last entry that is True, along the last axis."""
    n = occupied.shape[-1]
    extent = n - occupied.argmax(axis=-1) - occupied[..., ::-1].argmax(axis=-1)
    return np.where(occupied.any(axis=-1), extent, 0)


def _notches(
    is_ink: np.ndarray, paths: np.ndarray, crossed: np.ndarray, stroke_width: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return how far the ink surrounds the points where paths enter and leave it.

    The share of ink around such a point is one half at a straight edge and more in a notch.
    """
    height = len(is_ink)
    padded = np.pad(is_ink.astype(np.float32), height // 4)
    share = ndimage.gaussian_filter(padded, 0.6 * stroke_width)
    share = share[height // 4 : -(height // 4), height // 4 : -(height // 4)]
    along = share[np.arange(height), paths]
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
