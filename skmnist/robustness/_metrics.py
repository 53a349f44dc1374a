"""Metrics of stored predictions: our own by name, scikit-learn's scorers, and functions."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import get_scorer, make_scorer

from skmnist._utils._sklearn import scorer_methods
from skmnist.robustness._calibration import reliability_bins
from skmnist.robustness._predictions import StoredPredictions
from skmnist.robustness._risk_coverage import area_of

Floats = npt.NDArray[np.float64]

_PROBABILITIES = ("predict_proba",)


@dataclass(frozen=True)
class Metric:
    """A metric of stored predictions; exactly one of three functions is given."""

    methods: tuple[str, ...]  # it needs the first of them that a model has
    # Of labels, response and classes: the numbers whose mean is the score.
    per_image: Callable[[np.ndarray, np.ndarray, np.ndarray], Floats] | None = None
    # Of which predictions are right, their confidences and weights.
    of_confidence: Callable[[np.ndarray, Floats, Floats], float] | None = None
    # A scorer: of predictions, rows and the labels of the rows.
    score: Callable[[StoredPredictions, np.ndarray, np.ndarray], float] | None = None
    sign: int = 1  # -1 for a loss: smaller is better
    label: str | None = None  # of an axis


def _is_right(y: np.ndarray, y_pred: np.ndarray, classes: np.ndarray) -> Floats:
    return (y_pred == y).astype(np.float64)


def _log_loss(y: np.ndarray, y_prob: np.ndarray, classes: np.ndarray) -> Floats:
    p = y_prob[np.arange(len(y)), np.searchsorted(classes, y)]
    return -np.log(np.clip(p, np.finfo(p.dtype).eps, 1)).astype(np.float64)


def _brier_score(y: np.ndarray, y_prob: np.ndarray, classes: np.ndarray) -> Floats:
    is_label = np.searchsorted(classes, y)[:, np.newaxis] == np.arange(len(classes))
    # As in scikit-learn, the score of two classes is that of one of them.
    scale = 0.5 if len(classes) == 2 else 1.0
    return scale * np.square(y_prob - is_label, dtype=np.float64).sum(axis=1)


def _negative(loss: Callable[..., Floats], *arguments: np.ndarray) -> Floats:
    return -loss(*arguments)


def _calibration_error(correct: np.ndarray, confidence: Floats, weight: Floats) -> float:
    return reliability_bins(correct, confidence, weight).error()


METRICS: dict[str, Metric] = {
    "accuracy": Metric(("predict",), _is_right, label="accuracy (share of images)"),
    "log_loss": Metric(_PROBABILITIES, _log_loss, sign=-1, label="log loss (nats)"),
    "brier_score": Metric(_PROBABILITIES, _brier_score, sign=-1, label="Brier score"),
    "calibration_error": Metric(
        _PROBABILITIES,
        of_confidence=_calibration_error,
        sign=-1,
        label="expected calibration error",
    ),
    "risk_coverage_auc": Metric(
        _PROBABILITIES,
        of_confidence=area_of,
        sign=-1,
        label="area under the risk-coverage curve",
    ),
    # The names of scikit-learn, with standard errors and intervals that need no scorer.
    "neg_log_loss": Metric(_PROBABILITIES, partial(_negative, _log_loss)),
    "neg_brier_score": Metric(_PROBABILITIES, partial(_negative, _brier_score)),
}


def make_metrics(scoring: Any) -> dict[str, Metric]:
    """Return metrics by name.

    Parameters
    ----------
    scoring : str, callable, sequence of str or mapping
        As in `robustness_scores`.

    Returns
    -------
    dict of str to Metric
        The metrics.

    Raises
    ------
    TypeError
        If an entry is neither a name nor a callable.
    ValueError
        If a name is unknown, or there is none.
    """
    if callable(scoring):
        scoring = {getattr(scoring, "__name__", "score"): scoring}
    elif isinstance(scoring, str):
        scoring = [scoring]
    if not isinstance(scoring, Mapping):
        names = list(scoring) if isinstance(scoring, Iterable) else [scoring]
        for name in names:
            if not isinstance(name, str):
                raise TypeError(
                    f"scoring has an entry of type {type(name).__name__}; expected names. Pass a "
                    "dict of names and functions to use functions."
                )
        scoring = dict(zip(names, names, strict=True))
    if not scoring:
        raise ValueError("scoring is empty; expected at least one metric, such as 'accuracy'.")
    return {name: _as_metric(entry) for name, entry in scoring.items()}


def _as_metric(entry: Any) -> Metric:
    if isinstance(entry, str):
        if entry in METRICS:
            return METRICS[entry]
        try:
            entry = get_scorer(entry)
        except ValueError as error:
            raise ValueError(
                f"scoring={entry!r} is not a metric; expected one of {list(METRICS)}, or a name of "
                "sklearn.metrics.get_scorer_names()."
            ) from error
    elif not callable(entry):
        raise TypeError(
            f"scoring has a value of type {type(entry).__name__}; expected the name of a metric, a "
            "scorer, or a function of y_true and y_pred or y_prob."
        )
    elif not scorer_methods(entry):
        names = list(inspect.signature(entry).parameters)[:2]
        if names[:1] == ["y_true"]:
            is_of_labels = names[1] not in ("y_prob", "y_proba", "y_score")
            entry = make_scorer(
                entry, response_method="predict" if is_of_labels else "predict_proba"
            )
    # A scorer of another kind may call either method.
    return Metric(scorer_methods(entry) or (), score=entry)


def needed_methods(
    metrics: Mapping[str, Metric], models: Mapping[str, Any], *, always: Sequence[str] = ()
) -> dict[str, list[str]]:
    """Return which methods of each model the metrics need.

    Parameters
    ----------
    metrics : mapping of str to Metric
        The metrics.
    models : mapping of str to estimator
        The fitted classifiers.
    always : sequence of str, default=()
        Methods that are needed in any case.

    Returns
    -------
    dict of str to list of str
        Names of methods, sorted, by the name of the model.

    Raises
    ------
    ValueError
        If a model lacks the methods of a metric.
    """
    needed = {}
    for name, model in models.items():
        methods = set(always)
        for metric_name, metric in metrics.items():
            candidates = metric.methods or ("predict", "predict_proba")
            available = [method for method in candidates if hasattr(model, method)]
            if not available:
                raise ValueError(
                    f"scoring={metric_name!r} needs {' or '.join(candidates)}, which {name!r} "
                    "lacks; score it by metrics of labels such as 'accuracy', or wrap it in "
                    "sklearn.calibration.CalibratedClassifierCV."
                )
            methods.update(available[:1] if metric.methods else available)
        needed[name] = sorted(methods)
    return needed
