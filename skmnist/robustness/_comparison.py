"""Paired comparison of classifiers: equal images with equal noise for each."""

from collections.abc import Iterable, Mapping
from functools import partial
from itertools import combinations
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.utils import Bunch

from skmnist._utils import draw_seed, validate_arguments
from skmnist._utils._sklearn import Interval
from skmnist.robustness._corruptions import CLEAN, Corruption, make_corruptions
from skmnist.robustness._docstrings import share_paragraphs
from skmnist.robustness._estimates import bootstrap, make_estimates, rows_of_table
from skmnist.robustness._metrics import Metric, make_metrics, needed_methods
from skmnist.robustness._models import check_models
from skmnist.robustness._predictions import StoredPredictions, evaluate
from skmnist.robustness._scores import CONSTRAINTS, check_images_and_labels
from skmnist.robustness._statistics import holm, mcnemar_p_value, percentile_interval
from skmnist.robustness._tables import as_table, summarize

Floats = npt.NDArray[np.float64]
Pair = tuple[str, str]

_CONSTRAINTS = CONSTRAINTS | {"confidence_level": [Interval(Real, 0, 1, closed="neither")]}


class _Compared(NamedTuple):
    """What is kept of the predictions under one corruption."""

    scores: list[dict[str, Any]]
    differences: dict[tuple[str, str, str], Floats]  # (model_a, model_b, metric): in each resample
    only_right: dict[Pair, tuple[int, int]]  # images that one model alone gets right


Results = list[tuple[Corruption, _Compared]]


@share_paragraphs
def compare_robustness(
    estimators: Mapping[str, Any],
    X: Any,
    y: Any,
    *,
    baseline: str | None = None,
    suite: Any = "mnist_c",
    severities: str | int | Iterable[int] | None = None,
    scoring: Any = "accuracy",
    value_range: tuple[float, float] | None = None,
    image_shape: tuple[int, int] | None = None,
    confidence_level: float = 0.95,
    n_resamples: int = 1000,
    n_jobs: int | None = None,
    random_state: int | np.random.RandomState | None = 0,
    verbose: int = 0,
) -> Bunch:
    """Compare fitted classifiers on the same images with the same noise.

    The noise is made once for all classifiers. Each pair is compared image by image, which finds
    smaller differences than a comparison of two scores.

    Parameters
    ----------
    estimators : mapping of str to estimator
        Two or more fitted classifiers by name; see `robustness_scores`.
    {images}
    baseline : str, default=None
        The classifier that the others are compared with. If None, all pairs are compared; fewer
        comparisons have a milder correction.
    {suite}
    {scoring}
    {noise options}
    confidence_level : float, default=0.95
        Level of the intervals, in (0, 1), for each interval alone.
    n_resamples : int, default=1000
        Number of bootstrap resamples of the images.
    {n_jobs}

    Returns
    -------
    Bunch
        Dictionary-like object, with the following attributes.

        scores : DataFrame
            As in `robustness_scores`, with a column model in front.
        summary : DataFrame
            As in `robustness_scores`, with a column model in front.
        differences : DataFrame
            A row for each corruption, severity, pair and metric; columns corruption, severity,
            model_a, model_b, metric, difference (score of a minus score of b), low, high (paired
            bootstrap percentile interval).
        mean_differences : DataFrame
            The same for the mean over the corruptions, clean images left out: model_a, model_b,
            metric, difference, low, high.
        tests : DataFrame
            McNemar's exact test of equal accuracy for each corruption, severity and pair; columns
            corruption, severity, model_a, model_b, n_only_a, n_only_b (images that only a, or only
            b gets right), p_value, p_adjusted (corrected for the number of rows by the method of
            Holm).
        seed : int
            The seed of the noises and of the bootstrap.

    Raises
    ------
    NotFittedError
        If a classifier has not been fitted.
    TypeError
        If `estimators` is not a mapping of classifiers, or `suite` or `scoring` has an entry of
        another type.
    ValueError
        If there are fewer than two classifiers, `baseline` is not one of them, or as in
        `robustness_scores`.

    See Also
    --------
    robustness_scores : Scores of one classifier.
    RobustnessCurveDisplay : The scores over the severity.
    RobustnessHeatmapDisplay : The scores under each corruption.

    Notes
    -----
    The intervals of metrics that are not means over the images are approximate. The calibration
    error is biased upwards, and more so in a resample; the bias of a difference is small if both
    classifiers are equally calibrated.

    References
    ----------
    McNemar, Q. (1947). Note on the sampling error of the difference between correlated proportions
    or percentages. Psychometrika 12. :doi:`10.1007/BF02295996`

    Holm, S. (1979). A Simple Sequentially Rejective Multiple Test Procedure. Scandinavian Journal
    of Statistics 6.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.linear_model import RidgeClassifier
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from skmnist.robustness import compare_robustness
    >>> X, y = load_digits(return_X_y=True)
    >>> models = {"linear": RidgeClassifier(), "neighbors": KNeighborsClassifier()}
    >>> for model in models.values():
    ...     _ = model.fit(X[:1000], y[:1000])
    >>> result = compare_robustness(
    ...     models, X[1000:], y[1000:], suite="gaussian_noise", value_range=(0, 16)
    ... )
    >>> columns = ["corruption", "difference", "low", "high"]
    >>> print(result.differences[columns].round(2).to_string(index=False))
        corruption  difference   low  high
             clean       -0.07 -0.09 -0.05
    gaussian_noise       -0.64 -0.68 -0.61
    >>> bool((result.tests["p_adjusted"] < 0.05).all())
    True
    """
    validate_arguments(_CONSTRAINTS, locals(), caller="compare_robustness")
    models, pairs = _check_pairs(estimators, baseline)
    metrics = make_metrics(scoring)
    seed = draw_seed(random_state)
    corruptions = make_corruptions(
        suite, severities, seed=seed, value_range=value_range, image_shape=image_shape
    )
    X, y = check_images_and_labels(X, y, models)
    compare = partial(
        _compare, y=y, metrics=metrics, pairs=pairs, n_resamples=n_resamples, seed=seed
    )
    methods = needed_methods(metrics, models, always=["predict"])
    results = list(
        evaluate(models, X, corruptions, methods, compare, n_jobs=n_jobs, verbose=verbose)
    )
    scores = as_table((corruption, result.scores) for corruption, result in results)
    scores = scores[["model", *scores.columns.drop("model")]]
    summary = summarize(scores, metrics)
    return Bunch(
        scores=scores,
        summary=summary,
        differences=_differences(results, confidence_level),
        mean_differences=_mean_differences(results, summary, confidence_level),
        tests=_tests(results),
        seed=seed,
    )


