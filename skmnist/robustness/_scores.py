"""Scores of a classifier under corruptions, on a test set and in cross-validation."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import cross_validate
from sklearn.utils import Bunch, column_or_1d, indexable

from skmnist._utils import draw_seed, validate_arguments
from skmnist._utils._sklearn import Interval, safe_indexing
from skmnist.robustness._confidence import check_labels
from skmnist.robustness._corruptions import Corruption, Severities, make_corruptions
from skmnist.robustness._docstrings import share_paragraphs
from skmnist.robustness._estimates import score_predictions
from skmnist.robustness._metrics import Metric, make_metrics, needed_methods
from skmnist.robustness._models import check_models
from skmnist.robustness._predictions import evaluate
from skmnist.robustness._tables import as_table, summarize

CONSTRAINTS: dict[str, list[Any]] = {
    "n_resamples": [Interval(Integral, 2, None, closed="left")],
    "n_jobs": [Integral, None],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
}


@share_paragraphs
def robustness_scores(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    suite: Any = "mnist_c",
    severities: str | int | Iterable[int] | None = None,
    scoring: Any = "accuracy",
    value_range: tuple[float, float] | None = None,
    image_shape: tuple[int, int] | None = None,
    n_resamples: int = 200,
    n_jobs: int | None = None,
    random_state: int | np.random.RandomState | None = 0,
    verbose: int = 0,
) -> Bunch:
    """Score a fitted classifier on clean images and under each corruption of a suite.

    Each noise is made once, and the classifier predicts once for all metrics: `predict` and
    `predict_proba` are called once each if a metric needs them, and a network of skmnist runs once
    for both. Only 2048 noisy images are in memory at a time, for each job.

    Parameters
    ----------
    estimator : estimator
        A fitted classifier, or a Pipeline or a search that ends in one. A noise with
        ``when="always"`` in a Pipeline adds to each corruption: switch it off by
        ``set_params(noise="passthrough")`` to score the corruptions alone.
    {images}
    {suite}
    {scoring}
    {noise options}
    n_resamples : int, default=200
        Number of bootstrap resamples for the standard error of a metric that is not a mean over the
        images.
    {n_jobs}

    Returns
    -------
    Bunch
        Dictionary-like object, with the following attributes.

        scores : DataFrame
            A row for each corruption, severity and metric; columns corruption ("clean" first),
            severity (0 for clean, <NA> without severities), metric, value, standard_error (over
            the images).
        summary : DataFrame
            A row for each metric; columns metric, clean (the score without noise), mean (over the
            corruptions, each of which is the mean over its severities), drop (how much worse the
            mean is than clean; positive if noise harms, also for losses), worst, worst_corruption,
            worst_severity.
        seed : int
            The seed of the noises.

    Raises
    ------
    NotFittedError
        If the classifier has not been fitted.
    TypeError
        If `estimator` is not a classifier, or `suite` or `scoring` has an entry of another type.
    ValueError
        If a suite, a noise, a severity or a metric is unknown, a metric needs probabilities that
        the classifier lacks, a noise has ``when="fit"``, or `X` or `y` does not fit the classifier.

    See Also
    --------
    compare_robustness : Paired comparison of several classifiers.
    cross_validate_robustness : Train and score in each fold.
    RobustnessCurveDisplay : The scores over the severity.
    RobustnessHeatmapDisplay : The scores of several classifiers under each corruption.

    Notes
    -----
    Names of metrics from scikit-learn keep their sign ("neg_log_loss" is at most 0). Other scorers
    than those of ``make_scorer`` get the numbers of the rows as `X`.

    References
    ----------
    Hendrycks, D. and Dietterich, T. (2019). Benchmarking Neural Network Robustness to Common
    Corruptions and Perturbations. ICLR. :arxiv:`1903.12261`

    Mu, N. and Gilmer, J. (2019). MNIST-C: A Robustness Benchmark for Computer Vision.
    :arxiv:`1906.02337`

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from skmnist.robustness import robustness_scores
    >>> X, y = load_digits(return_X_y=True)  # 8x8 pixels, from 0 to 16
    >>> model = KNeighborsClassifier().fit(X[:1000], y[:1000])
    >>> result = robustness_scores(
    ...     model, X[1000:], y[1000:], suite=["gaussian_noise", "stripe"], severities=(1, 5),
    ...     value_range=(0, 16)
    ... )
    >>> print(result.scores.round(2).to_string(index=False))
        corruption  severity   metric  value  standard_error
             clean         0 accuracy   0.96            0.01
    gaussian_noise         1 accuracy   0.96            0.01
    gaussian_noise         5 accuracy   0.85            0.01
            stripe      <NA> accuracy   0.72            0.02
    >>> result.summary["worst_corruption"].tolist()
    ['stripe']
    """
    validate_arguments(CONSTRAINTS, locals(), caller="robustness_scores")
    table, metrics, seed = score_models(
        check_models(estimator, "estimator"),
        X,
        y,
        suite=suite,
        severities=severities,
        scoring=scoring,
        value_range=value_range,
        image_shape=image_shape,
        n_resamples=n_resamples,
        n_jobs=n_jobs,
        random_state=random_state,
        verbose=verbose,
    )
    return Bunch(
        scores=table.drop(columns="model"),
        summary=summarize(table, metrics).drop(columns="model"),
        seed=seed,
    )


def score_models(
    models: Mapping[str, Any],
    X: Any,
    y: Any,
    *,
    suite: Any,
    severities: Severities,
    scoring: Any,
    random_state: int | np.random.RandomState | None,
    value_range: tuple[float, float] | None = None,
    image_shape: tuple[int, int] | None = None,
    n_resamples: int = 200,
    n_jobs: int | None = None,
    verbose: int = 0,
) -> tuple[pd.DataFrame, dict[str, Metric], int]:
    """Return the tidy scores of several models, the metrics and the seed."""
    metrics = make_metrics(scoring)
    seed = draw_seed(random_state)
    corruptions = make_corruptions(
        suite, severities, seed=seed, value_range=value_range, image_shape=image_shape
    )
    options: dict[str, Any] = {"n_resamples": n_resamples, "n_jobs": n_jobs, "verbose": verbose}
    table = as_table(_scores_under(models, X, y, corruptions, metrics, seed=seed, **options))
    return table, metrics, seed


def _scores_under(
    models: Mapping[str, Any],
    X: Any,
    y: Any,
    corruptions: list[Corruption],
    metrics: Mapping[str, Metric],
    *,
    seed: int,
    n_resamples: int,
    n_jobs: int | None,
    verbose: int,
    X_fit: Any = None,
) -> Iterator[tuple[Corruption, list[dict[str, Any]]]]:
    """Yield the rows of the table under each corruption."""
    X, y = check_images_and_labels(X, y, models)
    methods = needed_methods(metrics, models)
    score = partial(score_predictions, y=y, metrics=metrics, n_resamples=n_resamples, seed=seed)
    return evaluate(
        models, X, corruptions, methods, score, X_fit=X_fit, n_jobs=n_jobs, verbose=verbose
    )


def check_images_and_labels(X: Any, y: Any, models: Mapping[str, Any]) -> tuple[Any, np.ndarray]:
    """Return images that can be sliced, and labels among the classes of the models."""
    X, y = indexable(X, column_or_1d(y))
    for name, model in models.items():
        check_labels(y, np.asarray(model.classes_), "y", f"the classes of {name!r}")
    return X, y


@share_paragraphs
def cross_validate_robustness(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    cv: Any = None,
    groups: Any = None,
    suite: Any = "mnist_c",
    severities: str | int | Iterable[int] | None = None,
    scoring: Any = "accuracy",
    value_range: tuple[float, float] | None = None,
    image_shape: tuple[int, int] | None = None,
    n_resamples: int = 200,
    n_jobs: int | None = None,
    random_state: int | np.random.RandomState | None = 0,
    verbose: int = 0,
) -> Bunch:
    """Train a classifier in each fold, and score it on the test images of the fold with noise.

    The noises learn the value range and the image shape from the training images of the fold, so
    that nothing of the test images is used before they are scored.

    Parameters
    ----------
    estimator : estimator
        A classifier; clones of it are fitted.
    {images}
    cv : int, splitter or iterable, default=None
        The folds, as in :func:`sklearn.model_selection.cross_validate`. If None, 5 stratified ones.
    groups : array-like of shape (n,), default=None
        Groups of the images, for splitters that keep groups together.
    {suite}
    {scoring}
    {noise options}
    n_resamples : int, default=200
        As in `robustness_scores`.
    {n_jobs}

    Returns
    -------
    Bunch
        Dictionary-like object, with the following attributes.

        scores : DataFrame
            As in `robustness_scores`, with a column fold in front.
        summary : DataFrame
            Mean over the folds for each corruption, severity and metric; columns corruption,
            severity, metric, mean, std (between the folds).
        seed : int
            The seed of the noises.

    Raises
    ------
    TypeError, ValueError
        As in `robustness_scores`, or if a fit fails.

    See Also
    --------
    robustness_scores : Score a fitted classifier.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from skmnist.robustness import cross_validate_robustness
    >>> X, y = load_digits(return_X_y=True)
    >>> result = cross_validate_robustness(
    ...     KNeighborsClassifier(), X, y, cv=3, suite="gaussian_noise", value_range=(0, 16)
    ... )
    >>> result.scores.shape
    (6, 6)
    >>> print(result.summary.round(2).to_string(index=False))
        corruption  severity   metric  mean  std
             clean         0 accuracy  0.96 0.00
    gaussian_noise         5 accuracy  0.85 0.01
    """
    validate_arguments(CONSTRAINTS, locals(), caller="cross_validate_robustness")
    metrics = make_metrics(scoring)
    seed = draw_seed(random_state)
    corruptions = make_corruptions(
        suite, severities, seed=seed, value_range=value_range, image_shape=image_shape
    )
    X, y = indexable(X, column_or_1d(y))
    fits = cross_validate(
        estimator,
        X,
        y,
        cv=cv,
        groups=groups,
        scoring=lambda *_: 0.0,  # the scores follow below
        n_jobs=n_jobs,
        return_estimator=True,
        return_indices=True,
        error_score="raise",
    )
    tables = []
    options: dict[str, Any] = {"n_resamples": n_resamples, "n_jobs": n_jobs, "verbose": verbose}
    for fold, (model, train, test) in enumerate(
        zip(fits["estimator"], *fits["indices"].values(), strict=True)
    ):
        models = check_models(model, "estimator")
        X_test, y_test = safe_indexing(X, test), y[test]
        rows = _scores_under(
            models,
            X_test,
            y_test,
            corruptions,
            metrics,
            seed=seed,
            X_fit=safe_indexing(X, train),
            **options,
        )
        tables.append(as_table(rows).drop(columns="model").assign(fold=fold))
    scores = pd.concat(tables, ignore_index=True)
    scores = scores[["fold", *scores.columns.drop("fold")]]
    summary = (
        scores.groupby(["corruption", "severity", "metric"], sort=False, dropna=False)["value"]
        .agg(["mean", "std"])
        .reset_index()
    )
    return Bunch(scores=scores, summary=summary, seed=seed)
