"""Fast prediction: one compiled call for any number of rows."""

import math
from collections.abc import Callable
from functools import cached_property
from threading import Lock

import keras
import numpy as np

from skmnist.neural_network._runtime import rows_per_block

_MAX_ROWS_PER_CALL = 1008


class CompiledInference:
    """The forward pass of a network, compiled once, at the first call, for batches of any length.

    `keras.Model.predict` spends some 40 ms on each call, whatever the batch; this spends less than
    a millisecond. The result follows later changes of the weights.

    The probabilities of an image have the same bits in every order of a batch. In another batch
    they differ by less than 1e-6.

    Parameters
    ----------
    model : keras.Model
        A built model with one input.
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Map images of shape (n, height, width, 1) to float32 outputs, in bounded memory."""
        size = _rows_per_call(len(images))
        outputs = [
            self._forward(_filled_up(images[start : start + size], size))
            for start in range(0, len(images), size)
        ]
        return (outputs[0] if len(outputs) == 1 else np.concatenate(outputs))[: len(images)]

    @cached_property
    def _forward(self) -> Callable[[np.ndarray], np.ndarray]:
        model = self._model
        if keras.backend.backend() != "tensorflow":
            lock = Lock()  # on JAX, a call takes the weights apart and puts them back

            def predict_one_by_one(images: np.ndarray) -> np.ndarray:
                with lock:
                    return np.asarray(model.predict_on_batch(images))

            return predict_one_by_one

        from skmnist.neural_network._tensorflow import compiled_forward

        return compiled_forward(model)


def _rows_per_call(n: int) -> int:
    """Return how many rows each call computes for a batch of `n` rows.

    All calls compute equally many rows, in whole blocks, so that no bit depends on the place of a
    row. A single row has one place only.
    """
    n_calls = math.ceil(n / _MAX_ROWS_PER_CALL)
    block = rows_per_block() if n > 1 else 1
    return math.ceil(n / n_calls / block) * block


def _filled_up(images: np.ndarray, n: int) -> np.ndarray:
    """Return `n` float32 images, the last ones black if there are fewer."""
    if len(images) == n:
        return images.astype(np.float32)
    filled = np.zeros((n, *images.shape[1:]), dtype=np.float32)
    filled[: len(images)] = images
    return filled
