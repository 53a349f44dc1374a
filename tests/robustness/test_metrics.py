"""Every metric of one pass equals the same metric of scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    brier_score_loss,
    f1_score,
    get_scorer,
    log_loss,
    make_scorer,
)
from sklearn.svm import LinearSVC

from skmnist.noise import GaussianNoise
from skmnist.robustness import calibration_error, risk_coverage_auc, robustness_scores

NOISE = GaussianNoise(0.3, random_state=0)


def noisy_values(model, X, y, scoring):
    """Return the scores under one noise by metric."""
    table = robustness_scores(model, X, y, suite=NOISE, scoring=scoring, n_resamples=2).scores
    return table[table["corruption"] == "GaussianNoise"].set_index("metric")["value"]


def test_named_metrics(data, model):
    _, X, _, y = data
    names = ["accuracy", "log_loss", "brier_score", "calibration_error", "risk_coverage_auc"]
    found = noisy_values(model, X, y, names)
    X_noisy = NOISE.fit(X).transform(X)
    y_prob = model.predict_proba(X_noisy)
    assert found["accuracy"] == model.score(X_noisy, y)
    assert found["log_loss"] == pytest.approx(log_loss(y, y_prob))
    assert found["brier_score"] == pytest.approx(brier_score_loss(y, y_prob))
    assert found["calibration_error"] == calibration_error(y, y_prob)
    assert found["risk_coverage_auc"] == risk_coverage_auc(y, y_prob)


SCORERS = [
    "neg_log_loss",
    "neg_brier_score",
    "balanced_accuracy",
    "f1_macro",
    "roc_auc_ovr",
    "top_k_accuracy",
    "matthews_corrcoef",
]


def test_scorers_of_sklearn(data, model):
    _, X, _, y = data
    found = noisy_values(model, X, y, SCORERS)
    X_noisy = NOISE.fit(X).transform(X)
    for name in SCORERS:
        assert found[name] == pytest.approx(get_scorer(name)(model, X_noisy, y)), name


@pytest.mark.parametrize("scoring", ["accuracy", "log_loss", "neg_brier_score", "roc_auc", "f1"])
def test_two_classes(data, scoring):
    X_train, X, y_train, y = data
    two = LogisticRegression(C=0.1, max_iter=300).fit(X_train, y_train > 4)
    found = noisy_values(two, X, y > 4, scoring)
    scorer = get_scorer({"log_loss": "neg_log_loss"}.get(scoring, scoring))
    expected = scorer(two, NOISE.fit(X).transform(X), y > 4)
    assert abs(found[scoring]) == pytest.approx(abs(expected))


def test_own_metrics(data, model):
    _, X, _, y = data

    def error_rate(y_true, y_pred):
        assert y_pred.ndim == 1
        return np.mean(y_true != y_pred)

    def mean_confidence(y_true, y_prob):
        assert y_prob.shape == (len(y_true), 10)
        return y_prob.max(axis=1).mean()

    def opaque(estimator, X, y):
        agree = estimator.classes_[estimator.predict_proba(X).argmax(axis=1)]
        return np.mean(agree == estimator.predict(X))

    scoring = {
        "error": make_scorer(error_rate, greater_is_better=False),
        "same": error_rate,
        "confidence": mean_confidence,
        "f1": make_scorer(f1_score, average="macro"),
        "agreement": opaque,
        "my accuracy": "accuracy",
        "sklearn": accuracy_score,
    }
    found = noisy_values(model, X, y, scoring)
    X_noisy = NOISE.fit(X).transform(X)
    accuracy = model.score(X_noisy, y)
    assert list(found.index) == list(scoring)
    assert found["error"] == pytest.approx(accuracy - 1)
    assert found["same"] == pytest.approx(1 - accuracy)
    assert found["confidence"] == pytest.approx(model.predict_proba(X_noisy).max(axis=1).mean())
    assert found["f1"] == pytest.approx(get_scorer("f1_macro")(model, X_noisy, y))
    assert found["agreement"] == 1
    assert found["my accuracy"] == found["sklearn"] == accuracy
    assert noisy_values(model, X, y, error_rate)["error_rate"] == found["same"]


def test_standard_errors(data, model):
    """Those of means are computed, those of other metrics are drawn: both agree."""
    _, X, _, y = data
    scoring = {"computed": "accuracy", "drawn": accuracy_score, "loss": "log_loss"}
    table = robustness_scores(model, X, y, suite=NOISE, scoring=scoring, n_resamples=400).scores
    errors = table.set_index(["corruption", "metric"])["standard_error"]
    p = model.score(X, y)
    assert errors["clean", "computed"] == pytest.approx(np.sqrt(p * (1 - p) / (len(y) - 1)))
    for corruption in ("clean", "GaussianNoise"):
        assert errors[corruption, "drawn"] == pytest.approx(errors[corruption, "computed"], rel=0.2)
    losses = -np.log(model.predict_proba(X)[np.arange(len(y)), y])
    assert errors["clean", "loss"] == pytest.approx(losses.std(ddof=1) / np.sqrt(len(y)))


def test_a_classifier_without_probabilities(data):
    X_train, X, y_train, y = data
    svc = LinearSVC().fit(X_train, y_train)
    assert noisy_values(svc, X, y, ["accuracy", "f1_macro"])["accuracy"] == svc.score(
        NOISE.fit(X).transform(X), y
    )
    for scoring in ("log_loss", "calibration_error", "neg_brier_score", "roc_auc_ovr"):
        message = f"scoring='{scoring}' needs predict_proba, which 'LinearSVC' lacks"
        with pytest.raises(ValueError, match=message):
            robustness_scores(svc, X, y, scoring=["accuracy", scoring])
    binary = LinearSVC().fit(X_train, y_train > 4)
    auc = get_scorer("roc_auc")(binary, NOISE.fit(X).transform(X), y > 4)
    assert noisy_values(binary, X, y > 4, "roc_auc")["roc_auc"] == pytest.approx(auc)


@pytest.mark.parametrize(
    ("scoring", "error", "message"),
    [
        ("acuracy", ValueError, "scoring='acuracy' is not a metric; expected one of"),
        ([], ValueError, "scoring is empty"),
        ({}, ValueError, "scoring is empty"),
        (3, TypeError, "scoring has an entry of type int; expected names"),
        ([accuracy_score], TypeError, "scoring has an entry of type function"),
        ({"a": 3}, TypeError, "scoring has a value of type int"),
    ],
)
def test_errors(data, model, scoring, error, message):
    _, X, _, y = data
    with pytest.raises(error, match=message):
        robustness_scores(model, X, y, scoring=scoring)


def test_a_resample_without_a_class_does_not_stop_the_scores(data, model):
    _, X, _, y = data
    rows = np.concatenate([np.flatnonzero(y == 0)[:1], np.flatnonzero(y == 1)[:9]])

    def strict(y_true, y_pred):
        if len(np.unique(y_true)) < 2:
            raise ValueError("a class is missing")
        return np.mean(y_true == y_pred)

    result = robustness_scores(model, X[rows], y[rows], suite=NOISE, scoring=strict)
    assert np.isfinite(result.scores["standard_error"]).all()
