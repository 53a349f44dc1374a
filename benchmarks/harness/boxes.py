"""Compare boxes that were found with the true ones."""

import numpy as np


def overlaps(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the intersection of boxes and other boxes, divided by their union; (n, n_others)."""
    top_left = np.maximum(boxes[:, np.newaxis, :2], others[:, :2])
    bottom_right = np.minimum(boxes[:, np.newaxis, 2:], others[:, 2:])
    common = np.maximum(bottom_right - top_left, 0).prod(axis=-1)
    area, other = ((b[:, 2:] - b[:, :2]).prod(axis=-1) for b in (boxes, others))
    return common / (area[:, np.newaxis] + other - common)


def n_in_order(matches: np.ndarray) -> int:
    """Return the length of the longest sequence of matches in the order of both axes."""
    longest = np.zeros(np.add(matches.shape, 1), dtype=int)
    for row, column in np.ndindex(matches.shape):
        longest[row + 1, column + 1] = max(
            longest[row, column + 1],
            longest[row + 1, column],
            longest[row, column] + matches[row, column],
        )
    return int(longest[-1, -1])
