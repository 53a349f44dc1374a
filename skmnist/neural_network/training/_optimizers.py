"""Optimizers by name, and learning-rate schedules.

A new schedule is a subclass of `Schedule` and an entry of `SCHEDULES`; the constraint and the
docstrings are generated from them.
"""

import inspect
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import keras

from skmnist.neural_network.backends._architecture import is_of_keras
from skmnist.neural_network.backends._keras import settings_of
from skmnist.neural_network.backends._settings import default_floats

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


@dataclass(frozen=True)
class Schedule(ABC):
    """How the learning rate changes over the gradient steps of one fit.

    Parameters
    ----------
    n_steps : int
        Number of gradient steps.
    warmup_fraction : float, default=0.0
        Share of the steps, in [0, 1), over which the learning rate first rises from zero.
    """

    n_steps: int
    warmup_fraction: float = 0.0

    description: ClassVar[str]
    """Text after the name of the schedule in the docstrings."""

    goes_on: ClassVar[bool]
    """Whether training can go on with the same optimizer after the last step."""

    @abstractmethod
    def of(self, learning_rate: float) -> float | keras.optimizers.schedules.LearningRateSchedule:
        """Return the schedule of a learning rate, or the rate itself if it never changes."""


class Constant(Schedule):
    """A learning rate that never changes."""

    description = "keeps it"
    goes_on = True

    def of(self, learning_rate: float) -> float:
        """Return the learning rate itself."""
        return learning_rate


class Cosine(Schedule):
    """A half cosine, from the learning rate at the end of the warm-up to zero."""

    description = "lowers it to zero along a half cosine"
    goes_on = False

    def of(self, learning_rate: float) -> keras.optimizers.schedules.LearningRateSchedule:
        """Return the cosine, with at least one step after the warm-up."""
        warmup_steps = min(round(self.warmup_fraction * self.n_steps), self.n_steps - 1)
        return keras.optimizers.schedules.CosineDecay(
            0.0 if warmup_steps else learning_rate,
            decay_steps=self.n_steps - warmup_steps,
            warmup_target=learning_rate if warmup_steps else None,
            warmup_steps=warmup_steps,
        )


SCHEDULES: dict[str, type[Schedule]] = {"constant": Constant, "cosine": Cosine}


@default_floats()
def fresh_optimizer(
    optimizer: str | keras.optimizers.Optimizer,
    *,
    learning_rate: Any,
    weight_decay: float | None,
    schedule: Schedule,
) -> keras.optimizers.Optimizer:
    """Make an optimizer without state.

    Parameters
    ----------
    optimizer : str or keras.optimizers.Optimizer
        A name of `OPTIMIZERS`, or an instance, which is not changed.
    learning_rate : float, keras.optimizers.schedules.LearningRateSchedule or None
        Learning rate; None keeps the optimizer's.
    weight_decay : float or None
        Decoupled weight decay; None keeps the optimizer's.
    schedule : Schedule
        How the learning rate changes, if it is a number.

    Returns
    -------
    keras.optimizers.Optimizer
        The optimizer.

    Raises
    ------
    ValueError
        If the optimizer has no learning rate of its own.
    """
    if isinstance(optimizer, str):
        kind, config = OPTIMIZERS[optimizer], dict(_settings_by_default(optimizer))
    else:
        kind, config = type(optimizer), settings_of(optimizer)
        if not is_of_keras(kind):
            _check_config(kind, config)
    if "learning_rate" not in config:
        raise ValueError(
            f"optimizer={kind.__name__} wraps another optimizer and has no learning rate "
            "of its own; pass the wrapped one. bfloat16 and float32 need no loss scaling."
        )
    if learning_rate is not None:
        config["learning_rate"] = learning_rate
    if weight_decay is not None:
        config["weight_decay"] = weight_decay
    if isinstance(config["learning_rate"], int | float):
        config["learning_rate"] = schedule.of(config["learning_rate"])
    return kind.from_config(config)


def _check_config(kind: type[keras.optimizers.Optimizer], config: dict[str, Any]) -> None:
    """Raise an error if an optimizer made from its config would not be the same."""
    parameters = inspect.signature(kind).parameters.values()
    named = {p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}
    takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters)
    lacking = sorted(named - config.keys())
    unknown = [] if takes_all else sorted(config.keys() - named)
    if lacking or unknown:
        wrong = f"lacks {lacking}" if lacking else f"has {unknown}, which its constructor lacks"
        raise ValueError(
            f"optimizer={kind.__name__} cannot be copied, because its get_config() {wrong}. Define "
            "get_config, which returns all arguments of the constructor and those of the base "
            "class, and let the constructor take **kwargs for the base class."
        )


@cache
def _settings_by_default(name: str) -> dict[str, Any]:
    """Return the settings of an optimizer; kept, because to make one takes milliseconds."""
    return settings_of(OPTIMIZERS[name]())
