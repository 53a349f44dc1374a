"""Labels, weights and the validation split: pure functions of y."""

import math
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.utils import assert_all_finite, column_or_1d, compute_class_weight
from sklearn.utils.multiclass import type_of_target

from skmnist._utils import name_argument
from skmnist._utils._sklearn import Interval, check_sample_weight


def check_labels(y: Any, name: str) -> np.ndarray:
    """Return class labels as an array of shape (n,), or raise an error about argument `name`."""
    with name_argument(name):
        return _check_labels(y, name)


def _check_labels(y: Any, name: str) -> np.ndarray:
    labels = _as_array(y, name)
    if labels.ndim == 2 and labels.shape[1] > 1:
        raise ValueError(_what_is_wrong_with_columns(labels, name))
    if labels.ndim not in (1, 2):
        raise ValueError(f"{name} has shape {labels.shape}; expected labels of shape (n,).")
    labels = column_or_1d(labels, warn=True)
    if labels.dtype.kind == "V":  # rows of a structured array
        raise ValueError(_no_classes("unknown", labels, name))
    missing = np.flatnonzero(np.ma.getmaskarray(y) if np.ma.isMA(y) else pd.isna(labels))
    if missing.size:
        raise ValueError(
            f"Input {name} contains NaN, None or another missing label in the rows "
            f"{missing[:5].tolist()}{' and more' if missing.size > 5 else ''}. Drop these rows, or "
            "give them a class of their own."
        )
    assert_all_finite(labels, input_name=name)
    if labels.dtype == object and not all(isinstance(label, str) for label in labels):
        types = sorted({type(label).__name__ for label in labels})
        if len(types) > 1:
            raise ValueError(
                f"{name} mixes labels of the types {', '.join(types)}; expected one type. Convert "
                f"them, for example with `[str(label) for label in {name}]`."
            )
    kind = type_of_target(labels, input_name=name)
    if kind not in ("binary", "multiclass"):
        raise ValueError(_no_classes(kind, labels, name))
    return labels


def _no_classes(kind: str, labels: np.ndarray, name: str) -> str:
    return (
        f"Unknown label type: {kind}. {name} of dtype {labels.dtype} is not a set of classes; "
        "expected integers, strings or booleans of shape (n,). For one-hot rows or "
        f"probabilities pass `{name}.argmax(1)`, for an object array of integers "
        f"`{name}.astype(int)`."
    )


def _as_array(y: Any, name: str) -> np.ndarray:
    """Return labels as an array in which missing values can still be recognized."""
    numpy_dtype = getattr(getattr(y, "dtype", None), "numpy_dtype", None)
    if numpy_dtype is not None and numpy_dtype.kind in "biu" and not pd.isna(y).any():
        y = y.to_numpy(dtype=numpy_dtype)  # pandas' nullable integers would become floats
    try:
        labels = np.asarray(y)
    except ValueError as error:
        raise ValueError(f"{name} does not have the shape (n,) of labels: {error}") from error
    if isinstance(y, list | tuple) and labels.dtype.kind in "US":
        objects = np.asarray(y, dtype=object)
        if not all(isinstance(label, str | bytes) for label in objects.flat):
            return objects  # numpy has turned NaN, None or numbers into strings
    if labels.dtype.kind == "T":  # numpy's StringDType, unknown to scikit-learn
        objects = labels.astype(object)
        return objects if pd.isna(objects).any() else np.array(objects.tolist())
    return labels


def _what_is_wrong_with_columns(y: np.ndarray, name: str) -> str:
    is_indicator = y.dtype.kind in "biuf" and np.isin(y, (0, 1)).all()
    if is_indicator and (y.sum(axis=1) == 1).all():
        return (
            f"{name} has shape {y.shape}, which looks one-hot; expected labels of shape (n,): pass "
            f"`{name}.argmax(1)`."
        )
    return (
        f"{name} has shape {y.shape}, with {y.shape[1]} labels a row; expected labels of shape "
        "(n,). Pass one column, or learn all of them with "
        "sklearn.multioutput.MultiOutputClassifier. For rows of probabilities pass "
        f"`{name}.argmax(1)`."
    )


def check_lengths(images: np.ndarray, y: np.ndarray, X_name: str, y_name: str) -> None:
    """Raise an error unless there is one label per image."""
    if len(images) != len(y):
        raise ValueError(
            f"{X_name} has {len(images)} rows, but {y_name} has {len(y)}; expected one label per "
            "image."
        )


