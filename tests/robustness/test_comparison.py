"""Paired comparisons of classifiers whose predictions are planted."""

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import balanced_accuracy_score, log_loss

from skmnist.noise import GaussianNoise
from skmnist.robustness import compare_robustness, robustness_scores
from skmnist.robustness._statistics import holm, resample_counts

N = 600
NOTHING = {"one": GaussianNoise(0.0), "many": [GaussianNoise(0.0), GaussianNoise(0.0)]}


@pytest.fixture
def models(planted):
    """Return three classifiers: "a" is right for 90 % of the images, "b" 85 %, "c" as "a"."""
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=N)

    def classifier(n_wrong, seed):
        rng = np.random.default_rng(seed)
        y_pred = y.copy()
        wrong = rng.permutation(N)[:n_wrong]
        y_pred[wrong] = (y[wrong] + 1) % 3
        y_prob = np.full((N, 3), 0.1)
        y_prob[np.arange(N), y_pred] = rng.uniform(0.5, 0.8, size=N)
        return planted(y_prob / y_prob.sum(axis=1, keepdims=True))

    fitted = {"a": classifier(60, 1), "b": classifier(90, 2), "c": classifier(60, 1)}
    return fitted, planted.images(N), y


def test_tests_are_exact_and_corrected(models):
    fitted, X, y = models
    result = compare_robustness(fitted, X, y, suite=NOTHING, n_resamples=2)
    tests = result.tests
    assert len(tests) == 4 * 3  # four corruptions with the clean images, three pairs
    assert tests["severity"].dtype == "Int64"
    right = {name: model.predict(X) == y for name, model in fitted.items()}
    for _, row in tests.iterrows():
        a, b = right[row["model_a"]], right[row["model_b"]]
        assert (row["n_only_a"], row["n_only_b"]) == ((a & ~b).sum(), (b & ~a).sum())
        n = row["n_only_a"] + row["n_only_b"]
        expected = binomtest(row["n_only_a"], n).pvalue if n else 1.0
        assert row["p_value"] == pytest.approx(expected)
    assert tests["p_adjusted"].tolist() == holm(tests["p_value"]).tolist()
    assert (tests.loc[tests["model_b"] == "c", "n_only_a"].iloc[:1] == 0).all()


def test_differences_are_paired(models):
    fitted, X, y = models
    scoring = {"accuracy": "accuracy", "log_loss": "log_loss", "balanced": balanced_accuracy_score}
    result = compare_robustness(
        fitted, X, y, suite=NOTHING, scoring=scoring, n_resamples=100, confidence_level=0.9
    )
    found = result.differences.query("corruption == 'clean'").set_index(
        ["model_a", "model_b", "metric"]
    )
    counts = np.concatenate(list(resample_counts(N, 100, seed=0)))
    functions = {
        "accuracy": lambda m, rows: np.mean(m.predict(X[rows]) == y[rows]),
        "log_loss": lambda m, rows: log_loss(y[rows], m.predict_proba(X[rows])),
        "balanced": lambda m, rows: balanced_accuracy_score(y[rows], m.predict(X[rows])),
    }
    for metric, score in functions.items():
        a, b = fitted["a"], fitted["b"]
        row = found.loc["a", "b", metric]
        everything = np.arange(N)
        assert row["difference"] == pytest.approx(score(a, everything) - score(b, everything))
        resamples = [np.repeat(everything, c) for c in counts]
        drawn = [score(a, rows) - score(b, rows) for rows in resamples]
        assert [row["low"], row["high"]] == pytest.approx(np.quantile(drawn, [0.05, 0.95]).tolist())
    same = found.loc["a", "c", "accuracy"]
    assert same[["difference", "low", "high"]].tolist() == [0, 0, 0]


def test_mean_differences(models):
    """Here all corruptions are the same, so the mean over them is one of them."""
    fitted, X, y = models
    scoring = ["accuracy", "log_loss"]
    result = compare_robustness(fitted, X, y, suite=NOTHING, scoring=scoring, n_resamples=50)
    one = result.differences.query("corruption == 'one'")
    columns = ["model_a", "model_b", "metric"]
    merged = result.mean_differences.merge(one, on=columns, suffixes=("", "_one"))
    assert len(merged) == 6
    for column in ("difference", "low", "high"):
        np.testing.assert_allclose(merged[column], merged[f"{column}_one"], atol=1e-12)


def test_mean_differences_weigh_each_corruption_equally(data, model, neighbors):
    _, X, _, y = data
    models = {"linear": model, "neighbors": neighbors}
    suite = ["fog", "stripe"]
    result = compare_robustness(models, X, y, suite=suite, severities=(1, 3, 5), n_resamples=200)
    differences = result.differences.set_index("corruption")["difference"]
    expected = (differences["fog"].mean() + differences["stripe"]) / 2
    (row,) = result.mean_differences.to_dict("records")
    assert row["difference"] == pytest.approx(expected)
    assert row["low"] < expected < row["high"]
    widths = result.differences["high"] - result.differences["low"]
    assert row["high"] - row["low"] < widths.iloc[1:].max()


def test_baseline(models):
    fitted, X, y = models
    result = compare_robustness(fitted, X, y, baseline="b", suite=NOTHING, n_resamples=2)
    for table in (result.differences, result.mean_differences, result.tests):
        assert set(zip(table["model_a"], table["model_b"], strict=True)) == {("a", "b"), ("c", "b")}


def test_scores_are_those_of_each_classifier_alone(data, model, neighbors):
    _, X, _, y = data
    options = {"suite": ["fog", "stripe"], "scoring": ["accuracy", "log_loss"]}
    result = compare_robustness({"a": model, "b": neighbors}, X, y, n_resamples=2, **options)
    for name, one in (("a", model), ("b", neighbors)):
        alone = robustness_scores(one, X, y, **options)
        for key in ("scores", "summary"):
            table = result[key][result[key]["model"] == name].drop(columns="model")
            assert table.reset_index(drop=True).equals(alone[key])


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"estimators": 3}, TypeError, "estimators is of type int; expected a dict"),
        ({"estimators": {}}, ValueError, "estimators is empty"),
        ({"baseline": "z"}, ValueError, "baseline='z' is not a name in estimators; expected one"),
        ({"confidence_level": 1.0}, ValueError, "'confidence_level' parameter of compare_robust"),
    ],
)
def test_errors(models, change, error, message):
    fitted, X, y = models
    arguments = {"estimators": fitted, "X": X, "y": y, "suite": NOTHING} | change
    with pytest.raises(error, match=message):
        compare_robustness(**arguments)


def test_one_classifier_is_not_a_comparison(models):
    fitted, X, y = models
    with pytest.raises(ValueError, match="estimators has 1 classifier; expected two or more"):
        compare_robustness({"a": fitted["a"]}, X, y)
