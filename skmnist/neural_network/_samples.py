"""Training rows, and their order."""

from dataclasses import dataclass
from typing import Any

import numpy as np

# Images of more bytes are not copied as a whole: they may be a memory map larger than the memory.
LARGE = 2**27


@dataclass(frozen=True)
class Samples:
    """Images of shape (n, height, width, 1), one-hot targets and weights, row by row.

    The images are an array, or `LargeImages`.
    """

    images: Any
    targets: np.ndarray
    weights: np.ndarray | None

    def __len__(self) -> int:
        return len(self.images)

    @property
    def is_large(self) -> bool:
        """Whether the images must be read a few rows at a time."""
        return self.images.nbytes > LARGE

    def rows(self, index: np.ndarray) -> "Samples":
        """Return the rows of an index array; if they are large, their images are not yet read."""
        n_bytes = len(index) * (self.images.nbytes // len(self.images))
        images = LargeImages(self.images, index) if n_bytes > LARGE else self.images[index]
        weights = None if self.weights is None else self.weights[index]
        return Samples(images, self.targets[index], weights)

    def as_arguments(self) -> tuple[np.ndarray, ...]:
        """Return (images, targets) or (images, targets, weights), in float32."""
        arrays = (np.asarray(self.images).astype(np.float32, copy=False), self.targets)
        return arrays if self.weights is None else (*arrays, self.weights)


class LargeImages:
    """Some rows of an array of images, which are read when they are indexed.

    Parameters
    ----------
    images : ndarray or LargeImages of shape (n, ...)
        The images.
    index : ndarray of int, shape (n_rows,)
        Numbers of the rows.
    """

    def __init__(self, images: Any, index: np.ndarray) -> None:
        self._images, self._index = images, index
        self.dtype = images.dtype
        self.shape = (len(index), *images.shape[1:])
        self.nbytes = len(index) * (images.nbytes // len(images))

    def __len__(self) -> int:
        return len(self._index)

    def __getitem__(self, rows: slice | np.ndarray) -> np.ndarray:
        return self._images[self._index[rows]]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Read all rows."""
        return np.asarray(self._images[self._index], dtype=dtype)


def order_of_epoch(n_rows: int, *, seed: int, epoch: int) -> np.ndarray:
    """Return the order of the training rows, which depends only on the seed and the epoch.

    Not Keras' shuffling: it uses TensorFlow's global generator, or the number of the epoch alone.
    """
    return np.random.default_rng([seed, epoch]).permutation(n_rows)
