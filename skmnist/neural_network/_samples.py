"""Training rows, and their order."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from skmnist._utils import clip_to_value_range, lies_within

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
        """Return the rows of an index array."""
        return self._select(self.images[index], index)

    def part(self, index: np.ndarray) -> "Samples":
        """Return the rows of an index array; images that are large are not yet read."""
        images = LargeImages(self.images, index) if self.is_large else self.images[index]
        return self._select(images, index)

    def _select(self, images: Any, index: np.ndarray) -> "Samples":
        weights = None if self.weights is None else self.weights[index]
        return Samples(images, self.targets[index], weights)

    def as_arguments(self) -> tuple[np.ndarray, ...]:
        """Return (images, targets) or (images, targets, weights), in float32."""
        arrays = (self.images.astype(np.float32, copy=False), self.targets)
        return arrays if self.weights is None else (*arrays, self.weights)


class LargeImages:
    """Some rows of an array of images, which are read and clipped when they are indexed.

    Parameters
    ----------
    images : ndarray or LargeImages of shape (n, ...)
        The images.
    index : ndarray of int, shape (n_rows,), default=None
        Numbers of the rows. If None, all rows.
    clip : callable, default=None
        Function that clips an array of images.
    """

    def __init__(
        self,
        images: Any,
        index: np.ndarray | None = None,
        clip: Callable[[np.ndarray], np.ndarray] | None = None,
    ) -> None:
        self._images, self._index, self._clip = images, index, clip
        self.dtype = images.dtype
        self.shape = (len(images if index is None else index), *images.shape[1:])
        self.nbytes = self.dtype.itemsize * math.prod(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice | np.ndarray) -> np.ndarray:
        images = self._images[rows if self._index is None else self._index[rows]]
        return images if self._clip is None else self._clip(images)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Read all rows."""
        return np.asarray(self[:], dtype=dtype)


def clipped_images(images: np.ndarray, value_range: tuple[float, float], warn: bool = True) -> Any:
    """Clip images to a value range, and add the axis of the channel; large ones are not yet read.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        The images.
    value_range : (low, high)
        The range.
    warn : bool, default=True
        Whether to warn if the images seem to have another range.

    Returns
    -------
    ndarray or LargeImages of shape (n, height, width, 1)
        The images.
    """
    within = lies_within(images, value_range, warn=warn)
    images = images[..., np.newaxis]
    if within:
        return images
    clip = partial(clip_to_value_range, value_range=value_range, warn=False)
    return LargeImages(images, clip=clip) if images.nbytes > LARGE else clip(images)


def order_of_epoch(n_rows: int, *, seed: int, epoch: int) -> np.ndarray:
    """Return the order of the training rows, which depends only on the seed and the epoch.

    Not Keras' shuffling: it uses TensorFlow's global generator, or the number of the epoch alone.
    """
    return np.random.default_rng([seed, epoch]).permutation(n_rows)
