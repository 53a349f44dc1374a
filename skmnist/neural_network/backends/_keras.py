"""Training and prediction by Keras' own methods, on any back end."""

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from threading import Lock
from typing import Any, ClassVar

import keras
import numpy as np
from scipy.special import logsumexp

from skmnist.neural_network._samples import Samples
from skmnist.neural_network.backends._architecture import is_of_keras
from skmnist.neural_network.backends._interruption import interrupts_wait
from skmnist.neural_network.backends._precision import with_precision
from skmnist.neural_network.backends._process import rows_per_block
from skmnist.neural_network.backends._settings import default_floats
from skmnist.neural_network.backends._state import copy_variables

_MAX_ROWS_PER_CALL = 1008
_FLATTENING = (
    keras.layers.Flatten,
    keras.layers.GlobalAveragePooling2D,
    keras.layers.GlobalMaxPooling2D,
)


class Predictor:
    """The forward pass of a network, compiled at the first call.

    The result follows later changes of the weights. The probabilities of an image have the same
    bits in every order of a batch. In another batch they differ by less than 1e-6.

    Parameters
    ----------
    model : keras.Model
        A built model with one input.
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Map images of shape (n, height, width, 1) to float32 outputs, in bounded memory."""
        return self._by_blocks("_forward", images)

    def log_sum_exp(self, images: np.ndarray) -> np.ndarray:
        """Map images to the logarithm of the summed exponentials of their logits, in float64.

        Raises a TypeError if the last layer of the network is not dense with softmax.
        """
        return self._by_blocks("_log_sum_exp", images)

    def features(self, images: np.ndarray) -> np.ndarray:
        """Map images to the input of the first layer that flattens or pools whole maps.

        If there is none, it is the input of the last layer.
        """
        return self._features(images)

    @cached_property
    def _features(self) -> "Predictor":
        layers = self._model.layers
        end = next((layer for layer in layers if isinstance(layer, _FLATTENING)), layers[-1])
        return type(self)(keras.Model(self._model.inputs, end.input))

    def _by_blocks(self, function: str, images: np.ndarray) -> np.ndarray:
        compute = getattr(self, function)
        size = _rows_per_call(len(images))
        outputs = [
            compute(_filled_up(images[start : start + size], size))
            for start in range(0, len(images), size)
        ]
        return (outputs[0] if len(outputs) == 1 else np.concatenate(outputs))[: len(images)]

    @cached_property
    def _forward(self) -> Callable[[np.ndarray], np.ndarray]:
        """The function that maps float32 images to outputs."""
        lock = Lock()  # on JAX, a call detaches the weights of the model and assigns them again

        def predict(images: np.ndarray) -> np.ndarray:
            with lock:
                return np.asarray(self._model.predict_on_batch(images))

        return predict

    @cached_property
    def _log_sum_exp(self) -> Callable[[np.ndarray], np.ndarray]:
        """The function that maps float32 images to the log-sum-exp of their logits."""
        last = softmax_layer(self._model)
        features = Predictor(keras.Model(self._model.inputs, last.input))

        def compute(images: np.ndarray) -> np.ndarray:
            kernel, bias = last.get_weights()
            return logsumexp(features(images).astype(np.float64) @ kernel + bias, axis=1)

        return compute


def softmax_layer(model: keras.Model) -> keras.layers.Dense:
    """Return the last layer of a network, which must be dense with softmax."""
    last = model.layers[-1]
    if not is_softmax_layer(last):
        raise TypeError(
            f"The last layer of the network is {last.name!r}, a {type(last).__name__}; the energy "
            'of score_samples needs keras.layers.Dense(n_classes, activation="softmax").'
        )
    return last


def is_softmax_layer(layer: keras.Layer) -> bool:
    """Return whether a layer is Keras' dense layer with softmax."""
    return type(layer) is keras.layers.Dense and layer.activation is keras.activations.softmax


