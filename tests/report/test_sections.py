"""Sections: what they show of searches, folds and parameters, and which are left out."""

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.ensemble import VotingClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, cross_validate
from sklearn.neighbors import KNeighborsClassifier

from skmnist.report import make_report
from skmnist.report._sections import (
    Predictions,
    by_severity,
    folds_section,
    model_section,
    search_section,
    training_section,
)


def test_parameters_are_not_cut_short():
    members = [(f"member {i}", LogisticRegression(C=i + 0.5)) for i in range(25)]
    y = np.array(["a", "b"])
    predictions = Predictions(y, y, None, y)
    with config_context(print_changed_only=False):
        code = model_section(VotingClassifier(members), predictions).code
    assert code.count("LogisticRegression(C=") == 25
    assert "..." not in code
    assert "max_iter" not in code


def test_a_search_for_several_metrics(data):
    X_train, _, y_train, _ = data
    search = GridSearchCV(
        KNeighborsClassifier(),
        {"n_neighbors": [1, 9]},
        scoring={"a": "balanced_accuracy", "b": "accuracy"},
        refit="b",
        cv=2,
    ).fit(X_train, y_train)
    (candidates,) = search_section(search, None).tables
    assert candidates.data["mean b"][0] == search.best_score_
    (folds,) = folds_section(search, None).tables
    assert folds.data["b"].mean() == pytest.approx(search.best_score_)
    search.set_params(refit=lambda results: 1).fit(X_train, y_train)
    assert folds_section(search, None) is None


def test_a_search_in_rounds_that_chose_another_model(data, model, tables):
    X_train, X, y_train, y = data
    search = HalvingGridSearchCV(
        KNeighborsClassifier(), {"n_neighbors": [1, 4, 9]}, cv=2, random_state=0
    ).fit(X_train, y_train)
    for cv_results in (search.cv_results_, pd.DataFrame(search.cv_results_)):
        (candidates,) = search_section(model, cv_results).tables
        first = candidates.data.iloc[0]
        assert first["mean score"] == search.best_score_
        assert (first["iteration"], first["resources"]) == (1, search.n_resources_[-1])
    report = make_report(model, X, y, suite=None, cv_results=search.cv_results_)
    assert len(tables(report, "Search")[0]) == len(search.cv_results_["params"])
    assert "Folds" not in [section.title for section in report.sections]


def test_folds(data, model):
    X_train, _, y_train, _ = data
    classifier = KNeighborsClassifier()
    results = cross_validate(classifier, X_train, y_train, cv=3, scoring=["accuracy", "f1_macro"])
    for folds in (results, pd.DataFrame(results)):
        (table,) = folds_section(model, folds).tables
        assert table.data.columns.tolist() == ["fold", "accuracy", "f1_macro", "fit (s)"]
        assert table.data["accuracy"].tolist() == results["test_accuracy"].tolist()
    scores = results["test_accuracy"]
    section = folds_section(model, scores)
    assert section.tables[0].data["score"].tolist() == scores.tolist()
    assert f"score {scores.mean():.4f} ± {scores.std():.4f}" in section.paragraphs[0]


def test_bad_searches_and_folds(model):
    with pytest.raises(ValueError, match=r"cv_results has the keys \['a'\]; expected 'params', "):
        search_section(model, {"a": 1})
    with pytest.raises(TypeError, match="cv_results is not valid: 'int' object is not iterable"):
        search_section(model, 3)
    for folds in ({"fit_time": [1]}, [], 0.9, [[0.9]]):
        with pytest.raises(ValueError, match="folds has no test scores; expected a number for"):
            folds_section(model, folds)
    with pytest.raises(ValueError, match="folds is not valid: could not convert string to float"):
        folds_section(model, ["good"])


def test_a_history_of_another_library():
    class Recorded(LogisticRegression):
        history_ = [{"epoch": 1, "loss": 0.1}]  # noqa: RUF012

    assert training_section(Recorded()) is None


def test_severities_are_in_their_order():
    rows = pd.DataFrame(
        {"corruption": ["a"] * 3 + ["b"], "severity": [10, 2, 1, pd.NA], "value": [3.0, 2, 1, 4]}
    )
    table = by_severity(rows.astype({"severity": "Int64"}))
    assert table.columns.tolist() == ["corruption", "1", "2", "10", "no severity", "mean"]
    assert table["mean"].tolist() == [2, 4]
