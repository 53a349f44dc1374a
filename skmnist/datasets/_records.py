"""Records of downloadable data sets: their files, the arrays in them, and the digests of both."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt


class UnexpectedContentError(Exception):
    """A file is not what its record says; the text gives the reason."""


class Readable(Protocol):
    """A file that is read from its start to its end."""

    def read(self, n_bytes: int = -1, /) -> bytes:
        """Return the next bytes; fewer only at the end of the file."""


@dataclass(frozen=True)
class ArrayRecord:
    """An array of a file.

    Parameters
    ----------
    shape : tuple of int
        The shape; rows are the first axis.
    sha256 : str, default=""
        The SHA-256 of its bytes in C order, in hexadecimal digits. If "", the digest of the file
        verifies the array.
    member : str, default=""
        The name of the array in an archive; "" if the format has its own rule.
    dtypes : tuple of str, default=("uint8",)
        The dtypes that it may have in the file.
    """

    shape: tuple[int, ...]
    sha256: str = ""
    member: str = ""
    dtypes: tuple[str, ...] = ("uint8",)


# Reads arrays of an open file into arrays of the same shapes; both mappings have the same keys.
Reader = Callable[[BinaryIO, Mapping[str, ArrayRecord], Mapping[str, npt.NDArray[Any]]], None]


class Format(NamedTuple):
    """A file format: its name in error messages, and its reader."""

    name: str
    read: Reader


@dataclass(frozen=True, kw_only=True)
class FileRecord:
    """A file that is downloaded.

    Parameters
    ----------
    name : str
        The path of the file, relative to the data home.
    urls : tuple of str
        The addresses of the same file, the preferred one first. An address without encryption
        (``http:``) needs a SHA-256.
    n_bytes : int
        The size of the file, or an upper bound if no source states the size. Nothing is read
        beyond it.
    arrays : mapping of str to ArrayRecord
        The arrays by name: ``x_<part>`` holds images and ``y_<part>`` their labels.
    format : Format
        The format of the file.
    sha256 : str, default=""
        The SHA-256 of the file, in hexadecimal digits; "" if it is not known.
    """

    name: str
    urls: tuple[str, ...]
    n_bytes: int
    arrays: Mapping[str, ArrayRecord]
    format: Format
    sha256: str = ""


class Rows(NamedTuple):
    """Images of shape (n, height, width), the labels 0, 1, ... and, where known, the writers."""

    images: npt.NDArray[np.uint8]
    target: npt.NDArray[np.int64]
    groups: npt.NDArray[np.int64] | None = None


class Subset(NamedTuple):
    """The parts that a value of the argument `subset` loads, and the rows of them that it keeps."""

    parts: tuple[str, ...]
    rows: slice = slice(None)


SUBSETS = {
    "train": Subset(("train",)),
    "test": Subset(("test",)),
    "all": Subset(("train", "test")),
}


@dataclass(frozen=True, kw_only=True)
class DatasetRecord:
    """A data set that is downloaded, or one variant of it.

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
    image_shape : (height, width), default=(28, 28)
        The shape of an image.
    offline : str, default=""
        A public function that loads similar data without the network; "" if there is none.
    target_names : tuple of str, default=()
        The names of the classes 0, 1, ...; empty for the ten digits.
    subsets : mapping of str to Subset
        The values of the argument `subset`.
    prepare : callable
        Makes the rows from the images, of shape (n, height, width), and the labels as they are in
        the files. It raises UnexpectedContentError if the labels are impossible.
    """

    title: str
    function: str
    descr: str
    files: tuple[FileRecord, ...]
    image_shape: tuple[int, int] = (28, 28)
    offline: str = ""
    target_names: tuple[str, ...] = ()
    subsets: Mapping[str, Subset] = field(default_factory=lambda: SUBSETS)
    prepare: Callable[[npt.NDArray[np.uint8], npt.NDArray[np.int64]], Rows] = Rows
