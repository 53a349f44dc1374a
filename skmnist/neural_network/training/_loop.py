"""The training loop: epochs, validation, early stopping, interruption."""

import math
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import NamedTuple

import keras
import numpy as np

from skmnist.neural_network._samples import Samples
from skmnist.neural_network.backends._keras import Trainer
from skmnist.neural_network.training._augmentation import Augmentation, Call, feed
from skmnist.neural_network.training._callbacks import (
    BestWeights,
    StopWhenDiverged,
    copies_of,
    watches_batches,
)
from skmnist.neural_network.training._progress import EpochLines
from skmnist.neural_network.training._tasks import EpochTasks

# Batches per compiled call, and rows that are read or augmented for one; Ctrl-C is handled between
# calls.
_BATCHES_PER_CALL = 64
_READ_ROWS_PER_CALL = 4096


class Training(NamedTuple):
    """Loss and metrics of each epoch, and the exception that interrupted the training, if any."""

    history: dict[str, list[float]]
    interruption: KeyboardInterrupt | None


class Batches(NamedTuple):
    """Rows per batch, batches per epoch, and batches per compiled call."""

    size: int
    n_in_epoch: int
    n_per_call: int


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
    tasks: EpochTasks | None = None,
) -> Training:
    """Train a network.

    Parameters
    ----------
    trainer : Trainer
        The trainer, with the weights to start from.
    samples, validation : Samples
        Training rows, and validation rows or None.
    augmentation : Augmentation or None
        Noise that is added to the training rows in each epoch.
    batch_size : int
        Rows per gradient step.
    epochs : int
        Number of epochs to train.
    initial_epoch : int
        Number of earlier epochs of the network.
    n_iter_no_change : int or None
        Early stopping ends the training after this number of epochs without a lower validation
        loss; None switches it off.
    callbacks : sequence of keras.callbacks.Callback
        The caller's callbacks; they are copied.
    seed : int
        Seed of the order of the rows.
    verbose : int
        0 is silent, and other values print a line per epoch.
    tasks : EpochTasks or None
        The tasks of scikit-learn's callbacks.

    Returns
    -------
    Training
        Loss and metrics of each epoch. After an interruption, the trainer has the weights of the
        best epoch, or the last weights without validation rows; the caller must save them and raise
        the interruption again.

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
    best_weights = None if validation is None else BestWeights(n_iter_no_change)
    lines = EpochLines() if verbose else None
    theirs = copies_of(callbacks)
    numbers = range(initial_epoch, initial_epoch + epochs)
    batches = Batches(
        size=batch_size,
        n_in_epoch=math.ceil(len(samples) / batch_size),
        n_per_call=_batches_per_call(
            batch_size, theirs, holds_rows=augmentation is None and not samples.is_large
        ),
    )
    watchers = keras.callbacks.CallbackList(
        [*theirs, *filter(None, [StopWhenDiverged(), best_weights, history, tasks, lines])],
        model=network,
        verbose=1 if verbose == "auto" else verbose,
        epochs=numbers.stop,
        steps=batches.n_in_epoch,
    )
    calls = feed(
        samples,
        augmentation,
        epochs=numbers,
        rows_per_call=batches.n_per_call * batch_size,
        seed=seed,
    )
    interruption = None
    try:
        with trainer.training(), closing(calls):
            watchers.on_train_begin()
            for epoch in numbers:
                watchers.on_epoch_begin(epoch)
                rows = (call for call in calls if call.epoch == epoch)
                logs = _train_epoch(trainer, watchers, rows, batches)
                if validation is not None:
                    logs |= _validate(trainer, watchers, validation)
                watchers.on_epoch_end(epoch, logs)
                if network.stop_training:
                    break
            trainer.finish()
            watchers.on_train_end(logs)
            if tasks is not None and tasks.stopped and best_weights is not None:
                best_weights.restore()
    except KeyboardInterrupt as error:
        n_done = len(getattr(history, "epoch", []))
        if best_weights is not None and n_done:
            best_weights.restore()
        if not n_done or not _is_finite(network):
            raise
        kept = "its last weights" if best_weights is None else "the weights of the best epoch"
        error.add_note(
            f"Training was interrupted after {n_done} of {epochs} epochs. The network keeps {kept} "
            "and can predict."
        )
        interruption = error
    metrics = {name: [float(v) for v in values] for name, values in history.history.items()}
    if interruption is None:
        _check_convergence(metrics, network)
    return Training(metrics, interruption)


def _batches_per_call(
    batch_size: int, callbacks: Sequence[keras.callbacks.Callback], *, holds_rows: bool
) -> int:
    """Return the number of batches per compiled call."""
    if any(map(watches_batches, callbacks)):
        return 1  # batch hooks run for every batch only if a callback defines them
    if holds_rows:
        return _BATCHES_PER_CALL
    return max(1, min(_READ_ROWS_PER_CALL // batch_size, _BATCHES_PER_CALL))


def _train_epoch(
    trainer: Trainer,
    watchers: keras.callbacks.CallbackList,
    calls: Iterator[Call],
    batches: Batches,
) -> dict[str, float]:
    """Train on the rows of an epoch, unless a batch hook stops; return loss and metrics."""
    trainer.begin_epoch()
    logs: dict[str, float] = {}
    for first in range(0, batches.n_in_epoch, batches.n_per_call):
        watchers.on_train_batch_begin(first)
        call = next(calls)
        logs = trainer.train_on(call.samples, call.order, batches.size)
        last = min(first + batches.n_per_call, batches.n_in_epoch) - 1
        watchers.on_train_batch_end(last, dict(logs))
        if trainer.network.stop_training:
            break
    return logs


def _validate(
    trainer: Trainer, watchers: keras.callbacks.CallbackList, validation: Samples
) -> dict[str, float]:
    """Return loss and metrics of the validation rows, under the names of the history."""
    watchers.on_test_begin()
    scores = trainer.evaluate(validation)
    watchers.on_test_end(dict(scores))
    return {f"val_{name}": value for name, value in scores.items()}


def _check_convergence(history: dict[str, list[float]], network: keras.Model) -> None:
    """Raise an error if a loss or a weight is not finite."""
    losses = history["loss"]
    if not (np.isfinite(losses).all() and _is_finite(network)):
        raise ValueError(
            f"Training diverged: after {len(losses)} epochs the training loss became {losses[-1]}, "
            "or weights are no longer finite. Lower optimizer__learning_rate, or use smaller "
            "sample weights."
        )


def _is_finite(network: keras.Model) -> bool:
    return all(np.isfinite(weight).all() for weight in network.get_weights())


def join_histories(
    before: dict[str, list[float]], after: dict[str, list[float]]
) -> dict[str, list[float]]:
    """Append a history to another; a metric that one of them lacks is NaN in its epochs."""
    gaps = [[math.nan] * len(history.get("loss", [])) for history in (before, after)]
    return {
        name: [*before.get(name, gaps[0]), *after.get(name, gaps[1])] for name in before | after
    }
