"""Save and load fitted estimators; the format is chosen when saving and recognized when loading."""

import os
from pathlib import Path
from typing import Any, Literal

from skmnist._utils._sklearn import StrOptions, validate_arguments
from skmnist.exceptions import ModelFileError
from skmnist.persistence._joblib import read_joblib, write_joblib
from skmnist.persistence._safe import (
    ModelDescription,
    describe_safe,
    is_safe_file,
    read_safe,
    write_safe,
)

_FORMATS = StrOptions({"joblib", "safe"})


def dump(
    estimator: Any,
    path: str | os.PathLike[str],
    *,
    format: Literal["joblib", "safe"] = "joblib",  # noqa: A002
    compress: int = 0,
) -> Path:
    """Write a fitted estimator to a file; if that fails, an older file stays as it was.

    The file holds SHA-256 digests, by which `load` detects damage. It keeps the mode of an older
    file. A symbolic link stays a link; its target is written.

    Parameters
    ----------
    estimator : estimator
        A network, a Pipeline or any other picklable object. With ``format="safe"``, an estimator of
        skmnist or of scikit-learn whose parameters and fitted attributes are plain data: numbers,
        strings, arrays, containers, and other such estimators.
    path : str or path-like
        The file. With ``format="joblib"``, the endings ``.z``, ``.gz``, ``.bz2``, ``.lzma`` and
        ``.xz`` select the method of compression.
    format : {"joblib", "safe"}, default="joblib"
        "joblib" is a pickle, which can hold any object; loading it can run code. Loading a file of
        the format "safe" runs no code: networks are rebuilt from their parameters and weights.
    compress : int, default=0
        Compression level, 0 to 9, of the format "joblib". The method is zlib if the ending selects
        none. 0 is no compression, or the default level of the method that the ending selects.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    TypeError
        If a safe file cannot hold the estimator, for example because of Keras' callbacks; the
        message names the parameter. Also if `compress` is not an integer.
    ValueError
        If `format` is not a format, or `compress` is not a level or is given for a safe file. With
        "joblib", also if `path` ends in ``.lz4``, or the content shrinks by more than a factor of
        100 and exceeds 64 MiB, which `load` does not accept.
    OSError
        If `path` is a folder, a pipe or a device, or its folder is missing or not writable.

    See Also
    --------
    load : Read the file.
    describe : Read what a safe file says about itself.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skmnist.persistence import dump, load
    >>> from skmnist.preprocessing import PixelScaler
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     load(dump(PixelScaler(), Path(folder) / "scaler.skm", format="safe"))
    PixelScaler()
    """
    validate_arguments({"format": [_FORMATS]}, {"format": format}, caller="dump")
    path = Path(path)
    if format == "joblib":
        write_joblib(estimator, path, compress)
        return path
    if compress:
        raise ValueError(
            f'compress={compress!r} is for format="joblib": a safe file is not compressed, because '
            "weights hardly shrink. Omit compress."
        )
    write_safe(estimator, path)
    return path


def load(
    path: str | os.PathLike[str],
    *,
    format: Literal["any", "safe"] = "any",  # noqa: A002
) -> Any:
    """Read an estimator from a file that `dump` or `joblib.dump` wrote.

    A file of `dump` is compared with its SHA-256 before anything is built. A file of `joblib.dump`
    has none. There, damage is detected if it makes the file unreadable, and in the parameters,
    fitted attributes and weights of skmnist's estimators, which have their own digests.

    Parameters
    ----------
    path : str or path-like
        The file. Loading a joblib file can run code: load only files that you trust.
    format : {"any", "safe"}, default="any"
        "safe" accepts only files of ``dump(..., format="safe")``, and runs no code whatever the
        file holds.

    Returns
    -------
    object
        The estimator.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    OSError
        If it cannot be opened, or is a folder, a pipe or a device.
    ModelFileError
        If the file is truncated, damaged or not a model file, if other versions of the packages
        wrote it and the installed versions cannot read it, or if a joblib file grows beyond 64 MiB
        and 100 times its size when it is decompressed. With ``format="safe"``, also if it is a
        joblib file, of which nothing is then read.
    ValueError
        If `format` is neither "any" nor "safe".
    ImportError, AttributeError
        If a module or a class that a joblib file names is not installed.
    ForkedProcessError
        If the file holds a network, and this process was forked after TensorFlow had started.

    Warns
    -----
    ModelVersionWarning
        If another version of skmnist wrote the file, or an estimator in it lacks parameters.

    See Also
    --------
    dump : Write the file.

    Examples
    --------
    >>> from skmnist.persistence import load
    >>> load("no-such-file.joblib")
    Traceback (most recent call last):
    FileNotFoundError: [Errno 2] No such file or directory: 'no-such-file.joblib'
    """
    validate_arguments({"format": [StrOptions({"any", "safe"})]}, {"format": format}, caller="load")
    path = Path(path)
    if is_safe_file(path):
        return read_safe(path)
    if format == "safe":
        raise _not_safe(path)
    return read_joblib(path)


def describe(path: str | os.PathLike[str]) -> ModelDescription:
    """Read what a safe file says about itself, without loading the estimator.

    Parameters
    ----------
    path : str or path-like
        A file of ``dump(..., format="safe")``.

    Returns
    -------
    ModelDescription
        The format, the versions of the packages that wrote it, the classes, and sizes.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    OSError
        If it cannot be opened, or is a folder, a pipe or a device.
    ModelFileError
        If the file is truncated, damaged or not a safe file, or has a newer format.

    See Also
    --------
    load : Load the estimator.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skmnist.persistence import describe, dump
    >>> from skmnist.preprocessing import PixelScaler
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = dump(PixelScaler(), Path(folder) / "scaler.skm", format="safe")
    ...     describe(file).classes
    ('skmnist.preprocessing.PixelScaler',)
    """
    path = Path(path)
    if not is_safe_file(path):
        raise _not_safe(path)
    return describe_safe(path)


def _not_safe(path: Path) -> ModelFileError:
    return ModelFileError(
        f"{path} is not a file of dump(..., format='safe'). It may be a joblib file, which can run "
        'code: if you trust it, load(path) reads it, and dump(..., format="safe") writes it again.'
    )
