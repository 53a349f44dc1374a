"""The Bunch that every data set function returns."""

from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import Bunch

# The constraints of the parameters that every data set function has.
FORM_PARAMETERS: dict[str, list[Any]] = {"return_X_y": ["boolean"], "as_frame": ["boolean"]}


def read_descr(name: str) -> str:
    """Read the description ``descr/<name>.rst`` of a data set."""
    return (files("skmnist.datasets") / "descr" / f"{name}.rst").read_text(encoding="utf-8")


def pixel_names(height: int, width: int) -> list[str]:
    """Name the pixels row by row, as scikit-learn's ``load_digits`` does."""
    return [f"pixel_{row}_{column}" for row in range(height) for column in range(width)]


def make_bunch(
    images: npt.NDArray[Any],
    target: npt.NDArray[Any],
    descr: str,
    *,
    return_X_y: bool,
    as_frame: bool,
    target_names: npt.NDArray[Any] | None = None,
    **extra: Any,
) -> Bunch | tuple[Any, Any]:
    """Build what a data set function returns.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        The images; not copied, so pass an array that is not used elsewhere.
    target : ndarray of shape (n,)
        The labels; not copied.
    descr : str
        The description of the data set.
    return_X_y : bool
        Whether to return only the flat images and the labels.
    as_frame : bool
        Whether ``data`` and ``target`` are pandas objects.
    target_names : ndarray, default=None
        The names of the classes; not copied. If None, the ten digits.
    **extra : dict
        More entries of the Bunch.

    Returns
    -------
    Bunch or tuple
        The data set, or ``(data, target)`` if ``return_X_y``.
    """
    names = pixel_names(*images.shape[1:])
    data: Any = images.reshape(len(images), -1)
    labels: Any = target
    frame = None
    if as_frame:
        import pandas as pd

        data = pd.DataFrame(data, columns=names, copy=True)
        labels = pd.Series(target, name="target", copy=True)
        frame = pd.concat([data, labels], axis=1)
    if return_X_y:
        return data, labels
    return Bunch(
        data=data,
        images=images,
        target=labels,
        frame=frame,
        feature_names=names,
        target_names=np.arange(10) if target_names is None else target_names,
        DESCR=descr,
        **extra,
    )
