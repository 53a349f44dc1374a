"""Training of a compiled keras.Model: reproducible batches, early stopping, interruption."""

import copy
import math
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from numbers import Real
from typing import Any

import keras
import numpy as np

from skmnist.exceptions import InterruptedFitWarning

OPTIMIZERS: dict[str, type[keras.optimizers.Optimizer]] = {
    "adadelta": keras.optimizers.Adadelta,
    "adagrad": keras.optimizers.Adagrad,
    "adam": keras.optimizers.Adam,
    "adamax": keras.optimizers.Adamax,
    "adamw": keras.optimizers.AdamW,
    "lion": keras.optimizers.Lion,
    "nadam": keras.optimizers.Nadam,
    "rmsprop": keras.optimizers.RMSprop,
    "sgd": keras.optimizers.SGD,
}

LOSSES = ("categorical_crossentropy", "categorical_focal_crossentropy")


_LEARNING_RATE_CALLBACKS = (
    keras.callbacks.LearningRateScheduler,
    keras.callbacks.ReduceLROnPlateau,
)

# Modules that stand on the stack of a fit that is one of several.
_SEARCHERS = ("joblib.parallel", "joblib.externals.loky", "sklearn.model_selection.")

LEARNING_RATE_SCHEDULES = ("constant", "cosine")


def fresh_optimizer(
    optimizer: str | keras.optimizers.Optimizer,
    *,
    learning_rate: Any,
    cosine_steps: int | None,
) -> keras.optimizers.Optimizer:
    """Make an optimizer without state.

    Parameters
    ----------
    optimizer : str or keras.optimizers.Optimizer
        A name of `OPTIMIZERS`, or an instance, which stays untouched.
    learning_rate : float, schedule or None
        Learning rate; None takes that of the optimizer.
    cosine_steps : int or None
        Gradient steps over which a constant learning rate falls to zero along a half cosine; None
        keeps it. A `learning_rate` that is a schedule stays as it is.

    Returns
    -------
    keras.optimizers.Optimizer
        The optimizer.
    """
    template = OPTIMIZERS[optimizer]() if isinstance(optimizer, str) else optimizer
    config = template.get_config()
    if learning_rate is not None:
        config["learning_rate"] = learning_rate
    if cosine_steps is not None and isinstance(config["learning_rate"], Real):
        config["learning_rate"] = keras.optimizers.schedules.CosineDecay(
            config["learning_rate"], decay_steps=cosine_steps
        )
    return type(template).from_config(config)


@dataclass(frozen=True)
class Samples:
    """Images of shape (n, height, width, 1), one-hot targets and weights, row by row."""

    images: np.ndarray
    targets: np.ndarray
    weights: np.ndarray | None

    def rows(self, index: np.ndarray) -> "Samples":
        """Return the rows of an index array."""
        weights = None if self.weights is None else self.weights[index]
        return Samples(self.images[index], self.targets[index], weights)

    def as_arguments(self) -> tuple[np.ndarray, ...]:
        """Return (images, targets) or (images, targets, weights), in float32."""
        arrays = (self.images.astype(np.float32, copy=False), self.targets)
        return arrays if self.weights is None else (*arrays, self.weights)


class ShuffledBatches(keras.utils.PyDataset):
    """Batches in an order that is a function of the seed and the epoch alone.

    Keras shuffles with TensorFlow's global generator, or by the number of the epoch only.

    Parameters
    ----------
    samples : Samples
        The training rows.
    batch_size : int
        Rows in a batch; the last one may be smaller.
    seed : int
        Seed of the order.
    """

    def __init__(self, samples: Samples, *, batch_size: int, seed: int) -> None:
        super().__init__()
        self._samples = samples
        self._batch_size = batch_size
        self._seed = seed
        self.shuffle(epoch=0)

    def shuffle(self, epoch: int) -> None:
        """Set the order of an epoch."""
        generator = np.random.default_rng([self._seed, epoch])
        self._order = generator.permutation(len(self._samples.images))

    def __len__(self) -> int:
        return math.ceil(len(self._samples.images) / self._batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, ...]:
        rows = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        return self._samples.rows(rows).as_arguments()


class _ShuffleEachEpoch(keras.callbacks.Callback):
    def __init__(self, batches: ShuffledBatches) -> None:
        super().__init__()
        self._batches = batches

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._batches.shuffle(epoch)


class _StopWhenDiverged(keras.callbacks.Callback):
    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if not math.isfinite((logs or {}).get("loss", 0.0)):
            self.model.stop_training = True


class _BestWeights(keras.callbacks.EarlyStopping):
    """Keras' early stopping, which can also restore the best weights after an interruption.

    Parameters
    ----------
    n_iter_no_change : int or None
        Epochs without a lower validation loss after which training stops and the best weights are
        restored; None never stops, and restores only when it is asked to.
    """

    def __init__(self, n_iter_no_change: int | None) -> None:
        patience = sys.maxsize if n_iter_no_change is None else n_iter_no_change
        super().__init__("val_loss", mode="min", patience=patience, restore_best_weights=True)
        self._stops = n_iter_no_change is not None

    def on_train_end(self, logs: dict | None = None) -> None:
        if self._stops:
            self.restore()

    def restore(self) -> None:
        """Set the weights of the best epoch."""
        super().on_train_end()


