"""Tasks of scikit-learn's callbacks: `fit`, and its steps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from textwrap import shorten
from typing import Any, Self, TypeVar, cast

from skmnist._utils._sklearn import (
    attributes_outside_fit,
    has_callbacks,
    is_in_a_task,
    open_task,
    with_callbacks,
)
from skmnist._utils._state import refitted

_Method = TypeVar("_Method", bound=Callable[..., Any])

# Maximum number of characters of the parameters in the name of a task.
_WIDTH = 60


@dataclass(frozen=True)
class Task:
    """A task, at the begin and the end of which the callbacks of an estimator are called.

    Parameters
    ----------
    context : sklearn.callback.CallbackContext
        The task.
    arguments : mapping of str to object
        What all tasks of a `fit` pass to the callbacks.
    """

    context: Any
    arguments: Mapping[str, Any]

    @classmethod
    def of_fit(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        metadata: Mapping[str, Any] | None = None,
        *,
        name: str = "fit",
        n_subtasks: int = 0,
    ) -> Self:
        """Set up the callbacks of an estimator and begin the task of its `fit`.

        Parameters
        ----------
        estimator : estimator
            An estimator with callbacks, in a method that `with_callbacks` decorates.
        X, y
            The arguments of `fit`.
        metadata : mapping of str to object, default=None
            Its other arguments; those that are None are left out.
        name : str
            Name of the task. If it is part of a task of another estimator, such as a search, the
            parameters that differ from their defaults are added.
        n_subtasks : int
            Largest number of subtasks.

        Returns
        -------
        Task
            The task.
        """
        if is_in_a_task(estimator):
            name += _parameters_of(estimator)
        given = {key: value for key, value in (metadata or {}).items() if value is not None}
        arguments = {"estimator": estimator, "X": X, "y": y, "metadata": given}
        return cls(open_task(estimator, name, n_subtasks), arguments).begin()

    def subtask(self, name: str) -> Self:
        """Return a step of the task, not yet begun."""
        return replace(self, context=self.context.subcontext(task_name=name))

    def begin(self, attributes: Callable[[], dict[str, Any]] | None = None) -> Self:
        """Call the callbacks; `attributes` is as for `end`."""
        self.context.call_on_fit_task_begin(**self.arguments, reconstruction_attributes=attributes)
        return self

    def end(self, attributes: Callable[[], dict[str, Any]]) -> bool:
        """Call the callbacks and return whether one of them stops the training.

        Parameters
        ----------
        attributes : callable
            Returns the fitted attributes as they are now; called only if a callback takes
            `fitted_estimator`.

        Returns
        -------
        bool
            Whether to skip the following subtasks of the parent task.
        """
        return bool(
            self.context.call_on_fit_task_end(
                **self.arguments, reconstruction_attributes=attributes
            )
        )


def _parameters_of(estimator: Any) -> str:
    """Return the parameters that differ from their defaults, such as " (epochs=3)"."""
    parameters = repr(estimator).removeprefix(type(estimator).__name__)
    return "" if parameters == "()" else " " + shorten(parameters, _WIDTH, placeholder=" ...")


def as_one_task(fit: _Method) -> _Method:
    """Decorate `fit` or `fit_transform` so that it is one task of the callbacks.

    If a callback raises an error, the estimator stays as it was.

    Parameters
    ----------
    fit : callable
        A method with the parameters `X` and `y`, and maybe others that are passed by name.

    Returns
    -------
    callable
        The method.
    """

    @with_callbacks
    def fit_as_task(estimator: Any, draft: Any, X: Any, y: Any, fit_params: Any) -> Any:
        task = Task.of_fit(estimator, X, y, fit_params, name=fit.__name__.replace("_", "-"))
        result = fit(draft, X, y, **fit_params)
        task.end(lambda: attributes_outside_fit(draft))
        return result

    @wraps(fit)
    def fit_with_callbacks(self: Any, X: Any, y: Any = None, **fit_params: Any) -> Any:
        if not has_callbacks(self):
            return fit(self, X, y, **fit_params)
        with refitted(self) as draft:
            result = fit_as_task(self, draft, X, y, fit_params)
        return self if result is draft else result

    return cast(_Method, fit_with_callbacks)
