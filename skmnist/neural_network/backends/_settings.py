"""Process-wide settings of Keras that cannot be passed as arguments."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import keras

# Keras' defaults: the type of numbers without a dtype, and the bound at which losses clip.
_DEFAULTS = ("float32", 1e-7)

_lock = Lock()
_n_inside = 0
_theirs = _DEFAULTS


@contextmanager
def default_floats() -> Iterator[None]:
    """Set `floatx` and `epsilon` to Keras' defaults while the body runs, then restore them.

    Optimizers, schedules and losses read both when they are built or traced. Without this, a
    network would depend on ``keras.config.set_floatx`` and ``set_epsilon``, and so would the next
    network of its architecture, which shares the compiled trainer.

    Bodies may overlap in several threads: the first one sets the defaults, the last one restores.
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
