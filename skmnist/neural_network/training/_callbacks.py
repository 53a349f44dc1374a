"""Callbacks of training: the user's, and early stopping."""

import copy
import math
import sys
from collections.abc import Sequence
from typing import Any

import keras

from skmnist.neural_network.training._optimizers import Schedule

_LEARNING_RATE_CALLBACKS = (
    keras.callbacks.LearningRateScheduler,
    keras.callbacks.ReduceLROnPlateau,
)


class StopWhenDiverged(keras.callbacks.Callback):
    """Stops the training after an epoch with an infinite or NaN loss."""

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Stop if the loss is not finite."""
        if not math.isfinite((logs or {}).get("loss", 0.0)):
            self.model.stop_training = True


class BestWeights(keras.callbacks.EarlyStopping):
    """Keras' early stopping that can also restore the best weights after an interruption.

    Parameters
    ----------
    n_iter_no_change : int or None
        Epochs without a lower validation loss after which training stops and the best weights are
        restored. If None, training never stops, and only `restore` restores the weights.
    """

    def __init__(self, n_iter_no_change: int | None) -> None:
        patience = sys.maxsize if n_iter_no_change is None else n_iter_no_change
        super().__init__("val_loss", mode="min", patience=patience, restore_best_weights=True)
        self._stops = n_iter_no_change is not None

    def on_train_end(self, logs: dict | None = None) -> None:
        """Set the weights of the best epoch after early stopping."""
        if self._stops:
            self.restore()

    def restore(self) -> None:
        """Set the weights of the best epoch."""
        super().on_train_end()


def check_callbacks(callbacks: Any, schedule: Schedule) -> list[keras.callbacks.Callback]:
    """Return the parameter `callbacks` as a list.

    Parameters
    ----------
    callbacks : keras.callbacks.Callback, sequence of them, or None
        The parameter.
    schedule : Schedule
        How the learning rate changes.

    Returns
    -------
    list of keras.callbacks.Callback
        The callbacks; empty for None.

    Raises
    ------
    TypeError
        If one of them is not a callback.
    ValueError
        If one of them sets the learning rate, which already follows a schedule.
    """
    if callbacks is None:
        return []
    if isinstance(callbacks, keras.callbacks.Callback):
        callbacks = [callbacks]
    for callback in callbacks:
        if isinstance(callback, _LEARNING_RATE_CALLBACKS) and not schedule.goes_on:
            raise ValueError(
                f"callbacks holds a {type(callback).__name__}, which cannot change a learning rate "
                'that follows a schedule; pass learning_rate_schedule="constant" with it.'
            )
        if not isinstance(callback, keras.callbacks.Callback):
            raise TypeError(
                f"callbacks holds {callback!r}; expected instances of keras.callbacks.Callback."
            )
    return list(callbacks)


def copies_of(callbacks: Sequence[keras.callbacks.Callback]) -> list[keras.callbacks.Callback]:
    """Return deep copies, so that the caller's callbacks are not changed by this training."""
    copies = []
    for callback in callbacks:
        try:
            copies.append(copy.deepcopy(callback))
        except Exception as error:  # attributes may raise anything
            raise TypeError(
                f"callbacks holds a {type(callback).__name__}, which cannot be copied: {error}. "
                "Each training uses copies of the callbacks. Give this one a __deepcopy__, for "
                "example one that returns the callback itself, or keep locks and open files out of "
                "its attributes."
            ) from error
    return copies


def watches_batches(callback: keras.callbacks.Callback) -> bool:
    """Return whether a callback defines a batch hook, in its class or on the instance."""
    hooks = ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")
    own, base = type(callback), keras.callbacks.Callback
    return any(
        hook in vars(callback) or getattr(own, hook) is not getattr(base, hook) for hook in hooks
    )
