"""Digits for measurements: the embedded sample, repeated."""

import numpy as np
import numpy.typing as npt

from skmnist.datasets import load_mnist_sample


def digits(n: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return n images of shape (28, 28, 1), uint8, and their labels."""
    sample = load_mnist_sample()
    order = np.arange(n) % len(sample.images)
    return sample.images[order][..., np.newaxis], sample.target[order].astype(np.int64)


def distinct_digits(n: int) -> npt.NDArray[np.uint8]:
    """Return n images of shape (28, 28), uint8; the first pixel makes repeated images distinct."""
    sample = load_mnist_sample().images
    copies = [sample.copy() for _ in range(-(-n // len(sample)))]
    for number, copy in enumerate(copies):
        copy[:, 0, 0] = number
    return np.concatenate(copies)[:n]
