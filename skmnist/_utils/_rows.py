"""Rows per chunk, for work on images that may be a memory map larger than the memory."""

import math

import numpy as np

# Numbers per chunk: 32 MB in float64.
_NUMBERS_PER_CHUNK = 2**22


def rows_at_once(X: np.ndarray) -> int:
    """Return the number of rows of an array that take little memory, at least one.

    Parameters
    ----------
    X : ndarray
        Images of any shape.

    Returns
    -------
    int
        Rows per chunk.
    """
    return max(1, _NUMBERS_PER_CHUNK // max(1, math.prod(X.shape[1:])))
