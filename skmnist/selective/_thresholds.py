"""Thresholds of a confidence score that keep a promise, whatever the classifier and the data.

Each function takes the scores of calibration rows and returns a threshold. Rows whose score reaches
it are predicted. If calibration rows and new rows are drawn independently from one distribution,
the promise about new rows holds with probability `confidence_level` over the calibration rows.
"""

import numpy as np
import numpy.typing as npt
from scipy.stats import binom

Floats = npt.NDArray[np.float64]

# Shares of the rows that the candidate thresholds predict: the odds double every second step, from
# 1 in 17 rows to all but 1 in 1000.
_SHARES = 1 / (1 + 2.0 ** np.arange(4, -10.5, -0.5))
# One in so many calibration rows proposes thresholds, and the others test them.
_PROPOSING = 5


def threshold_for_risk(
    scores: Floats, correct: npt.NDArray[np.bool_], target_risk: float, confidence_level: float
) -> float:
    """Return the lowest threshold at which the error rate of the predicted rows is proven.

    A fifth of the rows proposes thresholds, the quantiles of their scores. The other rows test
    them, from the highest to the lowest, until the first one fails. Because the thresholds do not
    depend on these rows, the number of errors above each is binomial, and the test is exact. A
    threshold that breaks the promise is returned only if the first such threshold passes its test,
    so no correction for the number of tests is needed (fixed-sequence testing).

    Parameters
    ----------
    scores : ndarray of shape (n,), float64
        The scores of the calibration rows, in random order.
    correct : ndarray of shape (n,), bool
        Whether their predictions are right.
    target_risk : float
        The error rate that new predicted rows must not exceed, in (0, 1).
    confidence_level : float
        The probability of the promise, in (0, 1).

    Returns
    -------
    float
        The threshold: -inf to predict every row, inf to predict none.
    """
    n_proposing = -(-len(scores) // _PROPOSING)
    proposing, scores, correct = scores[:n_proposing], scores[n_proposing:], correct[n_proposing:]
    # The first test needs rows, or a single error ends the sequence, but not so many that it fails
    # where only a small share can be predicted.
    fewest = _fewest_predicted(target_risk, confidence_level)
    n_first = np.clip(len(scores) / 4, 1.2 * fewest, 3 * fewest)
    shares = _SHARES[_SHARES * len(scores) >= n_first]
    thresholds = np.append(np.quantile(proposing, 1 - shares, method="lower"), -np.inf)
    predicted = scores >= thresholds[:, np.newaxis]
    n_errors = (predicted & ~correct).sum(axis=1)
    p_values = binom.cdf(n_errors, predicted.sum(axis=1), target_risk)
    n_passed = np.cumprod(p_values <= 1 - confidence_level).sum()
    return float(thresholds[n_passed - 1]) if n_passed else np.inf


def fewest_rows(target_risk: float, confidence_level: float) -> int:
    """Return the smallest number of calibration rows that can prove a risk, if all are right.

    Parameters
    ----------
    target_risk : float
        The error rate, in (0, 1).
    confidence_level : float
        The probability of the promise, in (0, 1).

    Returns
    -------
    int
        The number of rows.
    """
    n_testing = _fewest_predicted(target_risk, confidence_level)
    return -(-n_testing * _PROPOSING // (_PROPOSING - 1))


def _fewest_predicted(target_risk: float, confidence_level: float) -> int:
    """Return how many predicted rows without an error pass the test."""
    return int(np.ceil(np.log(1 - confidence_level) / np.log1p(-target_risk)))


def threshold_for_coverage(
    scores: Floats, target_coverage: float, confidence_level: float
) -> float:
    """Return the highest threshold at which the share of predicted rows is proven.

    Parameters
    ----------
    scores : ndarray of shape (n,), float64
        The scores of the calibration rows.
    target_coverage : float
        The share of new rows that must be predicted at least, in (0, 1].
    confidence_level : float
        The probability of the promise, in (0, 1).

    Returns
    -------
    float
        The threshold: the score of one of the rows, or -inf to predict every row.
    """
    n = len(scores)
    # Fewer new rows than promised are predicted if at least `rank` of the calibration rows are
    # among the best `target_coverage` of all rows.
    rank = 1 + int(binom.ppf(confidence_level, n, target_coverage))
    return float(np.sort(scores)[n - rank]) if rank <= n else -np.inf
