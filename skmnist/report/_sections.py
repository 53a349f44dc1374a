"""The sections of a report; a function returns None if its section has nothing to show."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn import config_context
from sklearn.base import BaseEstimator
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support
from sklearn.pipeline import Pipeline
from sklearn.utils import Bunch

from skmnist._show_versions import system, versions
from skmnist._utils import name_argument
from skmnist._utils._sklearn import safe_indexing
from skmnist.noise import BaseNoise
from skmnist.report import _figures
from skmnist.report._parts import Figure, Section, Table
from skmnist.robustness import calibration_test, coverage_at_risk, risk_coverage_auc
from skmnist.robustness._corruptions import CLEAN
from skmnist.robustness._metrics import METRICS
from skmnist.robustness._models import final_estimator

_MAX_CANDIDATES = 20  # of a search
_MAX_CLASSES = 20  # that are listed by name
_MAX_RISK = 0.01


class Predictions(NamedTuple):
    """The labels of the test images, and what a classifier predicted."""

    y: np.ndarray
    y_pred: np.ndarray
    y_prob: np.ndarray | None
    classes: np.ndarray


def model_section(model: Any, predictions: Predictions) -> Section:
    """Describe the classifier and its parameters."""
    paragraphs = []
    noises = noises_of(model)
    if noises:
        paragraphs.append(
            f"The pipeline adds noise to test images, too: {', '.join(noises)}. All results on "
            "test images are under this noise."
        )
    facts = pd.DataFrame(list(_facts(model, predictions)), columns=["property", "value"])
    with config_context(print_changed_only=True):
        # Like repr, without its limit of 700 characters.
        code = BaseEstimator.__repr__(model, N_CHAR_MAX=10**6)
    return Section(
        "Model",
        paragraphs=(*paragraphs, "Parameters that differ from their defaults:"),
        code=code,
        tables=(Table("Training and test", facts),),
    )


def noises_of(model: Any) -> list[str]:
    """Return the classes of the noises that a Pipeline adds to every image."""
    model = getattr(model, "best_estimator_", model)
    steps = [step for _, step in model.steps] if isinstance(model, Pipeline) else []
    return [
        type(step).__name__
        for step in steps
        if isinstance(step, BaseNoise) and step.when == "always"
    ]


def _facts(model: Any, predictions: Predictions) -> Iterable[tuple[str, str]]:
    """Yield what is known about the training and the test."""
    classifier = final_estimator(model)
    yield "classifier", type(classifier).__name__
    names = [str(label) for label in predictions.classes.tolist()]
    more = ", …" if len(names) > _MAX_CLASSES else ""
    yield "classes", f"{len(names)}: {', '.join(names[:_MAX_CLASSES])}{more}"
    if hasattr(classifier, "image_shape_"):
        yield "image shape", "{}x{} pixels".format(*classifier.image_shape_)
    if hasattr(classifier, "value_range_"):
        yield "value range", "{:g} to {:g}".format(*classifier.value_range_)
    if hasattr(getattr(classifier, "model_", None), "count_params"):
        yield "weights", f"{classifier.model_.count_params():,}"
    if "loss" in history_of(model):
        yield "epochs", str(len(history_of(model)["loss"]))
    if hasattr(classifier, "seed_"):
        yield "seed", str(classifier.seed_)
    yield "test images", f"{len(predictions.y):,}"


def search_section(model: Any, cv_results: Any) -> Section | None:
    """Show the candidates of a search, the best first."""
    if cv_results is None:
        cv_results = getattr(model, "cv_results_", None)
    if cv_results is None:
        return None
    with name_argument("cv_results"):
        results = dict(cv_results)
    metrics = [key.removeprefix("mean_test_") for key in results if key.startswith("mean_test_")]
    if not metrics or "params" not in results:
        raise ValueError(
            f"cv_results has the keys {list(results)}; expected 'params', 'mean_test_score' and so "
            "on: pass cv_results_ of a fitted search."
        )
    refit = getattr(model, "refit", None)
    metric = refit if refit in metrics else metrics[0]
    columns = {
        "rank": results[f"rank_test_{metric}"],
        "parameters": [_as_text(params) for params in results["params"]],
        f"mean {metric}": results[f"mean_test_{metric}"],
        "std": results[f"std_test_{metric}"],
        "fit (s)": results["mean_fit_time"],
    }
    order = ["rank"]
    if "iter" in results:  # successive halving
        columns = {"iteration": results["iter"], "resources": results["n_resources"], **columns}
        order = ["iteration", "rank"]
    table = pd.DataFrame(columns).sort_values(
        order, ascending=[name == "rank" for name in order], kind="stable"
    )
    n_shown = min(len(table), _MAX_CANDIDATES)
    which = f"The best {n_shown} of" if n_shown < len(table) else "All"
    caption = f"{which} {len(table)} candidates, mean and standard deviation over the folds"
    return Section("Search", tables=(Table(caption, table.head(n_shown)),))


def _as_text(params: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in params.items())


def folds_section(model: Any, folds: Any) -> Section | None:
    """Show the scores of each fold: those that are given, or those of a search's best candidate."""
    paragraphs = []
    if folds is None and hasattr(model, "cv_results_"):
        folds = folds_of_best(model)
        paragraphs = ["The candidate was chosen by these scores, so they are optimistic."]
    if folds is None:
        return None
    is_table = isinstance(folds, Mapping | pd.DataFrame)
    results = dict(folds) if is_table else {"test_score": folds}
    with name_argument("folds"):
        scores = {
            key.removeprefix("test_"): np.asarray(values, dtype=np.float64)
            for key, values in results.items()
            if key.startswith("test_")
        }
    if not scores or any(values.ndim != 1 or values.size == 0 for values in scores.values()):
        raise ValueError(
            "folds has no test scores; expected a number for each fold: pass the result of "
            "cross_validate, or of cross_val_score."
        )
    n_folds = len(next(iter(scores.values())))
    columns = {"fold": range(1, n_folds + 1), **scores}
    if "fit_time" in results:
        columns["fit (s)"] = results["fit_time"]
    means = [f"{name} {values.mean():.4f} ± {values.std():.4f}" for name, values in scores.items()]
    return Section(
        "Folds",
        paragraphs=(f"Mean ± standard deviation: {'; '.join(means)}.", *paragraphs),
        tables=(Table("Scores of each fold", pd.DataFrame(columns)),),
    )


