"""Risk and coverage against plain loops."""

import numpy as np
import pytest

from skmnist.robustness import coverage_at_risk, risk_coverage_auc, risk_coverage_curve


@pytest.fixture
def predictions():
    rng = np.random.default_rng(0)
    y_prob = rng.dirichlet(np.full(4, 0.5), size=200)
    return rng.integers(4, size=200), y_prob


def test_curve_without_ties(predictions):
    y, y_prob = predictions
    coverage, risk, thresholds = risk_coverage_curve(y, y_prob)
    order = sorted(range(200), key=lambda i: -max(y_prob[i]))
    errors = [int(y_prob[i].argmax() != y[i]) for i in order]
    expected = [sum(errors[:k]) / k for k in range(1, 201)]
    np.testing.assert_allclose(risk, expected)
    np.testing.assert_allclose(coverage, np.arange(1, 201) / 200)
    assert thresholds.tolist() == sorted(y_prob.max(axis=1), reverse=True)
    assert risk_coverage_auc(y, y_prob) == pytest.approx(np.mean(expected))


def test_equal_confidences_are_one_threshold():
    coverage, risk, thresholds = risk_coverage_curve([1, 1, 0, 1], [0.9, 0.8, 0.8, 0.3])
    assert coverage.tolist() == [0.25, 0.75, 1.0]
    assert risk.tolist() == pytest.approx([0, 1 / 3, 0.5])
    assert thresholds.tolist() == pytest.approx([0.9, 0.8, 0.7])


@pytest.mark.parametrize("decimals", [1, 16])
def test_weights_are_repetitions(predictions, decimals):
    y, y_prob = predictions
    y_prob = np.round(y_prob[:, 0], decimals)
    y = y % 2
    weight = np.random.default_rng(1).integers(0, 3, size=200)
    expected = risk_coverage_curve(np.repeat(y, weight), np.repeat(y_prob, weight))
    weighted = risk_coverage_curve(y, y_prob, sample_weight=weight)
    # A confidence with weights of zero only is a threshold too, of an equal coverage.
    rows = np.unique(weighted[0], return_index=True)[1]
    for one, other in zip(weighted, expected, strict=True):
        np.testing.assert_allclose(one[rows], other)
    repeated = risk_coverage_auc(np.repeat(y, weight), np.repeat(y_prob, weight))
    assert risk_coverage_auc(y, y_prob, sample_weight=weight) == pytest.approx(repeated)


def test_perfect_confidence_beats_none(predictions):
    y, y_prob = predictions
    right = y_prob.argmax(axis=1) == y
    best = np.where(right, 0.9, 0.6)
    binary = np.ones(200)
    assert risk_coverage_auc(np.where(right, 1, 0), best) < risk_coverage_auc(y, y_prob)
    none = risk_coverage_auc(np.where(right, 1, 0), 0.7 * binary)
    assert none == pytest.approx(1 - right.mean())


def test_coverage_at_risk(predictions):
    y, y_prob = predictions
    coverage, risk, _ = risk_coverage_curve(y, y_prob)
    for max_risk in (0.5, 0.7, 1.0):
        expected = max([c for c, r in zip(coverage, risk, strict=True) if r <= max_risk] or [0])
        assert coverage_at_risk(y, y_prob, max_risk=max_risk) == expected
    assert coverage_at_risk([0, 1], [0.9, 0.2], max_risk=0) == 0.0
    assert coverage_at_risk([1, 0], [0.9, 0.2], max_risk=0) == 1.0
    with pytest.raises(ValueError, match="'max_risk' parameter of coverage_at_risk"):
        coverage_at_risk(y, y_prob, max_risk=1.1)
