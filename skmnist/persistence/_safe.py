"""Files that run no code: a zip archive of JSON and arrays.

The arrays are ``0.npy``, ``1.npy`` and so on, not compressed. ``model.json`` holds the version of
the format, the versions of the packages, and the estimator. The file ends with the SHA-256 of all
bytes before, in the comment of the archive. Nothing is unpickled, no stored graph is read, and
every size is compared with the size of the file before memory is taken.
"""

import hashlib
import io
import json
import math
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

import skmnist
from skmnist._utils import atomic_write, check_regular_file
from skmnist.exceptions import ForkedProcessError, ModelFileError
from skmnist.persistence._values import class_names, decode, encode

# A reader accepts any minor version of its major version.
_MAJOR, _MINOR = 1, 0
_PREFIX = b"PK\x03\x04"
_MARK = b"skmnist:sha256:"
_DIGEST_SIZE = 64  # hexadecimal digits
_HEAD = "model.json"
# Bytes. A random forest of 500 trees has a head of 0.7 MB.
_MAX_HEAD = 2**22
_NPY_VERSION = (1, 0)
# Errors of the process or the environment, not of the file.
_OTHER_CAUSES = (ImportError, MemoryError, ForkedProcessError, Warning)


@dataclass(frozen=True)
class ModelDescription:
    """What a file of ``dump(..., format="safe")`` says about itself; `describe` returns it.

    Parameters
    ----------
    format : str
        Version of the format, such as "1.0".
    versions : dict of str to str
        Versions of the packages that wrote the file.
    classes : tuple of str
        Public names of the classes of its estimators, the outermost one first, without repetition.
    n_arrays : int
        Number of arrays.
    n_bytes : int
        Size of the file in bytes.

    See Also
    --------
    describe : Read the description of a file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skmnist.noise import Fog
    >>> from skmnist.persistence import describe, dump
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     description = describe(dump(Fog(), Path(folder) / "fog.skm", format="safe"))
    >>> description.format, description.classes
    ('1.0', ('skmnist.noise.Fog',))
    """

    format: str
    versions: dict[str, str]
    classes: tuple[str, ...]
    n_arrays: int
    n_bytes: int


def is_safe_file(path: Path) -> bool:
    """Return whether a file starts as a zip archive does; no pickle does.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    bool
        Whether it has the format of this module, or is damaged.
    """
    check_regular_file(path)
    with path.open("rb") as file:
        return file.read(len(_PREFIX)) == _PREFIX


def write_safe(estimator: Any, path: Path) -> None:
    """Write an estimator.

    Parameters
    ----------
    estimator : estimator
        The estimator.
    path : pathlib.Path
        The file; if writing fails, an older one stays as it was.

    Raises
    ------
    TypeError
        If the estimator holds what the format cannot hold.
    ValueError
        If the estimator has too many parts for `load`.
    """
    tree, arrays = encode(estimator)
    head = {"format": [_MAJOR, _MINOR], "versions": _versions(), "estimator": tree}
    content = json.dumps(head, allow_nan=False, separators=(",", ":")).encode()
    if len(content) > _MAX_HEAD:
        raise ValueError(
            f"The parts of the estimator other than arrays take {len(content)} bytes as JSON; a "
            f'safe file can hold {_MAX_HEAD}. Pass format="joblib".'
        )
    with atomic_write(path) as temporary:
        with zipfile.ZipFile(temporary, "w") as archive:
            archive.comment = _MARK + bytes(_DIGEST_SIZE)
            # ZipInfo has a fixed date, so that equal estimators give equal files.
            archive.writestr(zipfile.ZipInfo(_HEAD), content)
            for index, array in enumerate(arrays):
                stream = io.BytesIO()
                np.lib.format.write_array(stream, array, version=_NPY_VERSION, allow_pickle=False)
                archive.writestr(zipfile.ZipInfo(_name_of(index)), stream.getbuffer())
        with temporary.open("r+b") as file:
            digest = _digest_of(file)
            file.write(digest)


def _name_of(index: int) -> str:
    return f"{index}.npy"


