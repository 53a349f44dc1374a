"""Trainers that later fits reuse.

Tracing the step of a network takes longer than some fits. Networks of equal architecture differ
only in their weights and can share a compiled trainer: it takes over the weights, the range of
pixels and the learning rate, trains, and copies the weights back. Each trainer is used by one fit
at a time.
"""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import keras

from skmnist.neural_network.backends._architecture import architecture_key
from skmnist.neural_network.backends._chosen import ChosenTrainer
from skmnist.neural_network.backends._interruption import interrupts_wait
from skmnist.neural_network.backends._keras import Trainer

# Maximum number of trainers that are kept for later fits; the last used one is at the end.
_MAX_IDLE = 4
_idle: list[tuple[tuple[Any, ...], Trainer]] = []
_lock = Lock()


@contextmanager
def borrow_trainer(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    loss: keras.losses.Loss,
    precision: str,
    *,
    loss_key: Hashable | None,
) -> Iterator[Trainer]:
    """Yield a trainer for the architecture of a network: an idle one if possible, else a new one.

    A trainer whose training failed is not reused.

    Parameters
    ----------
    model : keras.Model
        A network of the architecture.
    optimizer : keras.optimizers.Optimizer
        An optimizer; the trainer has an equal one.
    loss : keras.losses.Loss
        The loss.
    precision : {"float32", "bfloat16"}
        Precision of the layers.
    loss_key : hashable or None
        The settings from which `loss` was made. If None, the trainer is not shared: a loss instance
        may change its attributes, and callbacks may change the trainer.

    Yields
    ------
    Trainer
        The trainer; load weights before training.
    """
    architecture = None
    if loss_key is not None:
        free = ChosenTrainer.free_numbers(optimizer)
        architecture = architecture_key(model, optimizer, free=free)
    if architecture is None:
        yield _new_trainer(model, optimizer, loss, precision)
        return
    key = (architecture, loss_key, precision)
    with _lock:
        places = [place for place, (other, _) in enumerate(_idle) if other == key]
        trainer = _idle.pop(places[-1])[1] if places else None
    if trainer is None:
        trainer = _new_trainer(model, optimizer, loss, precision)
    else:
        trainer.follow(model, optimizer)
    yield trainer
    with _lock:
        _idle.append((key, trainer))
        del _idle[:-_MAX_IDLE]


def _new_trainer(*arguments: Any) -> Trainer:
    with interrupts_wait():
        return ChosenTrainer(*arguments)
