"""Chunks of rows, for work on images that may be a memory map larger than the memory."""

import math
from collections.abc import Iterator

import numpy as np

# Numbers per chunk: 32 MB in float64.
_NUMBERS_PER_CHUNK = 2**22


def row_chunks(X: np.ndarray) -> Iterator[slice]:
    """Yield slices of rows that take little memory; each has at least one row.

    It is called for every prediction: ``sklearn.utils.gen_batches`` takes ten times as long for a
    single chunk, because it validates its arguments.

    Parameters
    ----------
    X : ndarray
        Images of any shape.

    Yields
    ------
    slice
        The next rows.
    """
    size = max(1, _NUMBERS_PER_CHUNK // max(1, math.prod(X.shape[1:])))
    for start in range(0, len(X), size):
        yield slice(start, start + size)
