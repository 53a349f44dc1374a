"""Confidence scores by name: the greater, the more likely the prediction is right."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import entr
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline

Floats = npt.NDArray[np.float64]


def _max_proba(estimator: Any, X: Any, probabilities: Floats) -> Floats:
    return probabilities.max(axis=1)


def _margin(estimator: Any, X: Any, probabilities: Floats) -> Floats:
    second, first = np.partition(probabilities, (-2, -1), axis=1)[:, -2:].T
    return first - second


def _entropy(estimator: Any, X: Any, probabilities: Floats) -> Floats:
    return -entr(probabilities).sum(axis=1)


def _energy(estimator: Any, X: Any, probabilities: Floats) -> Floats:
    return np.asarray(estimator.score_samples(X), dtype=np.float64)


def _views(estimator: Any, X: Any, probabilities: Floats) -> Floats:
    steps, network = _steps_and_network(estimator)
    for step in steps:
        X = step.transform(X)
    rows, labels = np.arange(len(probabilities)), probabilities.argmax(axis=1)
    return network.predict_view_proba(X)[:, rows, labels].min(axis=0).astype(np.float64)


# Name -> function of a fitted classifier, the rows, and their probabilities.
SCORES: dict[str, Callable[[Any, Any, Floats], Floats]] = {
    "max_proba": _max_proba,
    "margin": _margin,
    "entropy": _entropy,
    "energy": _energy,
    "views": _views,
}


def check_score(name: str, estimator: Any) -> None:
    """Raise an error if a classifier, fitted or not, lacks what a score needs.

    Parameters
    ----------
    name : str
        A name of `SCORES`.
    estimator : estimator
        The classifier.

    Raises
    ------
    ValueError
        If the score is not defined for the classifier.
    """
    if name == "energy" and not hasattr(estimator, "score_samples"):
        raise ValueError(
            "score_method='energy' needs the method score_samples, which "
            f"{type(estimator).__name__} lacks; use a network of skmnist, alone or in a Pipeline, "
            "or score_method='max_proba'."
        )
    network = _steps_and_network(estimator)[1]
    if name == "views" and not getattr(network, "test_time_views", 0):
        raise ValueError(
            f"score_method='views' needs a network with noisy views, but {type(network).__name__} "
            "makes none; pass augment= and test_time_views= to the network, or use "
            "score_method='max_proba'."
        )


def _steps_and_network(estimator: Any) -> tuple[list[Pipeline], Any]:
    """Return the classifier at the end of Pipelines, and the steps before it."""
    steps = []
    while isinstance(estimator, FrozenEstimator | Pipeline):
        if isinstance(estimator, FrozenEstimator):
            estimator = estimator.estimator
        else:
            if len(estimator) > 1:
                steps.append(estimator[:-1])
            estimator = estimator[-1]
    return steps, estimator
