"""Training of a network: epochs, callbacks, early stopping, interruption."""

import copy
import math
import sys
from collections.abc import Sequence
from contextlib import closing
from numbers import Real
from typing import Any, NamedTuple

import keras
import numpy as np

from skmnist.neural_network._augmentation import Augmentation, feed
from skmnist.neural_network._samples import Samples
from skmnist.neural_network._settings import default_floats
from skmnist.neural_network._trainer import Trainer

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

_LEARNING_RATE_CALLBACKS = (
    keras.callbacks.LearningRateScheduler,
    keras.callbacks.ReduceLROnPlateau,
)

LEARNING_RATE_SCHEDULES = ("constant", "cosine")

# What is trained on before Python is asked again: Ctrl-C waits for as much.
_BATCHES_PER_CALL = 64
_AUGMENTED_ROWS_PER_CALL = 4096


@default_floats()
def fresh_optimizer(
    optimizer: str | keras.optimizers.Optimizer,
    *,
    learning_rate: Any,
    weight_decay: float | None = None,
    cosine_steps: int | None,
    warmup_fraction: float = 0.0,
) -> keras.optimizers.Optimizer:
    """Make an optimizer without state.

    Parameters
    ----------
    optimizer : str or keras.optimizers.Optimizer
        A name of `OPTIMIZERS`, or an instance, which stays untouched.
    learning_rate : float, schedule or None
        Learning rate; None takes that of the optimizer.
    weight_decay : float or None
        Decoupled weight decay; None takes that of the optimizer.
    cosine_steps : int or None
        Gradient steps over which a constant learning rate falls to zero along a half cosine; None
        keeps it. A `learning_rate` that is a schedule stays as it is.
    warmup_fraction : float, default=0.0
        Share of these steps over which the learning rate rises from zero first.

    Returns
    -------
    keras.optimizers.Optimizer
        The optimizer.
    """
    template = OPTIMIZERS[optimizer]() if isinstance(optimizer, str) else optimizer
    config = _settings_of(template)
    if "learning_rate" not in config:
        raise ValueError(
            f"optimizer={type(template).__name__} wraps another optimizer and has no learning rate "
            "of its own; pass the other one. bfloat16 and float32 need no scaling of the loss."
        )
    if learning_rate is not None:
        config["learning_rate"] = learning_rate
    if weight_decay is not None:
        config["weight_decay"] = weight_decay
    if cosine_steps is not None and isinstance(config["learning_rate"], Real):
        peak = config["learning_rate"]
        warmup_steps = min(round(warmup_fraction * cosine_steps), cosine_steps - 1)
        config["learning_rate"] = keras.optimizers.schedules.CosineDecay(
            0.0 if warmup_steps else peak,
            decay_steps=cosine_steps - warmup_steps,
            warmup_target=peak if warmup_steps else None,
            warmup_steps=warmup_steps,
        )
    return type(template).from_config(config)


def _settings_of(optimizer: keras.optimizers.Optimizer) -> dict[str, Any]:
    """Return the config of an optimizer, in which a schedule is the object itself.

    Keras trains with schedules that it cannot serialize, such as classes local to a function.
    """
    learning_rate = getattr(optimizer, "_learning_rate", None)
    if not callable(learning_rate):
        return optimizer.get_config()
    # A copy without the schedule, made by no method of Keras: these would serialize it.
    bare = object.__new__(type(optimizer))
    vars(bare).update(vars(optimizer) | {"_learning_rate": None})
    return bare.get_config() | {"learning_rate": learning_rate}


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


def _copies(callbacks: Sequence[keras.callbacks.Callback]) -> list[keras.callbacks.Callback]:
    """Copy the caller's callbacks, which then collect nothing of this training."""
    copies = []
    for callback in callbacks:
        try:
            copies.append(copy.deepcopy(callback))
        except Exception as error:  # whatever an attribute raises
            raise TypeError(
                f"callbacks holds a {type(callback).__name__}, of which each training gets a copy, "
                f"but it cannot be copied: {error}. Give it a __deepcopy__, for example one that "
                "returns the callback itself, or keep locks and open files out of its attributes."
            ) from error
    return copies


class Training(NamedTuple):
    """Loss and metrics of each epoch, and what interrupted the training, if anything did."""

    history: dict[str, list[float]]
    interruption: KeyboardInterrupt | None


