"""Parameters as they are given: numbers of any library, and names that may be misspelt."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, ClassVar, Self

from sklearn.base import BaseEstimator

from skmnist._utils import as_python, validate_arguments
from skmnist._utils._sklearn import InvalidParameterError, StrOptions
from skmnist.neural_network._augmentation import advise_on


def did_you_mean(value: Any, names: Iterable[str]) -> str:
    """Return a sentence with the name that is closest to a wrong one; empty if none is close."""
    if not isinstance(value, str):
        return ""
    close = get_close_matches(value.lower().replace("-", "_"), names, n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


class ParametersMixin:
    """Reads and checks the parameters of an estimator, whose attributes stay as they were given."""

    _get_param_names: Any
    _parameter_constraints: ClassVar[dict[str, list[Any]]]
    augment: Any

    def _value(self, name: str) -> Any:
        """Return a parameter, with Python's numbers in the place of numpy's."""
        return as_python(getattr(self, name))

    def _values(self, *names: str) -> dict[str, Any]:
        return {name: self._value(name) for name in names}

    def _validate_params(self) -> None:
        """Check the parameters, and name the choice that is closest to a misspelt one."""
        for name, constraints in self._parameter_constraints.items():
            value = self._value(name)
            try:
                validate_arguments({name: constraints}, {name: value}, caller=type(self).__name__)
            except InvalidParameterError as error:
                choices = [c.options for c in constraints if isinstance(c, StrOptions)]
                hint = did_you_mean(value, set().union(*choices))
                raise InvalidParameterError(f"{error}{hint}") from None

    def set_params(self, **params: Any) -> Self:
        """Set parameters, `optimizer__learning_rate` among them.

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
        # Names with two underscores are either our own or those of a nested estimator.
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
