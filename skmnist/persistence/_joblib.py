"""Joblib files, written atomically and verified when they are read.

`joblib.load` reads them too, because it ignores the SHA-256 after the pickle. Like every pickle,
such a file can run code when it is loaded.
"""

import bz2
import hashlib
import io
import lzma
import zlib
from collections.abc import Callable
from numbers import Integral
from pathlib import Path
from traceback import walk_tb
from typing import Any, NamedTuple

import joblib
from sklearn.utils import check_scalar

from skmnist._utils import atomic_write, check_regular_file
from skmnist.exceptions import ForkedProcessError, ModelFileError

_MARK = b"\nskmnist:sha256:"
_TRAILER_SIZE = len(_MARK) + hashlib.sha256().digest_size
_PICKLE_PREFIX = b"\x80"
# Limits of decompression, in bytes and as a factor. Weights are hardly compressible.
_MAX_SIZE, _MAX_FACTOR = 2**26, 100
# Memory limit of the xz decompressor in bytes; the highest level needs 65 MiB.
_XZ_MEMORY = 2**27
# Errors of the process or the environment, not of the file.
_OTHER_CAUSES = (OSError, ImportError, MemoryError, ForkedProcessError)


class _Compression(NamedTuple):
    """A compression method; joblib recognizes it by the ending and the first bytes of a file."""

    ending: str
    prefix: bytes
    level: int
    compress: Callable[[bytes, int], bytes]
    decompressor: Callable[[], Any]


# In joblib's order. The first one is used if no other matches the ending of the file.
_COMPRESSIONS = (
    _Compression(".z", b"\x78", 3, zlib.compress, zlib.decompressobj),
    _Compression(
        ".gz",
        b"\x1f\x8b",
        3,
        lambda content, level: zlib.compress(content, level, wbits=31),
        lambda: zlib.decompressobj(wbits=31),
    ),
    _Compression(".bz2", b"BZ", 9, bz2.compress, bz2.BZ2Decompressor),
    _Compression(
        ".lzma",
        b"\x5d\x00",
        6,
        lambda content, level: lzma.compress(content, format=lzma.FORMAT_ALONE, preset=level),
        lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY),
    ),
    _Compression(
        ".xz",
        b"\xfd7zXZ",
        6,
        lambda content, level: lzma.compress(content, preset=level),
        lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY),
    ),
)


def write_joblib(estimator: Any, path: Path, compress: int) -> None:
    """Write an estimator as a pickle of joblib and its SHA-256.

    Parameters
    ----------
    estimator : object
        Any picklable object.
    path : pathlib.Path
        The file; if writing fails, an older one stays as it was.
    compress : int
        Compression level, 0 to 9.

    Raises
    ------
    TypeError, ValueError
        If `compress` is not a level, `path` ends in ``.lz4``, or `load` would not accept the file.
    """
    check_scalar(compress, "compress", Integral, min_val=0, max_val=9)
    if path.name.endswith(".lz4"):
        raise ValueError(
            f"path={str(path)!r} ends in .lz4, a compression that is not supported; expected one "
            f"of {', '.join(method.ending for method in _COMPRESSIONS)}, or another ending."
        )
    buffer = io.BytesIO()
    joblib.dump(estimator, buffer)
    content = buffer.getvalue()
    content += _MARK + hashlib.sha256(content).digest()
    by_ending = [method for method in _COMPRESSIONS if path.name.endswith(method.ending)]
    if by_ending or compress:
        method = (by_ending or _COMPRESSIONS)[0]
        compressed = method.compress(content, int(compress) or method.level)
        if len(content) > _limit(compressed):
            raise ValueError(
                f"The estimator shrinks from {len(content)} to {len(compressed)} bytes when it is "
                f"compressed, and load would reject the file; pass compress=0 and a path that does "
                "not end in " + ", ".join(method.ending for method in _COMPRESSIONS) + "."
            )
        content = compressed
    with atomic_write(path) as temporary:
        temporary.write_bytes(content)


def read_joblib(path: Path) -> Any:
    """Unpickle an estimator, after comparing the file with its SHA-256 if it has one.

    Parameters
    ----------
    path : pathlib.Path
        A file of `write_joblib` or of `joblib.dump`.

    Returns
    -------
    object
        The estimator.

    Raises
    ------
    ModelFileError
        If the file is damaged, or needs other versions of the packages.
    """
    size = check_regular_file(path).st_size
    content = _decompress(path, path.read_bytes())
    if not content.startswith(_PICKLE_PREFIX):  # joblib might decompress it, without a bound
        raise _damaged(path, f"it starts with {content[:8]!r}, which no pickle does")
    pickled, trailer = content[:-_TRAILER_SIZE], content[-_TRAILER_SIZE:]
    is_checked = trailer.startswith(_MARK)
    if not is_checked:
        pickled = content
    elif hashlib.sha256(pickled).digest() != trailer[len(_MARK) :]:
        raise _damaged(path, "its SHA-256 differs from the one at its end")
    buffer = io.BytesIO(pickled)
    note = f"It was raised by loading {path} ({size} bytes)"
    note += "." if is_checked else ", which has no SHA-256 and may be damaged."
    try:
        estimator = joblib.load(buffer)
    except _OTHER_CAUSES as error:
        error.add_note(note)
        raise
    except ModelFileError as error:
        raise ModelFileError(f"{path} ({size} bytes) cannot be loaded. {error}") from error
    except Exception as error:
        if isinstance(error, AttributeError) and _is_about_a_name(error):
            error.add_note(note)
            raise
        reason = f"{type(error).__name__}: {error}"
        if not is_checked:
            raise _damaged(path, reason) from error
        raise ModelFileError(
            f"{path} ({size} bytes) is intact, but cannot be loaded here: {reason}. Other versions "
            "of the packages may have written it: install these, or dump the estimator again."
        ) from error
    if buffer.tell() != len(pickled):
        raise _damaged(path, f"{len(pickled) - buffer.tell()} bytes follow its end")
    return estimator


def _decompress(path: Path, content: bytes) -> bytes:
    """Return the pickle in a file, in bounded memory; the first bytes identify the method."""
    for method in _COMPRESSIONS:
        if content.startswith(method.prefix):
            decompressor = method.decompressor()
            break
    else:
        return content
    limit = _limit(content)
    try:
        decompressed: bytes = decompressor.decompress(content, limit + 1)
    except Exception as error:
        raise _damaged(path, f"{type(error).__name__}: {error}") from error
    if len(decompressed) > limit:
        raise ModelFileError(
            f"{path} ({len(content)} bytes) grows beyond {limit} bytes when it is decompressed, "
            "which files of estimators do not. If you trust it, joblib.load reads it without a "
            "bound."
        )
    if not decompressor.eof:
        raise _damaged(path, "its compressed data are incomplete")
    if decompressor.unused_data:
        raise _damaged(path, f"{len(decompressor.unused_data)} bytes follow its end")
    return decompressed


def _is_about_a_name(error: AttributeError) -> bool:
    """Return whether the error is about a class that the file names and that was not found."""
    return any(frame.f_code.co_name == "find_class" for frame, _ in walk_tb(error.__traceback__))


def _limit(compressed: bytes) -> int:
    """Return the largest size to which compressed bytes may grow."""
    return max(_MAX_SIZE, _MAX_FACTOR * len(compressed))


def _damaged(path: Path, reason: str) -> ModelFileError:
    return ModelFileError(
        f"{path} ({path.stat().st_size} bytes) is truncated, damaged or not a joblib file: "
        f"{reason}. Copy it again from its origin, or dump the estimator again."
    )
