"""The promises of the thresholds, checked by simulation with exactly known risks."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.stats import binom

from skmnist.selective._thresholds import fewest_rows, threshold_for_coverage, threshold_for_risk

N_SIMULATIONS = 200

# Scores are uniform in (0, 1). Name -> probability of an error given the score, and error rate of
# all rows whose score is at least t.
POPULATIONS = {
    "falling": (lambda s: 0.2 * (1 - s) ** 4, lambda t: 0.2 * (1 - t) ** 4 / 5),
    "constant, just above the target": (lambda s: 0.0101 + 0 * s, lambda t: 0.0101),
    "confident rows are worse": (
        lambda s: np.where(s > 0.5, 0.014, 0.0),
        lambda t: 0.014 * min(1, 0.5 / (1 - t)),
    ),
    "ties": (
        lambda s: np.where(s > 0.5, 0.008, 0.05),
        lambda t: 0.008 if t > 0.5 else (0.008 * 0.5 + 0.05 * (0.5 - t)) / (1 - t),
    ),
}


def drawn(population, n, rng):
    scores = rng.random(n)
    correct = rng.random(n) >= POPULATIONS[population][0](scores)
    return (np.round(scores, 1) if population == "ties" else scores), correct


def true_risk(population, threshold):
    if population == "ties":  # a score of 0.6 stands for 0.55 to 0.65
        threshold -= 0.05
    return POPULATIONS[population][1](max(threshold, 0))


@pytest.mark.parametrize("population", POPULATIONS)
@pytest.mark.parametrize("n", [600, 3000])
def test_the_risk_is_kept_in_95_percent_of_the_calibrations(population, n):
    rng = np.random.default_rng(0)
    thresholds = [
        threshold_for_risk(*drawn(population, n, rng), 0.01, 0.95) for _ in range(N_SIMULATIONS)
    ]
    # A threshold of inf predicts nothing.
    broken = [t < 1 and true_risk(population, t) > 0.01 for t in thresholds]
    assert np.mean(broken) <= 0.05


def test_the_risk_is_not_kept_needlessly():
    """The true risk reaches the target at a coverage of 0.71, known only for endless rows."""
    rng = np.random.default_rng(0)
    thresholds = [threshold_for_risk(*drawn("falling", 5000, rng), 0.01, 0.95) for _ in range(100)]
    assert 0.55 < np.mean(1 - np.clip(thresholds, 0, 1)) < 0.7


def test_a_threshold_is_the_last_that_passes_the_test():
    rng = np.random.default_rng(1)
    scores, correct = drawn("falling", 4000, rng)
    threshold = threshold_for_risk(scores, correct, 0.01, 0.95)
    assert threshold in scores[:800]  # proposed by the first fifth
    predicted = scores[800:] >= threshold
    assert binom.cdf(np.sum(~correct[800:][predicted]), predicted.sum(), 0.01) <= 0.05


def test_a_perfect_classifier_predicts_everything():
    n = fewest_rows(0.01, 0.95)
    assert n == 374
    scores = np.random.default_rng(0).random(n)
    assert threshold_for_risk(scores, np.ones(n, dtype=bool), 0.01, 0.95) == -np.inf
    assert threshold_for_risk(scores[1:], np.ones(n - 1, dtype=bool), 0.01, 0.95) == np.inf


@pytest.mark.parametrize("n", [1, 2, 5, 100])
def test_a_bad_classifier_predicts_nothing(n):
    scores = np.random.default_rng(0).random(n)
    assert threshold_for_risk(scores, np.zeros(n, dtype=bool), 0.5, 0.9) == np.inf


def test_only_the_order_of_the_scores_matters():
    scores, correct = drawn("falling", 2000, np.random.default_rng(2))
    threshold = threshold_for_risk(scores, correct, 0.02, 0.95)
    other = threshold_for_risk(np.log(scores), correct, 0.02, 0.95)
    assert other == np.log(threshold)
    assert np.log(threshold_for_coverage(scores, 0.9, 0.95)) == threshold_for_coverage(
        np.log(scores), 0.9, 0.95
    )


@pytest.mark.parametrize(("n", "coverage", "level"), [(50, 0.9, 0.9), (500, 0.95, 0.95)])
def test_the_coverage_is_kept(n, coverage, level):
    rng = np.random.default_rng(0)
    n_simulations = 2000
    thresholds = [
        threshold_for_coverage(rng.random(n), coverage, level) for _ in range(n_simulations)
    ]
    kept = np.mean(1 - np.maximum(thresholds, 0) >= coverage)
    assert kept >= level - 3 * np.sqrt(level * (1 - level) / n_simulations)
    assert np.mean(1 - np.maximum(thresholds, 0)) < coverage + 4 * np.sqrt(0.25 / n)


def test_a_coverage_that_few_rows_cannot_prove_predicts_everything():
    scores = np.arange(10.0)
    assert threshold_for_coverage(scores, 1.0, 0.95) == -np.inf
    assert threshold_for_coverage(scores, 0.9, 0.95) == -np.inf  # 0.9 ** 10 > 0.05
    assert threshold_for_coverage(scores, 0.7, 0.95) == 0.0  # 0.7 ** 10 < 0.05


def test_the_threshold_of_a_coverage_is_the_rank_of_the_binomial_bound():
    scores = np.random.default_rng(0).permutation(1000).astype(float)
    n_predicted = np.sum(scores >= threshold_for_coverage(scores, 0.9, 0.95))
    assert binom.sf(n_predicted - 1, 1000, 0.9) <= 0.05 < binom.sf(n_predicted - 2, 1000, 0.9)
    assert_array_equal(scores, np.random.default_rng(0).permutation(1000))