def check_callbacks(callbacks: Any, *, sets_learning_rate: bool) -> list[keras.callbacks.Callback]:
    """Return a callback, a list of them, or None as a list."""
    if callbacks is None:
        return []
    if isinstance(callbacks, keras.callbacks.Callback):
        callbacks = [callbacks]
    for callback in callbacks:
        if isinstance(callback, _LEARNING_RATE_CALLBACKS) and not sets_learning_rate:
            raise ValueError(
                f"callbacks holds a {type(callback).__name__}, which cannot change a learning rate "
                'that follows a cosine; pass learning_rate_schedule="constant" with it.'
            )
        if not isinstance(callback, keras.callbacks.Callback):
            raise TypeError(
                f"callbacks holds {callback!r}; expected instances of keras.callbacks.Callback."
            )
    return list(callbacks)


def train(
    model: keras.Model,
    samples: Samples,
    validation: Samples | None,
    *,
    batch_size: int,
    epochs: int,
    initial_epoch: int,
    n_iter_no_change: int | None,
    callbacks: Sequence[keras.callbacks.Callback],
    seed: int,
    verbose: int,
) -> dict[str, list[float]]:
    """Train a compiled model in place.

    Parameters
    ----------
    model : keras.Model
        The compiled model.
    samples, validation : Samples
        Rows to train on, and rows to monitor (None for none).
    batch_size : int
        Rows per gradient step.
    epochs : int
        Number of epochs to train.
    initial_epoch : int
        Number of epochs that the model has been trained for before.
    n_iter_no_change : int or None
        Patience of early stopping on the validation loss; None switches it off.
    callbacks : sequence of keras.callbacks.Callback
        The caller's callbacks; they are copied.
    seed : int
        Seed of the order of the rows.
    verbose : int
        Verbosity of Keras.

    Returns
    -------
    dict of lists of float
        Loss and metrics of each epoch.

    Raises
    ------
    ValueError
        If the loss becomes infinite or NaN.
    KeyboardInterrupt
        If training is interrupted before the end of the first epoch, or inside a search.

    Warns
    -----
    InterruptedFitWarning
        If training is interrupted later: the best weights so far are kept.
    """
    batches = ShuffledBatches(samples, batch_size=batch_size, seed=seed)
    best_weights = None if validation is None else _BestWeights(n_iter_no_change)
    own_callbacks = [_ShuffleEachEpoch(batches), _StopWhenDiverged()]
    own_callbacks += [best_weights] if best_weights else []
    model.history = None
    try:
        model.fit(
            batches,
            validation_data=None if validation is None else validation.as_arguments(),
            validation_batch_size=max(batch_size, 256),
            epochs=initial_epoch + epochs,
            initial_epoch=initial_epoch,
            callbacks=[*copy.deepcopy(list(callbacks)), *own_callbacks],
            shuffle=False,
            verbose=verbose,
        )
    except KeyboardInterrupt:
        n_done = 0 if model.history is None else len(model.history.epoch)
        if n_done == 0 or _is_inside_search():
            raise
        if best_weights is not None:
            best_weights.restore()
        warnings.warn(
            f"Training was interrupted after {n_done} of {epochs} epochs; "
            f"{'the best' if best_weights else 'the present'} weights are kept.",
            InterruptedFitWarning,
            stacklevel=4,
        )
    history = {name: [float(v) for v in values] for name, values in model.history.history.items()}
    weights_are_finite = all(np.isfinite(weight).all() for weight in model.get_weights())
    if not (np.isfinite(history["loss"]).all() and weights_are_finite):
        raise ValueError(
            f"Training diverged: after {len(history['loss'])} epochs the training loss became "
            f"{history['loss'][-1]}, or weights are no longer finite. Lower "
            "optimizer__learning_rate, or use smaller sample weights."
        )
    return history


def join_histories(
    before: dict[str, list[float]], after: dict[str, list[float]]
) -> dict[str, list[float]]:
    """Append a history to another; what one of them did not record is NaN in its epochs."""
    gaps = [[math.nan] * len(history.get("loss", [])) for history in (before, after)]
    return {
        name: [*before.get(name, gaps[0]), *after.get(name, gaps[1])] for name in before | after
    }


@contextmanager
def unchanged_on_failure_in_training(model: keras.Model) -> Iterator[None]:
    """Put back weights, states of dropout and optimizer, and the optimizer, if the body raises."""
    optimizer = getattr(model, "optimizer", None)
    variables = [*model.variables, *(optimizer.variables if optimizer else [])]
    values = [variable.numpy() for variable in variables]
    loss = getattr(model, "loss", None)
    try:
        yield
    except BaseException:
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        if optimizer is not None and model.optimizer is not optimizer:
            model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
        raise


def _is_inside_search() -> bool:
    """Tell whether a search, a cross-validation or a worker of joblib runs this fit."""
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
        if frame.f_globals.get("__name__", "").startswith(_SEARCHERS):
            return True
    return False
