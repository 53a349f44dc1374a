"""Robustness scores: equal to two loops, whatever the classifier, its input and `n_jobs`."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.ensemble import VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC

from skmnist.neural_network import CNNClassifier
from skmnist.noise import BaseNoise, GaussianNoise, make_noise
from skmnist.preprocessing import PixelScaler
from skmnist.robustness import (
    compare_robustness,
    cross_validate_robustness,
    robustness_scores,
)
from skmnist.robustness._predictions import _predict

SUITE = ["fog", "stripe", "gaussian_noise"]
METRICS = ["accuracy", "log_loss", "calibration_error"]


def by_loop(model, X, y, severities):
    """Compute the accuracies by two loops."""
    rows = [("clean", 0, model.score(X, y))]
    for name in SUITE:
        for severity in [None] if name == "stripe" else severities:
            noise = make_noise(name, severity, random_state=0).fit(X)
            rows.append((name, severity, model.score(noise.transform(X), y)))
    return rows


def rows_of(scores):
    severities = scores["severity"].astype(object).where(scores["severity"].notna(), None)
    return list(zip(scores["corruption"], severities, scores["value"], strict=True))


def classifiers(X, y):
    pipeline = Pipeline([("scaler", PixelScaler()), ("bayes", GaussianNB(var_smoothing=0.1))])
    neighbors = KNeighborsClassifier(3)
    return {
        "linear": LogisticRegression(C=0.1, max_iter=300).fit(X, y),
        "pipeline": clone(pipeline).fit(X, y),
        "search": GridSearchCV(pipeline, {"bayes__var_smoothing": [0.1, 0.3]}, cv=2).fit(X, y),
        "hard vote": VotingClassifier([("a", neighbors), ("b", pipeline)]).fit(X, y),
        "soft vote": VotingClassifier([("a", neighbors), ("b", pipeline)], voting="soft").fit(X, y),
        "network": MLPClassifier((16,), tol=0.1, n_iter_no_change=3, random_state=0).fit(X, y),
        "svc": SVC().fit(X, y),
    }


@pytest.mark.filterwarnings("ignore:Most pixels at the border")  # the loop predicts stripes
@pytest.mark.parametrize("labels", ["numbers", "strings", "objects"])
def test_any_classifier_and_any_labels(data, labels):
    X_train, X, y_train, y = data
    if labels != "numbers":
        dtype = object if labels == "objects" else str
        y_train, y = (np.array([f"digit {i}" for i in part], dtype) for part in (y_train, y))
    for name, model in classifiers(X_train, y_train).items():
        result = robustness_scores(model, X, y, suite=SUITE, severities=(1, 4))
        assert rows_of(result.scores) == by_loop(model, X, y, (1, 4)), name


def test_table_and_summary(data, model):
    _, X, _, y = data
    result = robustness_scores(model, X, y, suite=SUITE, severities="all", scoring=METRICS)
    scores, summary = result.scores, result.summary.set_index("metric")
    columns = ["corruption", "severity", "metric", "value", "standard_error"]
    assert list(scores.columns) == columns
    assert len(scores) == 3 * (1 + 5 + 1 + 5)
    assert scores["severity"].dtype == "Int64"
    assert not scores.drop(columns="severity").isna().any(axis=None)
    assert result.seed == 0
    for metric, sign in (("accuracy", 1), ("log_loss", -1)):
        values = scores[scores["metric"] == metric].set_index("corruption")["value"]
        row = summary.loc[metric]
        assert row["clean"] == values["clean"]
        means = [values["fog"].mean(), values["stripe"], values["gaussian_noise"].mean()]
        assert row["mean"] == pytest.approx(np.mean(means))
        assert row["drop"] == pytest.approx(sign * (values["clean"] - row["mean"]))
        assert row["drop"] > 0
        noisy = sign * values.drop(index="clean")
        assert row["worst"] == sign * noisy.min()
        assert row["worst_corruption"] == noisy.idxmin()
    assert summary.loc["accuracy", "worst_corruption"] == "fog"
    assert summary.loc["accuracy", "worst_severity"] == 5


@pytest.fixture
def check_n_jobs(data, model, neighbors):
    """Return a function that compares results for values of `n_jobs` with those for 1."""
    _, X, _, y = data
    options = {"suite": SUITE, "severities": (1, 5), "scoring": METRICS, "n_resamples": 50}
    models = {"linear": model, "neighbors": neighbors}

    def check(*values):
        for function, arguments in (
            (robustness_scores, (model, X, y)),
            (compare_robustness, (models, X, y)),
        ):
            expected = function(*arguments, n_jobs=1, **options)
            for n_jobs in values:
                assert_bit_equal(function(*arguments, n_jobs=n_jobs, **options), expected)

    return check


def test_results_do_not_depend_on_n_jobs(check_n_jobs):
    check_n_jobs(2, -1)


def test_results_in_processes_are_the_same(check_n_jobs, two_workers):
    check_n_jobs(None)


def test_results_of_a_network_do_not_depend_on_n_jobs(data):
    X_train, X, y_train, y = data
    network = CNNClassifier((4,), hidden_layer_sizes=(8,), epochs=1, random_state=0)
    network.fit(X_train, y_train)
    options = {"suite": SUITE, "severities": (1, 5), "scoring": METRICS, "n_resamples": 50}
    expected = robustness_scores(network, X, y, n_jobs=1, **options)
    assert_bit_equal(robustness_scores(network, X, y, n_jobs=2, **options), expected)


def test_processes_get_the_model_once_for_several_corruptions(data, two_workers):
    _, X, _, y = data
    n_pickles = []

    class CountedBayes(GaussianNB):  # local, so that it is pickled by value
        def __getstate__(self):
            n_pickles.append(1)
            return super().__getstate__()

    model = CountedBayes(var_smoothing=0.1).fit(X, y)
    robustness_scores(model, X[:20], y[:20], suite="mnist_c")  # 15 corruptions, and clean
    assert len(n_pickles) == 4


def assert_bit_equal(one, other):
    assert one.keys() == other.keys()
    for key in one.keys() - {"seed"}:
        pd.testing.assert_frame_equal(one[key], other[key], check_exact=True)


def test_seeds(data, model):
    _, X, _, y = data
    options = {"suite": GaussianNoise(0.5), "scoring": "log_loss"}

    def value(**more):
        return robustness_scores(model, X, y, **options, **more).scores["value"][1]

    assert value() == value(random_state=0) != value(random_state=1)
    drawn = robustness_scores(model, X, y, random_state=None, **options)
    assert drawn.scores["value"][1] == value(random_state=drawn.seed)
    assert value(random_state=np.random.RandomState(3)) == value(
        random_state=np.random.RandomState(3)
    )


def test_every_form_of_images(digits, to_form):
    """Here the classifier takes any form, as a network does."""
    model = Pipeline([("scaler", PixelScaler()), ("mean", MeanClassifier())])
    images, y = digits[:60], np.arange(60) % 3
    result = robustness_scores(
        model.fit(to_form(images), y), to_form(images), y, suite="fog", severities=(1, 3)
    )
    expected = robustness_scores(model.fit(images, y), images, y, suite="fog", severities=(1, 3))
    pd.testing.assert_frame_equal(result.scores, expected.scores)


class MeanClassifier(GaussianNB):
    """A classifier of the mean pixel of images of any number of dimensions."""

    def fit(self, X, y):
        return super().fit(self._means(X), y)

    def predict(self, X):
        return super().predict(self._means(X))

    @staticmethod
    def _means(X):
        return np.reshape(X, (len(X), -1)).mean(axis=1, keepdims=True)


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_tables_with_named_columns(data, package):
    X_train, X, y_train, y = data
    names = [f"pixel {i}" for i in range(784)]
    as_table = {
        "pandas": lambda X: pd.DataFrame(X, columns=names),
        "polars": lambda X: pl.DataFrame(X, schema=names),
    }[package]
    # A warning about names is an error here.
    named = GaussianNB(var_smoothing=0.1).fit(as_table(X_train), y_train)
    table = robustness_scores(named, as_table(X), pd.Series(y), suite=SUITE).scores
    plain = GaussianNB(var_smoothing=0.1).fit(X_train, y_train)
    expected = robustness_scores(plain, X, y, suite=SUITE).scores
    pd.testing.assert_frame_equal(table, expected)


def test_images_of_8x8_pixels():
    X, y = load_digits(return_X_y=True)
    model = KNeighborsClassifier().fit(X[:1000], y[:1000])
    options = {"suite": "mnist_c", "value_range": (0, 16)}
    result = robustness_scores(model, X[1000:], y[1000:], **options)
    assert len(result.scores) == 16
    assert result.summary["drop"][0] > 0.1
    model.fit(X[:1000, :60], y[:1000])
    options["image_shape"] = (10, 6)
    robustness_scores(model, X[1000:, :60], y[1000:], **options)


def test_a_noise_in_the_pipeline_is_added_to_the_corruption(data):
    X_train, X, y_train, y = data
    model = Pipeline(
        [("noise", GaussianNoise(0.3, random_state=1)), ("bayes", GaussianNB(var_smoothing=0.1))]
    ).fit(X_train, y_train)
    both = robustness_scores(model, X, y, suite="stripe").scores["value"]
    X_noisy = model["noise"].transform(make_noise("stripe", random_state=0).fit(X).transform(X))
    assert both[1] == model["bayes"].score(X_noisy, y)
    alone = robustness_scores(model.set_params(noise="passthrough"), X, y, suite="stripe")
    assert alone.scores["value"][0] == model["bayes"].score(X, y)


def test_noise_is_made_once_and_in_chunks(digits, monkeypatch, planted):
    """5,000 images: three chunks for each corruption, however many models there are."""
    sizes = []
    transform = BaseNoise.transform
    monkeypatch.setattr(
        BaseNoise, "transform", lambda self, X: sizes.append(len(X)) or transform(self, X)
    )
    X = planted.images(5000)
    y = np.arange(5000) % 10
    suite = {"none": GaussianNoise(0.0), "same": GaussianNoise(0.0)}
    models = {str(i): planted(np.eye(10)[(y + i) % 10]) for i in range(3)}
    table = compare_robustness(models, X, y, suite=suite, n_resamples=2).scores
    assert sizes == [2048, 2048, 904] * 2
    assert table.loc[table["model"] == "0", "value"].tolist() == [1.0] * 3
    assert table.loc[table["model"] == "1", "value"].tolist() == [0.0] * 3


def test_a_network_predicts_once(planted):
    """Networks of skmnist take their labels from the probabilities; others may not."""
    y_prob = np.array([[0.7, 0.3], [0.2, 0.8]])
    other = planted(y_prob, y_pred=np.array([1, 0]))
    both = ["predict", "predict_proba"]
    assert _predict(other, planted.images(2), both)["predict"].tolist() == [1, 0]
    network = type("Network", (planted,), {"__module__": "skmnist.neural_network"})(y_prob)
    network.predict = None
    for model in (network, Pipeline([("network", network)])):
        responses = _predict(model, planted.images(2), both)
        assert responses["predict"].tolist() == [0, 1]
        assert (responses["predict_proba"] == y_prob).all()


def test_progress(data, model, capsys):
    _, X, _, y = data
    robustness_scores(model, X, y, suite=["fog", "stripe"], verbose=1)
    first, second, third = capsys.readouterr().err.splitlines()
    assert first.startswith("[1/3] clean: ")
    assert second.startswith("[2/3] fog, severity 5: ")
    assert third.startswith("[3/3] stripe: ")
    robustness_scores(model, X, y, suite="fog")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"estimator": LogisticRegression()}, NotFittedError, "LogisticRegression .* not fitted"),
        ({"estimator": LinearRegression()}, TypeError, "'LinearRegression', which is not a class"),
        ({"estimator": LogisticRegression}, TypeError, "estimator has 'type', which is not a cl"),
        ({"estimator": {}}, ValueError, "estimator is empty"),
        ({"X": np.zeros((300, 100))}, ValueError, "X has 100 features, but LogisticRegression is"),
        ({"y": np.zeros(299, int)}, ValueError, "inconsistent numbers of samples"),
        ({"y": np.full(300, 11)}, ValueError, "y has the label 11, which is not among the classes"),
        ({"y": np.full(300, "1")}, ValueError, "y has the label '1', which is not among the class"),
        ({"suite": "no_such"}, ValueError, "suite='no_such' is neither a suite nor a noise"),
        ({"n_resamples": 1}, ValueError, "'n_resamples' parameter of robustness_scores"),
        ({"random_state": "0"}, ValueError, "'random_state' parameter of robustness_scores"),
    ],
)
def test_errors(data, model, change, error, message):
    _, X, _, y = data
    arguments = {"estimator": model, "X": X, "y": y, "suite": "stripe"} | change
    with pytest.raises(error, match=message):
        robustness_scores(**arguments)


# Cross-validation ---------------------------------------------------------------------------------


def test_cross_validation_trains_and_corrupts_in_each_fold(data):
    X, _, y, _ = data
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    model = GaussianNB(var_smoothing=0.1)
    options = {"suite": SUITE, "severities": (1, 4), "cv": folds}
    result = cross_validate_robustness(model, X, y, **options)
    for fold, (train, test) in enumerate(folds.split(X, y)):
        of_fold = result.scores[result.scores["fold"] == fold]
        fitted = clone(model).fit(X[train], y[train])
        assert rows_of(of_fold) == by_loop(fitted, X[test], y[test], (1, 4))
    assert list(result.summary.columns) == ["corruption", "severity", "metric", "mean", "std"]
    assert len(result.summary) == 6
    fog = result.scores[(result.scores["corruption"] == "fog") & (result.scores["severity"] == 4)]
    row = result.summary.iloc[2]
    assert (row["corruption"], row["severity"]) == ("fog", 4)
    assert row["mean"] == pytest.approx(fog["value"].mean())
    assert row["std"] == pytest.approx(fog["value"].std())
    assert not hasattr(model, "classes_")
    for n_jobs in (1, 2):
        again = cross_validate_robustness(model, X, y, n_jobs=n_jobs, **options)
        assert_bit_equal(again, result)


def test_noises_learn_the_value_range_from_the_training_images(monkeypatch):
    """Test images that are brighter than the training images must not change the noise."""
    X, y = load_digits(return_X_y=True)
    X[:600] /= 32  # the first fold: all in [0, 0.5]
    fitted = []
    fit = BaseNoise.fit
    monkeypatch.setattr(BaseNoise, "fit", lambda self, X: fitted.append(X.max()) or fit(self, X))
    folds = [(np.arange(600), np.arange(600, 1200))]
    model = KNeighborsClassifier()
    with pytest.raises(ValueError, match="looks like 0-255, but the value range is"):
        cross_validate_robustness(model, X, y, suite="fog", cv=folds)
    assert fitted == [0.5]


def test_a_fit_that_fails(data):
    X, _, y, _ = data
    with pytest.raises(ValueError, match="var_smoothing"):
        cross_validate_robustness(GaussianNB(var_smoothing=-1), X, y, suite="fog")