def _check_pairs(estimators: Any, baseline: str | None) -> tuple[dict[str, Any], list[Pair]]:
    if not isinstance(estimators, Mapping):
        raise TypeError(
            f"estimators is of type {type(estimators).__name__}; expected a dict of names and "
            "fitted classifiers. For one classifier use robustness_scores."
        )
    models = check_models(estimators, "estimators")
    if len(models) < 2:
        raise ValueError(
            f"estimators has {len(models)} classifier; expected two or more. For one classifier "
            "use robustness_scores."
        )
    if baseline is None:
        return models, list(combinations(models, 2))
    if baseline not in models:
        raise ValueError(
            f"baseline={baseline!r} is not a name in estimators; expected one of {list(models)}."
        )
    return models, [(name, baseline) for name in models if name != baseline]


def _compare(
    predictions: Mapping[str, StoredPredictions],
    *,
    y: np.ndarray,
    metrics: Mapping[str, Metric],
    pairs: list[Pair],
    n_resamples: int,
    seed: int,
) -> _Compared:
    """Reduce the predictions under one corruption."""
    estimates = make_estimates(predictions, y, metrics)
    replicates = bootstrap(estimates, len(y), n_resamples, seed)
    right = {name: stored.predict(slice(None)) == y for name, stored in predictions.items()}
    return _Compared(
        rows_of_table(estimates, replicates),
        {
            (a, b, metric): replicates[a, metric] - replicates[b, metric]
            for a, b in pairs
            for metric in metrics
        },
        {
            (a, b): (
                int(np.count_nonzero(right[a] & ~right[b])),
                int(np.count_nonzero(right[b] & ~right[a])),
            )
            for a, b in pairs
        },
    )


def _differences(results: Results, confidence_level: float) -> pd.DataFrame:
    """Return the table of differences under each corruption."""
    rows = []
    for corruption, result in results:
        values = {(row["model"], row["metric"]): row["value"] for row in result.scores}
        under_it = []
        for (a, b, metric), replicates in result.differences.items():
            low, high = percentile_interval(replicates, confidence_level)
            difference = values[a, metric] - values[b, metric]
            under_it.append(_difference_row(a, b, metric, difference, low, high))
        rows.append((corruption, under_it))
    return as_table(rows)


def _mean_differences(
    results: Results, summary: pd.DataFrame, confidence_level: float
) -> pd.DataFrame:
    """Return the table of differences of the mean over the corruptions."""
    means = summary.set_index(["model", "metric"])["mean"]
    noisy = [(corruption, result) for corruption, result in results if corruption is not CLEAN]
    names = list(dict.fromkeys(corruption.name for corruption, _ in noisy))
    rows = []
    for a, b, metric in results[0][1].differences:
        # As for the scores, each corruption is first averaged over its severities.
        replicates = np.mean(
            [
                np.mean([r.differences[a, b, metric] for c, r in noisy if c.name == name], axis=0)
                for name in names
            ],
            axis=0,
        )
        low, high = percentile_interval(replicates, confidence_level)
        difference = means[a, metric] - means[b, metric]
        rows.append(_difference_row(a, b, metric, difference, low, high))
    return pd.DataFrame(rows)


def _difference_row(
    a: str, b: str, metric: str, difference: float, low: Any, high: Any
) -> dict[str, Any]:
    return {
        "model_a": a,
        "model_b": b,
        "metric": metric,
        "difference": difference,
        "low": low,
        "high": high,
    }


def _tests(results: Results) -> pd.DataFrame:
    """Return the table of McNemar's tests."""
    table = as_table(
        (
            corruption,
            [
                {"model_a": a, "model_b": b, "n_only_a": n_a, "n_only_b": n_b}
                for (a, b), (n_a, n_b) in result.only_right.items()
            ],
        )
        for corruption, result in results
    )
    table["p_value"] = mcnemar_p_value(table["n_only_a"], table["n_only_b"])
    table["p_adjusted"] = holm(table["p_value"])
    return table
