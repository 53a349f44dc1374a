"""npy arrays in zip archives: never unpickled."""

import hashlib
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
import numpy.lib.format as npy_format
import numpy.typing as npt

from skmnist.datasets._archives import check_array, fill, open_members
from skmnist.datasets._records import ArrayRecord, Format, Readable, UnexpectedContentError


def read_npy(file: Readable, name: str, record: ArrayRecord, out: npt.NDArray[Any]) -> None:
    """Read and verify an npy array.

    Parameters
    ----------
    file : file
        The npy file.
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
    version = npy_format.read_magic(file)
    if version != (1, 0):  # the header of other versions may take gigabytes
        raise UnexpectedContentError(
            f"the array {name!r} has version {version} of the npy format, expected (1, 0)"
        )
    shape, fortran_order, dtype = npy_format.read_array_header_1_0(file)
    check_array(name, dtype, shape, record)
    fill(file, name, out.T if fortran_order else out, dtype)
    if record.sha256:
        got = hashlib.sha256(np.ascontiguousarray(out, dtype).data).hexdigest()
        if got != record.sha256:
            raise UnexpectedContentError(
                f"the SHA-256 of the array {name!r} is {got}, expected {record.sha256}"
            )


def _read_npz(
    file: BinaryIO, arrays: Mapping[str, ArrayRecord], out: Mapping[str, npt.NDArray[Any]]
) -> None:
    members = {name: record.member or f"{name}.npy" for name, record in arrays.items()}
    for name, content in open_members(file, members):
        read_npy(content, name, arrays[name], out[name])


NPZ = Format("a zip archive of plain npy arrays", _read_npz)
