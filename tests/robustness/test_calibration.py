"""Calibration error and its test, against independent computations and simulations."""

import numpy as np
import pytest
import sklearn
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression

from skmnist.datasets import load_mnist_sample
from skmnist.noise import GaussianNoise
from skmnist.robustness import calibration_error, calibration_test


def draw(n, n_classes, seed, sharpness=1.0):
    """Draw probabilities and labels; with sharpness 1, the probabilities are right."""
    rng = np.random.default_rng(seed)
    truth = rng.dirichlet(np.full(n_classes, 0.4), size=n)
    y = (truth.cumsum(axis=1) > rng.uniform(size=(n, 1))).argmax(axis=1)
    y_prob = truth**sharpness
    return y, y_prob / y_prob.sum(axis=1, keepdims=True)


def independent_error(y, y_prob, n_bins, strategy, norm):
    """Compute the error prediction by prediction, in plain Python."""
    pairs = sorted((max(p), int(np.argmax(p)) == label) for p, label in zip(y_prob, y, strict=True))
    n = len(pairs)
    if strategy == "uniform":
        bounds = [(i + 1) / n_bins for i in range(n_bins)]
    else:
        bounds = [pairs[-(-n * (i + 1) // n_bins) - 1][0] for i in range(n_bins)]
    gaps, shares, i = [], [], 0
    for bound in bounds[:-1] + [1.0]:
        inside = []
        while i < n and pairs[i][0] <= bound:
            inside.append(pairs[i])
            i += 1
        if inside:
            hits = sum(right for _, right in inside) / len(inside)
            gaps.append(abs(hits - sum(c for c, _ in inside) / len(inside)))
            shares.append(len(inside) / n)
    weighted = list(zip(shares, gaps, strict=True))
    if norm == "max":
        return max(gaps)
    if norm == "l2":
        return sum(s * g**2 for s, g in weighted) ** 0.5
    return sum(s * g for s, g in weighted)


@pytest.mark.parametrize("norm", ["l1", "l2", "max"])
@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
@pytest.mark.parametrize(("n", "n_classes", "n_bins"), [(1000, 10, 15), (101, 3, 7), (5, 2, 10)])
def test_equals_an_independent_computation(n, n_classes, n_bins, strategy, norm):
    y, y_prob = draw(n, n_classes, seed=n, sharpness=2.0)
    error = calibration_error(
        y, y_prob, labels=range(n_classes), n_bins=n_bins, strategy=strategy, norm=norm
    )
    assert error == pytest.approx(independent_error(y, y_prob, n_bins, strategy, norm), rel=1e-12)


def test_bins_include_their_upper_bound():
    # 0.5 belongs to (0, 0.5]: one bin for each of the predictions.
    assert calibration_error([1, 1], [0.5, 0.6], labels=[0, 1], n_bins=2) == pytest.approx(0.45)


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
def test_weights_are_repetitions(strategy):
    y, y_prob = draw(200, 4, seed=0)
    weight = np.random.default_rng(0).integers(0, 4, size=200)
    options = {"strategy": strategy, "labels": range(4)}
    repeated = calibration_error(np.repeat(y, weight), np.repeat(y_prob, weight, axis=0), **options)
    assert calibration_error(y, y_prob, sample_weight=weight, **options) == pytest.approx(repeated)


def test_labels_and_forms():
    y, y_prob = draw(300, 3, seed=0)
    error = calibration_error(y, y_prob)
    names = np.array(["one", "three", "two"])
    assert calibration_error(names[y], y_prob) == error
    assert calibration_error(names[y], y_prob[:, [2, 0, 1]], labels=names[[2, 0, 1]]) == error
    assert calibration_error(y.tolist(), y_prob.astype(np.float32)) == pytest.approx(error)
    y, y_prob = draw(300, 2, seed=0)
    assert calibration_error(y, y_prob[:, 1]) == pytest.approx(calibration_error(y, y_prob))


def test_the_test_rarely_rejects_a_calibrated_classifier():
    rejected, excess = 0, []
    for seed in range(400):
        y, y_prob = draw(300, 5, seed=seed)
        result = calibration_test(y, y_prob, labels=range(5), n_resamples=199, random_state=seed)
        rejected += result.p_value < 0.05
        excess.append(result.excess)
        assert result.statistic > 0  # biased upwards
    assert rejected <= 0.05 * 400
    assert abs(np.mean(excess)) < 3 * np.std(excess) / np.sqrt(400)


def test_the_test_rejects_overconfidence():
    y, y_prob = draw(1000, 5, seed=0, sharpness=3.0)
    result = calibration_test(y, y_prob, n_resamples=199, random_state=0)
    assert result.p_value == 1 / 200
    assert result.statistic == calibration_error(y, y_prob)
    assert result.null_distribution.shape == (199,)
    assert result.excess == pytest.approx(result.statistic - result.null_distribution.mean())
    again = calibration_test(y, y_prob, n_resamples=199, random_state=0)
    assert (again.null_distribution == result.null_distribution).all()


# Temperature scaling came with scikit-learn 1.8.
METHODS = ["isotonic"] if sklearn.__version__.startswith("1.7.") else ["isotonic", "temperature"]


@pytest.mark.parametrize("method", METHODS)
def test_recalibration_on_noisy_images(method):
    """The recipe of the user guide: rows of their own, with the noise that is expected."""
    X, y = load_mnist_sample(return_X_y=True)
    X, y = X[:2400] / 255, y[:2400]
    model = LogisticRegression(C=100, max_iter=1000).fit(X[:400], y[:400])
    X = GaussianNoise(0.6, random_state=0).fit_transform(X)
    calibrated = CalibratedClassifierCV(FrozenEstimator(model), method=method)
    calibrated.fit(X[400:1400], y[400:1400])
    before, after = (
        calibration_error(y[1400:], m.predict_proba(X[1400:])) for m in (model, calibrated)
    )
    assert before > 0.15
    assert after < 0.7 * before
    if method == "temperature":
        assert (calibrated.predict(X) == model.predict(X)).all()


@pytest.mark.parametrize(
    ("y_true", "y_prob", "options", "message"),
    [
        ([0, 1], [[0.5, 0.5]], {}, "inconsistent numbers of samples"),
        ([0, 1], [[0.5, 0.6], [1, 0]], {}, "y_prob has rows that are not distributions"),
        ([0, 1], [1.5, 0.5], {}, "y_prob has rows that are not distributions"),
        ([0, 1], [np.nan, 0.5], {}, "y_prob contains NaN"),
        ([0, 0], [[0.5, 0.5]] * 2, {}, "y_prob has 2 classes, but y_true has 1; pass labels="),
        ([0, 5], [0.5, 0.5], {"labels": [0, 1]}, "y_true has the label 5, which is not among lab"),
        (["0", "1"], [0.5, 0.5], {"labels": [0, 1]}, "y_true has the label '0'"),
        ([0, 1], [0.5, 0.5], {"labels": [0, 1, 2]}, "y_prob has 2 classes, but labels has 3"),
        ([0, 1], [0.5, 0.5], {"n_bins": 0}, "'n_bins' parameter of calibration_error"),
        ([0, 1], [0.5, 0.5], {"strategy": "mass"}, "'strategy' parameter"),
        ([0, 1], [0.5, 0.5], {"norm": "l3"}, "'norm' parameter"),
        ([0, 1], [0.5, 0.5], {"sample_weight": [1, -1]}, "Negative values in data"),
    ],
)
def test_errors(y_true, y_prob, options, message):
    with pytest.raises(ValueError, match=message):
        calibration_error(y_true, y_prob, **options)
