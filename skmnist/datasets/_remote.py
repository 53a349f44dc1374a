"""Downloads. No other module of skmnist opens the network."""

import hashlib
import time
from http.client import HTTPException
from pathlib import Path
from ssl import SSLError
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from skmnist.exceptions import DatasetIntegrityError, DatasetNotFoundError, SkmnistWarning
from skmnist.utils import atomic_write, warn_user

# Seconds without a byte after which a server counts as not answering.
TIMEOUT = 30.0
# HTTPException covers incomplete reads, ConnectionError a connection that breaks off.
_NETWORK_ERRORS = (URLError, TimeoutError, ConnectionError, HTTPException, SSLError)
# Of the client errors 400 to 499, these two ask to be tried again.
_TEMPORARY_CLIENT_ERRORS = (408, 429)


def download(url: str, path: Path, *, sha256: str, n_retries: int, delay: float) -> None:
    """Download a file that fits in memory, verify it, and only then put it in place.

    Parameters
    ----------
    url : str
        Where the file is.
    path : Path
        Where it shall be; missing folders are created once there is something to write.
    sha256 : str
        The SHA-256 of the file, in hexadecimal digits.
    n_retries : int
        How often to try again after an error of the network; each retry warns.
    delay : float
        Seconds to wait before a retry.

    Raises
    ------
    DatasetNotFoundError
        If the file cannot be downloaded; the network's error is the cause.
    DatasetIntegrityError
        If what was downloaded is not the file expected; nothing is written then.
    """
    try:
        content = _read_url(url, n_retries=n_retries, delay=delay)
    except _NETWORK_ERRORS as error:
        raise DatasetNotFoundError(
            f"{url} could not be downloaded: {_reason(error)}. "
            f"Try again later, or download it by hand and place it as {path}."
        ) from error
    got = hashlib.sha256(content).hexdigest()
    if got != sha256:
        raise DatasetIntegrityError(
            f"{url} is not the file expected: its SHA-256 is {got}, expected {sha256}. "
            f"Nothing was written. A proxy or a login page may have answered instead: try again "
            f"from another network, or download the file by hand and place it as {path}."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as temporary:
        temporary.write_bytes(content)


def _read_url(url: str, *, n_retries: int, delay: float) -> bytes:
    """Read a URL to the end, trying again after errors that may pass."""
    for retry in range(1, n_retries + 1):
        try:
            return _read_url_once(url)
        except _NETWORK_ERRORS as error:
            if _is_permanent(error):
                raise
            warn_user(
                f"Downloading {url} failed: {_reason(error)}. Retry {retry} of {n_retries}.",
                SkmnistWarning,
            )
            time.sleep(delay)
    return _read_url_once(url)


def _read_url_once(url: str) -> bytes:
    try:
        with urlopen(url, timeout=TIMEOUT) as response:
            content: bytes = response.read()
            return content
    except HTTPError as error:
        error.close()  # it holds the connection
        raise


def _is_permanent(error: BaseException) -> bool:
    return (
        isinstance(error, HTTPError)
        and 400 <= error.code < 500
        and error.code not in _TEMPORARY_CLIENT_ERRORS
    )


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__
