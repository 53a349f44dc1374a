"""`make_report`: its sections, its numbers, its errors and its files."""

import sys

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss, recall_score
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC

from skmnist.exceptions import MissingDependencyError
from skmnist.neural_network import MLPClassifier
from skmnist.noise import GaussianNoise
from skmnist.report import make_report
from skmnist.robustness import calibration_error, robustness_scores

ALWAYS = {"Model", "Test scores", "Confusion matrix", "Environment"}
CONFIDENT = {"Calibration", "Most confident errors"}


def titles(report):
    return [section.title for section in report.sections]


# Sections -----------------------------------------------------------------------------------------


def test_logistic_regression(report):
    assert titles(report) == [
        "Model",
        "Folds",
        "Test scores",
        "Confusion matrix",
        "Calibration",
        "Robustness",
        "Most confident errors",
        "Environment",
    ]


def test_a_pipeline_of_noise_and_network(data, tables):
    X_train, X, y_train, y = data
    of = {"value_range": (0, 16)}
    network = MLPClassifier((8,), epochs=2, early_stopping=True, random_state=3, **of)
    noise = GaussianNoise(0.2, random_state=0, **of)
    model = Pipeline([("noise", noise), ("network", network)]).fit(X_train, y_train)
    report = make_report(model, X, y, suite=None)
    assert set(titles(report)) == ALWAYS | CONFIDENT | {"Training"}
    assert report.title == "Report on MLPClassifier"
    about = report.sections[0]
    assert "adds noise to test images, too: GaussianNoise." in about.paragraphs[0]
    assert "hidden_layer_sizes=(8,)" in about.code
    facts = dict(about.tables[0].data.to_numpy())
    assert facts["image shape"] == "8x8 pixels"
    assert facts["weights"] == f"{network.model_.count_params():,}"
    assert (facts["epochs"], facts["seed"], facts["test images"]) == ("2", "3", "200")
    (training,) = tables(report, "Training")
    training, history = training.set_index("metric"), network.history_
    assert list(training.index) == ["loss", "val_loss", "accuracy", "val_accuracy"]
    assert training.loc["val_loss", "best"] == min(history["val_loss"])
    assert training.loc["accuracy", "best"] == max(history["accuracy"])
    assert training.loc["loss", "last"] == history["loss"][-1]
    model.set_params(noise="passthrough")
    assert "adds noise" not in make_report(model, X, y, suite=None).to_html()


def test_a_search(data, tables):
    X_train, X, y_train, y = data
    grid = {"n_neighbors": list(range(1, 23))}
    search = GridSearchCV(KNeighborsClassifier(), grid, cv=2).fit(X_train, y_train)
    report = make_report(search, X, y, suite=None)
    assert set(titles(report)) == ALWAYS | CONFIDENT | {"Search", "Folds"}
    (candidates,) = tables(report, "Search")
    assert len(candidates) == 20
    assert "The best 20 of 22 candidates" in report.to_markdown()
    assert candidates["rank"].is_monotonic_increasing
    assert candidates["mean score"].max() == search.best_score_
    assert candidates["parameters"][search.best_index_] == str(search.best_params_).strip(
        "{}"
    ).replace("'", "").replace(": ", "=")
    (folds,) = tables(report, "Folds")
    assert folds["score"].mean() == pytest.approx(search.best_score_)
    assert "they are optimistic" in report.to_markdown()


@pytest.mark.parametrize("voting", ["hard", "soft"])
def test_a_vote(data, model, voting):
    X_train, X, y_train, y = data
    members = [("linear", model), ("neighbors", KNeighborsClassifier(1))]
    vote = VotingClassifier(members, voting=voting).fit(X_train, y_train)
    found = set(titles(make_report(vote, X, y, suite=None)))
    assert found == ALWAYS | (CONFIDENT if voting == "soft" else {"First errors"})


def test_without_probabilities(data, options, tables):
    X_train, X, y_train, y = data
    model = LinearSVC().fit(X_train, y_train)
    report = make_report(model, X, y, n_errors=3, **options)
    assert set(titles(report)) == ALWAYS | {"Robustness", "First errors"}
    assert tables(report, "Test scores")[0]["metric"].tolist() == ["accuracy (share of images)"]
    (errors,) = tables(report, "First errors")
    assert errors["row"].tolist() == np.flatnonzero(model.predict(X) != y)[:3].tolist()


def test_without_errors(data):
    X_train, _, y_train, _ = data
    model = KNeighborsClassifier(1).fit(X_train, y_train)
    report = make_report(model, X_train, y_train, suite=None)
    assert set(titles(report)) == ALWAYS | {"Calibration"}
    assert "Most frequent errors" not in report.to_html()


