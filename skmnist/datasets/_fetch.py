"""Data sets in the data home: downloaded once, verified each time they are read."""

import os
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import Bunch

from skmnist._utils import validate_arguments
from skmnist._utils._sklearn import Interval, StrOptions
from skmnist.datasets._bunch import FORM_PARAMETERS, make_bunch, read_descr
from skmnist.datasets._npz import UnexpectedContentError, read_arrays
from skmnist.datasets._records import DatasetRecord, FileRecord
from skmnist.datasets._remote import download
from skmnist.exceptions import DatasetIntegrityError, DatasetNotFoundError

_PARTS = {"train": ("train",), "test": ("test",), "all": ("train", "test")}

_PARAMETERS: dict[str, list[Any]] = {
    "subset": [StrOptions(set(_PARTS))],
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
    validate_arguments(_PARAMETERS, locals(), caller=dataset.function)
    parts = _PARTS[subset]
    arrays: dict[str, npt.NDArray[np.uint8]] = {}
    for file in dataset.files:
        needed = [f"{kind}_{part}" for part in parts for kind in "xy"]
        names = [name for name in needed if name in file.arrays]
        path = get_data_home(data_home) / file.name
        if names and not path.exists():
            if not download_if_missing:
                raise _not_found(dataset, file, path)
            download(
                file.url,
                path,
                sha256=file.sha256,
                n_bytes=file.n_bytes,
                n_retries=n_retries,
                delay=delay,
            )
        if names:
            arrays |= _read(dataset, file, path, names)
    return make_bunch(
        np.concatenate([arrays[f"x_{part}"] for part in parts]),
        np.concatenate([arrays[f"y_{part}"] for part in parts]).astype(np.int64),
        read_descr(dataset.descr),
        return_X_y=return_X_y,
        as_frame=as_frame,
        target_names=np.array(dataset.target_names) if dataset.target_names else None,
    )


def _not_found(dataset: DatasetRecord, file: FileRecord, path: Path) -> DatasetNotFoundError:
    offline = f", or use {dataset.offline}(), which needs no network" if dataset.offline else ""
    return DatasetNotFoundError(
        f"{dataset.title} is not at {path}, and download_if_missing=False. Pass "
        f"download_if_missing=True, or place the file from {file.url} there{offline}."
    )


def _read(
    dataset: DatasetRecord, file: FileRecord, path: Path, names: list[str]
) -> dict[str, npt.NDArray[np.uint8]]:
    try:
        return read_arrays(path, names, file.arrays)
    except UnexpectedContentError as error:
        raise DatasetIntegrityError(
            f"{path} is damaged or is not {dataset.title}: {error}. It was left as it is: move or "
            f"delete it, then call {dataset.function} again to download it, or place the file "
            f"from {file.url} there."
        ) from error.__cause__
