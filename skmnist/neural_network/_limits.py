"""A limit of the weights of a network that is rebuilt from a file.

The parameters in a damaged or malicious file can describe a network larger than the memory. The
kernels, which are the largest weights, count against the size of the weights in the file before
they are created.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import keras
import numpy as np


class WeightLimit:
    """What the kernels of one network may still take.

    Parameters
    ----------
    weights : sequence of ndarray
        The weights in the file.
    """

    def __init__(self, weights: Sequence[np.ndarray]) -> None:
        self._n_kernels = len(weights)
        self._n_numbers = sum(array.size for array in weights)

    def take_kernel(self) -> None:
        """Count a kernel, whose shape is not known yet."""
        self._n_kernels -= 1
        self._check()

    def take_numbers(self, shape: Sequence[int]) -> None:
        """Count the numbers of a kernel; an empty axis counts as 1, for the bias."""
        self._n_numbers -= math.prod(max(1, length) for length in shape)
        self._check()

    def _check(self) -> None:
        if self._n_kernels < 0 or self._n_numbers < 0:
            raise ValueError("its parameters describe a network larger than its weights")


_limit: ContextVar[WeightLimit | None] = ContextVar("limit", default=None)


class Replaced(keras.initializers.Initializer):
    """Zeros within a limit, instead of initial weights that the weights in a file replace.

    Parameters
    ----------
    initializer : keras.initializers.Initializer
        The initializer of the parameters.
    limit : WeightLimit
        The limit.
    """

    def __init__(self, initializer: keras.initializers.Initializer, limit: WeightLimit) -> None:
        self.initializer = initializer
        self._limit = limit
        limit.take_kernel()

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Any:
        self._limit.take_numbers(shape)
        return keras.ops.zeros(shape, dtype)


def within_limit(initializer: keras.initializers.Initializer) -> keras.initializers.Initializer:
    """Return the initializer; while a network is rebuilt, one that keeps to the limit."""
    limit = _limit.get()
    return initializer if limit is None else Replaced(initializer, limit)


@contextmanager
def limited_to(weights: Sequence[np.ndarray]) -> Iterator[None]:
    """Limit the kernels that the body creates to the size of the weights.

    Parameters
    ----------
    weights : sequence of ndarray
        The weights in the file.

    Yields
    ------
    None
    """
    token = _limit.set(WeightLimit(weights))
    try:
        yield
    finally:
        _limit.reset(token)


def restore_initializers(model: keras.Model) -> None:
    """Give the layers their own initializers, which their configs name."""
    for layer in model.layers:
        if isinstance(getattr(layer, "kernel_initializer", None), Replaced):
            layer.kernel_initializer = layer.kernel_initializer.initializer
