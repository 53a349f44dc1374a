"""Files that run no code: a zip archive of JSON and arrays.

The arrays are ``0.npy``, ``1.npy`` and so on, not compressed. ``model.json`` holds the version of
the format, the versions of the packages, the SHA-256 of each array, and the estimator. The comment
of the archive holds the SHA-256 of ``model.json``. Nothing is unpickled, no stored graph is read,
and every size is compared with the size of the file before memory is taken.
"""

import hashlib
import io
import json
import math
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

import skmnist
from skmnist._utils import atomic_write, check_regular_file
from skmnist.exceptions import ForkedProcessError, ModelFileError
from skmnist.persistence._values import class_names, decode, encode

# A reader accepts any minor version of its major version.
_MAJOR, _MINOR = 1, 0
_PREFIX = b"PK\x03\x04"
_COMMENT = b"skmnist:sha256:"
_HEAD = "model.json"
# Bytes. A random forest of 500 trees has a head of 0.7 MB.
_MAX_HEAD = 2**22
_NPY_VERSION = (1, 0)
# Errors of the process or the environment, not of the file.
_OTHER_CAUSES = (ImportError, MemoryError, ForkedProcessError, Warning)


@dataclass(frozen=True)
class ModelDescription:
    """What a file of ``dump(..., format="safe")`` says about itself.

    Attributes
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
    with atomic_write(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        digests = []
        for index, array in enumerate(arrays):
            stream = io.BytesIO()
            np.lib.format.write_array(stream, array, version=_NPY_VERSION, allow_pickle=False)
            digests.append(hashlib.sha256(stream.getbuffer()).hexdigest())
            # ZipInfo has a fixed date, so that equal estimators give equal files.
            archive.writestr(zipfile.ZipInfo(_name_of(index)), stream.getbuffer())
        head = {
            "format": [_MAJOR, _MINOR],
            "versions": _versions(),
            "sha256": digests,
            "estimator": tree,
        }
        content = json.dumps(head, allow_nan=False, separators=(",", ":")).encode()
        if len(content) > _MAX_HEAD:
            raise ValueError(
                f"The parts of the estimator other than arrays take {len(content)} bytes as JSON; "
                f'a safe file can hold {_MAX_HEAD}. Pass format="joblib".'
            )
        archive.writestr(zipfile.ZipInfo(_HEAD), content)
        archive.comment = _COMMENT + hashlib.sha256(content).hexdigest().encode()


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
        read_array = _array_reader(archive, head["sha256"])
        try:
            return decode(head["estimator"], read_array)
        except (ModelFileError, *_OTHER_CAUSES):
            raise
        except Exception as error:
            versions = ", ".join(f"{name} {number}" for name, number in head["versions"].items())
            raise ModelFileError(
                f"{path} is intact, but cannot be loaded: {_reason(error)}. Other versions of the "
                f"packages wrote it (install {versions}), or it was not written by dump."
            ) from error


def describe_safe(path: Path) -> ModelDescription:
    """Return what a file says about itself; see `read_safe`."""
    with _opened(path) as (_, head):
        return ModelDescription(
            format=".".join(map(str, head["format"])),
            versions=head["versions"],
            classes=tuple(dict.fromkeys(map(str, class_names(head["estimator"])))),
            n_arrays=len(head["sha256"]),
            n_bytes=path.stat().st_size,
        )


@contextmanager
def _opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, Any]]]:
    """Open an archive and check its members and its head; errors of the body are about the file."""
    n_bytes = check_regular_file(path).st_size
    with path.open("rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                yield archive, _head_of(archive, n_bytes, path)
        except (ModelFileError, *_OTHER_CAUSES):
            raise
        except Exception as error:
            raise ModelFileError(
                f"{path} ({n_bytes} bytes) is truncated, damaged or not a model file: "
                f"{_reason(error)}. Copy it again from its origin, or dump the estimator again."
            ) from error


def _head_of(archive: zipfile.ZipFile, n_bytes: int, path: Path) -> dict[str, Any]:
    """Return the content of ``model.json``, after checking what the archive claims."""
    members = archive.infolist()
    names = [member.filename for member in members]
    expected = [*map(_name_of, range(len(members) - 1)), _HEAD]
    if names != expected:
        unexpected = next(
            name for name in [*names, _HEAD] if name not in expected[: len(names) - 1]
        )
        raise ValueError(f"it has the member {unexpected!r:.100}, or its members are out of order")
    if any(member.compress_type != zipfile.ZIP_STORED for member in members):
        raise ValueError("a member is compressed")
    if sum(max(member.file_size, member.compress_size) for member in members) > n_bytes:
        raise ValueError("its members claim to be larger than the file")
    if members[-1].file_size > _MAX_HEAD:
        raise ValueError(f"{_HEAD} has {members[-1].file_size} bytes, more than {_MAX_HEAD}")
    content = archive.read(_HEAD)
    if archive.comment != _COMMENT + hashlib.sha256(content).hexdigest().encode():
        raise ValueError(f"the SHA-256 of {_HEAD} differs from the one at the end of the file")
    head: dict[str, Any] = json.loads(content)
    major, minor = head["format"]
    if major != _MAJOR:
        raise ModelFileError(
            f"{path} has the format {major}.{minor} and was written by skmnist "
            f"{head['versions']['skmnist']}; skmnist {skmnist.__version__} reads the formats "
            f"{_MAJOR}.0 and later, before {_MAJOR + 1}.0. Install a version of skmnist that reads "
            "it, such as the one that wrote it."
        )
    if len(head["sha256"]) != len(members) - 1:
        raise ValueError(f"it has {len(members) - 1} arrays, but {_HEAD} expects others")
    return head


def _array_reader(archive: zipfile.ZipFile, digests: list[str]) -> Callable[[Any], np.ndarray]:
    """Return a function that reads the array of an index.

    Each can be read once, so that no file grows by naming an array often.
    """
    unread = dict(enumerate(digests))

    def read_array(index: Any) -> np.ndarray:
        digest = unread.pop(index)
        content = archive.read(_name_of(index))
        if hashlib.sha256(content).hexdigest() != digest:
            raise ModelFileError(
                f"{archive.fp and archive.fp.name} is damaged: the SHA-256 of {_name_of(index)} "
                f"differs from the one in {_HEAD}. Copy it again from its origin."
            )
        return _array_of(content)

    return read_array


def _array_of(content: bytes) -> np.ndarray:
    """Return the array of an npy file whose header claims what the file holds."""
    stream = io.BytesIO(content)
    if np.lib.format.read_magic(stream) != _NPY_VERSION:
        raise ValueError("an array has another version of npy")
    shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
    n_claimed = math.prod(shape) * dtype.itemsize
    if dtype.hasobject or dtype.itemsize == 0 or n_claimed != len(content) - stream.tell():
        raise ValueError(f"an array claims the shape {shape} and the dtype {dtype}")
    stream.seek(0)
    array: np.ndarray = np.lib.format.read_array(stream, allow_pickle=False)
    return array


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
