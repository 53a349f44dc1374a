"""The training loop: epochs, validation, early stopping, interruption."""

import math
from collections.abc import Sequence
from contextlib import closing
from typing import NamedTuple

import keras
import numpy as np

from skmnist.neural_network._samples import Samples
from skmnist.neural_network.backends._keras import Trainer
from skmnist.neural_network.training._augmentation import Augmentation, feed
from skmnist.neural_network.training._callbacks import (
    BestWeights,
    StopWhenDiverged,
    copies_of,
    watches_batches,
)

# Batches, and augmented rows, per compiled call; Ctrl-C is handled between calls.
_BATCHES_PER_CALL = 64
_AUGMENTED_ROWS_PER_CALL = 4096


class Training(NamedTuple):
    """Loss and metrics of each epoch, and the exception that interrupted the training, if any."""

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
        Verbosity of Keras.

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
    theirs = copies_of(callbacks)
    interruption = None
    n_batches = math.ceil(len(samples) / batch_size)
    # Batch hooks run for every batch only if a callback defines them.
    batches_per_call = _BATCHES_PER_CALL
    if augmentation is not None:
        batches_per_call = max(1, min(_AUGMENTED_ROWS_PER_CALL // batch_size, batches_per_call))
    if any(map(watches_batches, theirs)):
        batches_per_call = 1
    own = [StopWhenDiverged(), *([best_weights] if best_weights else []), history]
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
    """Append a history to another; a metric that one of them lacks is NaN in its epochs."""
    gaps = [[math.nan] * len(history.get("loss", [])) for history in (before, after)]
    return {
        name: [*before.get(name, gaps[0]), *after.get(name, gaps[1])] for name in before | after
    }
