"""Fitted classifiers by name."""

from collections.abc import Mapping
from typing import Any

from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted


def check_models(estimators: Any, argument: str) -> dict[str, Any]:
    """Return fitted classifiers by name.

    Parameters
    ----------
    estimators : estimator or mapping of str to estimator
        One classifier, which gets the name of its class, or several.
    argument : str
        Name of the argument, for messages.

    Returns
    -------
    dict of str to estimator
        The classifiers.

    Raises
    ------
    TypeError
        If one of them is not a classifier.
    ValueError
        If the mapping is empty.
    NotFittedError
        If one of them has not been fitted.
    """
    if not isinstance(estimators, Mapping):
        estimators = {type(final_estimator(estimators)).__name__: estimators}
    if not estimators:
        raise ValueError(f"{argument} is empty; expected at least one fitted classifier.")
    for name, model in estimators.items():
        if isinstance(model, type) or not hasattr(model, "predict") or not is_classifier(model):
            raise TypeError(
                f"{argument} has {name!r}, which is not a classifier of scikit-learn; expected a "
                "fitted classifier, or a Pipeline or search that ends in one."
            )
        check_is_fitted(model)
    return dict(estimators)


def final_estimator(model: Any) -> Any:
    """Return the last step of a Pipeline, the best estimator of a search, or the model itself."""
    while True:
        if isinstance(model, Pipeline):
            model = model.steps[-1][1]
        elif hasattr(model, "best_estimator_"):
            model = model.best_estimator_
        else:
            return model
