"""Training rows, and their order."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Samples:
    """Images of shape (n, height, width, 1), one-hot targets and weights, row by row."""

    images: np.ndarray
    targets: np.ndarray
    weights: np.ndarray | None

    def __len__(self) -> int:
        return len(self.images)

    def rows(self, index: np.ndarray) -> "Samples":
        """Return the rows of an index array."""
        weights = None if self.weights is None else self.weights[index]
        return Samples(self.images[index], self.targets[index], weights)

    def as_arguments(self) -> tuple[np.ndarray, ...]:
        """Return (images, targets) or (images, targets, weights), in float32."""
        arrays = (self.images.astype(np.float32, copy=False), self.targets)
        return arrays if self.weights is None else (*arrays, self.weights)


def order_of_epoch(n_rows: int, *, seed: int, epoch: int) -> np.ndarray:
    """Return the order of the training rows, which depends only on the seed and the epoch.

    Not Keras' shuffling: it uses TensorFlow's global generator, or the number of the epoch alone.
    """
    return np.random.default_rng([seed, epoch]).permutation(n_rows)
