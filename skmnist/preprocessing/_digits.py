"""Find digits among the connected parts of the ink of a page."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from skmnist.preprocessing._touching import split

_EIGHT = np.ones((3, 3), dtype=bool)
# Shares of the typical height: lower parts are pieces, which belong to a digit within reach; a
# lower piece is not a digit alone. Parts with a smaller area, as a share of its square, are specks.
_PIECE, _REACH, _LEAST, _SPECK = 0.6, 0.25, 0.4, 0.004
# Parts higher than this share of the typical height are digits of two rows.
_ROWS = 1.6


class Digits(NamedTuple):
    """The digits of a page, in any order.

    Attributes
    ----------
    labels : ndarray of shape (height, width), int32
        0 for paper and specks; i + 1 for the ink of digit i.
    boxes : ndarray of shape (n, 4), int64
        (top, left, bottom, right) of each.
    touching : ndarray of shape (n,), bool
        Whether it may be several digits that could not be cut safely.
    height : float
        The typical height.
    """

    labels: np.ndarray
    boxes: np.ndarray
    touching: np.ndarray
    height: float


def find_digits(is_ink: np.ndarray, height: float | None, cut_touching: bool) -> Digits:
    """Join pieces of digits, drop specks, and cut digits that touch.

    Parameters
    ----------
    is_ink : ndarray of shape (height, width), bool
        The ink of a page.
    height : float or None
        The typical height of a digit; if None, it is estimated.
    cut_touching : bool
        Whether digits that touch are cut.

    Returns
    -------
    Digits
        The digits.
    """
    labels, n_parts = ndimage.label(is_ink, _EIGHT)
    boxes = _boxes(labels)
    areas = np.bincount(labels.ravel(), minlength=n_parts + 1)[1:]
    if height is None:
        height = _typical_height(boxes, areas)
    labels = _join(labels, boxes, areas, height)
    boxes = _boxes(labels)
    touching = np.zeros(len(boxes), dtype=bool)
    if cut_touching:
        labels, touching = _cut(labels, boxes, height)
        boxes = _boxes(labels)
    return Digits(labels, boxes, touching, height)


def _boxes(labels: np.ndarray) -> np.ndarray:
    found = ndimage.find_objects(labels)
    boxes = [(y.start, x.start, y.stop, x.stop) for y, x in found]
    return np.array(boxes, dtype=np.int64).reshape(-1, 4)


def _typical_height(boxes: np.ndarray, areas: np.ndarray) -> float:
    """Return the median height of the parts, each weighted by its area."""
    if not len(boxes):
        return 0.0
    heights = boxes[:, 2] - boxes[:, 0]
    order = np.argsort(heights)
    weights = np.cumsum(areas[order])
    return float(heights[order][np.searchsorted(weights, weights[-1] / 2)])


def _join(labels: np.ndarray, boxes: np.ndarray, areas: np.ndarray, height: float) -> np.ndarray:
    """Give pieces the label of their digit, drop specks, and number the digits from 1."""
    heights = boxes[:, 2] - boxes[:, 0]
    is_whole = heights >= _PIECE * height
    label_of = np.where(is_whole, np.arange(1, 1 + len(boxes)), 0)
    wholes = np.flatnonzero(is_whole)
    for piece in np.flatnonzero(~is_whole):
        if areas[piece] < _SPECK * height**2:
            continue
        if len(wholes):
            gaps = _gaps(boxes[piece], boxes[wholes])
            nearest = gaps.argmin()
            if gaps[nearest] <= _REACH * height:
                label_of[piece] = wholes[nearest] + 1
                continue
        if heights[piece] >= _LEAST * height:
            label_of[piece] = piece + 1
    label_of = np.unique(np.append(0, label_of), return_inverse=True)[1]
    return label_of.astype(np.int32)[labels]


def _gaps(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Return the distance between a box and others; paper beside a digit counts double."""
    down = np.maximum(np.maximum(boxes[:, 0] - box[2], box[0] - boxes[:, 2]), 0)
    across = np.maximum(np.maximum(boxes[:, 1] - box[3], box[1] - boxes[:, 3]), 0)
    return down + 2 * across


def _cut(labels: np.ndarray, boxes: np.ndarray, height: float) -> tuple[np.ndarray, np.ndarray]:
    """Cut digits that touch; return new labels, and which of them may be several digits."""
    touching = [False] * len(boxes)
    queue = list(enumerate(boxes, start=1))
    while queue:
        number, (top, left, bottom, right) = queue.pop()
        window = labels[top:bottom, left:right]
        is_digit = window == number
        is_first, is_doubtful = split(is_digit, is_column=bottom - top > _ROWS * height)
        if is_first is None:
            touching[number - 1] = is_doubtful
            continue
        touching.append(False)
        window[is_digit & ~is_first] = len(touching)
        for part, is_part in ((number, is_first), (len(touching), ~is_first)):
            y, x = ndimage.find_objects((is_digit & is_part).astype(np.int8))[0]
            queue.append((part, (top + y.start, left + x.start, top + y.stop, left + x.stop)))
    return labels, np.array(touching, dtype=bool)
