"""Displays: what they show equals the numbers, in the convention of scikit-learn."""

import inspect
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC

import skmnist.robustness
from skmnist.exceptions import MissingDependencyError
from skmnist.noise import GaussianNoise, make_noise
from skmnist.robustness import (
    ImageGalleryDisplay,
    ReliabilityDisplay,
    RiskCoverageDisplay,
    RobustnessCurveDisplay,
    RobustnessHeatmapDisplay,
    TrainingCurveDisplay,
    calibration_error,
    compare_robustness,
    cross_validate_robustness,
    risk_coverage_auc,
    risk_coverage_curve,
    robustness_scores,
)

DISPLAYS = [name for name in skmnist.robustness.__all__ if name.endswith("Display")]
HISTORY = {"loss": [0.9, 0.5, 0.3], "val_loss": [0.8, 0.6, 0.5], "accuracy": [0.5, 0.7, 0.8]}


@pytest.fixture(scope="module")
def result(data, model, neighbors):
    _, X, _, y = data
    return compare_robustness(
        {"linear": model, "neighbors": neighbors},
        X,
        y,
        suite=["fog", "gaussian_noise", "stripe"],
        severities=(1, 3),
        scoring=["accuracy", "log_loss"],
        n_resamples=2,
    )


def draw_all(data, model, ax=None):
    _, X, _, y = data
    y_prob = model.predict_proba(X)
    scores = robustness_scores(model, X, y, suite="fog", severities="all")
    yield RobustnessCurveDisplay.from_scores(scores, ax=ax)
    yield RobustnessHeatmapDisplay.from_scores(scores, ax=ax, colorbar=False)
    yield ReliabilityDisplay.from_predictions(y, y_prob, ax=ax)
    yield RiskCoverageDisplay.from_predictions(y, y_prob, ax=ax)
    yield TrainingCurveDisplay.from_history(HISTORY, ax=ax)
    yield ImageGalleryDisplay.from_predictions(X, y, model.predict(X), ax=ax)


@pytest.mark.parametrize("name", DISPLAYS)
def test_convention(name):
    display = getattr(skmnist.robustness, name)
    assert hasattr(display, "from_estimator")
    parameters = inspect.signature(display.plot).parameters
    assert list(parameters)[:2] == ["self", "ax"]
    assert parameters["ax"].default is None
    assert all(p.kind is p.KEYWORD_ONLY for p in list(parameters.values())[2:])
    for p in list(inspect.signature(display).parameters.values()):
        assert p.kind is p.KEYWORD_ONLY


def test_axes_are_labelled_and_can_be_passed(data, model):
    displays = list(draw_all(data, model))
    assert sorted(type(display).__name__ for display in displays) == sorted(DISPLAYS)
    for display in displays:
        assert display.ax_.figure is display.figure_
        if not isinstance(display, ImageGalleryDisplay):
            assert display.ax_.get_xlabel()
            assert display.ax_.get_ylabel()
        ax = plt.figure().subplots()
        assert display.plot(ax) is display
        assert display.ax_ is ax
        assert display.figure_ is ax.figure
    _, ax = plt.subplots()
    for display in draw_all(data, model, ax=ax):
        assert display.ax_ is ax


def test_lines_differ_without_colors(result):
    for display in (
        RobustnessCurveDisplay.from_scores(result),
        TrainingCurveDisplay.from_history(HISTORY),
    ):
        one, other = display.lines_
        assert one.get_linestyle() != other.get_linestyle()
        assert one.get_marker() != other.get_marker()


