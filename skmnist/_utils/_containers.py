"""Convert arrays, sequences and tables of images to one array, and check column names."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from skmnist._utils._sklearn import check_feature_names

_EXPECTED = "expected an array of pixels, such as one of shape (n, n_pixels)"


def is_table(X: Any) -> bool:
    """Return whether `X` is a table of pandas, polars, pyarrow or a similar library."""
    return hasattr(X, "columns") or hasattr(X, "column_names")


def as_array(X: Any) -> Any:
    """Return the pixels of a container as an array; copy only if necessary.

    Parameters
    ----------
    X : array-like or table
        Arrays, sequences, and tables of pandas, polars or pyarrow. A column of a table keeps the
        meaning of its data type: nullable, Arrow-backed and sparse columns of UInt16 are uint16.

    Returns
    -------
    ndarray
        Of any dtype and any number of dimensions; missing values of a table are NaN. Sparse
        matrices and ``np.matrix`` are returned unchanged: scikit-learn's `check_array` rejects
        them.

    Raises
    ------
    TypeError
        If `X` is a path, a dict, a generator, a loader of batches or a similar object.
    ValueError
        If rows have different lengths, or an entry is masked.
    """
    if hasattr(X, "tocsr") or isinstance(X, np.matrix):
        return X
    _refuse_other_objects(X)
    _refuse_masked(X)
    if all(hasattr(X, name) for name in ("columns", "dtypes", "iloc", "to_numpy")):
        return _array_of_frame(X)
    try:
        return np.asarray(X)
    except ValueError as error:
        raise ValueError(f"X is not a rectangular array of pixels: {error}") from error


def check_column_names(estimator: BaseEstimator, X: Any, *, reset: bool) -> None:
    """Learn or check the names of the columns, as scikit-learn does.

    Parameters
    ----------
    estimator : estimator
        Gets `feature_names_in_` if `reset` and if `X` is a table whose names are strings.
    X : array-like or table
        The images.
    reset : bool
        True in `fit`, False in `transform` and `predict`.

    Raises
    ------
    ValueError
        If the names or their order differ from `fit`, or two columns have the same name.
    """
    if not reset and type(X) is np.ndarray and not hasattr(estimator, "feature_names_in_"):
        return
    names = X.column_names if _is_arrow(X) else getattr(X, "columns", ())
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise ValueError(
            f"X has several columns named {repeated[0]!r}; expected names that occur once. "
            "Rename the columns, or pass them without names: X.to_numpy()."
        )
    # scikit-learn 1.9 does not read the column names of a pyarrow RecordBatch.
    named = X.slice(0, 0).to_pandas() if _is_arrow(X) else X
    check_feature_names(estimator, named, reset=reset)


def hint_at_cells(X: Any, array: np.ndarray) -> str | None:
    """Return advice on cells that are images, paths or dicts.

    Parameters
    ----------
    X : array-like or table
        The images.
    array : ndarray
        `X` as an array.

    Returns
    -------
    str or None
        One sentence; None if all cells are numbers.
    """
    if array.dtype.kind not in "OSTU" or array.size == 0:
        return None
    for column, cell in enumerate(array[:1].ravel().tolist() if array.ndim else []):
        kind = type(cell).__name__
        if isinstance(cell, str | bytes | os.PathLike):
            return (
                f"X holds {kind}, such as {cell!r:.60}, and not pixels: if these are paths, read "
                "the image files, for example by np.stack([plt.imread(path) for path in paths])."
            )
        if isinstance(cell, Mapping):
            return (
                f"X holds {kind}, and not pixels: decode each image into an array first, and pass "
                "np.stack(images)."
            )
        if isinstance(cell, Sequence) or hasattr(cell, "__array__"):
            return f"X holds a whole image ({kind}) in a cell: pass {_stacked(X, column)}."
    return None


def _stacked(X: Any, column: int) -> str:
    """Return code that stacks a column of images."""
    if not is_table(X):
        return "np.stack(list(X))"
    if _is_arrow(X):
        return f"np.stack(X[{X.column_names[column]!r}].to_pylist())"
    return f"np.stack(X[{X.columns[column]!r}].to_list())"


def _is_arrow(X: Any) -> bool:
    """Return whether `X` is a table of pyarrow; a DataFrame may have a column "column_names"."""
    return hasattr(X, "column_names") and hasattr(X, "to_pandas")


def _refuse_other_objects(X: Any) -> None:
    """Raise an error for objects that numpy would not read as pixels, with the remedy."""
    kind = type(X).__name__
    if isinstance(X, str | bytes | os.PathLike):
        way_out = "read the file first, for example with np.load"
    elif isinstance(X, Mapping):
        way_out = "pass an array that it holds, such as X['data']"
    elif hasattr(X, "__array__") or hasattr(X, "__array_interface__") or isinstance(X, Sequence):
        return
    elif hasattr(X, "collect_schema"):
        way_out = "pass X.collect()"
    elif isinstance(X, Iterable) or hasattr(X, "__getitem__"):
        way_out = (
            "collect its images in one array, for example by np.stack(list(X)), or by "
            "np.concatenate([images for images, labels in X]) if it yields batches"
        )
    else:
        return
    raise TypeError(f"X is of type {kind}; {_EXPECTED}: {way_out}.")


def _refuse_masked(X: Any) -> None:
    arrays = X if isinstance(X, list | tuple) else [X]
    masked = [array for array in arrays if isinstance(array, np.ma.MaskedArray)]
    n_masked = sum(int(np.ma.getmaskarray(array).sum()) for array in masked)
    if n_masked:
        raise ValueError(
            f"X has {n_masked} masked entries, which are not pixels. Give them a value: pass "
            "X.filled(0), where 0 is black."
        )


def _array_of_frame(frame: Any) -> np.ndarray:
    """Return a pandas frame as an array of the common data type of its columns."""
    # np.asarray would convert nullable, Arrow-backed and sparse columns to objects.
    dtypes = {getattr(t, "numpy_dtype", getattr(t, "subtype", t)) for t in frame.dtypes}
    if not dtypes or not all(isinstance(t, np.dtype) and t.kind in "buif" for t in dtypes):
        return np.asarray(frame)
    if not all(isinstance(t, np.dtype) for t in frame.dtypes) and frame.isna().to_numpy().any():
        return frame.to_numpy(dtype=np.float64, na_value=np.nan)
    return frame.to_numpy(dtype=np.result_type(*dtypes))