def _rows_per_call(n: int) -> int:
    """Return how many rows each call computes for a batch of `n` rows.

    All calls have the same number of rows, in whole blocks, so that no bit depends on the position
    of a row. A single row has only one position, so it is not padded.
    """
    n_calls = math.ceil(n / _MAX_ROWS_PER_CALL)
    block = rows_per_block() if n > 1 else 1
    return math.ceil(n / n_calls / block) * block


def _filled_up(images: np.ndarray, n: int) -> np.ndarray:
    """Return `n` float32 images: the given ones, then black ones."""
    if len(images) == n:
        return images.astype(np.float32)
    filled = np.zeros((n, *images.shape[1:]), dtype=np.float32)
    filled[: len(images)] = images
    return filled


class Trainer:
    """A network with its optimizer and loss.

    It trains a copy of the network, in the precision of the training; the networks themselves stay
    float32.

    Parameters
    ----------
    model : keras.Model
        A built network, whose layers are copied.
    optimizer : keras.optimizers.Optimizer
        An optimizer, which is copied without its state.
    loss : keras.losses.Loss
        The loss on one-hot targets.
    precision : {"float32", "bfloat16"}
        Precision of the layers.
    """

    _predictor_class: ClassVar[type[Predictor]] = Predictor
    # Classes of Keras -> the faster subclasses that replace them in the copies. Those that have the
    # method `follow`, as all schedules have, name in `free_numbers` what it takes over.
    _faster: ClassVar[Mapping[type, Any]] = {}

    @default_floats()
    def __init__(
        self,
        model: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        loss: keras.losses.Loss,
        precision: str,
    ) -> None:
        self.network = with_precision(model, precision, self._faster)
        self.loss = loss
        settings = settings_of(optimizer)
        self._rate = rate = settings["learning_rate"]
        if type(rate) in self._faster:
            settings["learning_rate"] = self._faster[type(rate)].from_config(rate.get_config())
        optimizer_class = self._faster.get(type(optimizer), type(optimizer))
        self.optimizer = optimizer_class.from_config(settings)
        # Not auto_scale_loss: a global float16 policy would wrap the optimizer in loss scaling.
        self.network.compile(
            optimizer=self.optimizer, loss=self.loss, metrics=["accuracy"], auto_scale_loss=False
        )
        weights = self.network.trainable_variables
        # Weight decay skips biases and the scales of normalization.
        self.optimizer.exclude_from_weight_decay([v for v in weights if len(v.shape) < 2])
        self.optimizer.build(weights)
        self._fresh_state = self.optimizer_state
        self._is_exact = precision == "float32"

    @classmethod
    def free_numbers(cls, optimizer: keras.optimizers.Optimizer) -> dict[str, Collection[str]]:
        """Return the numbers that `follow` takes over, by the names of their classes."""
        return {type(optimizer).__name__: ("learning_rate",)} | {
            of_keras.__name__: faster.free_numbers
            for of_keras, faster in cls._faster.items()
            if hasattr(faster, "free_numbers")
        }

    def follow(self, model: keras.Model, optimizer: keras.optimizers.Optimizer) -> None:
        """Take over the free numbers of a network, and the learning rate of an optimizer."""
        self._rate = settings_of(optimizer)["learning_rate"]
        if type(self._rate) in self._faster:
            self.optimizer._learning_rate.follow(self._rate)
        for mine, layer in zip(self.network.layers, model.layers, strict=True):
            if hasattr(mine, "free_numbers") and mine.follow(layer):
                for with_the_old_numbers in ("_exact", "_predict"):
                    vars(self).pop(with_the_old_numbers, None)

    @cached_property
    def _exact(self) -> keras.Model:
        """The network in float32, for validation; a copy is built at the first use only."""
        if self._is_exact:
            return self.network
        plain = {faster: of_keras for of_keras, faster in self._faster.items()}
        with interrupts_wait(), default_floats():
            return with_precision(self.network, "float32", plain)

    @cached_property
    def _predict(self) -> Predictor:
        return self._predictor_class(self._exact)

    @property
    def optimizer_state(self) -> list[np.ndarray]:
        """Values of the optimizer's variables."""
        return [variable.numpy() for variable in self.optimizer.variables]

    def load(self, model: keras.Model, optimizer_state: list[np.ndarray] | None) -> None:
        """Copy the variables of a network into the trainer; None is a fresh optimizer state."""
        copy_variables(model, self.network)
        state = self._fresh_state if optimizer_state is None else optimizer_state
        for variable, value in zip(self.optimizer.variables, state, strict=True):
            variable.assign(value)
        if optimizer_state is None and not callable(self._rate):
            self.optimizer.learning_rate = self._rate
        self.network.stop_training = False

    def save_to(self, model: keras.Model) -> None:
        """Copy the variables of the trainer to a network: weights, and the seeds of dropout."""
        copy_variables(self.network, model)

    @contextmanager
    def training(self) -> Iterator[None]:
        """Release the training rows when the body ends."""
        try:
            yield
        finally:
            self._release()

    def _release(self) -> None:
        """Forget the training rows."""

    def begin_epoch(self) -> None:
        """Reset the sums of loss and accuracy."""
        self._loss_sum = self._n_hits = self._n_rows = 0.0

    def train_on(self, samples: Samples, rows: np.ndarray, batch_size: int) -> dict[str, float]:
        """Take a step for each batch of rows; return loss and accuracy since the epoch began."""
        loss_sum, n_hits = self._step_through(samples, rows, batch_size)
        self._loss_sum += loss_sum
        self._n_hits += n_hits
        self._n_rows += len(rows)
        return {"accuracy": self._n_hits / self._n_rows, "loss": self._loss_sum / self._n_rows}

    def _step_through(
        self, samples: Samples, rows: np.ndarray, batch_size: int
    ) -> tuple[float, float]:
        """Take a step for each batch of rows; return the sums of their losses and hits."""
        loss_sum = n_hits = 0.0
        for start in range(0, len(rows), batch_size):
            batch = samples.rows(rows[start : start + batch_size])
            self.network.reset_metrics()  # older releases of Keras accumulate metrics over calls
            with default_floats():  # the first call traces
                logs = self.network.train_on_batch(*batch.as_arguments(), return_dict=True)
            loss_sum += len(batch) * float(logs["loss"])
            n_hits += len(batch) * float(logs["accuracy"])
        return loss_sum, n_hits

    def evaluate(self, samples: Samples) -> dict[str, float]:
        """Return the loss and the accuracy of the current weights, in float32."""
        if not self._is_exact:
            copy_variables(self.network, self._exact)
        probabilities = self._predict(samples.images)
        hits = probabilities.argmax(axis=1) == samples.targets.argmax(axis=1)
        with default_floats():
            loss = self.loss(samples.targets, probabilities, sample_weight=samples.weights)
        return {"loss": float(loss), "accuracy": hits.mean()}

    def finish(self) -> None:
        """Set the optimizer's final weights, for example their moving averages."""
        self.optimizer.finalize_variable_values(self.network.trainable_variables)


def settings_of(optimizer: keras.optimizers.Optimizer) -> dict[str, Any]:
    """Return the config of an optimizer, in which a learning-rate schedule is an object.

    A schedule of Keras is copied, so that later changes of the original have no effect. Other
    schedules are not copied, because Keras may be unable to serialize them, such as classes local
    to a function.
    """
    schedule = getattr(optimizer, "_learning_rate", None)
    if not callable(schedule):
        return optimizer.get_config()
    # Copied without Keras' methods, which would serialize the schedule.
    bare = object.__new__(type(optimizer))
    vars(bare).update(vars(optimizer) | {"_learning_rate": None})
    if is_of_keras(schedule):
        schedule = type(schedule).from_config(schedule.get_config())
    return bare.get_config() | {"learning_rate": schedule}