@pytest.mark.parametrize("form", ["3-D", "DataFrame", "list"])
def test_forms_of_images(data, model, report, options, form, tables):
    _, X, _, y = data
    if form == "3-D":
        X_train, _, y_train, _ = data
        options = {**options, "suite": None}
        model = MLPClassifier((4,), epochs=1, value_range=(0, 16), random_state=0)
        model.fit(X_train.reshape(-1, 8, 8), y_train)
        X = X.reshape(-1, 8, 8)
    X = {"DataFrame": pd.DataFrame, "list": np.ndarray.tolist}.get(form, np.asarray)(X)
    other = make_report(model, X, y, **options)
    if form != "3-D":
        for title in ("Test scores", "Robustness"):
            for one, another in zip(tables(report, title), tables(other, title), strict=True):
                pd.testing.assert_frame_equal(one, another)


def test_labels_that_are_objects(data):
    X_train, X, y_train, y = data
    numbers = {name: i for i, name in enumerate(np.unique(y_train))}
    y_train, y = ([numbers[name] for name in names] for names in (y_train, y))
    model = KNeighborsClassifier(1).fit(X_train, y_train)
    expected = make_report(model, X, y, suite=None).sections[1].tables[1].data
    of_objects = make_report(model, X, np.array(y, dtype=object), suite=None)
    pd.testing.assert_frame_equal(of_objects.sections[1].tables[1].data, expected)


# Numbers ------------------------------------------------------------------------------------------


def test_scores(data, model, report, tables):
    _, X, _, y = data
    y_pred, y_prob = model.predict(X), model.predict_proba(X)
    overall, of_classes = tables(report, "Test scores")
    value = overall.set_index("metric")["value"]
    accuracy = accuracy_score(y, y_pred)
    assert value["accuracy (share of images)"] == accuracy
    assert value["log loss (nats)"] == pytest.approx(log_loss(y, y_prob))
    assert value["expected calibration error"] == pytest.approx(calibration_error(y, y_prob))
    error = overall["standard error"][0]
    assert error == pytest.approx(np.sqrt(accuracy * (1 - accuracy) / 199))
    assert of_classes["class"].tolist() == model.classes_.tolist()
    recall = recall_score(y, y_pred, average=None, labels=model.classes_)
    assert of_classes["recall"].to_numpy() == pytest.approx(recall)
    assert of_classes["images"].sum() == len(y)


def test_confusion_matrix(data, model, report, tables):
    _, X, _, y = data
    counts = confusion_matrix(y, model.predict(X), labels=model.classes_)
    (table,) = tables(report, "Confusion matrix")
    assert table.columns.tolist() == ["true label", *model.classes_]
    assert table.iloc[:, 1:].to_numpy().tolist() == counts.tolist()
    (section,) = (s for s in report.sections if s.title == "Confusion matrix")
    np.fill_diagonal(counts, 0)
    assert f"({counts.max()})" in section.paragraphs[0].partition(",")[0]


def test_robustness(data, model, report, options, tables):
    _, X, _, y = data
    scoring = ["accuracy", "calibration_error"]
    expected = robustness_scores(model, X, y, scoring=scoring, **options).scores
    of = expected.set_index(["metric", "corruption", "severity"])["value"]
    for metric, table in zip(scoring, tables(report, "Robustness"), strict=True):
        assert table["corruption"].tolist() == options["suite"]
        for severity in (1, 3):
            values = [of[metric, name, severity] for name in options["suite"]]
            assert table[str(severity)].tolist() == values
        assert table["mean"][0] == (of[metric, "fog", 1] + of[metric, "fog", 3]) / 2
    (section,) = (s for s in report.sections if s.title == "Robustness")
    assert len(section.figures) == 1
    assert f"Accuracy {of['accuracy', 'clean', 0]:.4f} on the test images" in section.paragraphs[0]


def test_robustness_at_one_severity(data, model, tables):
    _, X, _, y = data
    suite = ["fog", "stripe", GaussianNoise(0.2)]
    report = make_report(model, X, y, suite=suite, value_range=(0, 16))
    accuracy, _ = tables(report, "Robustness")
    assert accuracy["corruption"].tolist() == ["fog", "stripe", "GaussianNoise"]
    assert accuracy["severity"].isna().tolist() == [False, True, True]
    (section,) = (s for s in report.sections if s.title == "Robustness")
    assert section.figures == ()


def test_severities_of_some_corruptions(data, model, tables):
    _, X, _, y = data
    suite = ["fog", "stripe"]
    report = make_report(model, X, y, suite=suite, severities=(2, 4), value_range=(0, 16))
    accuracy, _ = tables(report, "Robustness")
    assert set(accuracy.columns) == {"corruption", "2", "4", "no severity", "mean"}
    assert accuracy["no severity"].isna().tolist() == [True, False]


