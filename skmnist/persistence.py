"""Files of fitted estimators: joblib's, but written whole or not at all, and with clear errors.

The files are plain joblib files: `joblib.load` reads them too. Like every pickle, such a file can
run code when it is loaded: load only files that you trust.
"""

import os
from pathlib import Path
from typing import Any

import joblib

from skmnist.exceptions import ModelFileError
from skmnist.utils import atomic_write

__all__ = ["dump", "load"]


def dump(estimator: Any, path: str | os.PathLike[str], *, compress: int = 0) -> Path:
    """Write a fitted estimator to a file; a failure leaves an older file as it was.

    Parameters
    ----------
    estimator : estimator
        A network, a Pipeline or any other picklable object.
    path : str or path-like
        The file.
    compress : int, default=0
        Level of zlib compression, 0 (none) to 9.

    Returns
    -------
    pathlib.Path
        The file.

    See Also
    --------
    load : Read the file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skmnist.persistence import dump, load
    >>> from skmnist.preprocessing import PixelScaler
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     load(dump(PixelScaler(), Path(folder) / "scaler.joblib"))
    PixelScaler()
    """
    path = Path(path)
    with atomic_write(path) as temporary:
        joblib.dump(estimator, temporary, compress=compress)
    return path


def load(path: str | os.PathLike[str]) -> Any:
    """Read an estimator from a file that `dump` or `joblib.dump` wrote.

    Parameters
    ----------
    path : str or path-like
        The file. Loading can run code: trust its origin.

    Returns
    -------
    object
        The estimator.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ModelFileError
        If the file is truncated, damaged, or no joblib file.

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
    try:
        return joblib.load(path)
    except (OSError, ImportError, AttributeError):
        raise  # no file, or no such class here: not about the content, and clear as they are
    except Exception as error:
        raise ModelFileError(
            f"{os.fspath(path)} ({os.path.getsize(path)} bytes) is truncated, damaged, or no "
            f"joblib file: {type(error).__name__}: {error}. Copy it again from its origin, or dump "
            "the estimator again."
        ) from error
