"""Records of downloadable data sets: files, arrays, and the digests of both."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ArrayRecord:
    """An array of a file; its dtype is uint8.

    Parameters
    ----------
    shape : tuple of int
        The shape; rows are the first axis.
    sha256 : str
        The SHA-256 of its bytes in C order, in hexadecimal digits.
    """

    shape: tuple[int, ...]
    sha256: str


@dataclass(frozen=True, kw_only=True)
class FileRecord:
    """An npz archive that is downloaded.

    Parameters
    ----------
    name : str
        The name of the file in the data home.
    url : str
        The address of the file.
    sha256 : str
        The SHA-256 of the file at this address, in hexadecimal digits.
    n_bytes : int
        The size of the file at this address.
    arrays : mapping of str to ArrayRecord
        The arrays by name: ``x_<part>`` holds images and ``y_<part>`` their labels.
    """

    name: str
    url: str
    sha256: str
    n_bytes: int
    arrays: Mapping[str, ArrayRecord]


@dataclass(frozen=True, kw_only=True)
class DatasetRecord:
    """A data set that is downloaded.

    Parameters
    ----------
    title : str
        The name in error messages.
    function : str
        The public function that loads it.
    descr : str
        The description is ``descr/<descr>.rst``.
    files : tuple of FileRecord
        The files.
    offline : str, default=""
        A public function that loads similar data without the network; "" if there is none.
    target_names : tuple of str, default=()
        The names of the classes 0, 1, ...; empty for the ten digits.
    """

    title: str
    function: str
    descr: str
    files: tuple[FileRecord, ...]
    offline: str = ""
    target_names: tuple[str, ...] = ()
