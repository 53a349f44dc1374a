"""Full MNIST, downloaded once and verified each time it is read."""

import hashlib
import math
import os
import zipfile
from numbers import Integral, Real
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.lib.format as npy_format
import numpy.typing as npt
from sklearn.utils import Bunch

from skmnist._utils import check_regular_file, validate_arguments
from skmnist._utils._sklearn import (
    Interval,
    StrOptions,
)
from skmnist.datasets._bunch import FORM_PARAMETERS, make_bunch, read_descr
from skmnist.datasets._remote import download
from skmnist.exceptions import DatasetIntegrityError, DatasetNotFoundError

_FILE_NAME = "mnist.npz"
_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
_FILE_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
_FILE_SIZE = 11_490_434  # bytes


class _Array(NamedTuple):
    """What an array of the file must be: uint8, of this shape, with this SHA-256 (C order)."""

    shape: tuple[int, ...]
    sha256: str


_ARRAYS = {
    "x_train": _Array(
        (60000, 28, 28), "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757"
    ),
    "y_train": _Array((60000,), "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13"),
    "x_test": _Array(
        (10000, 28, 28), "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161"
    ),
    "y_test": _Array((10000,), "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5"),
}

_SUBSETS = {"train": ("train",), "test": ("test",), "all": ("train", "test")}