def test_errors_are_the_most_confident_ones(data, model, report, tables):
    _, X, _, y = data
    (errors,) = tables(report, "Most confident errors")
    y_pred, certainty = model.predict(X), model.predict_proba(X).max(axis=1)
    rows = errors["row"].to_numpy()
    assert len(rows) == min(12, (y_pred != y).sum())
    assert (y_pred[rows] != y[rows]).all()
    assert errors["confidence"].is_monotonic_decreasing
    assert errors["confidence"].tolist() == certainty[rows].tolist()
    others = np.setdiff1d(np.flatnonzero(y_pred != y), rows)
    assert certainty[others].max(initial=0) <= certainty[rows].min()
    assert "Most confident errors" not in titles(make_report(model, X, y, suite=None, n_errors=0))


def test_environment(report, tables):
    (table,) = tables(report, "Environment")
    entries = dict(table.to_numpy())
    assert {"created", "skmnist", "numpy", "python", "processor"} <= entries.keys()
    assert sys.executable not in report.to_html()


def test_equal_arguments_give_equal_reports(data, model, report, options):
    _, X, _, y = data
    folds = [0.5, 0.7]
    again = make_report(model, X, y, title=report.title, folds=folds, **options)
    for one, other in zip(report.sections[:-1], again.sections[:-1], strict=True):
        assert one.figures == other.figures
        assert one.paragraphs == other.paragraphs
        for table, same in zip(one.tables, other.tables, strict=True):
            pd.testing.assert_frame_equal(table.data, same.data)


# Errors -------------------------------------------------------------------------------------------


def test_bad_models(data):
    _, X, _, y = data
    with pytest.raises(NotFittedError, match="LogisticRegression instance is not fitted"):
        make_report(LogisticRegression(), X, y)
    for model in ("model", {"a": LogisticRegression()}, None):
        with pytest.raises(TypeError, match=r"model has '.*', which is not a classifier of"):
            make_report(model, X, y)


def test_bad_images_and_labels(data, model):
    _, X, _, y = data
    with pytest.raises(ValueError, match="X_test is not valid: X has 63 features, but"):
        make_report(model, X[:, 1:], y)
    with pytest.raises(ValueError, match="y_test is not valid: Found input variables with incons"):
        make_report(model, X, y[1:])
    with pytest.raises(ValueError, match=r"y_test is not valid: y has the label 3, which is not"):
        make_report(model, X, np.full(len(X), 3))
    with pytest.raises(ValueError, match="y_test is not valid: y should be a 1d array"):
        make_report(model, X, np.column_stack([y, y]))
    with pytest.raises(ValueError, match="y_test is empty; expected at least one image"):
        make_report(model, X[:0], y[:0])


def test_bad_options(data, model):
    _, X, _, y = data
    with pytest.raises(ValueError, match="suite='frog' is neither a suite nor a noise"):
        make_report(model, X, y, suite="frog")
    with pytest.raises(ValueError, match="'n_errors' parameter of make_report must be an int"):
        make_report(model, X, y, n_errors=-1)
    with pytest.raises(ValueError, match="'title' parameter of make_report must be an instance"):
        make_report(model, X, y, title=3)


@pytest.mark.parametrize("module", ["jinja2", "matplotlib"])
def test_missing_dependencies(data, model, monkeypatch, module):
    _, X, _, y = data
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingDependencyError, match=rf"make_report needs {module}.*\[report\]"):
        make_report(model, X, y)


# Files --------------------------------------------------------------------------------------------


def test_files(report, tmp_path):
    for name, text in (
        ("a.html", report.to_html()),
        ("b.HTM", report.to_html()),
        ("c.md", report.to_markdown()),
    ):
        report.save(tmp_path / name)
        assert (tmp_path / name).read_text(encoding="utf-8") == text
    report.save(str(tmp_path / "a.html"))
    assert len(list(tmp_path.iterdir())) == 3


def test_bad_paths(report, tmp_path):
    for name in ("report.pdf", "report"):
        with pytest.raises(ValueError, match=rf"{name}' has the ending '.*'; expected one of \["):
            report.save(tmp_path / name)
    with pytest.raises(OSError, match="cannot create a file in the folder"):
        report.save(tmp_path / "missing" / "report.html")
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(IsADirectoryError, match="is a folder; expected a file"):
        report.save(tmp_path / "folder.html")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.html"]


def test_a_failed_save_leaves_the_older_file(report, tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("older")

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        report.save(path)
    assert path.read_text() == "older"
    assert list(tmp_path.iterdir()) == [path]


def test_figures_leave_pyplot_as_it_was(data, model, report):
    _, X, _, y = data
    settings = dict(plt.rcParams)
    figures = plt.get_fignums()
    again = make_report(model, X, y, suite=None)
    assert plt.get_fignums() == figures
    assert dict(plt.rcParams) == settings
    with plt.style.context("dark_background"):
        styled = make_report(model, X, y, suite=None)
    for one, other in zip(again.sections[:-1], styled.sections[:-1], strict=True):
        assert one.figures == other.figures
