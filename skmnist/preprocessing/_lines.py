"""Group the digits of a page into lines, and order them."""

import numpy as np

# Centers of neighbors on a line differ in height by less than this share of a digit.
_STEP = 0.6
# Lines run up or down by at most this slope.
_MAX_SLOPE = 0.3


def reading_order(boxes: np.ndarray, height: float) -> tuple[np.ndarray, np.ndarray]:
    """Order boxes line by line, each line from left to right; lines may be slanted.

    Parameters
    ----------
    boxes : ndarray of shape (n, 4)
        (top, left, bottom, right) of the digits.
    height : float
        The typical height of a digit.

    Returns
    -------
    order : ndarray of shape (n,), int64
        Indices of the boxes in reading order.
    line : ndarray of shape (n,), int64
        The number of the line of each box, in this order.
    """
    y = (boxes[:, 0] + boxes[:, 2]) / 2
    x = (boxes[:, 1] + boxes[:, 3]) / 2
    slope = _common_slope(x, y, height)
    line = _lines(x, y, slope, height)
    means = [np.mean((y - slope * x)[line == number]) for number in range(1 + line.max(initial=-1))]
    rank = np.argsort(np.argsort(means))
    line = rank[line].astype(np.int64) if len(line) else line
    order = np.lexsort((x, line))
    return order, line[order]


def _common_slope(x: np.ndarray, y: np.ndarray, height: float) -> float:
    """Return the median slope between digits and their nearest neighbors on the right."""
    across, down = x - x[:, np.newaxis], y - y[:, np.newaxis]
    is_next = (across > 0.2 * height) & (np.abs(down) < np.maximum(_STEP * height, 0))
    distance = np.where(is_next, across + 2 * np.abs(down), np.inf)
    nearest = distance.argmin(axis=1) if len(x) else np.zeros(0, dtype=np.intp)
    rows = np.flatnonzero(np.isfinite(distance.min(axis=1, initial=np.inf)))
    if not len(rows):
        return 0.0
    pairs = rows, nearest[rows]
    slope = np.sum(down[pairs]) / np.sum(across[pairs])
    return float(np.clip(slope, -_MAX_SLOPE, _MAX_SLOPE))


def _lines(x: np.ndarray, y: np.ndarray, slope: float, height: float) -> np.ndarray:
    """Append each digit, from left to right, to the line whose end it continues."""
    line = np.zeros(len(x), dtype=np.int64)
    ends: list[tuple[float, float]] = []
    for index in np.argsort(x, kind="stable"):
        misses = [abs(y[index] - (end_y + slope * (x[index] - end_x))) for end_x, end_y in ends]
        number = int(np.argmin(misses)) if misses else 0
        if not misses or misses[number] > _STEP * height:
            number = len(ends)
            ends.append((x[index], y[index]))
        else:
            # Smoothed, because the centers of digits of different heights differ.
            end_x, end_y = ends[number]
            expected = end_y + slope * (x[index] - end_x)
            ends[number] = (x[index], (expected + y[index]) / 2)
        line[index] = number
    return line