def folds_of_best(search: Any) -> dict[str, list[float]] | None:
    """Return the scores of the best candidate of a search in each fold."""
    metric = search.refit if isinstance(search.refit, str) else "score"
    pattern = re.compile(rf"split\d+_test_{re.escape(metric)}")
    splits = [key for key in search.cv_results_ if pattern.fullmatch(key)]
    scores = [search.cv_results_[split][search.best_index_] for split in splits]
    return {f"test_{metric}": scores} if scores else None  # `refit` may be a function


def test_section(predictions: Predictions, scores: Iterable[Mapping[str, Any]]) -> Section:
    """Show the scores on test images, and those of each class."""
    overall = pd.DataFrame(
        [
            {
                "metric": METRICS[row["metric"]].label,
                "value": row["value"],
                "standard error": row["standard_error"],
            }
            for row in scores
        ]
    )
    precision, recall, f1, support = precision_recall_fscore_support(
        predictions.y, predictions.y_pred, labels=predictions.classes, zero_division=np.nan
    )
    of_classes = pd.DataFrame(
        {
            "class": predictions.classes.astype(str),
            "precision": precision,
            "recall": recall,
            "F1": f1,
            "images": support,
        }
    )
    return Section(
        "Test scores",
        tables=(
            Table("Scores on the test images, with standard errors over the images", overall),
            Table("Scores of each class", of_classes),
        ),
    )


