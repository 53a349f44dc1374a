"""Interfaces between packages that do not import each other."""

from typing import Any, Protocol, Self, runtime_checkable

import numpy as np


@runtime_checkable
class Noise(Protocol):
    """Interface of a noise that a network adds in training.

    Attributes
    ----------
    random_state : int, RandomState instance or None
        If None, the network chooses the seed.
    value_range : (low, high) or None
        If None, the network sets its own value range.
    """

    random_state: Any
    value_range: Any

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from images of shape (n, height, width, 1)."""

    def augment(self, X: Any, epoch: int, keys: np.ndarray | None = None) -> np.ndarray:
        """Return images of the shape and dtype of `X` with the noise of an epoch.

        Equal keys, of dtype uint64 and shape (n,), give equal noise; None derives them from `X`.
        """

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters by name, as scikit-learn's estimators do."""

    def set_params(self, **params: Any) -> Self:
        """Set parameters, as scikit-learn's estimators do."""


NOISE_MEMBERS = tuple(
    sorted(name for name in {*vars(Noise), *Noise.__annotations__} if not name.startswith("_"))
)
