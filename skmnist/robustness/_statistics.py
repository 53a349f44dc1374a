"""Paired statistics: McNemar's exact test, Holm's correction, bootstrap over images."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.stats import binom

Floats = npt.NDArray[np.float64]

# Numbers of a block of resamples: eight megabytes.
_NUMBERS_PER_BLOCK = 2**20


def mcnemar_p_value(n_only_a: npt.ArrayLike, n_only_b: npt.ArrayLike) -> Floats:
    """Return the two-sided p-value of McNemar's exact test.

    Parameters
    ----------
    n_only_a, n_only_b : array-like of int
        Numbers of images that only the first, or only the second classifier gets right.

    Returns
    -------
    ndarray of float64
        Under the null hypothesis, each of these images is as likely in one group as in the other:
        twice the tail of a binomial distribution with probability 1/2, and at most 1.
    """
    n_a, n_b = np.asarray(n_only_a), np.asarray(n_only_b)
    return np.minimum(1.0, 2 * binom.cdf(np.minimum(n_a, n_b), n_a + n_b, 0.5))


def holm(p_values: npt.ArrayLike) -> Floats:
    """Adjust p-values by the step-down method of Holm, which bounds the family-wise error rate.

    Parameters
    ----------
    p_values : array-like of shape (n,)
        The p-values of all tests.

    Returns
    -------
    ndarray of shape (n,), float64
        Adjusted p-values, in the order of `p_values`, at most 1.
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1)
    return adjusted


def resample_counts(n: int, n_resamples: int, seed: int) -> Iterator[npt.NDArray[np.int64]]:
    """Draw bootstrap resamples of rows, as the number of times that each row is drawn.

    Equal arguments give equal resamples, so that statistics of several columns are paired.

    Parameters
    ----------
    n : int
        Number of rows.
    n_resamples : int
        Number of resamples.
    seed : int
        Seed of the draws.

    Yields
    ------
    ndarray of shape (m, n), int64
        The counts of the next m resamples; each row sums to n.
    """
    rng = np.random.default_rng(seed)
    block = max(1, _NUMBERS_PER_BLOCK // n)
    for start in range(0, n_resamples, block):
        m = min(block, n_resamples - start)
        drawn = rng.integers(n, size=(m, n)) + n * np.arange(m)[:, np.newaxis]
        yield np.bincount(drawn.ravel(), minlength=m * n).reshape(m, n)


def bootstrap_means(rows: npt.NDArray[np.floating], n_resamples: int, seed: int) -> Floats:
    """Return the means of bootstrap resamples.

    Parameters
    ----------
    rows : ndarray of shape (n,) or (n, k)
        One row for each image.
    n_resamples, seed : int
        As in `resample_counts`.

    Returns
    -------
    ndarray of shape (n_resamples,) or (n_resamples, k), float64
        The means of each column.
    """
    n = len(rows)
    return np.concatenate([c @ rows / n for c in resample_counts(n, n_resamples, seed)])


def percentile_interval(replicates: Floats, confidence_level: float) -> tuple[Floats, Floats]:
    """Return the bounds of bootstrap percentile intervals.

    Parameters
    ----------
    replicates : ndarray of shape (n_resamples, ...)
        The statistic in each resample.
    confidence_level : float
        In (0, 1).

    Returns
    -------
    low, high : ndarray of shape (...)
        The bounds.
    """
    tail = (1 - confidence_level) / 2
    low, high = np.nanquantile(replicates, [tail, 1 - tail], axis=0)
    return low, high