def confusion_section(predictions: Predictions) -> Section:
    """Show which classes are taken for which."""
    names = predictions.classes.astype(str)
    counts = confusion_matrix(predictions.y, predictions.y_pred, labels=predictions.classes)
    wrong = counts - np.diag(np.diag(counts))
    order = np.argsort(-wrong, axis=None, kind="stable")[:5]
    worst = [
        f"{names[true]} as {names[predicted]} ({wrong[true, predicted]})"
        for true, predicted in zip(*np.unravel_index(order, wrong.shape), strict=True)
        if wrong[true, predicted]
    ]
    table = pd.DataFrame(counts, columns=names)
    table.insert(0, "true label", names, allow_duplicates=True)
    figure = Figure(
        "Number of images by true and predicted label",
        "Confusion matrix; the table below has its numbers.",
        _figures.confusion_matrix_figure(counts, names),
    )
    return Section(
        "Confusion matrix",
        paragraphs=(f"Most frequent errors (images): {', '.join(worst)}.",) if worst else (),
        figures=(figure,),
        tables=(Table("Number of images, a column for each predicted label", table),),
    )


def training_section(model: Any) -> Section | None:
    """Show what a network recorded in each epoch."""
    history = history_of(model)
    metrics = [name for name in ("loss", "accuracy") if history.get(name)]
    if not metrics:
        return None
    rows = []
    for name in [prefix + metric for metric in metrics for prefix in ("", "val_")]:
        if history.get(name):
            values = np.asarray(history[name])
            best = values.argmax() if name.endswith("accuracy") else values.argmin()
            rows.append((name, values[0], values[best], best + 1, values[-1]))
    table = pd.DataFrame(rows, columns=["metric", "first", "best", "best epoch", "last"])
    figures = tuple(
        Figure(
            f"{metric.capitalize()} over the epochs",
            f"Curve of the {metric}; the table below has its first, best and last value.",
            _figures.training_figure(history, metric),
        )
        for metric in metrics
    )
    caption = f"{len(history[metrics[0]])} epochs; val_: validation rows"
    return Section("Training", figures=figures, tables=(Table(caption, table),))


def history_of(model: Any) -> Mapping[str, list[float]]:
    """Return what a network recorded in each epoch, if it did."""
    history = getattr(final_estimator(model), "history_", None)
    return history if isinstance(history, Mapping) else {}  # other libraries have other types


def robustness_section(result: Bunch | None) -> Section | None:
    """Show the scores of `robustness_scores`."""
    if result is None:
        return None
    by_metric = result.summary.set_index("metric")
    accuracy = by_metric.loc["accuracy"]
    scores = result.scores
    n_corruptions = scores["corruption"].nunique() - 1
    worst = accuracy["worst_corruption"]
    if not pd.isna(accuracy["worst_severity"]):
        worst = f"{worst}, severity {accuracy['worst_severity']:g}"
    text = (
        f"Accuracy {accuracy['clean']:.4f} on the test images, {accuracy['mean']:.4f} on average "
        f"over {n_corruptions} corruptions, {accuracy['worst']:.4f} in the worst case ({worst})."
    )
    noisy = scores[scores["corruption"] != CLEAN.name]
    figures: tuple[Figure, ...] = ()
    if has_curve(noisy):
        figures = (
            Figure(
                "Accuracy over the severity of the corruptions",
                "Curve of the accuracy; the table below has its numbers.",
                _figures.robustness_figure(scores),
            ),
        )
    tables = tuple(
        Table(f"{METRICS[name].label}, by corruption and severity".capitalize(), by_severity(rows))
        for name, rows in noisy.groupby("metric", sort=False)
    )
    return Section("Robustness", paragraphs=(text,), figures=figures, tables=tables)


def has_curve(noisy: pd.DataFrame) -> bool:
    """Return whether the corruptions with severities have two of them in common."""
    graded = noisy[noisy["severity"].notna()]
    counts = graded.groupby("severity")["corruption"].nunique()
    return bool((counts == graded["corruption"].nunique()).sum() > 1)


