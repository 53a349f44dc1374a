"""Trainers that later fits reuse.

Tracing the step of a network takes longer than some fits. Networks of equal architecture differ
only in their weights and can share a compiled trainer: it copies the weights of a network, trains,
and copies them back. Each trainer is used by one fit at a time.
"""

import json
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import keras

from skmnist.neural_network.backends._chosen import ChosenTrainer
from skmnist.neural_network.backends._interruption import interrupts_wait
from skmnist.neural_network.backends._keras import Trainer, is_of_keras

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
    architecture = None if loss_key is None else _architecture_of(model, optimizer)
    if architecture is None:
        yield _new_trainer(model, optimizer, loss, precision)
        return
    key = (architecture, loss_key, precision)
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
        return ChosenTrainer(*arguments)


def _architecture_of(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> Hashable | None:
    """Return a key that is equal for networks with the same training step.

    None if parts are not Keras' own, because their configs may not describe all that they compute.
    """
    parts = (*model.layers, optimizer, optimizer._learning_rate)
    if not all(map(_config_tells_all, parts)):
        return None
    settings = {k: v for k, v in optimizer.get_config().items() if k != "name"}
    try:
        configs = json.dumps([_without_seeds(model.get_config()), settings])
    except TypeError:  # a number or an object that JSON cannot hold
        return None
    return tuple(map(type, (*model.layers, optimizer))), configs


def _config_tells_all(part: Any) -> bool:
    """Return whether the config of a part of a network describes all that it computes.

    A config contains functions, such as a custom activation, by name only; so may the configs of
    nested layers.
    """
    functions = filter(callable, vars(part).values())
    nested = isinstance(part, keras.Model | keras.layers.Wrapper)
    return is_of_keras(part) and not nested and all(map(is_of_keras, functions))


def _without_seeds(config: Any) -> Any:
    if isinstance(config, dict):
        return {key: _without_seeds(value) for key, value in config.items() if key != "seed"}
    return [_without_seeds(item) for item in config] if isinstance(config, list) else config