_PARAMETERS: dict[str, list[Any]] = {
    "subset": [StrOptions(set(_SUBSETS))],
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
        The folder; ``~`` stands for the user's home. If None, the environment variable
        ``SKMNIST_DATA`` names the folder, and if that is not set it is ``~/skmnist_data``.

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


def _read_arrays(path: Path, names: list[str]) -> dict[str, npt.NDArray[np.uint8]]:
    """Read arrays of the file, without unpickling anything, and verify them."""
    check_regular_file(path)  # of a pipe, the read would wait for ever
    with path.open("rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                found = [name.removesuffix(".npy") for name in archive.namelist()]
                missing = [name for name in names if name not in found]
                arrays = {} if missing else {name: _read_array(archive, name) for name in names}
        except _WrongArrayError as error:
            raise _integrity_error(path, str(error)) from error.__cause__
        except Exception as error:  # numpy, zipfile and zlib know a dozen ways to fail
            raise _integrity_error(
                path,
                "it cannot be read as an npz archive of plain arrays "
                f"({type(error).__name__}: {error})",
            ) from error
    for name in missing:
        raise _integrity_error(
            path, f"the array {name!r} is missing: got {found}, expected {list(_ARRAYS)}"
        )
    return arrays


class _WrongArrayError(Exception):
    """An array of the archive is not the one that its name says."""


def _read_array(archive: zipfile.ZipFile, name: str) -> npt.NDArray[np.uint8]:
    """Read an array in C order; nothing is unpacked that its header does not promise."""
    expected = _ARRAYS[name]
    member = archive.getinfo(f"{name}.npy")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # Python's zipfile unpacks the others without a bound.
        raise _WrongArrayError(
            f"the array {name!r} is compressed by method {member.compress_type} of zip, expected 0 "
            "(none) or 8 (deflate)"
        )
    with archive.open(member) as file:
        version = npy_format.read_magic(file)
        if version != (1, 0):  # the header of other versions may take gigabytes
            raise _WrongArrayError(
                f"the array {name!r} has version {version} of the npy format, expected (1, 0)"
            )
        shape, fortran_order, dtype = npy_format.read_array_header_1_0(file)
        if dtype != np.uint8 or shape != expected.shape:
            raise _WrongArrayError(
                f"the array {name!r} has dtype {dtype} and shape {shape}, "
                f"expected uint8 and {expected.shape}"
            )
        n_bytes = math.prod(shape)
        pixels = file.read(n_bytes + 1)  # the end of the member has to be met: it has a checksum
    if len(pixels) != n_bytes:
        more_or_less = "more" if len(pixels) > n_bytes else "less"
        raise _WrongArrayError(
            f"the array {name!r} has {more_or_less} than the {n_bytes} bytes of its shape"
        )
    array = np.frombuffer(pixels, np.uint8).reshape(shape, order="F" if fortran_order else "C")
    array = np.ascontiguousarray(array)
    got = hashlib.sha256(array.data).hexdigest()
    if got != expected.sha256:
        raise _WrongArrayError(
            f"the SHA-256 of the array {name!r} is {got}, expected {expected.sha256}"
        )
    return array


def _integrity_error(path: Path, reason: str) -> DatasetIntegrityError:
    return DatasetIntegrityError(
        f"{path} is damaged or is not MNIST: {reason}. "
        "It was left as it is: move or delete it, then call fetch_mnist again to download it, "
        f"or place the file from {_URL} there."
    )


def fetch_mnist(
    *,
    subset: str = "train",
    data_home: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Bunch | tuple[Any, Any]:
    """Load full MNIST; download it if necessary.

    =================   ==========================
    Classes                                     10
    Samples total       60,000 train + 10,000 test
    Dimensionality                    784 (28, 28)
    Features                       integers, 0-255
    =================   ==========================

    The file ``mnist.npz`` in the data home is used if it is there, and downloaded (11 MB) if it is
    not. Any npz archive of the same arrays will do: the arrays that are returned are verified by
    SHA-256 each time they are read. Nothing is unpickled, and a file that exists is never
    overwritten or deleted. A download ends with an error if the server goes on after the size of
    the file, or sends less than 16 kB per second on average (12 minutes).

    Parameters
    ----------
    subset : {"train", "test", "all"}, default="train"
        Which rows to load, in their original order. With ``"all"`` the first 60,000 rows are the
        training rows, the last 10,000 the test rows.
    data_home : str or path-like, default=None
        The folder of the file. If None, the environment variable ``SKMNIST_DATA`` names it, and if
        that is not set it is ``~/skmnist_data``.
    download_if_missing : bool, default=True
        If False, raise an error if the file is not there instead of downloading it.
    return_X_y : bool, default=False
        If True, return ``(data, target)`` instead of a Bunch.
    as_frame : bool, default=False
        If True, ``data`` is a pandas DataFrame and ``target`` a pandas Series.
    n_retries : int, default=3
        Number of retries when the network fails; each retry warns.
    delay : float, default=1.0
        Number of seconds between retries.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Dictionary-like object, with the following attributes; n is 60000, 10000 or 70000.

        data : {ndarray, DataFrame} of shape (n, 784), dtype uint8
            The images, one flat row each; 0 is the background, 255 the ink.
        images : ndarray of shape (n, 28, 28), dtype uint8
            The same images; unless ``as_frame=True``, a view of ``data``.
        target : {ndarray, Series} of shape (n,), dtype int64
            The digits, 0 to 9.
        frame : DataFrame of shape (n, 785) or None
            ``data`` and ``target`` in one table; None unless ``as_frame=True``.
        feature_names : list of str
            ``"pixel_{row}_{column}"``, the columns of ``data``.
        target_names : ndarray of shape (10,)
            The ten digits.
        DESCR : str
            The description of the data set: source, licence, citation.
    (data, target) : tuple if ``return_X_y=True``
        The two entries described above.

    Raises
    ------
    DatasetNotFoundError
        If the file is not there and must not or cannot be downloaded.
    DatasetIntegrityError
        If the file, found or downloaded, is damaged or is not MNIST.
    OSError
        If the file cannot be opened or is a folder, a pipe or a device, or the data home cannot be
        written.

    See Also
    --------
    load_mnist_sample : 5,000 images, offline.
    make_noisy : A fixed noisy copy of a data set.

    References
    ----------
    .. [1] Y. LeCun, L. Bottou, Y. Bengio, P. Haffner. Gradient-based learning applied to document
       recognition. Proceedings of the IEEE 86(11), 1998. https://doi.org/10.1109/5.726791

    Examples
    --------
    >>> from skmnist.datasets import fetch_mnist
    >>> X, y = fetch_mnist(subset="test", return_X_y=True)  # doctest: +SKIP
    >>> X.shape, y.shape  # doctest: +SKIP
    ((10000, 784), (10000,))

    Where the network must not be used, say so:

    >>> fetch_mnist(data_home="no_such_folder", download_if_missing=False)
    Traceback (most recent call last):
        ...
    skmnist.exceptions.DatasetNotFoundError: MNIST is not at no_such_folder...mnist.npz...
    """
    validate_arguments(_PARAMETERS, locals(), caller="fetch_mnist")
    path = get_data_home(data_home) / _FILE_NAME
    if not path.exists():
        if not download_if_missing:
            raise DatasetNotFoundError(
                f"MNIST is not at {path}, and download_if_missing=False. "
                f"Pass download_if_missing=True, or place the file from {_URL} there, "
                "or use load_mnist_sample(), which needs no network."
            )
        download(
            _URL,
            path,
            sha256=_FILE_SHA256,
            n_bytes=_FILE_SIZE,
            n_retries=n_retries,
            delay=delay,
        )
    parts = _SUBSETS[subset]
    arrays = _read_arrays(path, [f"{kind}_{part}" for part in parts for kind in "xy"])
    return make_bunch(
        np.concatenate([arrays[f"x_{part}"] for part in parts]),
        np.concatenate([arrays[f"y_{part}"] for part in parts]).astype(np.int64),
        read_descr("mnist"),
        return_X_y=return_X_y,
        as_frame=as_frame,
    )