def by_severity(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of a metric, a row for each corruption."""
    if rows["corruption"].is_unique:
        table = rows[["corruption", "severity", "value", "standard_error"]]
        return table.rename(columns={"standard_error": "standard error"})
    levels = rows["severity"].map(lambda level: "no severity" if pd.isna(level) else f"{level:g}")
    rows = rows.assign(level=levels)
    table = rows.pivot(index="corruption", columns="level", values="value")
    table = table.loc[rows["corruption"].unique(), rows.sort_values("severity")["level"].unique()]
    table["mean"] = table.mean(axis=1)
    return table.rename_axis(columns=None).reset_index()


def calibration_section(predictions: Predictions, seed: int) -> Section | None:
    """Compare the confidence with the accuracy."""
    y, _, y_prob, classes = predictions
    if y_prob is None:
        return None
    test = calibration_test(y, y_prob, labels=classes, random_state=seed)
    coverage = coverage_at_risk(y, y_prob, labels=classes, max_risk=_MAX_RISK)
    rows = [
        ("expected calibration error", test.statistic),
        ("its excess over the mean error of a calibrated classifier", test.excess),
        ("p-value of the hypothesis that the classifier is calibrated", test.p_value),
        ("area under the risk-coverage curve", risk_coverage_auc(y, y_prob, labels=classes)),
        (f"largest coverage at an error rate of {_MAX_RISK:.0%}".replace("%", " %"), coverage),
    ]
    figures = (
        Figure(
            "Accuracy over confidence; larger markers stand for more images",
            "Reliability diagram; the table below has the calibration error.",
            _figures.reliability_figure(y, y_prob, classes),
        ),
        Figure(
            "Error rate of the most confident predictions",
            "Risk-coverage curve; the table below has its area.",
            _figures.risk_coverage_figure(y, y_prob, classes),
        ),
    )
    table = pd.DataFrame(rows, columns=["measure", "value"])
    return Section(
        "Calibration", figures=figures, tables=(Table("Confidence on the test images", table),)
    )


def errors_section(
    X: Any, predictions: Predictions, n_errors: int, image_shape: tuple[int, int] | None
) -> Section | None:
    """Show the most confident errors, or the first errors of a classifier without probabilities."""
    y, y_pred, y_prob, _ = predictions
    rows = np.flatnonzero(y != y_pred)
    confidence = None
    if y_prob is not None:
        certainty = y_prob.max(axis=1)
        rows = rows[np.argsort(-certainty[rows], kind="stable")]
        confidence = certainty[rows[:n_errors]]
    n_all, rows = len(rows), rows[:n_errors]
    if not len(rows):
        return None
    columns = {"row": rows, "label": y[rows].astype(str), "predicted": y_pred[rows].astype(str)}
    if confidence is not None:
        columns["confidence"] = confidence
    kind = "first" if confidence is None else "most confident"
    figure = Figure(
        "Label and predicted label" + ("" if confidence is None else ", confidence"),
        "Images of the errors in the table below, in the same order.",
        _figures.errors_figure(
            safe_indexing(X, rows), y[rows], y_pred[rows], confidence, image_shape
        ),
    )
    caption = f"The {kind} {len(rows)} of {n_all} errors; rows of the test images, from 0"
    return Section(
        f"{kind.capitalize()} errors",
        figures=(figure,),
        tables=(Table(caption, pd.DataFrame(columns)),),
    )


def environment_section(seed: int) -> Section:
    """Give time, versions and processor; nothing that names a user or a folder."""
    entries = {
        "created": datetime.now(UTC).isoformat(sep=" ", timespec="seconds"),
        "seed of noise and resampling": str(seed),
        **versions(),
        **{name: value for name, value in system() if name != "executable"},
    }
    table = pd.DataFrame(list(entries.items()), columns=["name", "value"])
    return Section("Environment", tables=(Table("Versions and processor", table),))
