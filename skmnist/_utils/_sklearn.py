"""The private names of scikit-learn that skmnist uses; no other module imports private names.

If a release of scikit-learn moves or changes them, adapt this module.
"""

from collections.abc import Mapping
from typing import Any

from sklearn import get_config
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

__all__ = [
    "BaseComposition",
    "HasMethods",
    "Interval",
    "InvalidParameterError",
    "Options",
    "StrOptions",
    "check_feature_names",
    "check_method_params",
    "check_n_features",
    "check_sample_weight",
    "get_output_config",
    "safe_indexing",
    "scorer_methods",
    "validate_arguments",
]


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
