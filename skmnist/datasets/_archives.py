"""Bounded reading: nothing takes more memory than the arrays that a record announces."""

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from skmnist.datasets._records import ArrayRecord, Readable, UnexpectedContentError

# Bytes of an array that are read at once, and bytes of other reads.
_CHUNK, _SMALL_CHUNK = 2**20, 2**14
# The block of tar, and where its header holds the size, the checksum and the kind of a member.
_TAR_BLOCK, _TAR_SIZE, _TAR_CHECKSUM, _TAR_KIND = 512, slice(124, 136), slice(148, 156), 156
_TAR_FILES = b"0\0"  # the kinds that stand for a regular file
# Headers of tar that are searched for a member.
_MAX_TAR_HEADERS = 20


def fill(file: Readable, name: str, out: npt.NDArray[Any], dtype: np.dtype[Any]) -> None:
    """Read an array to the end of a file, in C order.

    Parameters
    ----------
    file : file
        The file, at the first byte of the array.
    name : str
        The name of the array, for messages.
    out : ndarray
        Where to write it; its strides may be any.
    dtype : dtype
        The type of the numbers in the file.

    Raises
    ------
    UnexpectedContentError
        If the file has more or fewer bytes, or a number that the dtype of `out` cannot hold.
    """
    rows_at_once = max(1, _CHUNK * len(out) // max(1, out.size * dtype.itemsize))
    for start in range(0, len(out), rows_at_once):
        rows = out[start : start + rows_at_once]
        n_bytes = rows.size * dtype.itemsize
        content = file.read(n_bytes)
        if len(content) != n_bytes:
            raise UnexpectedContentError(
                f"the array {name!r} has less than the {out.size * dtype.itemsize} bytes of its "
                "shape"
            )
        values = np.frombuffer(content, dtype).reshape(rows.shape)
        with np.errstate(invalid="ignore"):  # NaN, which the comparison finds
            rows[...] = values
        if dtype != rows.dtype and not np.array_equal(rows, values):
            raise UnexpectedContentError(
                f"the array {name!r} has numbers that are not integers of type {rows.dtype}"
            )
    # One byte more, because gzip and zip compare their checksum at the end of the data.
    if file.read(1):
        raise UnexpectedContentError(
            f"the array {name!r} has more than the {out.size * dtype.itemsize} bytes of its shape"
        )


def read_exactly(file: Readable, n_bytes: int) -> bytes:
    """Read bytes; raise EOFError if the file has fewer."""
    content = file.read(n_bytes)
    if len(content) != n_bytes:
        raise EOFError(f"the data end after {len(content)} of {n_bytes} bytes")
    return content


def check_array(
    name: str, dtype: np.dtype[Any], shape: tuple[int, ...], record: ArrayRecord
) -> None:
    """Raise UnexpectedContentError unless a dtype and a shape are those of an array's record."""
    if dtype.name not in record.dtypes or shape != record.shape:
        raise UnexpectedContentError(
            f"the array {name!r} has dtype {dtype.name} and shape {shape}, "
            f"expected {' or '.join(record.dtypes)} and {record.shape}"
        )


def open_members(file: BinaryIO, members: Mapping[str, str]) -> Iterator[tuple[str, IO[bytes]]]:
    """Open members of a zip archive, one after the other.

    Parameters
    ----------
    file : file
        The archive.
    members : mapping of str to str
        The names of arrays, and of the members that hold them.

    Yields
    ------
    tuple of str and file
        The name of an array, and its open member.

    Raises
    ------
    UnexpectedContentError
        If a member is missing, or is compressed by a method that Python decompresses without a
        bound.
    """
    with zipfile.ZipFile(file) as archive:
        found = archive.namelist()
        for name, member in members.items():
            if member not in found:
                shown = ", ".join(found[:8]) + (", ..." if len(found) > 8 else "")
                raise UnexpectedContentError(
                    f"the array {name!r} is missing: got the members [{shown}], expected {member}"
                )
            info = archive.getinfo(member)
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise UnexpectedContentError(
                    f"the array {name!r} is compressed by method {info.compress_type} of zip, "
                    "expected 0 (none) or 8 (deflate)"
                )
            with archive.open(info) as content:
                yield name, content


class _Limited(io.RawIOBase):
    """The next bytes of a file."""

    def __init__(self, file: Readable, n_bytes: int) -> None:
        self._file = file
        self._left = n_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        content = self._file.read(min(len(buffer), self._left))
        self._left -= len(content)
        buffer[: len(content)] = content
        return len(content)


class _Inflated(io.RawIOBase):
    """The content of a zlib stream; the checksum at its end is verified."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._stream = zlib.decompressobj()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._stream.eof:
            packed = self._stream.unconsumed_tail or self._file.read(_SMALL_CHUNK)
            content = self._stream.decompress(packed, len(buffer))
            if content:
                buffer[: len(content)] = content
                return len(content)
            if not packed and not self._stream.eof:
                raise EOFError("the compressed data end early")
        return 0


def limited(file: Readable, n_bytes: int) -> io.BufferedReader:
    """Return the next bytes of a file as a file."""
    return io.BufferedReader(_Limited(file, n_bytes))


def inflated(file: Readable) -> io.BufferedReader:
    """Return the content of a zlib stream as a file."""
    return io.BufferedReader(_Inflated(file))


def skip(file: Readable) -> None:
    """Read a file to its end."""
    while file.read(_SMALL_CHUNK):
        pass


@contextmanager
def open_tar_member(file: Readable, ending: str) -> Iterator[io.BufferedReader]:
    """Open the first file of a tar archive whose name has an ending.

    tarfile is not used, because it reads long names of any length into memory.

    Parameters
    ----------
    file : file
        The archive, not compressed.
    ending : str
        The ending.

    Yields
    ------
    file
        The open member.

    Raises
    ------
    UnexpectedContentError
        If the archive is damaged, or has no such file.
    """
    for _ in range(_MAX_TAR_HEADERS):
        header = read_exactly(file, _TAR_BLOCK)
        blank = header[: _TAR_CHECKSUM.start] + 8 * b" " + header[_TAR_CHECKSUM.stop :]
        if not any(header) or sum(blank) != _octal(header[_TAR_CHECKSUM]):
            break
        n_bytes = _octal(header[_TAR_SIZE])
        name = header[:100].rstrip(b"\0").decode("utf-8", "replace")
        if header[_TAR_KIND] in _TAR_FILES and name.endswith(ending):
            yield limited(file, n_bytes)
            return
        skip(limited(file, n_bytes + -n_bytes % _TAR_BLOCK))
    raise UnexpectedContentError(f"it is not a tar archive that starts with a file *{ending}")


def _octal(field: bytes) -> int:
    """Return a number of a tar header."""
    return int(field.strip(b" \0") or b"0", 8)
