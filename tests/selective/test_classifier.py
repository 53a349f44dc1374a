"""SelectiveClassifier: promises on digits, labels, other estimators around it and inside it."""

import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from skmnist import SelectiveClassifier
from skmnist.exceptions import UnreachableTargetWarning
from skmnist.neural_network import MLPClassifier
from skmnist.noise import GaussianNoise
from skmnist.preprocessing import PixelScaler
from skmnist.robustness import RiskCoverageDisplay, robustness_scores


@pytest.fixture(scope="module")
def frozen(linear):
    return FrozenEstimator(linear)


def test_targets_on_digits_clean_and_noisy(frozen, data):
    """Noise costs coverage, if the calibration rows have it too."""
    X, y = data[2], data[3]
    noisy = GaussianNoise(0.3, random_state=0).fit(X).transform(X)
    coverages = []
    for images in (X, noisy):
        model = SelectiveClassifier(frozen, target_risk=0.05, random_state=0)
        scores = model.fit(images[:1000], y[:1000]).selective_scores(images[1000:], y[1000:])
        assert scores["risk"] <= 0.05
        coverages.append(scores["coverage"])
    assert 0.5 < coverages[0] < 1
    assert coverages[1] < coverages[0] - 0.05
    model = SelectiveClassifier(frozen, target_coverage=0.9).fit(noisy[:1000], y[:1000])
    assert 0.88 < model.selective_scores(noisy[1000:], y[1000:])["coverage"] < 0.96


def test_a_threshold_of_clean_digits_breaks_its_promise_on_noisy_ones(frozen, data):
    X, y = data[2], data[3]
    noisy = GaussianNoise(1.0, random_state=0).fit(X[1000:]).transform(X[1000:])
    model = SelectiveClassifier(frozen, target_risk=0.05, random_state=0).fit(X[:1000], y[:1000])
    assert model.selective_scores(noisy, y[1000:])["risk"] > 0.05


@pytest.fixture(scope="module")
def model(frozen, data):
    """A fitted SelectiveClassifier; not to be changed."""
    return SelectiveClassifier(frozen, target_coverage=0.8).fit(data[2][:1000], data[3][:1000])


def test_predictions_agree(model, frozen, data):
    X, y = data[2][1000:], data[3][1000:]
    labels, predicted = model.predict(X), model.decision_function(X) >= 0
    assert_array_equal(labels[predicted], frozen.predict(X)[predicted])
    assert_array_equal(labels == -1, ~predicted)
    assert_array_equal(model.predict_proba(X), frozen.predict_proba(X))
    assert_array_equal(model.score_samples(X), frozen.predict_proba(X).max(axis=1))
    assert_array_equal(predicted, model.score_samples(X) >= model.threshold_)
    scores = model.selective_scores(X, y)
    assert scores["coverage"] == np.mean(predicted)
    assert_allclose(scores["risk"], np.mean(labels[predicted] != y[predicted]))
    assert_allclose(model.score(X, y), scores["coverage"] * (1 - scores["risk"]))


def test_attributes(model, data):
    X = data[2][:1000]
    assert model.coverage_ == np.mean(model.predict(X) != -1)
    assert_array_equal(model.classes_, np.arange(10))
    assert model.reject_label_ == -1
    assert model.n_features_in_ == 784


def test_order_and_batch_do_not_matter(model, data):
    X = data[2][:200]
    order = np.random.default_rng(0).permutation(200)
    assert_array_equal(model.predict(X[order]), model.predict(X)[order])
    assert_array_equal(model.predict(X[:7]), model.predict(X)[:7])


def test_a_seed_gives_the_same_threshold(frozen, data):
    X, y = data[2], data[3]
    fits = [
        SelectiveClassifier(frozen, target_risk=0.1, random_state=seed).fit(X, y).threshold_
        for seed in (0, 0, 1)
    ]
    assert fits[0] == fits[1] != fits[2]


def test_held_out_rows_do_not_reach_the_estimator(data):
    X, y = data[0], data[1]
    model = SelectiveClassifier(
        KNeighborsClassifier(1), target_coverage=1.0, calibration_fraction=0.25, random_state=0
    )
    model.fit(X, y)
    assert model.estimator_.n_samples_fit_ == 750
    assert not hasattr(model.estimator, "classes_")
    # Each training row is its own neighbor, so all errors are among the calibration rows.
    assert 0 < np.sum(model.estimator_.predict(X) != y) < 250