def train(
    trainer: Trainer,
    samples: Samples,
    validation: Samples | None,
    *,
    augmentation: Augmentation | None,
    batch_size: int,
    epochs: int,
    initial_epoch: int,
    n_iter_no_change: int | None,
    callbacks: Sequence[keras.callbacks.Callback],
    seed: int,
    verbose: int,
) -> Training:
    """Train a network.

    Parameters
    ----------
    trainer : Trainer
        The trainer, with the weights to start from.
    samples, validation : Samples
        Rows to train on, and rows to monitor (None for none).
    augmentation : Augmentation or None
        What is done to the training rows in each epoch.
    batch_size : int
        Rows per gradient step.
    epochs : int
        Number of epochs to train.
    initial_epoch : int
        Number of epochs that the network has been trained for before.
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
    Training
        Loss and metrics of each epoch. After an interruption the trainer has the best weights so
        far, or the last ones without validation rows; the caller keeps them and raises it again.

    Raises
    ------
    TypeError
        If a callback cannot be copied.
    ValueError
        If the loss becomes infinite or NaN.
    KeyboardInterrupt
        If training is interrupted before the end of the first epoch, or with weights that are not
        finite.
    """
    network, history = trainer.network, keras.callbacks.History()
    best_weights = None if validation is None else _BestWeights(n_iter_no_change)
    theirs = _copies(callbacks)
    interruption = None
    n_batches = math.ceil(len(samples) / batch_size)
    # Whoever watches batches is told of each; otherwise of as many as pass before Ctrl-C is heard.
    batches_per_call = _BATCHES_PER_CALL
    if augmentation is not None:
        batches_per_call = max(1, min(_AUGMENTED_ROWS_PER_CALL // batch_size, batches_per_call))
    if any(map(_watches_batches, theirs)):
        batches_per_call = 1
    own = [_StopWhenDiverged(), *([best_weights] if best_weights else []), history]
    watchers = keras.callbacks.CallbackList(
        [*theirs, *own],
        add_progbar=bool(verbose),
        model=network,
        verbose=1 if verbose == "auto" else verbose,
        epochs=initial_epoch + epochs,
        steps=n_batches,
    )
    calls = feed(
        samples,
        augmentation,
        epochs=range(initial_epoch, initial_epoch + epochs),
        rows_per_call=batches_per_call * batch_size,
        seed=seed,
    )
    try:
        with trainer.training(), closing(calls):
            watchers.on_train_begin()
            for epoch in range(initial_epoch, initial_epoch + epochs):
                watchers.on_epoch_begin(epoch)
                trainer.begin_epoch()
                logs: dict[str, float] = {}
                for batch in range(0, n_batches, batches_per_call):
                    watchers.on_train_batch_begin(batch)
                    rows = next(call for call in calls if call.epoch == epoch)
                    logs = trainer.train_on(rows.samples, rows.order, batch_size)
                    watchers.on_train_batch_end(
                        min(batch + batches_per_call, n_batches) - 1, dict(logs)
                    )
                    if network.stop_training:
                        break
                if validation is not None:
                    watchers.on_test_begin()
                    scores = trainer.evaluate(validation)
                    watchers.on_test_end(dict(scores))
                    logs |= {f"val_{name}": value for name, value in scores.items()}
                watchers.on_epoch_end(epoch, logs)
                if network.stop_training:
                    break
            trainer.finish()
            watchers.on_train_end(logs)
    except KeyboardInterrupt as error:
        n_done = len(getattr(history, "epoch", []))
        if best_weights is not None and n_done:
            best_weights.restore()
        if not n_done or not _is_finite(network):
            raise
        error.add_note(
            f"Training was interrupted after {n_done} of {epochs} epochs. The network keeps "
            f"{'the weights of the best epoch' if best_weights else 'its last weights'} and can "
            "predict."
        )
        interruption = error
    losses = {name: [float(v) for v in values] for name, values in history.history.items()}
    if interruption is None and not (np.isfinite(losses["loss"]).all() and _is_finite(network)):
        raise ValueError(
            f"Training diverged: after {len(losses['loss'])} epochs the training loss became "
            f"{losses['loss'][-1]}, or weights are no longer finite. Lower "
            "optimizer__learning_rate, or use smaller sample weights."
        )
    return Training(losses, interruption)


def _is_finite(network: keras.Model) -> bool:
    return all(np.isfinite(weight).all() for weight in network.get_weights())


def join_histories(
    before: dict[str, list[float]], after: dict[str, list[float]]
) -> dict[str, list[float]]:
    """Append a history to another; what one of them did not record is NaN in its epochs."""
    gaps = [[math.nan] * len(history.get("loss", [])) for history in (before, after)]
    return {
        name: [*before.get(name, gaps[0]), *after.get(name, gaps[1])] for name in before | after
    }


def _watches_batches(callback: keras.callbacks.Callback) -> bool:
    """Tell whether a callback wants to know of single batches."""
    hooks = ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")
    own, base = type(callback), keras.callbacks.Callback
    return any(
        hook in vars(callback) or getattr(own, hook) is not getattr(base, hook) for hook in hooks
    )
