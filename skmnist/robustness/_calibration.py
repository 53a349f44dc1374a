"""Calibration of the confidence: its error, a test, and the bins of a reliability diagram."""

from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.utils import Bunch

from skmnist._utils import draw_seed, validate_arguments
from skmnist._utils._sklearn import Interval, StrOptions
from skmnist.robustness._confidence import Floats, confidences
from skmnist.robustness._docstrings import share_paragraphs

BINNING: dict[str, list[Any]] = {
    "n_bins": [Interval(Integral, 1, None, closed="left")],
    "strategy": [StrOptions({"uniform", "quantile"})],
}
_NORM: dict[str, list[Any]] = {"norm": [StrOptions({"l1", "l2", "max"})]}
_TEST: dict[str, list[Any]] = {
    "n_resamples": [Interval(Integral, 1, None, closed="left")],
    "random_state": ["random_state"],
}


class Bins(NamedTuple):
    """The occupied bins of a reliability diagram, in the order of the confidence."""

    confidence: Floats  # weighted mean in each bin
    accuracy: Floats
    share: Floats  # of the total weight

    def error(self, norm: str = "l1") -> float:
        """Return the calibration error."""
        gap = np.abs(self.accuracy - self.confidence)
        if norm == "max":
            return float(gap.max())
        if norm == "l2":
            return float(np.sqrt(self.share @ gap**2))
        return float(self.share @ gap)


@share_paragraphs
def calibration_error(
    y_true: Any,
    y_prob: Any,
    *,
    labels: Any = None,
    n_bins: int = 15,
    strategy: str = "uniform",
    norm: str = "l1",
    sample_weight: Any = None,
) -> float:
    """Compute the calibration error of the confidence, by default the expected one (ECE).

    The confidence of a prediction is the probability of its most probable class. Predictions are
    sorted into bins by confidence; the gap of a bin is the difference between its accuracy and its
    mean confidence.

    Parameters
    ----------
    {y_true}
    {y_prob}
    {labels}
    {n_bins}
    {strategy}
    norm : {"l1", "l2", "max"}, default="l1"
        "l1": mean gap, each bin weighted by its share of the predictions (expected calibration
        error). "l2": root of the mean squared gap. "max": largest gap.
    {sample_weight}

    Returns
    -------
    float
        The error, in [0, 1]; 0 is best.

    Raises
    ------
    ValueError
        If a parameter is outside its range, shapes do not fit, or rows are not distributions.

    See Also
    --------
    calibration_test : Tells whether the error is larger than chance.
    ReliabilityDisplay : The bins as a figure.

    Notes
    -----
    The error is biased upwards: even a perfectly calibrated classifier has a positive error,
    because the accuracy of a bin of few predictions varies. The bias grows with `n_bins` and falls
    with the number of images, so compare errors at equal numbers only. `calibration_test` returns
    the distribution of the error under perfect calibration.

    References
    ----------
    Guo, C., Pleiss, G., Sun, Y. and Weinberger, K. Q. (2017). On Calibration of Modern Neural
    Networks. ICML. :arxiv:`1706.04599`

    Nixon, J. et al. (2019). Measuring Calibration in Deep Learning. CVPR Workshops.
    :arxiv:`1904.01685`

    Examples
    --------
    >>> from skmnist.robustness import calibration_error
    >>> y_true = ["one", "one", "two", "two"]
    >>> y_prob = [[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.3, 0.7]]
    >>> round(calibration_error(y_true, y_prob), 3)  # 3/4 * |2/3 - 0.9| + 1/4 * |1 - 0.7|
    0.25
    """
    validate_arguments(BINNING | _NORM, locals(), caller="calibration_error")
    bins = reliability_bins(*confidences(y_true, y_prob, labels, sample_weight), n_bins, strategy)
    return bins.error(norm)