@pytest.mark.parametrize(
    "to_labels", [lambda y: y.astype(str), lambda y: pd.Series(y).map("n{}".format)]
)
def test_string_labels(to_labels, frozen, data):
    X, y = data[0], to_labels(data[1])
    model = SelectiveClassifier(
        LogisticRegression(C=0.1, max_iter=300), target_coverage=0.7, random_state=0
    ).fit(X, y)
    labels = model.predict(data[2])
    assert set(labels) == {*np.unique(y), "rejected"}
    assert 0 < model.score(data[2], to_labels(data[3])) < 0.95


def test_a_label_of_your_own(frozen, data):
    X, y = data[2], data[3]
    model = SelectiveClassifier(frozen, target_coverage=0.5, reject_label="unsure").fit(X, y)
    labels = model.predict(X)
    assert labels.dtype == object
    assert set(labels) == {*range(10), "unsure"}


def test_in_a_pipeline_and_with_a_pipeline_inside(data):
    X, y = 255 * data[0], data[1]
    classifier = KNeighborsClassifier()
    options = {"target_coverage": 0.8, "random_state": 0}
    outside = make_pipeline(PixelScaler(), SelectiveClassifier(classifier, **options)).fit(X, y)
    inside = SelectiveClassifier(make_pipeline(PixelScaler(), classifier), **options).fit(X, y)
    assert_array_equal(outside.predict(X), inside.predict(X))
    assert_array_equal(outside.decision_function(X), inside.decision_function(X))


def test_searches_and_scores(data):
    X, y = data[0], data[1]
    model = SelectiveClassifier(KNeighborsClassifier(), target_coverage=0.8, random_state=0)
    grid = {"target_coverage": [0.5, 0.9], "estimator__n_neighbors": [3, 5]}
    search = GridSearchCV(
        model, grid, cv=3, scoring=SelectiveClassifier.selective_scores, refit="coverage"
    ).fit(X, y)
    assert search.best_params_["target_coverage"] == 0.9
    by_risk = pd.DataFrame(search.cv_results_).groupby("param_target_coverage")["mean_test_risk"]
    assert by_risk.mean()[0.5] <= by_risk.mean()[0.9]
    assert 0.5 < cross_val_score(model, X, y, cv=3).mean() < 0.95


def test_with_a_network(network, data):
    X, y = data[2][:400], data[3][:400]
    for name in ("max_proba", "energy", "neighbors", "views"):
        model = SelectiveClassifier(
            FrozenEstimator(network), target_coverage=0.7, score_method=name, random_state=0
        ).fit(X, y)
        loaded = pickle.loads(pickle.dumps(model))
        assert_array_equal(loaded.predict(X), model.predict(X))
        assert 0.7 <= model.coverage_ < 0.85


def test_a_network_is_trained_on_images(data):
    X, y = data[0].reshape(-1, 28, 28), data[1]
    model = SelectiveClassifier(MLPClassifier((8,), epochs=1), target_coverage=0.5).fit(X, y)
    assert model.predict(X[:3]).shape == (3,)
    assert model.score_samples(X[:3]).dtype == np.float64


def test_displays_and_robustness_take_it(model, data):
    X, y = data[2][1000:1200], data[3][1000:1200]
    assert RiskCoverageDisplay.from_estimator(model, X, y).lines_
    suite, metrics = {"half": GaussianNoise(0.2, random_state=0)}, ["accuracy", "log_loss"]
    scores = robustness_scores(model, X, y, suite=suite, scoring=metrics).scores
    accuracy = scores[scores["metric"] == "accuracy"].set_index("corruption")["value"]
    assert accuracy["clean"] == model.score(X, y)


def test_a_parameter_that_is_set_after_fit_waits_for_the_next_fit(frozen, data):
    X, y = data[2][:300], data[3][:300]
    model = SelectiveClassifier(frozen, target_coverage=0.8).fit(X, y)
    before = model.predict(X)
    model.set_params(score_method="entropy", target_coverage=0.1, reject_label=99)
    assert_array_equal(model.predict(X), before)


def test_clone_and_parameters(model):
    copy = clone(model)
    assert not hasattr(copy, "threshold_")
    assert copy.get_params()["estimator"] is model.estimator  # frozen
    assert copy.set_params(target_coverage=None, target_risk=0.1).target_risk == 0.1


# Parameters of fit --------------------------------------------------------------------------------


