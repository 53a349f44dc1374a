"""Selective prediction: the error rate when the least confident images are left to a person."""

from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from skmnist._utils import validate_arguments
from skmnist._utils._sklearn import Interval
from skmnist.robustness._confidence import Floats, confidences
from skmnist.robustness._docstrings import share_paragraphs

_MAX_RISK: dict[str, list[Any]] = {"max_risk": [Interval(Real, 0, 1, closed="both")]}


@share_paragraphs
def risk_coverage_curve(
    y_true: Any, y_prob: Any, *, labels: Any = None, sample_weight: Any = None
) -> tuple[Floats, Floats, Floats]:
    """Compute the error rate of the predictions whose confidence reaches a threshold.

    Parameters
    ----------
    {y_true}
    {y_prob}
    {labels}
    {sample_weight}

    Returns
    -------
    coverage : ndarray of shape (n_thresholds,), float64
        Share of the images whose confidence reaches the threshold, increasing to 1.
    risk : ndarray of shape (n_thresholds,), float64
        Error rate of these images.
    thresholds : ndarray of shape (n_thresholds,), float64
        The distinct confidences, decreasing.

    Raises
    ------
    ValueError
        If shapes do not fit, or rows are not distributions.

    See Also
    --------
    risk_coverage_auc : The area under the curve.
    coverage_at_risk : The largest coverage at an acceptable error rate.
    RiskCoverageDisplay : The curve as a figure.

    References
    ----------
    Geifman, Y. and El-Yaniv, R. (2017). Selective Classification for Deep Neural Networks. NeurIPS.
    :arxiv:`1705.08500`

    Examples
    --------
    >>> from skmnist.robustness import risk_coverage_curve
    >>> coverage, risk, thresholds = risk_coverage_curve([1, 1, 0, 0], [0.9, 0.8, 0.7, 0.4])
    >>> coverage.tolist(), thresholds.tolist()
    ([0.25, 0.5, 0.75, 1.0], [0.9, 0.8, 0.7, 0.6])
    >>> risk.round(2).tolist()
    [0.0, 0.0, 0.33, 0.25]
    """
    return curve_of(*confidences(y_true, y_prob, labels, sample_weight))


def curve_of(
    correct: npt.NDArray[np.bool_], confidence: Floats, weight: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return coverage, risk and thresholds of predictions that are right or not."""
    order = np.argsort(-confidence, kind="stable")
    confidence, weight = confidence[order], weight[order]
    last = np.append(np.flatnonzero(np.diff(confidence)), len(confidence) - 1)
    mass = np.cumsum(weight)[last]
    errors = np.cumsum(weight * ~correct[order])[last]
    used = mass > 0  # zero weights come first, perhaps
    return mass[used] / mass[-1], errors[used] / mass[used], confidence[last][used]


@share_paragraphs
def risk_coverage_auc(
    y_true: Any, y_prob: Any, *, labels: Any = None, sample_weight: Any = None
) -> float:
    """Compute the area under the risk-coverage curve (AURC).

    The area is the mean error rate over all coverages: without ties, the mean of the error rates of
    the k most confident predictions, k from 1 to n.

    Parameters
    ----------
    {y_true}
    {y_prob}
    {labels}
    {sample_weight}

    Returns
    -------
    float
        The area, in [0, 1]; 0 is best.

    Raises
    ------
    ValueError
        If shapes do not fit, or rows are not distributions.

    See Also
    --------
    risk_coverage_curve : The curve.

    Examples
    --------
    >>> from skmnist.robustness import risk_coverage_auc
    >>> round(risk_coverage_auc([1, 1, 0, 0], [0.9, 0.8, 0.7, 0.4]), 3)  # (0 + 0 + 1/3 + 1/4) / 4
    0.146
    """
    return area_of(*confidences(y_true, y_prob, labels, sample_weight))


def area_of(correct: npt.NDArray[np.bool_], confidence: Floats, weight: Floats) -> float:
    """Return the area under the risk-coverage curve of predictions that are right or not."""
    coverage, risk, _ = curve_of(correct, confidence, weight)
    return float(np.diff(coverage, prepend=0.0) @ risk)


@share_paragraphs
def coverage_at_risk(
    y_true: Any,
    y_prob: Any,
    *,
    max_risk: float = 0.01,
    labels: Any = None,
    sample_weight: Any = None,
) -> float:
    """Compute the largest share of images that can be predicted at an acceptable error rate.

    Parameters
    ----------
    {y_true}
    {y_prob}
    max_risk : float, default=0.01
        The acceptable error rate, in [0, 1].
    {labels}
    {sample_weight}

    Returns
    -------
    float
        The coverage, in [0, 1]; 0 if the error rate is greater at every threshold.

    Raises
    ------
    ValueError
        If `max_risk` is outside [0, 1], shapes do not fit, or rows are not distributions.

    See Also
    --------
    risk_coverage_curve : The coverage and the error rate at every threshold.

    Notes
    -----
    The threshold is chosen on the same images, so the error rate of new images can be greater.

    Examples
    --------
    >>> from skmnist.robustness import coverage_at_risk
    >>> coverage_at_risk([1, 1, 0, 0], [0.9, 0.8, 0.7, 0.4], max_risk=0.1)
    0.5
    """
    validate_arguments(_MAX_RISK, locals(), caller="coverage_at_risk")
    coverage, risk, _ = risk_coverage_curve(
        y_true, y_prob, labels=labels, sample_weight=sample_weight
    )
    return float(coverage[risk <= max_risk].max(initial=0.0))
