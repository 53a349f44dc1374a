"""The private names of scikit-learn that skmnist uses; no other module has private names.

If a release of scikit-learn moves or changes them, adapt this module.
"""

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any, ClassVar

import sklearn
from sklearn import get_config
from sklearn.base import BaseEstimator
from sklearn.utils import _safe_indexing as safe_indexing
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    InvalidParameterError,
    Options,
    StrOptions,
    validate_parameter_constraints,
)
from sklearn.utils._set_output import _get_output_config as get_output_config
from sklearn.utils.metaestimators import _BaseComposition as BaseComposition
from sklearn.utils.validation import _check_feature_names as check_feature_names
from sklearn.utils.validation import _check_method_params as check_method_params
from sklearn.utils.validation import _check_n_features as check_n_features
from sklearn.utils.validation import _check_sample_weight as check_sample_weight
from sklearn.utils.validation import _is_fitted as is_fitted

from skmnist.exceptions import MissingDependencyError

HAS_CALLBACKS = find_spec("sklearn.callback") is not None  # since scikit-learn 1.9
if HAS_CALLBACKS:
    from sklearn.callback import CallbackSupportMixin, ScoringMonitor, with_callbacks
else:

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Empty: this release of scikit-learn has no callbacks."""

    class ScoringMonitor:  # type: ignore[no-redef]
        """An error: this release of scikit-learn has no callbacks."""

        def __init__(self, *, scoring: Any) -> None:
            raise MissingDependencyError(
                f"{type(self).__name__} needs the callbacks of scikit-learn 1.9 or later, and "
                f"{sklearn.__version__} is installed. Install it with: pip install --upgrade "
                "scikit-learn"
            )

    def with_callbacks(method: Callable[..., Any]) -> Callable[..., Any]:
        """Return the method: this release of scikit-learn has no callbacks."""
        return method


__all__ = [
    "CALLBACKS",
    "HAS_CALLBACKS",
    "BaseComposition",
    "CallbackSupportMixin",
    "DocumentationLinkMixin",
    "HasMethods",
    "Interval",
    "InvalidParameterError",
    "Options",
    "ScoringMonitor",
    "StrOptions",
    "attributes_outside_fit",
    "check_feature_names",
    "check_method_params",
    "check_n_features",
    "check_sample_weight",
    "get_output_config",
    "has_callbacks",
    "is_fitted",
    "is_in_a_task",
    "open_task",
    "pickled_attributes",
    "safe_indexing",
    "scorer_methods",
    "validate_arguments",
    "with_callbacks",
]

# The attribute with an estimator's callbacks, and the attributes that it has only during `fit`.
CALLBACKS = "_skl_callbacks"
_OUTER_TASK = "_parent_callback_ctx"
_DURING_FIT = ("_callback_fit_ctx", "_skl_callbacks_to_teardown", _OUTER_TASK)


class DocumentationLinkMixin:
    """Links the HTML representation of an estimator to its page of the documentation."""

    _doc_link_module: ClassVar[str] = "skmnist"
    _doc_link_template: ClassVar[str] = (
        "https://skmnist.github.io/skmnist/api/generated/{package}.{name}.html"
    )

    def _doc_link_url_param_generator(self) -> dict[str, str]:
        """Return the public package and the name of the class."""
        package = ".".join(type(self).__module__.split(".")[:2])
        return {"package": package, "name": type(self).__name__}


def has_callbacks(estimator: BaseEstimator) -> bool:
    """Return whether `fit` of an estimator has callbacks to call.

    Parameters
    ----------
    estimator : estimator
        The estimator.

    Returns
    -------
    bool
        Whether it or an estimator around it has callbacks.
    """
    return bool(vars(estimator).get(CALLBACKS))


def is_in_a_task(estimator: BaseEstimator) -> bool:
    """Return whether `fit` of an estimator is called by a task of another estimator.

    Parameters
    ----------
    estimator : estimator
        The estimator.

    Returns
    -------
    bool
        Whether it is fitted by a Pipeline or a search, for example.
    """
    return hasattr(estimator, _OUTER_TASK)


def open_task(estimator: BaseEstimator, name: str, n_subtasks: int) -> Any:
    """Set up the callbacks of an estimator with callbacks.

    Parameters
    ----------
    estimator : estimator
        An estimator with callbacks, in a method that `with_callbacks` decorates.
    name : str
        Name of the task.
    n_subtasks : int
        Largest number of subtasks.

    Returns
    -------
    sklearn.callback.CallbackContext
        The task of `fit`.
    """
    return estimator._init_callback_context(task_name=name, max_subtasks=n_subtasks)


def attributes_outside_fit(estimator: BaseEstimator) -> dict[str, Any]:
    """Return the attributes of an estimator without those of a running `fit`.

    Parameters
    ----------
    estimator : estimator
        The estimator.

    Returns
    -------
    dict
        A new dict; it includes the callbacks.
    """
    return {name: value for name, value in vars(estimator).items() if name not in _DURING_FIT}


def pickled_attributes(estimator: BaseEstimator) -> dict[str, Any]:
    """Return the attributes that the pickle of an estimator holds.

    Parameters
    ----------
    estimator : estimator
        The estimator.

    Returns
    -------
    dict
        A new dict. Only an unfitted estimator keeps its callbacks, which joblib's workers need to
        fit it; a fitted one goes into a file.
    """
    state = dict(BaseEstimator.__getstate__(estimator))
    dropped = (*_DURING_FIT, *([CALLBACKS] if is_fitted(estimator) else []))
    return {name: value for name, value in state.items() if name not in dropped}


def validate_arguments(
    constraints: Mapping[str, Any], arguments: Mapping[str, Any], *, caller: str
) -> None:
    """Check arguments against constraints, unless scikit-learn is configured to skip that.

    Parameters
    ----------
    constraints : mapping of str to list
        Constraints as in scikit-learn's `_parameter_constraints`.
    arguments : mapping of str to object
        The arguments.
    caller : str
        Name of the estimator or function, for the message.

    Raises
    ------
    InvalidParameterError
        If an argument has another type, or a value outside its range.
    """
    if not get_config()["skip_parameter_validation"]:
        validate_parameter_constraints(constraints, arguments, caller_name=caller)


def scorer_methods(scorer: Any) -> tuple[str, ...] | None:
    """Return the methods of an estimator of which a scorer of `make_scorer` calls the first.

    Parameters
    ----------
    scorer : callable
        A scorer, or any other callable.

    Returns
    -------
    tuple of str or None
        Names such as "predict_proba"; None for other callables.
    """
    methods = getattr(scorer, "_response_method", None)
    return (methods,) if isinstance(methods, str) else methods and tuple(methods)
