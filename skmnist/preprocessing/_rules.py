"""Find the printed lines of ruled paper and of forms."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

# Printed lines run along an axis within this slope.
_MAX_SLOPE = 0.12
# A printed line runs along at least this share of a page, unlike strokes of digits that fill an
# image. Strokes that cross it, and faint ink, interrupt it: this share of the columns is inked.
_EXTENT, _COVERAGE = 0.8, 0.4
# Lines are at most this thick, and at least 3 pixels. It is a share of the geometric mean of the
# sides of the page, or of the side across the line if that is shorter: a strip of paper is ruled as
# thickly as a sheet, but digits below each other are no line along it.
_MAX_THICKNESS = 0.015
# Lines of ink that are wider than this many lines are strokes that cross a printed line.
_CROSSING = 1.6
# The slope is searched with at most about this many vertical runs of ink.
_N_RUNS = 20_000


class _Runs(NamedTuple):
    """Vertical runs of ink: the column, the first row, and the length of each."""

    column: np.ndarray
    start: np.ndarray
    length: np.ndarray

    def pick(self, chosen: np.ndarray) -> "_Runs":
        return _Runs(self.column[chosen], self.start[chosen], self.length[chosen])

    @property
    def center(self) -> np.ndarray:
        return self.start + (self.length - 1) / 2


def remove_rules(is_ink: np.ndarray) -> np.ndarray:
    """Remove long straight lines along both axes; strokes that cross them stay.

    Parameters
    ----------
    is_ink : ndarray of shape (height, width), bool
        The ink of a page; never written to.

    Returns
    -------
    ndarray of shape (height, width), bool
        The ink without lines that run along at least 80 % of the page.
    """
    return is_ink & ~_find_rules(is_ink) & ~_find_rules(is_ink.T).T


def _find_rules(is_ink: np.ndarray) -> np.ndarray:
    """Return which pixels belong to a nearly horizontal line."""
    height, width = is_ink.shape
    is_rule = np.zeros(is_ink.shape, dtype=bool)
    thickest = max(3, int(_MAX_THICKNESS * min(height, np.sqrt(height * width))))
    runs = _vertical_runs(is_ink)
    runs = runs.pick(runs.length <= thickest)
    if len(runs.column) < _COVERAGE * width:
        return is_rule
    slope = _common_slope(runs, width)
    offsets = runs.center - slope * runs.column
    for offset in _peaks(offsets, 3 + 0.004 * width, _COVERAGE * width):
        near = runs.pick(np.abs(offsets - offset) <= 3 + 0.004 * width)
        on_line = _along_a_curve(near)
        rule = near.pick(on_line)
        columns = np.unique(rule.column)
        if len(columns) < _COVERAGE * width or np.ptp(columns) < _EXTENT * width:
            continue
        rule = rule.pick(rule.length <= _CROSSING * np.median(rule.length) + 1)
        for step in range(int(rule.length.max())):
            part = rule.pick(rule.length > step)
            is_rule[part.start + step, part.column] = True
    return is_rule


def _vertical_runs(is_ink: np.ndarray) -> _Runs:
    height, width = is_ink.shape
    columns = np.zeros((width, height + 1), dtype=np.int8)
    columns[:, :height] = is_ink.T
    edges = np.diff(columns.ravel(), prepend=np.int8(0))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return _Runs(starts // (height + 1), starts % (height + 1), ends - starts)


def _common_slope(runs: _Runs, width: int) -> float:
    """Return the slope at which most runs lie on few lines, searched coarsely and then finely."""
    best, reach, bin_size = 0.0, _MAX_SLOPE, max(2.0, width / 150)
    runs = runs.pick(np.arange(0, len(runs.column), 1 + len(runs.column) // _N_RUNS))
    while True:
        slopes = best + np.arange(-reach, reach * 1.01, 0.5 * bin_size / width)
        energies = [_energy(runs.center - slope * runs.column, bin_size) for slope in slopes]
        best = float(slopes[np.argmax(energies)])
        if bin_size <= 2:
            return best
        reach, bin_size = bin_size / width, max(2.0, bin_size / 4)


def _energy(offsets: np.ndarray, bin_size: float) -> float:
    bins = ((offsets - offsets.min()) / bin_size).astype(np.intp)
    return float(np.square(np.bincount(bins).astype(float)).sum())


def _peaks(offsets: np.ndarray, reach: float, least: float) -> list[float]:
    """Return offsets that are apart from each other, and with the most runs within reach."""
    counts = np.bincount((offsets - offsets.min()).astype(np.intp))
    size = int(reach) + 1
    weights = 1 - np.abs(np.arange(-size, size + 1)) / (size + 1)
    sums = ndimage.convolve1d(counts.astype(float), weights, mode="constant")
    peaks: list[float] = []
    for index in np.argsort(-sums, kind="stable"):
        if sums[index] < least / 2:
            break
        if all(abs(index - peak) > size for peak in peaks):
            peaks.append(float(index))
    return [peak + float(offsets.min()) for peak in peaks]


def _along_a_curve(runs: _Runs) -> np.ndarray:
    """Return which runs lie on a parabola that is fitted robustly."""
    x, y = runs.column / max(1, runs.column.max()), runs.center
    tolerance = max(1.5, float(np.median(runs.length)))
    kept = np.ones(len(y), dtype=bool)
    for _ in range(6):
        if kept.sum() < 10:
            break
        distance = np.abs(y - np.polyval(np.polyfit(x[kept], y[kept], 2), x))
        kept = distance <= max(tolerance, 0.7 * float(np.max(distance[kept])))
    return kept