def _versions() -> dict[str, str]:
    """Return the versions of the packages that decide what a file means."""
    versions = {"skmnist": skmnist.__version__}
    for package in ("scikit-learn", "keras", "numpy"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "unknown"
    return versions


def read_safe(path: Path) -> Any:
    """Read an estimator.

    Parameters
    ----------
    path : pathlib.Path
        A file of `write_safe`.

    Returns
    -------
    estimator
        The estimator.

    Raises
    ------
    ModelFileError
        If the file is damaged or malicious, or needs other versions of the packages.
    """
    with _opened(path) as (archive, head):
        return decode(head["estimator"], _array_reader(archive))


def describe_safe(path: Path) -> ModelDescription:
    """Return what a file says about itself; see `read_safe`."""
    with _opened(path) as (archive, head):
        return ModelDescription(
            format=".".join(map(str, head["format"])),
            versions=head["versions"],
            classes=tuple(dict.fromkeys(map(str, class_names(head["estimator"])))),
            n_arrays=len(archive.infolist()) - 1,
            n_bytes=path.stat().st_size,
        )


@contextmanager
def _opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, Any]]]:
    """Open an archive that is intact, and read its head; errors of the body are about the file."""
    n_bytes = check_regular_file(path).st_size
    with path.open("rb") as file:
        digest = _digest_of(file)
        if file.read() != digest:
            raise ModelFileError(
                f"{path} ({n_bytes} bytes) is truncated, damaged or not a model file: its SHA-256 "
                "differs from the one at its end. Copy it again from its origin, or dump the "
                "estimator again."
            )
        versions = "unknown"
        try:
            with zipfile.ZipFile(file) as archive:
                _check_members(archive, n_bytes)
                head = json.loads(archive.read(_HEAD))
                versions = ", ".join(
                    f"{name} {number}" for name, number in head["versions"].items()
                )
                _check_format(*head["format"])
                yield archive, head
        except _OTHER_CAUSES:
            raise
        except Exception as error:
            of_ours = isinstance(error, ModelFileError)
            reason = f"{error}".rstrip(".") if of_ours else f"{type(error).__name__}: {error}"
            raise ModelFileError(
                f"{path} ({n_bytes} bytes) is intact, but cannot be loaded: {reason}. It was "
                f"written by {versions}: install these, or dump the estimator again."
            ) from error


def _digest_of(file: BinaryIO) -> bytes:
    """Return the SHA-256 of a file without the digest at its end, before which the file stands."""
    n_left = max(0, file.seek(0, os.SEEK_END) - _DIGEST_SIZE)
    file.seek(0)
    sha256 = hashlib.sha256()
    while n_left and (block := file.read(min(n_left, 2**20))):
        sha256.update(block)
        n_left -= len(block)
    return sha256.hexdigest().encode()


def _check_members(archive: zipfile.ZipFile, n_bytes: int) -> None:
    """Compare what an archive claims with the size of the file, before anything is read."""
    members = archive.infolist()
    expected = [_HEAD, *map(_name_of, range(len(members) - 1))]
    if [member.filename for member in members] != expected:
        raise ModelFileError(f"its members are not {_HEAD}, 0.npy, 1.npy and so on")
    if any(member.compress_type != zipfile.ZIP_STORED for member in members):
        raise ModelFileError("a member is compressed")
    if sum(max(member.file_size, member.compress_size) for member in members) > n_bytes:
        raise ModelFileError("its members claim to be larger than the file")
    if members[0].file_size > _MAX_HEAD:
        raise ModelFileError(f"{_HEAD} has {members[0].file_size} bytes, more than {_MAX_HEAD}")


def _check_format(major: int, minor: int) -> None:
    if major != _MAJOR:
        raise ModelFileError(
            f"it has the format {major}.{minor}, and skmnist {skmnist.__version__} reads the "
            f"formats {_MAJOR}.x"
        )


def _array_reader(archive: zipfile.ZipFile) -> Callable[[Any], np.ndarray]:
    """Return a function that reads the array of an index.

    Each can be read once, so that a file cannot grow by naming an array often.
    """
    unread = set(range(len(archive.infolist()) - 1))

    def read_array(index: Any) -> np.ndarray:
        unread.remove(index)
        return _array_of(archive.read(_name_of(index)))

    return read_array


def _array_of(content: bytes) -> np.ndarray:
    """Return the array of an npy file whose header claims what the file holds."""
    stream = io.BytesIO(content)
    if np.lib.format.read_magic(stream) != _NPY_VERSION:
        raise ModelFileError("an array has another version of npy")
    shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
    n_bytes = math.prod(shape) * dtype.itemsize
    if (
        dtype.hasobject
        or dtype.itemsize == 0
        or n_bytes != len(content) - stream.tell()
        or max(shape, default=0) > len(content)  # an array without entries has no bytes
    ):
        raise ModelFileError(f"an array claims the shape {shape} and the dtype {dtype}")
    stream.seek(0)
    array: np.ndarray = np.lib.format.read_array(stream, allow_pickle=False)
    return array
