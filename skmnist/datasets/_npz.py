"""npz archives of uint8 arrays: read in bounded memory, verified, and never unpickled."""

import hashlib
import math
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.lib.format as npy_format
import numpy.typing as npt

from skmnist._utils import check_regular_file
from skmnist.datasets._records import ArrayRecord


class UnexpectedContentError(Exception):
    """A file is not what its record says; the text gives the reason."""


def read_arrays(
    path: Path, names: Sequence[str], expected: Mapping[str, ArrayRecord]
) -> dict[str, npt.NDArray[np.uint8]]:
    """Read and verify arrays of an archive.

    Parameters
    ----------
    path : pathlib.Path
        The archive.
    names : sequence of str
        The arrays to read.
    expected : mapping of str to ArrayRecord
        The shapes and digests of all arrays of the archive; it may hold others, too.

    Returns
    -------
    dict of str to ndarray of uint8
        The arrays in C order, by name.

    Raises
    ------
    UnexpectedContentError
        If the archive cannot be read, or an array is missing or is not the expected one.
    OSError
        If the file cannot be opened, or is a folder, a pipe or a device.
    """
    check_regular_file(path)  # reading a pipe would block
    with path.open("rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                found = [name.removesuffix(".npy") for name in archive.namelist()]
                for name in names:
                    if name not in found:
                        raise UnexpectedContentError(
                            f"the array {name!r} is missing: got {found}, expected {list(expected)}"
                        )
                return {name: _read_array(archive, name, expected[name]) for name in names}
        except UnexpectedContentError:
            raise
        except Exception as error:  # numpy, zipfile and zlib raise a dozen types
            raise UnexpectedContentError(
                "it cannot be read as an npz archive of plain arrays "
                f"({type(error).__name__}: {error})"
            ) from error


def _read_array(
    archive: zipfile.ZipFile, name: str, expected: ArrayRecord
) -> npt.NDArray[np.uint8]:
    """Read an array in C order; nothing beyond the size in its header is decompressed."""
    member = archive.getinfo(f"{name}.npy")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # Python's zipfile decompresses the other methods without a bound.
        raise UnexpectedContentError(
            f"the array {name!r} is compressed by method {member.compress_type} of zip, expected 0 "
            "(none) or 8 (deflate)"
        )
    with archive.open(member) as file:
        version = npy_format.read_magic(file)
        if version != (1, 0):  # the header of other versions may take gigabytes
            raise UnexpectedContentError(
                f"the array {name!r} has version {version} of the npy format, expected (1, 0)"
            )
        shape, fortran_order, dtype = npy_format.read_array_header_1_0(file)
        if dtype != np.uint8 or shape != expected.shape:
            raise UnexpectedContentError(
                f"the array {name!r} has dtype {dtype} and shape {shape}, "
                f"expected uint8 and {expected.shape}"
            )
        n_bytes = math.prod(shape)
        # zipfile compares the CRC-32 of a member only at its end: one byte more reaches it.
        pixels = file.read(n_bytes + 1)
    if len(pixels) != n_bytes:
        more_or_less = "more" if len(pixels) > n_bytes else "less"
        raise UnexpectedContentError(
            f"the array {name!r} has {more_or_less} than the {n_bytes} bytes of its shape"
        )
    array = np.frombuffer(pixels, np.uint8).reshape(shape, order="F" if fortran_order else "C")
    array = np.ascontiguousarray(array)
    got = hashlib.sha256(array.data).hexdigest()
    if got != expected.sha256:
        raise UnexpectedContentError(
            f"the SHA-256 of the array {name!r} is {got}, expected {expected.sha256}"
        )
    return array
