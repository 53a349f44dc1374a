"""Labels, weights and the validation split: pure functions of y."""

import math
from numbers import Real
from typing import Any

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.utils import assert_all_finite, column_or_1d, compute_sample_weight
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import _check_sample_weight


def check_labels(y: Any, name: str) -> np.ndarray:
    """Return class labels as an array of shape (n,), or say what is wrong with them."""
    shape = np.asarray(y).shape
    if len(shape) == 2 and shape[1] > 1:
        raise ValueError(
            f"{name} has shape {shape}, which looks one-hot; expected labels of shape (n,): pass "
            f"`{name}.argmax(1)`."
        )
    if len(shape) > 2:
        raise ValueError(f"{name} has shape {shape}; expected labels of shape (n,).")
    numpy_dtype = getattr(getattr(y, "dtype", None), "numpy_dtype", None)
    if numpy_dtype is not None and numpy_dtype.kind in "biu":  # pandas' nullable integers
        y = y.to_numpy(dtype=numpy_dtype)
    y = column_or_1d(y, warn=True)
    assert_all_finite(y, input_name=name)
    kind = type_of_target(y, input_name=name)
    if kind not in ("binary", "multiclass"):
        raise ValueError(
            f"Unknown label type: {kind}. {name} of dtype {y.dtype} is not a set of classes; "
            "expected integers, strings or booleans of shape (n,). For one-hot rows or "
            f"probabilities pass `{name}.argmax(1)`, for an object array of integers "
            f"`{name}.astype(int)`."
        )
    return y


def one_hot(y: np.ndarray, classes: np.ndarray, name: str) -> np.ndarray:
    """Encode labels as float32 indicators of shape (n, n_classes)."""
    unknown = np.setdiff1d(y, classes)
    if unknown.size:
        raise ValueError(
            f"{name} has the labels {unknown.tolist()}, which are not among the classes "
            f"{classes.tolist()}."
        )
    return np.eye(len(classes), dtype=np.float32)[np.searchsorted(classes, y)]


def check_weights(sample_weight: Any, images: np.ndarray) -> np.ndarray:
    """Return sample weights as a float32 array of shape (n,), not all of them zero."""
    if not np.any(np.asarray(sample_weight)):
        raise ValueError(
            "sample_weight is zero for all rows, which leaves nothing to train on; pass at least "
            "one positive weight."
        )
    weights: np.ndarray = _check_sample_weight(
        sample_weight, images, dtype=np.float32, ensure_non_negative=True
    )
    return weights


def check_class_weight(class_weight: Any, classes: np.ndarray) -> None:
    """Refuse class weights of labels that do not occur, and negative ones."""
    if not isinstance(class_weight, dict):
        return
    unknown = [label for label in class_weight if label not in classes.tolist()]
    if unknown:
        raise ValueError(
            f"class_weight has the labels {unknown}, which do not occur in y; expected labels "
            f"among {classes.tolist()}."
        )
    bad = {
        label: weight
        for label, weight in class_weight.items()
        if not isinstance(weight, Real) or not float(weight) >= 0
    }
    if bad:
        raise ValueError(f"class_weight has the weights {bad}; expected numbers of at least 0.")


def combine_weights(
    sample_weight: np.ndarray | None, class_weight: Any, y: np.ndarray
) -> np.ndarray | None:
    """Multiply sample weights by class weights into a new float32 array; None means all ones."""
    if class_weight is None:
        return sample_weight
    if isinstance(class_weight, dict):  # a batch need not hold all of its labels
        labels, codes = np.unique(y, return_inverse=True)
        factors = np.array([class_weight.get(label, 1) for label in labels.tolist()])[codes]
    else:
        factors = compute_sample_weight(class_weight, y)
    weights = factors.astype(np.float32)
    if sample_weight is not None:
        weights *= sample_weight
    if not weights.any():
        raise ValueError(
            f"class_weight={class_weight!r} gives all rows the weight zero, which leaves nothing "
            "to train on."
        )
    return weights


def hold_out(y: np.ndarray, validation_fraction: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Split the rows at random, stratified by class, for early stopping.

    Parameters
    ----------
    y : ndarray of shape (n,)
        Labels.
    validation_fraction : float
        Share of the rows to hold out, rounded up.
    seed : int
        Seed of the split.

    Returns
    -------
    kept, held_out : two ndarrays of int
        Row numbers.

    Raises
    ------
    ValueError
        If there are too few rows for every class to stand on both sides.
    """
    way_out = "Pass X_val and y_val, more rows, or early_stopping=False."
    labels, counts = np.unique(y, return_counts=True)
    if counts.min() < 2:
        raise ValueError(
            f"The class {labels[counts.argmin()].item()!r} of y has only one member, which cannot "
            f"be both trained on and held out for early stopping. {way_out}"
        )
    n_held_out = math.ceil(validation_fraction * len(y))
    if min(n_held_out, len(y) - n_held_out) < len(labels):
        raise ValueError(
            f"validation_fraction={validation_fraction} of {len(y)} rows holds out {n_held_out}; "
            f"expected at least one row for each of the {len(labels)} classes on both sides. "
            f"{way_out}"
        )
    kept, held_out = train_test_split(
        np.arange(len(y)), test_size=n_held_out, stratify=y, random_state=seed
    )
    return kept, held_out