class Recorder(ClassifierMixin, BaseEstimator):
    """Stores the weights that `fit` gets."""

    def fit(self, X, y, sample_weight=None):
        self.classes_ = np.unique(y)
        self.rows_, self.weights_ = X[:, 0], sample_weight
        return self

    def predict_proba(self, X):
        return np.full((len(X), 2), 0.5)


@pytest.mark.parametrize("routing", [False, True])
def test_weights_are_split_like_the_rows(routing):
    X, y = np.arange(20.0).reshape(-1, 1), np.arange(20) % 2
    with sklearn.config_context(enable_metadata_routing=routing):
        estimator = Recorder().set_fit_request(sample_weight=True) if routing else Recorder()
        model = SelectiveClassifier(estimator, target_coverage=1.0, random_state=0)
        model.fit(X, y, sample_weight=np.arange(20.0))
    assert_array_equal(model.estimator_.weights_, model.estimator_.rows_)
    assert len(model.estimator_.rows_) == 16


# Errors and warnings ------------------------------------------------------------------------------


def test_a_target_out_of_reach(data):
    X, y = data[2][:1000], data[3][:1000]
    guess = SelectiveClassifier(DummyClassifier(), target_risk=0.01)
    message = (
        r"target_risk=0.01 cannot be guaranteed .* of the 200 calibration rows are wrong. Every "
        r"row will be rejected. Pass more calibration rows \(at least 374\), a greater target_risk"
    )
    with pytest.warns(UnreachableTargetWarning, match=message):
        guess.fit(X, y)
    assert (guess.threshold_, guess.coverage_) == (np.inf, 0.0)
    assert set(guess.predict(X)) == {-1}
    assert guess.selective_scores(X, y) == {"coverage": 0.0, "risk": 0.0}
    assert guess.score(X, y) == 0


@pytest.mark.parametrize(
    "targets", [{}, {"target_risk": 0.1, "target_coverage": 0.9}], ids=["none", "both"]
)
def test_exactly_one_target(targets, frozen, data):
    with pytest.raises(ValueError, match=r"Got target_risk=.* pass exactly one of them, such as"):
        SelectiveClassifier(frozen, **targets).fit(data[2], data[3])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("estimator", SVC()),
        ("target_risk", 0),
        ("target_risk", 1),
        ("target_coverage", 0),
        ("target_coverage", 1.1),
        ("confidence_level", 1),
        ("score_method", "confidence"),
        ("calibration_fraction", 0),
        ("calibration_fraction", 1),
        ("random_state", "0"),
    ],
)
def test_bad_parameters(name, value, frozen, data):
    params = {"estimator": frozen, "target_coverage": 0.9} | {name: value}
    with pytest.raises(ValueError, match=f"'{name}' parameter of SelectiveClassifier must be"):
        SelectiveClassifier(**params).fit(data[2], data[3])


def test_every_parameter_is_constrained():
    parameters = SelectiveClassifier._get_param_names()
    assert sorted(SelectiveClassifier._parameter_constraints) == parameters


def test_a_failed_fit_changes_nothing(data):
    X, y = data[0], data[1]
    model = SelectiveClassifier(KNeighborsClassifier(), target_coverage=0.9, random_state=0)
    before = vars(model.fit(X, y)).copy()
    bad_calls = [
        ({}, (X, None), "requires y to be passed, but the target y is None"),
        ({}, (X, y[:-1]), "inconsistent numbers of samples"),
        ({}, (X[:1], y[:1]), "X has 1 sample; expected at least 2, to train and to calibrate"),
        ({}, (X, X[:, 400]), "Unknown label type"),
        ({"reject_label": 3}, (X, y), "reject_label=3 is one of the classes"),
        ({"score_method": "energy"}, (X, y), "needs the method score_samples"),
    ]
    for params, arguments, message in bad_calls:
        with pytest.raises(ValueError, match=message):
            model.set_params(**params).fit(*arguments)
        model.set_params(reject_label=None, score_method="max_proba")
        assert vars(model) == before
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        model.selective_scores(X, y[:-1])


def test_not_fitted(frozen, data):
    model = SelectiveClassifier(frozen, target_coverage=0.9)
    for method in ("predict", "predict_proba", "score_samples", "decision_function"):
        with pytest.raises(NotFittedError, match="SelectiveClassifier instance is not fitted yet"):
            getattr(model, method)(data[2])
    with pytest.raises(NotFittedError, match="instance is not fitted yet"):
        SelectiveClassifier(FrozenEstimator(LogisticRegression()), target_coverage=0.9).fit(
            *data[:2]
        )