@share_paragraphs
def calibration_test(
    y_true: Any,
    y_prob: Any,
    *,
    labels: Any = None,
    n_bins: int = 15,
    strategy: str = "uniform",
    norm: str = "l1",
    n_resamples: int = 999,
    random_state: int | np.random.RandomState | None = None,
) -> Bunch:
    """Test whether the confidence is calibrated, by resampling under perfect calibration.

    Under the null hypothesis, each prediction is right with a probability that equals its
    confidence. Which predictions are right is drawn from that; the confidences stay as they are.

    Parameters
    ----------
    {y_true}
    {y_prob}
    {labels}
    {n_bins}
    {strategy}
    norm : {"l1", "l2", "max"}, default="l1"
        As in `calibration_error`.
    n_resamples : int, default=999
        Number of draws.
    random_state : int, RandomState instance or None, default=None
        Seed of the draws.

    Returns
    -------
    Bunch
        Dictionary-like object, with the following attributes.

        statistic : float
            The calibration error.
        p_value : float
            Probability of an error at least as large under perfect calibration.
        null_distribution : ndarray of shape (n_resamples,), float64
            The errors of the draws, sorted.
        excess : float
            `statistic` minus the mean of `null_distribution`: the error without the bias that a
            calibrated classifier would have; around 0 for one.

    Raises
    ------
    ValueError
        If a parameter is outside its range, shapes do not fit, or rows are not distributions.

    See Also
    --------
    calibration_error : The error alone, also with weights.

    References
    ----------
    Bröcker, J. and Smith, L. A. (2007). Increasing the Reliability of Reliability Diagrams. Weather
    and Forecasting 22. :doi:`10.1175/WAF993.1`

    Vaicenavicius, J. et al. (2019). Evaluating model calibration in classification. AISTATS.
    :arxiv:`1902.06977`

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.robustness import calibration_test
    >>> rng = np.random.default_rng(0)
    >>> y_prob = rng.uniform(size=1000)
    >>> y_true = rng.uniform(size=1000) < y_prob  # calibrated, and yet the error is positive
    >>> result = calibration_test(y_true, y_prob, random_state=0)
    >>> round(result.statistic, 2), result.p_value > 0.05, abs(result.excess) < 0.01
    (0.03, True, True)
    """
    validate_arguments(BINNING | _NORM | _TEST, locals(), caller="calibration_test")
    correct, confidence, weight = confidences(y_true, y_prob, labels)
    rng = np.random.default_rng(draw_seed(random_state))
    bins = bin_numbers(confidence, weight, n_bins, strategy)
    statistic = _binned(correct, confidence, weight, bins).error(norm)
    null = np.empty(n_resamples)
    for i in range(n_resamples):
        drawn = rng.random(len(confidence)) < confidence
        null[i] = _binned(drawn, confidence, weight, bins).error(norm)
    # Equal sums can differ in their last bits.
    n_as_large = np.count_nonzero(null >= statistic * (1 - 1e-12))
    return Bunch(
        statistic=statistic,
        p_value=float((1 + n_as_large) / (1 + n_resamples)),
        null_distribution=np.sort(null),
        excess=statistic - float(null.mean()),
    )


def reliability_bins(
    correct: npt.NDArray[np.bool_],
    confidence: Floats,
    weight: Floats,
    n_bins: int = 15,
    strategy: str = "uniform",
) -> Bins:
    """Sort predictions into bins by their confidence."""
    return _binned(correct, confidence, weight, bin_numbers(confidence, weight, n_bins, strategy))


def bin_numbers(
    confidence: Floats, weight: Floats, n_bins: int, strategy: str
) -> npt.NDArray[np.intp]:
    """Return the bin of each confidence; a bin includes its upper bound."""
    inner = np.arange(1, n_bins) / n_bins
    if strategy == "quantile":
        order = np.argsort(confidence)
        mass = np.cumsum(weight[order])
        inner = confidence[order[np.searchsorted(mass, inner * mass[-1])]]
    return np.searchsorted(inner, confidence)


def _binned(
    correct: npt.NDArray[np.bool_], confidence: Floats, weight: Floats, bins: npt.NDArray[np.intp]
) -> Bins:
    mass, hits, total = (
        np.bincount(bins, weight * values) for values in (np.ones(len(bins)), correct, confidence)
    )
    used = mass > 0
    mass = mass[used]
    return Bins(total[used] / mass, hits[used] / mass, mass / mass.sum())
