"""Downloads. No other module of skmnist opens the network."""

import hashlib
import time
from concurrent.futures import Future
from http.client import HTTPException, IncompleteRead
from pathlib import Path
from ssl import SSLError
from threading import Thread
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from skmnist._utils import atomic_write, warn_user
from skmnist.exceptions import DatasetIntegrityError, DatasetNotFoundError, SkmnistWarning

# Seconds without data after which the server counts as not responding.
TIMEOUT = 30.0
# Lowest average speed of a download, in bytes per second: 11 MB may take 12 minutes.
SLOWEST = 16_000
# Bytes per read.
_CHUNK = 2**16
# HTTPException covers incomplete reads; ConnectionError covers connections that break off.
_NETWORK_ERRORS = (URLError, TimeoutError, ConnectionError, HTTPException, SSLError)
# Client errors (400 to 499) after which a retry may succeed.
_TEMPORARY_CLIENT_ERRORS = (408, 429)


def download(
    url: str, path: Path, *, sha256: str, n_bytes: int, n_retries: int, delay: float
) -> None:
    """Download a file into memory, verify it, and only then write it.

    Parameters
    ----------
    url : str
        The address of the file.
    path : Path
        Where to write it; missing folders are created after the download.
    sha256 : str
        The SHA-256 of the file, in hexadecimal digits.
    n_bytes : int
        The size of the file; nothing is read beyond it. It also limits the time of all tries
        together, without the delays: `TIMEOUT` seconds plus a second per `SLOWEST` bytes.
    n_retries : int
        Number of retries after network errors; each gives a warning.
    delay : float
        Seconds before a retry.

    Raises
    ------
    DatasetNotFoundError
        If the file cannot be downloaded; the cause is the network error.
    DatasetIntegrityError
        If the download is not the expected file; nothing is written.
    """
    try:
        content = _read_url(url, n_bytes=n_bytes, n_retries=n_retries, delay=delay)
    except _NETWORK_ERRORS as error:
        raise DatasetNotFoundError(
            f"{url} could not be downloaded: {_reason(error)}. "
            f"Try again later, or download it by hand and place it as {path}."
        ) from error
    got = hashlib.sha256(content).hexdigest()
    if got != sha256:
        difference = f"its SHA-256 is {got}, expected {sha256}"
        if len(content) > n_bytes:
            difference = f"it is longer than {n_bytes} bytes"
        raise DatasetIntegrityError(
            f"{url} is not the expected file: {difference}. "
            f"Nothing was written. A proxy or a login page may have answered instead: try again "
            f"from another network, or download the file by hand and place it as {path}."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as temporary:
        temporary.write_bytes(content)


def _read_url(url: str, *, n_bytes: int, n_retries: int, delay: float) -> bytes:
    """Read a URL to its end, or one byte beyond `n_bytes`; retry after temporary errors."""
    limit = TIMEOUT + n_bytes / SLOWEST + n_retries * delay
    deadline = time.monotonic() + limit
    for retry in range(1, n_retries + 1):
        try:
            return _read_url_once(url, n_bytes, deadline)
        except _NETWORK_ERRORS as error:
            if _is_permanent(error) or time.monotonic() > deadline:
                raise
            warn_user(
                f"Downloading {url} failed: {_reason(error)}. Retry {retry} of {n_retries}.",
                SkmnistWarning,
            )
            time.sleep(delay)
    return _read_url_once(url, n_bytes, deadline)


def _read_url_once(url: str, n_bytes: int, deadline: float) -> bytes:
    """Read a URL in a thread that is abandoned at the deadline.

    The timeout of a socket restarts with each byte, so it would not stop a server that sends its
    headers byte by byte.
    """
    answer: Future[bytes] = Future()

    def read() -> None:
        try:
            answer.set_result(_read_at_most(url, n_bytes + 1, deadline))
        except BaseException as error:  # it is raised in the waiting thread
            answer.set_exception(error)

    Thread(target=read, daemon=True, name="skmnist-download").start()
    try:
        return answer.result(timeout=max(0.0, deadline - time.monotonic()))
    except TimeoutError:
        if answer.done():
            raise
        raise _too_slow() from None


def _read_at_most(url: str, n_bytes: int, deadline: float) -> bytes:
    try:
        with urlopen(url, timeout=TIMEOUT) as response:
            content = bytearray()
            # read1 returns what has arrived, so that the deadline is checked in between.
            while chunk := response.read1(min(_CHUNK, n_bytes - len(content))):
                content += chunk
                if time.monotonic() > deadline:
                    raise _too_slow()
            missing = response.length
            if missing and len(content) < n_bytes:
                raise IncompleteRead(bytes(content), missing)
            return bytes(content)
    except HTTPError as error:
        error.close()  # it keeps the connection open
        raise
    except ValueError as error:
        raise URLError(f"the server redirects to an invalid address: {error}") from error


def _too_slow() -> TimeoutError:
    return TimeoutError(f"the server sends less than {SLOWEST} bytes per second")


def _is_permanent(error: BaseException) -> bool:
    return (
        isinstance(error, HTTPError)
        and 400 <= error.code < 500
        and error.code not in _TEMPORARY_CLIENT_ERRORS
    )


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__
