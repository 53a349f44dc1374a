"""Scores of stored predictions, with standard errors and bootstrap replicates over the images."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from skmnist.robustness._confidence import confidences
from skmnist.robustness._metrics import Metric
from skmnist.robustness._predictions import StoredPredictions
from skmnist.robustness._statistics import bootstrap_means, resample_counts

Floats = npt.NDArray[np.float64]
Key = tuple[str, str]  # the names of model and metric


class Estimate:
    """A metric of the predictions of one model.

    Parameters
    ----------
    metric : Metric
        The metric.
    predictions : StoredPredictions
        The predictions of all images.
    y : ndarray of shape (n,)
        Labels.
    """

    def __init__(self, metric: Metric, predictions: StoredPredictions, y: np.ndarray) -> None:
        self._metric, self._predictions, self._y = metric, predictions, y
        # The numbers whose mean is the score, if it is a mean over the images.
        self.terms: Floats | None = None
        if metric.per_image is not None:
            response = getattr(predictions, metric.methods[0])(slice(None))
            self.terms = metric.per_image(y, response, predictions.classes_)
        elif metric.of_confidence is not None:
            probabilities = predictions.predict_proba(slice(None))
            self._confidences = confidences(y, probabilities, predictions.classes_)

    def value(self) -> float:
        """Return the score."""
        if self.terms is not None:
            return float(self.terms.mean())
        return self._score(np.ones(len(self._y), dtype=np.int64))

    def standard_error(self, replicates: Floats | None) -> float:
        """Return the standard error; NaN for a single image."""
        if len(self._y) == 1:
            return np.nan
        if self.terms is not None:
            return float(self.terms.std(ddof=1) / np.sqrt(len(self._y)))
        assert replicates is not None
        return float(np.nanstd(replicates, ddof=1))

    def score_resample(self, counts: npt.NDArray[np.int64]) -> float:
        """Score a resample; NaN if that fails, as some metrics do if a class is missing."""
        try:
            return self._score(counts)
        except ValueError:
            return np.nan

    def _score(self, counts: npt.NDArray[np.int64]) -> float:
        if self._metric.of_confidence is not None:
            correct, confidence, _ = self._confidences
            return self._metric.of_confidence(correct, confidence, counts.astype(np.float64))
        assert self._metric.score is not None
        rows = np.repeat(np.arange(len(counts)), counts)
        return float(self._metric.score(self._predictions, rows, self._y[rows]))


def make_estimates(
    predictions: Mapping[str, StoredPredictions], y: np.ndarray, metrics: Mapping[str, Metric]
) -> dict[Key, Estimate]:
    """Return the estimates by the names of model and metric."""
    return {
        (model, name): Estimate(metric, stored, y)
        for model, stored in predictions.items()
        for name, metric in metrics.items()
    }


def bootstrap(
    estimates: Mapping[Key, Estimate], n: int, n_resamples: int, seed: int
) -> dict[Key, Floats]:
    """Return the scores of bootstrap resamples of n images, the same ones for all estimates."""
    means = {key: e.terms for key, e in estimates.items() if e.terms is not None}
    others = {key: e for key, e in estimates.items() if e.terms is None}
    replicates: dict[Key, Floats] = {key: np.empty(n_resamples) for key in others}
    if others:
        blocks = resample_counts(n, n_resamples, seed)
        for i, counts in enumerate(counts for block in blocks for counts in block):
            for key, estimate in others.items():
                replicates[key][i] = estimate.score_resample(counts)
    if means:
        columns = bootstrap_means(np.column_stack(list(means.values())), n_resamples, seed)
        replicates |= dict(zip(means, columns.T, strict=True))
    return replicates


def rows_of_table(
    estimates: Mapping[Key, Estimate], replicates: Mapping[Key, Floats]
) -> list[dict[str, Any]]:
    """Return a row of the table of scores for each estimate."""
    return [
        {
            "model": model,
            "metric": metric,
            "value": estimate.value(),
            "standard_error": estimate.standard_error(replicates.get((model, metric))),
        }
        for (model, metric), estimate in estimates.items()
    ]


def score_predictions(
    predictions: Mapping[str, StoredPredictions],
    *,
    y: np.ndarray,
    metrics: Mapping[str, Metric],
    n_resamples: int,
    seed: int,
) -> list[dict[str, Any]]:
    """Return a row of the table of scores for each model and metric."""
    estimates = make_estimates(predictions, y, metrics)
    others = {key: estimate for key, estimate in estimates.items() if estimate.terms is None}
    return rows_of_table(estimates, bootstrap(others, len(y), n_resamples, seed))
