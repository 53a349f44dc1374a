"""Confidence scores by name: the greater, the more likely the prediction is right."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import entr
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import normalize
from sklearn.utils import gen_batches

Floats = npt.NDArray[np.float64]

# Feature maps that are kept as references, and rows that are compared with them at once.
MAX_REFERENCES = 10_000
_ROWS_PER_COMPARISON = 1000


class Predictions(NamedTuple):
    """What a score may depend on."""

    estimator: Any  # fitted
    X: Any
    probabilities: Floats  # (n, n_classes)
    references: Any = None  # as `reference_features` returns them


def _max_proba(predictions: Predictions) -> Floats:
    return predictions.probabilities.max(axis=1)


def _margin(predictions: Predictions) -> Floats:
    second, first = np.partition(predictions.probabilities, (-2, -1), axis=1)[:, -2:].T
    return first - second


def _entropy(predictions: Predictions) -> Floats:
    return -entr(predictions.probabilities).sum(axis=1)


def _energy(predictions: Predictions) -> Floats:
    return np.asarray(predictions.estimator.score_samples(predictions.X), dtype=np.float64)


def _views(predictions: Predictions) -> Floats:
    network, X = _network_and_images(predictions.estimator, predictions.X)
    labels = predictions.probabilities.argmax(axis=1)
    of_label = network.predict_view_proba(X)[:, np.arange(len(labels)), labels]
    return of_label.min(axis=0).astype(np.float64)


def _neighbors(predictions: Predictions) -> Floats:
    features = reference_features(predictions.estimator, predictions.X)
    batches = gen_batches(len(features), _ROWS_PER_COMPARISON)
    nearest = [(features[rows] @ predictions.references.T).max(axis=1) for rows in batches]
    return np.concatenate(nearest).astype(np.float64)


def reference_features(estimator: Any, X: Any) -> npt.NDArray[np.float32]:
    """Return the features of rows, scaled to unit length, for the score "neighbors".

    Parameters
    ----------
    estimator : estimator
        A fitted network, alone or at the end of a Pipeline.
    X : array-like
        The rows.

    Returns
    -------
    ndarray of shape (n, n_features), float32
        The features; their products are cosine similarities.
    """
    network, X = _network_and_images(estimator, X)
    return normalize(network.extract_features(X))


SCORES: dict[str, Callable[[Predictions], Floats]] = {
    "max_proba": _max_proba,
    "margin": _margin,
    "entropy": _entropy,
    "energy": _energy,
    "neighbors": _neighbors,
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
    network = _network_and_images(estimator)[0]
    if name == "neighbors" and not hasattr(network, "extract_features"):
        raise ValueError(
            "score_method='neighbors' needs the method extract_features, which "
            f"{type(network).__name__} lacks; use a network of skmnist, alone or in a Pipeline, or "
            "score_method='max_proba'."
        )
    if name == "views" and not getattr(network, "test_time_views", 0):
        raise ValueError(
            f"score_method='views' needs a network with noisy views, but {type(network).__name__} "
            "makes none; pass augment= and test_time_views= to the network, or use "
            "score_method='max_proba'."
        )


def _network_and_images(estimator: Any, X: Any = None) -> tuple[Any, Any]:
    """Return the classifier at the end of Pipelines, and the rows as it gets them."""
    while isinstance(estimator, FrozenEstimator | Pipeline):
        if isinstance(estimator, FrozenEstimator):
            estimator = estimator.estimator
        else:
            if X is not None and len(estimator) > 1:
                X = estimator[:-1].transform(X)
            estimator = estimator[-1]
    return estimator, X
