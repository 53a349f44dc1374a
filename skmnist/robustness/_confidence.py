"""The confidence of each prediction, and whether the prediction is right."""

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import column_or_1d
from sklearn.utils.validation import check_array, check_consistent_length

from skmnist._utils._sklearn import check_sample_weight

Floats = npt.NDArray[np.float64]


def confidences(
    y_true: Any, y_prob: Any, labels: Any = None, sample_weight: Any = None
) -> tuple[npt.NDArray[np.bool_], Floats, Floats]:
    """Return which predictions are right, their confidences, and the weights.

    Parameters
    ----------
    y_true : array-like of shape (n,)
        Labels.
    y_prob : array-like of shape (n, n_classes) or (n,)
        Probabilities of the classes, or of the second class of two.
    labels : array-like of shape (n_classes,), default=None
        The classes in the order of the columns. If None, the sorted labels of `y_true`.
    sample_weight : array-like of shape (n,), default=None
        Weights.

    Returns
    -------
    correct : ndarray of bool
        Whether the most probable class is the label.
    confidence : ndarray of float64
        The probability of the most probable class.
    weight : ndarray of float64
        The weights, 1 if `sample_weight` is None.

    Raises
    ------
    ValueError
        If the shapes do not fit, a row is not a distribution, or a label is not in `labels`.
    """
    y_true = column_or_1d(y_true)
    y_prob = check_array(
        y_prob, ensure_2d=False, dtype=[np.float64, np.float32], input_name="y_prob"
    )
    check_consistent_length(y_true, y_prob, sample_weight)
    if y_prob.ndim == 1 or y_prob.shape[1] == 1:
        positive = y_prob.reshape(-1)
        y_prob = np.column_stack([1 - positive, positive])
    # Networks may round to float16; a share of 0.001 does not change a confidence.
    if y_prob.min() < 0 or y_prob.max() > 1 or np.abs(y_prob.sum(axis=1) - 1).max() > 1e-3:
        raise ValueError(
            "y_prob has rows that are not distributions; expected numbers in [0, 1] that sum to 1 "
            "in each row: pass the result of predict_proba."
        )
    classes = np.unique(y_true) if labels is None else column_or_1d(labels)
    if len(classes) != y_prob.shape[1]:
        raise ValueError(
            f"y_prob has {y_prob.shape[1]} classes, but "
            f"{'y_true' if labels is None else 'labels'} has {len(classes)}; pass labels=, the "
            "classes in the order of the columns: model.classes_."
        )
    check_labels(y_true, classes, "y_true", "labels")
    weight = check_sample_weight(sample_weight, y_true, dtype=np.float64, ensure_non_negative=True)
    best = y_prob.argmax(axis=1)
    return classes[best] == y_true, y_prob.max(axis=1).astype(np.float64), weight


def check_labels(y: npt.NDArray[Any], classes: npt.NDArray[Any], name: str, source: str) -> None:
    """Raise an error if a label is not among the classes; 1 and "1" are different labels."""
    unknown = set(y.tolist()) - set(classes.tolist())
    if unknown:
        raise ValueError(
            f"{name} has the label {min(unknown, key=str)!r}, which is not among {source}: "
            f"{classes.tolist()}."
        )