def count_classes(classes: np.ndarray) -> int:
    """Return the number of classes, or raise an error if there is one only."""
    if len(classes) < 2:
        raise ValueError(
            f"y has one class only, {classes.tolist()}; expected at least two classes."
        )
    return len(classes)


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
    """Return sample weights as a float32 array of shape (n,), scaled to a mean of 1.

    The mean is over the rows of positive weight. Without the scaling, weights that sum to 1 would
    divide the learning rate of SGD by the number of rows.
    """
    with name_argument("sample_weight"):
        if np.ma.is_masked(sample_weight):
            raise ValueError(
                "sample_weight has masked entries; replace them, for example by "
                "sample_weight.filled(1)."
            )
        given = np.asarray(sample_weight)
        if given.dtype.kind in "mMSUV":  # scikit-learn would convert dates to days
            raise ValueError(f"sample_weight has dtype {given.dtype}; expected numbers.")
        if not given.any():
            raise ValueError(
                "sample_weight is zero for all rows; expected at least one positive weight."
            )
        weights: np.ndarray = check_sample_weight(
            sample_weight, images, dtype=np.float64, ensure_non_negative=True
        )
    is_positive = weights > 0
    weights = weights / weights.max()  # so that no sum overflows
    weights = (weights / weights[is_positive].mean()).astype(np.float32)
    # A row whose weight is too small for float32 is kept, because its class may have no other.
    return np.maximum(weights, np.finfo(np.float32).tiny, out=weights, where=is_positive)


def check_class_weight(class_weight: Any, classes: np.ndarray) -> None:
    """Raise an error for class weights that are negative, or whose labels seem misspelled.

    As in scikit-learn, a label that does not occur is accepted if every class has a weight, because
    a fold may lack classes.
    """
    if not isinstance(class_weight, dict):
        return
    known = classes.tolist()
    unknown = [label for label in class_weight if label not in known]
    lacking = [label for label in known if label not in class_weight]
    if unknown and lacking:
        raise ValueError(
            f"class_weight has the labels {unknown}, which do not occur in y, and lacks "
            f"{lacking}; expected labels among {known}."
        )
    weights = Interval(Real, 0, float(np.finfo(np.float32).max), closed="both")
    bad = {
        label: weight
        for label, weight in class_weight.items()
        if not isinstance(weight, Real) or weight not in weights
    }
    if bad:
        raise ValueError(
            f"class_weight has the weights {bad}; expected finite numbers of at least 0."
        )


def combine_weights(
    sample_weight: np.ndarray | None,
    class_weight: Any,
    y: np.ndarray,
    *,
    y_train: np.ndarray | None = None,
) -> np.ndarray | None:
    """Multiply sample weights by class weights into a new float32 array; None means all ones.

    With `y_train`, the rows are for validation, and "balanced" counts the training labels.
    """
    if class_weight is None:
        return sample_weight
    counted = y if y_train is None else y_train
    if not isinstance(class_weight, dict):
        classes = np.unique(counted)
        balanced = compute_class_weight(class_weight, classes=classes, y=counted)
        class_weight = dict(zip(classes.tolist(), balanced.tolist(), strict=True))
    labels, codes = np.unique(y, return_inverse=True)
    # A batch may lack classes, and a class may lack a weight.
    factors = np.array([class_weight.get(label, 1) for label in labels.tolist()])
    weights = factors[codes].astype(np.float32)
    if sample_weight is not None:
        weights *= sample_weight
    if not weights.any():
        raise ValueError(
            f"class_weight={class_weight!r} makes the weights of all rows for "
            f"{'training' if y_train is None else 'validation'} zero; expected at least one "
            "positive weight."
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
        If there are too few rows to have every class in both parts.
    """
    way_out = "Pass X_val and y_val, more rows, or early_stopping=False."
    labels, counts = np.unique(y, return_counts=True)
    if counts.min() < 2:
        raise ValueError(
            f"The class {labels[counts.argmin()].item()!r} of y has only one member, but early "
            f"stopping needs one to train on and one to hold out. {way_out}"
        )
    n_held_out = math.ceil(validation_fraction * len(y))
    if min(n_held_out, len(y) - n_held_out) < len(labels):
        raise ValueError(
            f"validation_fraction={validation_fraction} of {len(y)} rows holds out {n_held_out}; "
            f"expected at least one row of each of the {len(labels)} classes in both parts. "
            f"{way_out}"
        )
    kept, held_out = train_test_split(
        np.arange(len(y)), test_size=n_held_out, stratify=y, random_state=seed
    )
    return kept, held_out
