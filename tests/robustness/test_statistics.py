"""The statistics against known truths, by simulation."""

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from skmnist.robustness._statistics import (
    bootstrap_means,
    holm,
    mcnemar_p_value,
    percentile_interval,
    resample_counts,
)

N_IMAGES = 500


def simulate_pairs(n_pairs, p_only_a, p_only_b, seed):
    """Draw, for pairs of classifiers, which images they get right."""
    share_both = 0.8
    probabilities = [p_only_a, p_only_b, share_both, 1 - p_only_a - p_only_b - share_both]
    rng = np.random.default_rng(seed)
    outcome = rng.choice(4, size=(n_pairs, N_IMAGES), p=probabilities)
    return np.isin(outcome, (0, 2)), np.isin(outcome, (1, 2))


def p_values(right_a, right_b):
    return mcnemar_p_value((right_a & ~right_b).sum(axis=1), (right_b & ~right_a).sum(axis=1))


def test_mcnemar_is_the_binomial_test():
    for n_a, n_b in [(0, 0), (1, 0), (3, 9), (9, 3), (10, 10), (0, 30), (400, 460)]:
        expected = binomtest(n_a, n_a + n_b).pvalue if n_a + n_b else 1.0
        assert mcnemar_p_value(n_a, n_b) == pytest.approx(expected)


def test_equal_classifiers_are_rarely_told_apart():
    p = p_values(*simulate_pairs(400, 0.06, 0.06, seed=0))
    assert np.mean(p < 0.05) <= 0.05


def test_a_planted_difference_is_found_at_the_stated_rate():
    p_a, p_b = 0.08, 0.04
    found = np.mean(p_values(*simulate_pairs(400, p_a, p_b, seed=0)) < 0.05)
    # The power: the probability of a significant split of the images that one alone gets right.
    power = 0.0
    for n in range(N_IMAGES + 1):
        splits = np.arange(n + 1)
        significant = mcnemar_p_value(splits, n - splits) < 0.05
        power += binom.pmf(n, N_IMAGES, p_a + p_b) * (
            binom.pmf(splits, n, p_a / (p_a + p_b)) @ significant
        )
    assert 0.6 < power < 0.9
    assert found == pytest.approx(power, abs=4 * np.sqrt(power * (1 - power) / 400))


def test_bootstrap_intervals_cover_the_planted_difference():
    p_a, p_b = 0.08, 0.04
    right_a, right_b = simulate_pairs(400, p_a, p_b, seed=1)
    differences = right_a.astype(float) - right_b
    covered = []
    for seed, terms in enumerate(differences):
        low, high = percentile_interval(bootstrap_means(terms, 500, seed), 0.95)
        covered.append(low <= p_a - p_b <= high)
    assert 0.93 <= np.mean(covered) <= 0.97


def test_bootstrap_intervals_cover_a_planted_difference_of_losses():
    rng = np.random.default_rng(2)
    shared = rng.gamma(0.5, size=(400, N_IMAGES))
    differences = 0.3 * shared + rng.exponential(0.2, size=shared.shape)
    truth = 0.3 * 0.5 + 0.2
    covered = []
    for seed, terms in enumerate(differences):
        low, high = percentile_interval(bootstrap_means(terms, 500, seed), 0.95)
        covered.append(low <= truth <= high)
    assert 0.93 <= np.mean(covered) <= 0.97


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]).tolist() == [1.0, 1.0]
    assert holm([]).tolist() == []


def test_holm_bounds_the_family_wise_error():
    """Of 20 comparisons, 15 are of equal classifiers: an error is to tell any of these apart."""
    equal = p_values(*simulate_pairs(400 * 15, 0.06, 0.06, seed=3)).reshape(400, 15)
    other = p_values(*simulate_pairs(400 * 5, 0.1, 0.02, seed=4)).reshape(400, 5)
    adjusted = np.array([holm(p) for p in np.concatenate([equal, other], axis=1)])
    assert np.mean((adjusted[:, :15] < 0.05).any(axis=1)) <= 0.05
    assert np.mean((equal < 0.05).any(axis=1)) > 0.3  # without the correction
    assert np.mean(adjusted[:, 15:] < 0.05) > 0.8


def test_resamples():
    counts = np.concatenate(list(resample_counts(3000, 1000, seed=0)))
    assert counts.shape == (1000, 3000)
    assert (counts.sum(axis=1) == 3000).all()
    assert counts.var() == pytest.approx(1, abs=0.01)
    terms = np.random.default_rng(0).normal(size=(3000, 2))
    means = bootstrap_means(terms, 1000, seed=0)
    np.testing.assert_allclose(means, counts @ terms / 3000)
    np.testing.assert_allclose(means[:, 1], bootstrap_means(terms[:, 1], 1000, seed=0))
    np.testing.assert_allclose(means.std(axis=0), terms.std(axis=0) / np.sqrt(3000), rtol=0.1)