def test_matplotlib_is_optional(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(
        MissingDependencyError, match=r"TrainingCurveDisplay\.plot needs matplotlib"
    ):
        TrainingCurveDisplay.from_history(HISTORY)


# Robustness ---------------------------------------------------------------------------------------


def test_curves_of_a_mean(result):
    display = RobustnessCurveDisplay.from_scores(result)
    assert [line.get_label() for line in display.lines_] == ["linear", "neighbors"]
    table = result.scores.query("metric == 'accuracy' and model == 'neighbors'")
    of = table.set_index(["corruption", "severity"])["value"]
    expected = [of["clean", 0]]
    expected += [(of["fog", s] + of["gaussian_noise", s]) / 2 for s in (1, 3)]
    line = display.lines_[1]
    assert line.get_xdata().tolist() == [0, 1, 3]
    assert line.get_ydata().tolist() == pytest.approx(expected)
    assert display.ax_.get_ylabel() == "accuracy (share of images)"
    assert display.ax_.get_title() == "Mean over 2 corruptions with severities"


def test_curves_of_one_corruption(result):
    display = RobustnessCurveDisplay.from_scores(result, metric="log_loss", corruption="fog")
    table = result.scores.query("metric == 'log_loss' and model == 'linear'")
    expected = table[table["corruption"].isin(["clean", "fog"])]
    assert display.lines_[0].get_ydata().tolist() == expected["value"].tolist()
    assert display.ax_.get_ylabel() == "log loss (nats)"
    assert display.ax_.get_title() == "fog"
    ((segments,),) = [c.lines[2] for c in display.ax_.containers[:1]]
    heights = [high - low for (_, low), (_, high) in segments.get_segments()]
    assert heights == pytest.approx((2 * expected["standard_error"]).tolist())


def test_scores_in_every_form(data, result, model, neighbors):
    _, X, _, y = data
    options = {"suite": ["fog", "gaussian_noise"], "severities": (1, 3)}
    expected = RobustnessCurveDisplay.from_scores(result).lines_[0].get_ydata()
    alone = {
        name: robustness_scores(one, X, y, **options)
        for name, one in (("linear", model), ("neighbors", neighbors))
    }
    for display in (
        RobustnessCurveDisplay.from_scores(alone),
        RobustnessCurveDisplay.from_scores(alone["linear"]),
        RobustnessCurveDisplay.from_scores(alone["linear"].scores),
        RobustnessCurveDisplay.from_scores(result.scores),
        RobustnessCurveDisplay.from_estimator(model, X, y, **options),
        RobustnessCurveDisplay.from_estimator({"m": model, "n": neighbors}, X, y, **options),
    ):
        assert display.lines_[0].get_ydata() == pytest.approx(expected)
    display = RobustnessCurveDisplay.from_estimator(model, X, y, **options)
    assert display.lines_[0].get_label() == "LogisticRegression"


def test_curves_of_folds(data):
    X, _, y, _ = data
    result = cross_validate_robustness(
        GaussianNB(var_smoothing=0.1), X, y, cv=3, suite="fog", severities="all"
    )
    display = RobustnessCurveDisplay.from_scores(result, corruption="fog")
    assert display.lines_[0].get_ydata().tolist() == pytest.approx(result.summary["mean"].tolist())


def test_heat_map(result):
    display = RobustnessHeatmapDisplay.from_scores(result, values_format=".4f")
    ax = display.ax_
    assert [t.get_text() for t in ax.get_xticklabels()] == ["linear", "neighbors"]
    rows = ["clean", "fog", "gaussian_noise", "stripe", "mean of 3"]
    assert [t.get_text() for t in ax.get_yticklabels()] == rows
    summary = result.summary.query("metric == 'accuracy'")
    values = np.asarray(display.im_.get_array())
    assert values[0].tolist() == summary["clean"].tolist()
    assert values[-1].tolist() == pytest.approx(summary["mean"].tolist())
    assert display.text_[0, 1].get_text() == f"{values[0, 1]:.4f}"
    assert display.figure_.axes[1].get_ylabel() == "accuracy (share of images)"


def test_heat_map_of_a_missing_score(result):
    scores = result.scores.query("model != 'linear' or corruption != 'fog'")
    display = RobustnessHeatmapDisplay.from_scores(scores)
    assert display.text_[1, 0].get_text() == "-"
    assert display.text_[1, 0].get_color() == "black"
    assert display.text_[1, 1].get_text() != "-"


def test_errors_of_scores(data, model, result):
    with pytest.raises(ValueError, match="metric='f1' is not in the scores; expected one of"):
        RobustnessHeatmapDisplay.from_scores(result, metric="f1")
    with pytest.raises(ValueError, match="corruption='snow' is not in the scores; expected one"):
        RobustnessCurveDisplay.from_scores(result, corruption="snow")
    for corruption in (None, "stripe"):
        _, X, _, y = data
        published = robustness_scores(model, X, y, suite=["fog", "shear", "stripe"])
        with pytest.raises(ValueError, match=r"no severity in common; .* severities='all'"):
            RobustnessCurveDisplay.from_scores(published, corruption=corruption)


# Confidence ---------------------------------------------------------------------------------------


def test_reliability(data, model, neighbors):
    _, X, _, y = data
    display = ReliabilityDisplay.from_estimator(
        model, X, y, suite="fog", severities=(1, 5), n_bins=8, strategy="quantile"
    )
    assert list(display.bins) == ["clean", "fog, severity 1", "fog, severity 5"]
    for name, severity in (("clean", None), ("fog, severity 5", 5)):
        noise = make_noise("fog", severity, random_state=0).fit(X)
        y_prob = model.predict_proba(noise.transform(X) if severity else X)
        confidence, accuracy, share = display.bins[name]
        right = y_prob.argmax(axis=1) == y
        assert share @ accuracy == pytest.approx(right.mean())
        assert share @ confidence == pytest.approx(y_prob.max(axis=1).mean())
        error = calibration_error(y, y_prob, n_bins=8, strategy="quantile")
        assert share @ abs(accuracy - confidence) == pytest.approx(error)
        labels = [line.get_label() for line in display.lines_]
        assert f"{name}: error {error:.3f}" in labels
    models = {"a": model, "b": neighbors}
    assert list(ReliabilityDisplay.from_estimator(models, X, y).bins) == ["a", "b"]
    several = ReliabilityDisplay.from_estimator(models, X, y, suite=GaussianNoise(0.1))
    assert list(several.bins) == ["a, clean", "b, clean", "a, GaussianNoise", "b, GaussianNoise"]
    one = ReliabilityDisplay.from_predictions(y, {"a": model.predict_proba(X)})
    (bins,) = ReliabilityDisplay.from_estimator(model, X, y).bins.values()
    np.testing.assert_allclose(one.bins["a"], bins)


def test_risk_coverage(data, model, neighbors):
    _, X, _, y = data
    display = RiskCoverageDisplay.from_estimator({"a": model, "b": neighbors}, X, y)
    y_prob = model.predict_proba(X)
    coverage, risk, _ = risk_coverage_curve(y, y_prob)
    assert display.lines_[0].get_xdata().tolist() == coverage.tolist()
    assert display.lines_[0].get_ydata().tolist() == risk.tolist()
    assert display.lines_[0].get_label() == f"a: area {risk_coverage_auc(y, y_prob):.4f}"
    same = RiskCoverageDisplay.from_predictions(y, y_prob)
    assert list(same.curves) == ["classifier"]


@pytest.mark.parametrize("display", [ReliabilityDisplay, RiskCoverageDisplay])
def test_errors_of_confidence(data, display):
    X_train, X, y_train, y = data
    svc = LinearSVC().fit(X_train, y_train)
    with pytest.raises(ValueError, match="needs predict_proba, which 'LinearSVC' lacks"):
        display.from_estimator(svc, X, y)
    with pytest.raises(NotFittedError):
        display.from_estimator(LogisticRegression(), X, y)
    with pytest.raises(ValueError, match="y_prob has rows that are not distributions"):
        display.from_predictions(y, np.ones((len(y), 10)))


# Training and images ------------------------------------------------------------------------------


def test_training_curves(model):
    display = TrainingCurveDisplay.from_history(HISTORY)
    training, validation = display.lines_
    assert training.get_xdata().tolist() == [1, 2, 3]
    assert validation.get_ydata().tolist() == HISTORY["val_loss"]
    (line,) = display.plot(metric="accuracy").lines_
    assert line.get_ydata().tolist() == HISTORY["accuracy"]
    assert display.ax_.get_ylabel() == "accuracy (share of rows)"
    with pytest.raises(ValueError, match="metric='f1' is not in the history; expected one of"):
        display.plot(metric="f1")


def test_training_curves_of_an_estimator(data, model):
    class Recorded(LogisticRegression):
        history_ = HISTORY

    X_train, _, y_train, _ = data
    network = Recorded(C=0.1, max_iter=300)
    with pytest.raises(NotFittedError):
        TrainingCurveDisplay.from_estimator(network)
    pipeline = Pipeline([("network", network)]).fit(X_train, y_train)
    assert TrainingCurveDisplay.from_estimator(pipeline).history is HISTORY
    with pytest.raises(TypeError, match="a LogisticRegression, which has no history_; expected a"):
        TrainingCurveDisplay.from_estimator(model)


def test_gallery_starts_with_the_most_confident_errors(data, model):
    _, X, _, y = data
    display = ImageGalleryDisplay.from_estimator(model, X, y, n_images=300)
    y_prob = model.predict_proba(X)
    n_errors = int((model.predict(X) != y).sum())
    is_error = display.y_true != display.y_pred
    assert is_error.tolist() == [True] * n_errors + [False] * (300 - n_errors)
    assert (np.diff(display.confidence[:n_errors]) <= 0).all()
    assert (np.diff(display.confidence[n_errors:]) >= 0).all()
    assert sorted(display.confidence) == sorted(y_prob.max(axis=1))
    first = display.text_[0]
    confidence = f"{display.confidence[0]:.0%}".replace("%", " %")
    assert first.get_text() == f"{display.y_true[0]} as {display.y_pred[0]}\n{confidence}"
    assert first.get_fontweight() == "bold"
    row = np.flatnonzero((display.images[0].ravel() == X).all(axis=1))[0]
    assert y[row] == display.y_true[0]


def test_gallery_of_noisy_images(data, model):
    _, X, _, y = data
    display = ImageGalleryDisplay.from_estimator(model, X, y, noise="fog", severity=2, n_images=5)
    noise = make_noise("fog", 2, random_state=0).fit(X)
    assert display.images.shape == display.clean_images.shape == (5, 28, 28)
    clean = display.clean_images.reshape(5, -1)
    np.testing.assert_array_equal(display.images.reshape(5, -1), noise.transform(clean))
    noisy, above = display.images_[:2]
    assert noisy.get_extent()[3] == above.get_extent()[2]
    assert display.images_[1].get_array() is not None


def test_gallery_without_probabilities(data):
    X_train, X, y_train, y = data
    names = np.array([f"digit {i}" for i in range(10)])
    svc = LinearSVC().fit(X_train, names[y_train])
    display = ImageGalleryDisplay.from_estimator(svc, X, names[y], n_images=6)
    assert display.confidence is None
    errors = np.flatnonzero(svc.predict(X) != names[y])[:6]
    assert display.y_true.tolist() == names[y[errors]].tolist()
    assert display.text_[0].get_text() == f"{display.y_true[0]} as {display.y_pred[0]}"


def test_errors_of_the_gallery(data, model):
    _, X, _, y = data
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        ImageGalleryDisplay.from_predictions(X, y, y[:-1])
    with pytest.raises(ValueError, match="'n_images' parameter"):
        ImageGalleryDisplay.from_predictions(X, y, y, n_images=0)
    with pytest.raises(ValueError, match="'n_columns' parameter"):
        ImageGalleryDisplay.from_predictions(X, y, y, n_columns=0)
    with pytest.raises(ValueError, match="suite='frog' is neither a suite nor a noise"):
        ImageGalleryDisplay.from_estimator(model, X, y, noise="frog")
    with pytest.raises(ValueError, match="has 30 pixels, which does not fit X"):
        ImageGalleryDisplay.from_predictions(X, y, y, image_shape=(5, 6))
