"""IDX, the format of the original MNIST files: gzipped, or gzipped in a zip archive."""

import gzip
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from skmnist.datasets._archives import check_array, fill, open_members, read_exactly
from skmnist.datasets._records import ArrayRecord, Format, Readable, UnexpectedContentError

# The codes of the number types; the numbers are big-endian.
_DTYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(file: Readable, name: str, record: ArrayRecord, out: npt.NDArray[Any]) -> None:
    """Read and verify an IDX array.

    Parameters
    ----------
    file : file
        The IDX file, not compressed.
    name : str
        The name of the array, for messages.
    record : ArrayRecord
        What it must be.
    out : ndarray
        Where to write it.

    Raises
    ------
    UnexpectedContentError
        If it is another array.
    """
    zeros, code, n_axes = struct.unpack(">HBB", read_exactly(file, 4))
    if zeros or code not in _DTYPES:
        raise UnexpectedContentError(
            f"it starts with {zeros:04x}{code:02x}{n_axes:02x}, which is not a magic number of IDX"
        )
    shape = struct.unpack(f">{n_axes}I", read_exactly(file, 4 * n_axes))
    dtype = np.dtype(_DTYPES[code])
    check_array(name, dtype, shape, record)
    fill(file, name, out, dtype)


def _read_gzipped(
    file: BinaryIO, arrays: Mapping[str, ArrayRecord], out: Mapping[str, npt.NDArray[Any]]
) -> None:
    (name,) = arrays
    with gzip.open(file) as content:
        read_idx(content, name, arrays[name], out[name])


def _read_zipped(
    file: BinaryIO, arrays: Mapping[str, ArrayRecord], out: Mapping[str, npt.NDArray[Any]]
) -> None:
    members = {name: record.member for name, record in arrays.items()}
    for name, member in open_members(file, members):
        with gzip.open(member) as content:
            read_idx(content, name, arrays[name], out[name])


IDX_GZ = Format("a gzipped IDX file", _read_gzipped)
IDX_GZ_ZIP = Format("a zip archive of gzipped IDX files", _read_zipped)
