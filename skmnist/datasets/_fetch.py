"""Data sets in the data home: downloaded once, verified each time they are read."""

import hashlib
import os
from collections.abc import Mapping
from io import BufferedReader
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import Bunch

from skmnist._utils import check_regular_file, validate_arguments
from skmnist._utils._sklearn import Interval, Options, StrOptions
from skmnist.datasets._bunch import FORM_PARAMETERS, make_bunch, read_descr
from skmnist.datasets._records import (
    ArrayRecord,
    DatasetRecord,
    FileRecord,
    Rows,
    UnexpectedContentError,
)
from skmnist.datasets._remote import download
from skmnist.exceptions import DatasetIntegrityError, DatasetNotFoundError

_PARAMETERS: dict[str, list[Any]] = {
    "data_home": [str, os.PathLike, None],
    "download_if_missing": ["boolean"],
    **FORM_PARAMETERS,
    "n_retries": [Interval(Integral, 0, None, closed="left")],
    "delay": [Interval(Real, 0.0, None, closed="left")],
}


def get_data_home(data_home: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder in which downloaded data sets are kept.

    The folder need not exist; it is created when something is written to it.

    Parameters
    ----------
    data_home : str or path-like, default=None
        The folder; ``~`` is the user's home. If None, the folder is the value of the environment
        variable ``SKMNIST_DATA`` or, if that is not set, ``~/skmnist_data``.

    Returns
    -------
    pathlib.Path
        The folder.

    See Also
    --------
    clear_data_home : Delete the files of the data sets in this folder.
    fetch_mnist : Load full MNIST from this folder, or download it.

    Examples
    --------
    >>> from skmnist.datasets import get_data_home
    >>> get_data_home("my_data").name
    'my_data'
    """
    if data_home is None:
        data_home = os.environ.get("SKMNIST_DATA") or "~/skmnist_data"
    return Path(data_home).expanduser()


def fetch(
    dataset: DatasetRecord,
    *,
    subset: str,
    data_home: str | os.PathLike[str] | None,
    download_if_missing: bool,
    return_X_y: bool,
    as_frame: bool,
    n_retries: int,
    delay: float,
) -> Bunch | tuple[Any, Any]:
    """Load a data set from the data home; download files that are needed and missing.

    Parameters
    ----------
    dataset : DatasetRecord
        The data set.
    subset, data_home, download_if_missing, return_X_y, as_frame, n_retries, delay
        The arguments of the public function, not yet validated; :func:`fetch_mnist` explains them.

    Returns
    -------
    Bunch or tuple
        The data set, or ``(data, target)`` if ``return_X_y``.

    Raises
    ------
    InvalidParameterError
        If an argument has another type, or a value outside its range.
    DatasetNotFoundError
        If a file is missing and must not or cannot be downloaded.
    DatasetIntegrityError
        If a file, found or downloaded, is damaged or is not the file of the record.
    OSError
        If a file cannot be opened, or the data home cannot be written to.
    """
    constraints = {"subset": [StrOptions(set(dataset.subsets))], **_PARAMETERS}
    validate_arguments(constraints, locals(), caller=dataset.function)
    parts, selected = dataset.subsets[subset]
    needed = [f"{kind}_{part}" for part in parts for kind in "xy"]
    images, out = _allocate(dataset, parts)
    for file in dataset.files:
        arrays = {name: file.arrays[name] for name in needed if name in file.arrays}
        path = get_data_home(data_home) / file.name
        if arrays and not path.exists():
            if not download_if_missing:
                raise _not_found(dataset, file, path)
            download(
                file.urls,
                path,
                sha256=file.sha256,
                n_bytes=file.n_bytes,
                n_retries=n_retries,
                delay=delay,
            )
        if arrays:
            try:
                _read(file, path, arrays, {name: out[name] for name in arrays})
            except UnexpectedContentError as error:
                raise _damaged(dataset, file, path, error) from error.__cause__
    labels = np.concatenate([out[f"y_{part}"] for part in parts])
    try:
        rows = _prepare(dataset, images, labels)
    except UnexpectedContentError as error:
        raise _damaged(dataset, file, path, error) from None
    groups = {} if rows.groups is None else {"groups": rows.groups[selected]}
    return make_bunch(
        rows.images[selected],
        rows.target[selected],
        read_descr(dataset.descr),
        return_X_y=return_X_y,
        as_frame=as_frame,
        target_names=np.array(dataset.target_names) if dataset.target_names else None,
        **groups,
    )


def fetch_variant(
    variants: Mapping[Any, DatasetRecord], parameter: str, **arguments: Any
) -> Bunch | tuple[Any, Any]:
    """Load the variant of a data set that an argument names.

    Parameters
    ----------
    variants : mapping of str or int to DatasetRecord
        The variants.
    parameter : str
        The argument that names the variant.
    **arguments : dict
        The arguments of the public function: `parameter`, and those of :func:`fetch`.

    Returns
    -------
    Bunch or tuple
        What :func:`fetch` returns.
    """
    variant = arguments.pop(parameter)
    (kind,) = {Integral if isinstance(key, int) else str for key in variants}
    constraints = {parameter: [Options(kind, set(variants))]}
    function = next(iter(variants.values())).function
    validate_arguments(constraints, {parameter: variant}, caller=function)
    return fetch(variants[variant], **arguments)


def _allocate(
    dataset: DatasetRecord, parts: tuple[str, ...]
) -> tuple[npt.NDArray[np.uint8], dict[str, npt.NDArray[Any]]]:
    """Make the array of all images, and the views and arrays into which the files are read."""
    records: dict[str, ArrayRecord] = {}
    for file in dataset.files:
        records |= file.arrays
    n = sum(records[f"x_{part}"].shape[0] for part in parts)
    images = np.empty((n, *dataset.image_shape), np.uint8)
    out: dict[str, npt.NDArray[Any]] = {}
    start = 0
    for part in parts:
        shape = records[f"x_{part}"].shape
        out[f"x_{part}"] = images[start : start + shape[0]].reshape(shape)
        out[f"y_{part}"] = np.empty(records[f"y_{part}"].shape, np.int64)
        start += shape[0]
    return images, out


def _read(
    file: FileRecord,
    path: Path,
    arrays: Mapping[str, ArrayRecord],
    out: Mapping[str, npt.NDArray[Any]],
) -> None:
    """Read arrays of a file; each is verified by its own digest or by the digest of the file."""
    check_regular_file(path)  # reading a pipe would block
    with path.open("rb") as content:
        if file.sha256 and not all(array.sha256 for array in arrays.values()):
            _check_digest(content, file.sha256)
        try:
            file.format.read(content, arrays, out)
        except UnexpectedContentError:
            raise
        except Exception as error:  # the readers' libraries raise a dozen types
            raise UnexpectedContentError(
                f"it cannot be read as {file.format.name} ({type(error).__name__}: {error})"
            ) from error


def _check_digest(content: BufferedReader, sha256: str) -> None:
    got = hashlib.file_digest(content, "sha256").hexdigest()
    content.seek(0)
    if got != sha256:
        raise UnexpectedContentError(f"its SHA-256 is {got}, expected {sha256}")


def _prepare(
    dataset: DatasetRecord, images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64]
) -> Rows:
    rows = dataset.prepare(images, labels)
    n_classes = len(dataset.target_names) or 10
    lowest, highest = rows.target.min(), rows.target.max()
    if lowest < 0 or highest >= n_classes:
        raise UnexpectedContentError(
            f"it has labels from {lowest} to {highest}, expected 0 to {n_classes - 1}"
        )
    return rows


def _not_found(dataset: DatasetRecord, file: FileRecord, path: Path) -> DatasetNotFoundError:
    offline = f", or use {dataset.offline}(), which needs no network" if dataset.offline else ""
    return DatasetNotFoundError(
        f"{dataset.title} is not at {path}, and download_if_missing=False. Pass "
        f"download_if_missing=True, or place the file from {file.urls[0]} there{offline}."
    )


def _damaged(
    dataset: DatasetRecord, file: FileRecord, path: Path, error: Exception
) -> DatasetIntegrityError:
    return DatasetIntegrityError(
        f"{path} is damaged or is not {dataset.title}: {error}. It was left as it is: move or "
        f"delete it, then call {dataset.function} again to download it, or place the file "
        f"from {file.urls[0]} there."
    )
