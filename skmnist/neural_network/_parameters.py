"""The parameters that all networks share, and how parameters are read, checked and documented."""

import inspect
from collections.abc import Collection, Sequence
from dataclasses import MISSING, Field, fields
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import keras
import numpy as np
from sklearn.base import BaseEstimator

from skmnist._utils import (
    as_python,
    did_you_mean,
    estimator_dataclass,
    parameter,
    validate_arguments,
)
from skmnist._utils._sklearn import HasMethods, Interval, InvalidParameterError, StrOptions
from skmnist.neural_network._docstrings import complete_docstring, quoted
from skmnist.neural_network._layers import ACTIVATIONS, INITIALIZERS
from skmnist.neural_network.backends._precision import PRECISIONS
from skmnist.neural_network.training._augmentation import advise_on
from skmnist.neural_network.training._losses import LOSSES
from skmnist.neural_network.training._optimizers import OPTIMIZERS, SCHEDULES


@estimator_dataclass
class ParametersMixin:
    """Shared parameters; the attributes keep the values that were passed."""

    _get_param_names: ClassVar[Any]
    _parameter_constraints: ClassVar[dict[str, list[Any]]]
    # Tuned learning rate and weight decay: "auto" with optimizer="adam" on normalized maps.
    _rates_of_adam: ClassVar[tuple[float, float] | None] = None

    optimizer: str | keras.optimizers.Optimizer = parameter(
        StrOptions(set(OPTIMIZERS)), keras.optimizers.Optimizer, default="adam"
    )
    optimizer__learning_rate: Any = parameter(
        StrOptions({"auto"}),
        None,
        Interval(Real, 0, 1e38, closed="right"),
        keras.optimizers.schedules.LearningRateSchedule,
        default="auto",
    )
    optimizer__weight_decay: float | str | None = parameter(
        StrOptions({"auto"}), None, Interval(Real, 0, 1, closed="left"), default="auto"
    )
    learning_rate_schedule: str = parameter(StrOptions(set(SCHEDULES)), default="cosine")
    warmup_fraction: float = parameter(Interval(Real, 0, 1, closed="left"), default=0.0)
    loss: str | keras.losses.Loss = parameter(
        StrOptions(set(LOSSES)), keras.losses.Loss, default="categorical_crossentropy"
    )
    label_smoothing: float = parameter(Interval(Real, 0, 1, closed="left"), default=0.0)
    augment: Any = parameter(None, list, tuple, HasMethods("augment"), default=None)
    test_time_views: int = parameter(Interval(Integral, 0, None, closed="left"), default=0)
    epochs: int = parameter(Interval(Integral, 1, 2**31 - 1, closed="both"), default=20)
    batch_size: int = parameter(Interval(Integral, 1, 2**31 - 1, closed="both"), default=32)
    early_stopping: bool = parameter("boolean", default=False)
    validation_fraction: float = parameter(Interval(Real, 0, 1, closed="neither"), default=0.1)
    n_iter_no_change: int = parameter(Interval(Integral, 1, None, closed="left"), default=10)
    class_weight: dict[Any, float] | str | None = parameter(
        None, StrOptions({"balanced"}), dict, default=None
    )
    callbacks: Any = parameter(None, list, tuple, keras.callbacks.Callback, default=None)
    precision: str = parameter(StrOptions(set(PRECISIONS)), default="auto")
    warm_start: bool = parameter("boolean", default=False)
    image_shape: Sequence[int] | None = parameter(None, "array-like", default=None)
    value_range: Sequence[float] | None = parameter(None, "array-like", default=None)
    random_state: int | np.random.RandomState | None = parameter("random_state", default=None)
    verbose: int = parameter(
        StrOptions({"auto"}), Interval(Integral, 0, 2, closed="both"), "boolean", default=0
    )

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__doc__:
            cls.__doc__ = complete_docstring(cls.__doc__, cls._texts(), cls._default_of)

    @classmethod
    def _texts(cls) -> dict[str, str]:
        """Return the texts of the docstring about the tables of names and the tuned rates."""
        texts = {
            "activations": quoted(ACTIVATIONS),
            "initializers": quoted(INITIALIZERS),
            "losses": quoted(LOSSES),
            "optimizers": quoted(OPTIMIZERS),
            "schedules": "; ".join(f'"{name}" {s.description}' for name, s in SCHEDULES.items()),
            "learning rate": '"auto" and None use the default of the optimizer',
            "weight decay": '"auto" and None use the default of the optimizer',
        }
        if cls._rates_of_adam is not None:
            rates = dict(zip(("learning rate", "weight decay"), cls._rates_of_adam, strict=True))
            for name, rate in rates.items():
                texts[name] = (
                    f'"auto" is {rate} for "adam" on normalized maps, and the default of the '
                    "optimizer otherwise; None is the default of the optimizer"
                )
        return texts

    @classmethod
    def _default_of(cls, name: str) -> Any:
        """Return the default of a parameter, even before the dataclass has its constructor."""
        if hasattr(cls.__init__, "__signature__"):  # set by `estimator_dataclass`
            default = getattr(cls, name, MISSING)
            default = default.default if isinstance(default, Field) else default
        else:
            argument = inspect.signature(cls).parameters.get(name)
            default = MISSING if argument is None else argument.default
        if default is MISSING:
            raise TypeError(
                f"the docstring describes {name!r}, which is not a parameter of the constructor; "
                "write a paragraph of your own instead."
            )
        return default

    def _value(self, name: str) -> Any:
        """Return a parameter, with numbers of numpy converted to Python numbers."""
        return as_python(getattr(self, name))

    @classmethod
    def _architecture_names(cls) -> list[str]:
        """Return the names of the parameters that not all networks share."""
        shared = {field.name for field in fields(ParametersMixin)}
        return [name for name in cls._get_param_names() if name not in shared]

    def _validate_params(self, names: Collection[str] | None = None) -> None:
        """Check the parameters; the error suggests the name closest to a misspelled one.

        If `names` are given, only these are checked.
        """
        for name, constraints in self._parameter_constraints.items():
            if names is not None and name not in names:
                continue
            value = self._value(name)
            try:
                validate_arguments({name: constraints}, {name: value}, caller=type(self).__name__)
            except InvalidParameterError as error:
                choices = [c.options for c in constraints if isinstance(c, StrOptions)]
                hint = did_you_mean(value, set().union(*choices))
                raise InvalidParameterError(f"{error}{hint}") from None

    def set_params(self, **params: Any) -> Self:
        """Set parameters, including `optimizer__learning_rate`.

        Parameters
        ----------
        **params : dict
            Parameters and their values.

        Returns
        -------
        self : object
            The estimator.

        Raises
        ------
        ValueError
            If a name is not a parameter.
        """
        # Names with two underscores are parameters of the network or of a nested estimator.
        own_names = set(self._get_param_names())
        nested = {name: value for name, value in params.items() if name not in own_names}
        for name in nested:
            owner = name.partition("__")[0]
            if not hasattr(params.get(owner, getattr(self, owner, None)), "set_params"):
                advice = (
                    "For other settings of an optimizer pass an instance, such as "
                    "optimizer=keras.optimizers.SGD(momentum=0.9)."
                )
                if owner == "augment":
                    advice = advise_on(params.get(owner, self.augment))
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator {self}. Valid parameters are: "
                    f"{sorted(own_names)}. {advice}"
                )
        for name in own_names & params.keys():
            setattr(self, name, params[name])
        BaseEstimator.set_params(self, **nested)
        return self

    def _rates(self) -> tuple[Any, float | None]:
        """Return the learning rate and the weight decay; None is the default of the optimizer."""
        learning_rate = self._value("optimizer__learning_rate")
        weight_decay = self._value("optimizer__weight_decay")
        tuned: tuple[Any, Any] = (None, None)
        if self._rates_of_adam and self._value("optimizer") == "adam" and self._normalizes_maps():
            tuned = self._rates_of_adam
        if learning_rate == "auto":
            learning_rate = tuned[0]
        if weight_decay == "auto":
            weight_decay = tuned[1]
        if isinstance(learning_rate, Integral):
            # A schedule computes in the type of its peak, so an integer would round the rates.
            learning_rate = float(learning_rate)
        return learning_rate, weight_decay

    def _normalizes_maps(self) -> bool:
        """Return whether feature maps are normalized, which allows a larger learning rate."""
        return False
