"""Trainers: a network, an optimizer and the compiled step between them, used by one fit at a time.

Tracing the step of a network takes longer than some fits. Networks of equal architecture differ
only in their weights and can share a compiled trainer: it copies the weights of a network, trains,
and copies them back. It computes in the precision of the training; the networks themselves stay
float32.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import keras
import numpy as np

from skmnist.neural_network._inference import CompiledInference
from skmnist.neural_network._interruption import interrupts_wait
from skmnist.neural_network._precision import with_precision
from skmnist.neural_network._samples import Samples
from skmnist.neural_network._settings import default_floats

# Each takes a label smoothing.
LOSSES: dict[str, type[keras.losses.Loss]] = {
    "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
    "categorical_focal_crossentropy": keras.losses.CategoricalFocalCrossentropy,
}

# Trainers that are kept for later fits, the last used one at the end.
_MAX_IDLE = 4
_idle: list[tuple[tuple[Any, ...], "Trainer"]] = []
_lock = Lock()


class Trainer:
    """A network with its optimizer and loss; this one trains by Keras' own steps, on any back end.

    Parameters
    ----------
    model : keras.Model
        A built network, of which the layers are copied.
    optimizer : keras.optimizers.Optimizer
        An optimizer without state, which the trainer keeps.
    loss : keras.losses.Loss
        The loss on one-hot targets.
    precision : {"float32", "bfloat16"}
        What the layers compute in.
    """

    @default_floats()
    def __init__(
        self,
        model: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        loss: keras.losses.Loss,
        precision: str,
    ) -> None:
        self.network = with_precision(model, precision)
        self.loss = loss
        # A global policy of float16 would put a loss scaling around the optimizer.
        self.network.compile(
            optimizer=optimizer, loss=self.loss, metrics=["accuracy"], auto_scale_loss=False
        )
        self.optimizer = optimizer
        weights = self.network.trainable_variables
        # Weight decay is for kernels, not for biases and the scales of normalisation.
        self.optimizer.exclude_from_weight_decay([v for v in weights if len(v.shape) < 2])
        self.optimizer.build(weights)
        self._fresh_state = self.optimizer_state
        self._exact = self.network if precision == "float32" else with_precision(model, "float32")
        self._predict = CompiledInference(self._exact)

    @property
    def optimizer_state(self) -> list[np.ndarray]:
        """The numbers of the optimizer."""
        return [variable.numpy() for variable in self.optimizer.variables]

    def load(self, model: keras.Model, optimizer_state: list[np.ndarray] | None) -> None:
        """Take over the weights and the state of dropout of a network, and a state or a new one."""
        _copy_variables(model, self.network)
        state = self._fresh_state if optimizer_state is None else optimizer_state
        for variable, value in zip(self.optimizer.variables, state, strict=True):
            variable.assign(value)
        self.network.stop_training = False

    def save_to(self, model: keras.Model) -> None:
        """Hand the weights and the state of dropout over to a network."""
        _copy_variables(self.network, model)

    @contextmanager
    def training(self) -> Iterator[None]:
        """Let go of the training rows when the body ends."""
        try:
            yield
        finally:
            self._release()

    def _release(self) -> None:
        """Forget the training rows."""

    def begin_epoch(self) -> None:
        """Forget the loss and accuracy so far."""
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
            self.network.reset_metrics()  # older releases of Keras sum them up over the calls
            with default_floats():  # the first call traces
                logs = self.network.train_on_batch(*batch.as_arguments(), return_dict=True)
            loss_sum += len(batch) * float(logs["loss"])
            n_hits += len(batch) * float(logs["accuracy"])
        return loss_sum, n_hits

    def evaluate(self, samples: Samples) -> dict[str, float]:
        """Return the loss and the accuracy of the present weights, in float32."""
        if self._exact is not self.network:
            _copy_variables(self.network, self._exact)
        probabilities = self._predict(samples.images)
        hits = probabilities.argmax(axis=1) == samples.targets.argmax(axis=1)
        with default_floats():
            loss = self.loss(samples.targets, probabilities, sample_weight=samples.weights)
        return {"loss": float(loss), "accuracy": hits.mean()}

    def finish(self) -> None:
        """Let the optimizer set the final weights, for example their moving averages."""
        self.optimizer.finalize_variable_values(self.network.trainable_variables)


def _copy_variables(source: keras.Model, target: keras.Model) -> None:
    for old, new in zip(target.variables, source.variables, strict=True):
        old.assign(keras.ops.copy(new))  # JAX reuses the memory of what it trains


@contextmanager
def borrow_trainer(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    loss: str | keras.losses.Loss,
    precision: str,
    *,
    label_smoothing: float = 0.0,
    shared: bool = True,
) -> Iterator[Trainer]:
    """Yield a trainer for networks of an architecture: an idle one, or a new one.

    A trainer whose training failed is not used again.

    Parameters
    ----------
    model : keras.Model
        A network of the architecture.
    optimizer : keras.optimizers.Optimizer
        An optimizer without state; an idle trainer has an equal one.
    loss : str or keras.losses.Loss
        The loss. A trainer with an instance is not shared, because its attributes may change.
    precision : {"float32", "bfloat16"}
        What the layers compute in.
    label_smoothing : float, default=0.0
        Label smoothing of a loss that is a name.
    shared : bool, default=True
        False makes a trainer for this use alone, because callbacks may change it.

    Yields
    ------
    Trainer
        The trainer, with weights that are to be loaded first.
    """
    shared = shared and isinstance(loss, str) and _is_of_keras(optimizer)
    key = (*_key(model, optimizer, precision), loss, label_smoothing) if shared else ()
    if label_smoothing and not isinstance(loss, str):
        raise ValueError(
            f"label_smoothing={label_smoothing!r} is for losses that are names, and loss is an "
            f"instance; pass {type(loss).__name__}(label_smoothing={label_smoothing!r})."
        )
    if isinstance(loss, str):
        loss = LOSSES[loss](label_smoothing=label_smoothing, dtype="float32")
    if not shared:
        yield _new_trainer(model, optimizer, loss, precision)
        return
    with _lock:
        places = [place for place, (other, _) in enumerate(_idle) if other == key]
        trainer = _idle.pop(places[-1])[1] if places else None
    if trainer is None:
        trainer = _new_trainer(model, optimizer, loss, precision)
    yield trainer
    with _lock:
        _idle.append((key, trainer))
        del _idle[:-_MAX_IDLE]


def _new_trainer(*arguments: Any) -> Trainer:
    with interrupts_wait():
        return _trainer_class()(*arguments)


def _trainer_class() -> type[Trainer]:
    if keras.backend.backend() != "tensorflow":
        return Trainer
    from skmnist.neural_network._tensorflow import TensorFlowTrainer

    return TensorFlowTrainer


def _is_of_keras(optimizer: keras.optimizers.Optimizer) -> bool:
    """Tell whether an optimizer and its schedule are Keras' own, so that their configs say all."""
    parts = (optimizer, optimizer._learning_rate)
    return all(type(part).__module__.partition(".")[0] == "keras" for part in parts)


def _key(
    model: keras.Model, optimizer: keras.optimizers.Optimizer, precision: str
) -> tuple[Any, ...]:
    """Return what is equal for networks that a trainer with one loss can serve alike.

    Classes stand for themselves.
    """
    layers = tuple(type(layer) for layer in model.layers)
    updates = {k: v for k, v in optimizer.get_config().items() if k != "name"}
    numbers = json.dumps([_without_seeds(model.get_config()), updates], default=repr)
    return layers, type(optimizer), numbers, precision


def _without_seeds(config: Any) -> Any:
    if isinstance(config, dict):
        return {key: _without_seeds(value) for key, value in config.items() if key != "seed"}
    return [_without_seeds(item) for item in config] if isinstance(config, list) else config
