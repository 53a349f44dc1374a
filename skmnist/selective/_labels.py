"""The label of rejected rows."""

from numbers import Number
from typing import Any

import numpy as np
import numpy.typing as npt


def check_reject_label(reject_label: Any, classes: npt.NDArray[Any]) -> Any:
    """Return the label of rejected rows, which must not be one of the classes.

    Parameters
    ----------
    reject_label : object
        A label, or None for a number below zero and all classes, -1 if possible, or for "rejected"
        if the classes are strings.
    classes : ndarray of shape (n_classes,)
        The classes.

    Returns
    -------
    object
        The label.

    Raises
    ------
    ValueError
        If the label is one of the classes.
    """
    if reject_label is None:
        is_text = isinstance(classes.tolist()[0], str)
        reject_label = "rejected" if is_text else min(-1, int(np.floor(classes.min())) - 1)
    if reject_label in classes.tolist():
        raise ValueError(
            f"reject_label={reject_label!r} is one of the classes {classes.tolist()}; pass a label "
            "that is not."
        )
    return reject_label


def with_rejections(
    labels: npt.NDArray[Any], rejected: npt.NDArray[np.bool_], reject_label: Any
) -> npt.NDArray[Any]:
    """Replace the labels of rejected rows.

    Parameters
    ----------
    labels : ndarray of shape (n,)
        Class labels.
    rejected : ndarray of shape (n,), bool
        Which rows are rejected.
    reject_label : object
        Their label.

    Returns
    -------
    ndarray of shape (n,)
        New labels, of a dtype that holds both. It does not depend on `rejected`. If the label is a
        string and the classes are numbers, or the reverse, it is object.
    """
    is_number, is_text = isinstance(reject_label, Number), isinstance(reject_label, str)
    if (is_number and labels.dtype.kind in "biuf") or (is_text and labels.dtype.kind == "U"):
        dtype = np.result_type(labels.dtype, np.min_scalar_type(reject_label))
    else:
        dtype = np.dtype(object)
    result = labels.astype(dtype)
    result[rejected] = reject_label
    return result
