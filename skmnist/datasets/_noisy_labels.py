"""Noisy copies of labels."""

from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_random_state, column_or_1d

from skmnist._utils import validate_arguments
from skmnist._utils._sklearn import Interval, StrOptions

# Digits that look alike.
_PAIRS = ((0, 6), (1, 7), (2, 8), (3, 5), (4, 9))

_PARAMETERS = {
    "y": ["array-like"],
    "rate": [None, Interval(Real, 0, 1, closed="both")],
    "kind": [StrOptions({"uniform", "pairs"}), "array-like"],
    "random_state": ["random_state"],
}


def make_noisy_labels(
    y: Any,
    *,
    rate: float | None = None,
    kind: Any = "uniform",
    random_state: int | np.random.RandomState | None = None,
) -> npt.NDArray[Any]:
    """Make a copy of labels in which some are wrong.

    Parameters
    ----------
    y : array-like of shape (n,)
        Labels of at least two classes, of any type that can be sorted.
    rate : float, default=None
        Share of the labels that change, in [0, 1]: exactly ``round(rate * n)`` labels, at random
        places. If None, 0.1; a matrix as `kind` needs None.
    kind : {"uniform", "pairs"} or array-like of shape (n_classes, n_classes), default="uniform"
        What a label changes to.

        - "uniform": any other class, with equal probabilities.
        - "pairs": the class that looks alike. For the digits 0 to 9, the pairs are 0 and 6, 1 and
          7, 2 and 8, 3 and 5, 4 and 9. For other classes, the next one; the first after the last.
        - A matrix: entry (i, j) is the probability that a label of class i becomes class j, with
          the classes in sorted order. Each label is drawn by itself, so that the number of changed
          labels is random; its expected value is the sum of 1 - kind[i, i] over the labels.
    random_state : int, RandomState instance or None, default=None
        Seed of the changes. If None, each call draws other changes.

    Returns
    -------
    ndarray of shape (n,)
        The labels, in the dtype of `y`.

    Raises
    ------
    ValueError
        If `y` has another shape or fewer than two classes, if `rate` is not in [0, 1] or is given
        with a matrix, or if `kind` is not a matrix of probabilities.

    See Also
    --------
    make_noisy : Noisy images with their true labels.

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.datasets import make_noisy_labels
    >>> y = np.repeat(np.arange(10), 100)
    >>> noisy = make_noisy_labels(y, rate=0.2, random_state=0)
    >>> int((noisy != y).sum())
    200
    >>> make_noisy_labels([3, 5, 8, 8], rate=1, kind="pairs")  # other classes than 0 to 9
    array([5, 8, 3, 3])
    """
    validate_arguments(_PARAMETERS, locals(), caller="make_noisy_labels")
    labels = column_or_1d(y)
    classes, codes = np.unique(labels, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(
            f"y has {len(classes)} class(es); expected at least two, so that a label can change."
        )
    rng = check_random_state(random_state)
    if not isinstance(kind, str):
        if rate is not None:
            raise ValueError(
                f"rate={rate!r} with a matrix as kind, which sets the rates itself; expected "
                "rate=None."
            )
        return classes[_draw_codes(codes, _check_matrix(kind, len(classes)), rng)]
    n_changes = round((0.1 if rate is None else float(rate)) * len(codes))
    changed = rng.permutation(len(codes))[:n_changes]
    noisy = codes.copy()
    if kind == "pairs":
        noisy[changed] = _partners(classes)[codes[changed]]
    else:
        steps = rng.randint(1, len(classes), size=n_changes)
        noisy[changed] = (codes[changed] + steps) % len(classes)
    return classes[noisy]


def _check_matrix(kind: Any, n_classes: int) -> npt.NDArray[np.float64]:
    """Return the matrix as floats; raise an error if it does not hold probabilities."""
    matrix = np.asarray(kind, dtype=np.float64)
    if matrix.shape != (n_classes, n_classes):
        raise ValueError(
            f"kind has shape {matrix.shape}; expected ({n_classes}, {n_classes}), a row and a "
            "column for each class of y."
        )
    if not ((matrix >= 0).all() and np.allclose(matrix.sum(axis=1), 1)):
        raise ValueError(
            "kind has negative entries, NaN, or rows with a sum other than 1; expected "
            "probabilities: divide each row by its sum."
        )
    return matrix


def _draw_codes(
    codes: npt.NDArray[np.intp], matrix: npt.NDArray[np.float64], rng: np.random.RandomState
) -> npt.NDArray[np.intp]:
    """Return a class for each label, drawn with the probabilities in the row of its class."""
    cumulative = matrix.cumsum(axis=1)
    # Divided by its last entry, which rounding may leave below 1, each row ends with exactly 1.
    cumulative /= cumulative[:, -1:]
    return (rng.random_sample(len(codes))[:, np.newaxis] >= cumulative[codes]).sum(axis=1)


def _partners(classes: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Return the class that each class is confused with, as a position in the sorted classes."""
    partners = np.roll(np.arange(len(classes)), -1)
    if [str(label) for label in classes] == list("0123456789"):
        for first, second in _PAIRS:
            partners[[first, second]] = second, first
    return partners
