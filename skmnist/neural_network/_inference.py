"""Fast prediction: one compiled call for any number of rows."""

from collections.abc import Callable
from functools import cached_property
from threading import Lock

import keras
import numpy as np

_ROWS_PER_CALL = 1024


class CompiledInference:
    """The forward pass of a network, compiled once, at the first call, for batches of any length.

    `keras.Model.predict` spends some 40 ms on each call, whatever the batch; this spends less than
    a millisecond. The result follows later changes of the weights.

    Parameters
    ----------
    model : keras.Model
        A built model with one input.
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Map images of shape (n, height, width, 1) to float32 outputs, in bounded memory."""
        chunks = range(0, len(images), _ROWS_PER_CALL)
        outputs = [
            self._forward(images[start : start + _ROWS_PER_CALL].astype(np.float32))
            for start in chunks
        ]
        return outputs[0] if len(outputs) == 1 else np.concatenate(outputs)

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
