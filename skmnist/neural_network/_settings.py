"""Keras' settings of the process that it offers no argument for."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import keras

# What Keras starts with: type of numbers that bring none, and the bound that losses clip at.
_DEFAULTS = ("float32", 1e-7)

_lock = Lock()
_n_inside = 0
_theirs = _DEFAULTS


@contextmanager
def default_floats() -> Iterator[None]:
    """Set Keras' own `floatx` and `epsilon` while the body runs, then the user's again.

    Optimizers, schedules and losses read both when they are built or traced. Without this, a
    network would depend on ``keras.config.set_floatx`` and ``set_epsilon``, and so would the next
    network of this architecture, which shares the compiled trainer.

    Bodies may overlap in several threads: the first one in sets, the last one out restores.
    """
    global _n_inside, _theirs
    with _lock:
        if _n_inside == 0:
            _theirs = (keras.config.floatx(), keras.config.epsilon())
            _set(_DEFAULTS)
        _n_inside += 1
    try:
        yield
    finally:
        with _lock:
            _n_inside -= 1
            if _n_inside == 0:
                _set(_theirs)


def _set(floats: tuple[str, float]) -> None:
    floatx, epsilon = floats
    keras.config.set_floatx(floatx)
    keras.config.set_epsilon(epsilon)
