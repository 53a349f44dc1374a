"""MATLAB 5 files of plain numeric matrices, in a gzipped tar archive or gzipped alone.

`scipy.io.loadmat` reads every kind of MATLAB object and takes the sizes in the file on trust. This
reader knows real numeric matrices and takes the sizes from the record. The layout is in MathWorks'
"MAT-File Format".
"""

import gzip
import io
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from skmnist.datasets._archives import (
    fill,
    inflated,
    limited,
    open_tar_member,
    read_exactly,
    skip,
)
from skmnist.datasets._records import ArrayRecord, Format, Readable, UnexpectedContentError

# The last bytes of the header: version 1, little-endian.
_VERSION = b"\x00\x01IM"
# The types of elements.
_MATRIX, _COMPRESSED = 14, 15
_DTYPES = {1: "i1", 2: "u1", 3: "<i2", 4: "<u2", 5: "<i4", 6: "<u4", 7: "<f4", 9: "<f8"}
# The classes of matrices: double, single, and integers of 8 to 32 bits.
_NUMERIC = range(6, 14)
_COMPLEX = 0x0800
# Bytes that the flags, the shape or the name of a matrix may have.
_MAX_HEAD = 256
# Bytes that are unpacked at most: four times the size of n-MNIST.
_MAX_BYTES = 2**28


def read_matlab(
    file: Readable, arrays: Mapping[str, ArrayRecord], out: Mapping[str, npt.NDArray[Any]]
) -> None:
    """Read matrices of a MATLAB 5 file.

    Parameters
    ----------
    file : file
        The file, not compressed.
    arrays : mapping of str to ArrayRecord
        The matrices; `member` is the name of the MATLAB variable.
    out : mapping of str to ndarray
        Where to write them.

    Raises
    ------
    UnexpectedContentError
        If the file or a matrix is not the expected one.
    """
    header = read_exactly(file, 128)
    if not header.startswith(b"MATLAB 5.0") or header[124:] != _VERSION:
        raise UnexpectedContentError(
            f"it starts with {header[:10]!r} and version {header[124:]!r}, expected "
            f"b'MATLAB 5.0' and {_VERSION!r}"
        )
    file = limited(file, _MAX_BYTES)
    missing = {record.member: name for name, record in arrays.items()}
    while missing and (tag := file.read(8)):
        kind, n_bytes = struct.unpack("<II", tag)
        element = limited(file, n_bytes)
        if kind == _COMPRESSED:
            content = inflated(element)
            kind, _ = struct.unpack("<II", read_exactly(content, 8))
        else:
            content = element
        if kind != _MATRIX:
            raise UnexpectedContentError(f"it has an element of type {kind}, expected a matrix")
        found, shape, flags = _read_head(content)
        if name := missing.pop(found, None):
            _read_numbers(content, name, shape, flags, arrays[name], out[name])
        skip(element)
    if missing:
        raise UnexpectedContentError(f"the variables {sorted(missing)} are missing")


def _read_head(file: Readable) -> tuple[str, tuple[int, ...], int]:
    """Read the name, the shape and the flags of a matrix."""
    parts = []
    for _ in range(3):
        _, n_bytes, content = _read_tag(file)
        if n_bytes > _MAX_HEAD:
            raise UnexpectedContentError(f"it has a matrix with a head of {n_bytes} bytes")
        parts.append(content or read_exactly(file, n_bytes + -n_bytes % 8)[:n_bytes])
    flags, shape, name = parts
    axes = struct.unpack(f"<{len(shape) // 4}I", shape)
    return name.decode("ascii"), axes, struct.unpack_from("<I", flags)[0]


def _read_tag(file: Readable) -> tuple[int, int, bytes]:
    """Read the type and the size of an element, and its content if that is in the tag."""
    tag = read_exactly(file, 8)
    kind, n_bytes = struct.unpack("<II", tag)
    if kind >> 16:  # an element of at most four bytes
        return kind & 0xFFFF, kind >> 16, tag[4 : 4 + (kind >> 16)]
    return kind, n_bytes, b""


def _read_numbers(
    file: Readable,
    name: str,
    shape: tuple[int, ...],
    flags: int,
    record: ArrayRecord,
    out: npt.NDArray[Any],
) -> None:
    """Read the numbers of a matrix, which is in Fortran order."""
    if flags & 0xFF not in _NUMERIC or flags & _COMPLEX or shape != record.shape:
        raise UnexpectedContentError(
            f"the variable {record.member!r} has flags {flags:#x} and shape {shape}, expected real "
            f"numbers and {record.shape}"
        )
    kind, n_bytes, content = _read_tag(file)
    if kind not in _DTYPES or n_bytes != out.size * np.dtype(_DTYPES[kind]).itemsize:
        raise UnexpectedContentError(
            f"the variable {record.member!r} has {n_bytes} bytes of numbers of type {kind}"
        )
    numbers = io.BytesIO(content) if content else limited(file, n_bytes)
    fill(numbers, name, out.T, np.dtype(_DTYPES[kind]))
    # The checksum of a compressed matrix is at its end; up to seven bytes before it are padding.
    if len(file.read(8)) > 7:
        raise UnexpectedContentError(f"the variable {record.member!r} is longer than its numbers")


def _read_gzipped(
    file: BinaryIO, arrays: Mapping[str, ArrayRecord], out: Mapping[str, npt.NDArray[Any]]
) -> None:
    with gzip.open(file) as content:
        is_alone = content.read(6) == b"MATLAB"
        content.seek(0)
        if is_alone:
            read_matlab(content, arrays, out)
        else:
            with open_tar_member(content, ".mat") as member:
                read_matlab(member, arrays, out)
        skip(limited(content, _MAX_BYTES))  # gzip compares its checksum at the end


MATLAB_GZ = Format("a gzipped MATLAB 5 file of plain matrices", _read_gzipped)
