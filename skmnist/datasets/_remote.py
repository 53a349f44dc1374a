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

# Seconds without a byte after which a server counts as not answering.
TIMEOUT = 30.0
# Bytes per second below which a download counts as too slow: 11 MB may take 12 minutes.
SLOWEST = 16_000
# Bytes that are read at once.
_CHUNK = 2**16
# HTTPException covers incomplete reads, ConnectionError a connection that breaks off.
_NETWORK_ERRORS = (URLError, TimeoutError, ConnectionError, HTTPException, SSLError)
# Of the client errors 400 to 499, these two ask to be tried again.
_TEMPORARY_CLIENT_ERRORS = (408, 429)


def download(
    url: str, path: Path, *, sha256: str, n_bytes: int, n_retries: int, delay: float
) -> None:
    """Download a file that fits in memory, verify it, and only then put it in place.

    Parameters
    ----------
    url : str
        Where the file is.
    path : Path
        Where it shall be; missing folders are created once there is something to write.
    sha256 : str
        The SHA-256 of the file, in hexadecimal digits.
    n_bytes : int
        The size of the file. Nothing is read beyond it, and it bounds the time: `TIMEOUT` seconds
        and a second for every `SLOWEST` bytes, for all retries together, without the delays.
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
            f"{url} is not the file expected: {difference}. "
            f"Nothing was written. A proxy or a login page may have answered instead: try again "
            f"from another network, or download the file by hand and place it as {path}."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as temporary:
        temporary.write_bytes(content)


def _read_url(url: str, *, n_bytes: int, n_retries: int, delay: float) -> bytes:
    """Read a URL to its end, or one byte too far, trying again after errors that may pass."""
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
    """Read a URL in a thread, which is left behind at the deadline.

    A server that sends its headers byte by byte can be stopped in no other way: the timeout of a
    socket begins again with each byte.
    """
    answer: Future[bytes] = Future()

    def read() -> None:
        try:
            answer.set_result(_read_at_most(url, n_bytes + 1, deadline))
        except BaseException as error:  # it is raised in the thread that waits
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
            # read1 returns what has arrived, so that the deadline is looked at.
            while chunk := response.read1(min(_CHUNK, n_bytes - len(content))):
                content += chunk
                if time.monotonic() > deadline:
                    raise _too_slow()
            missing = response.length
            if missing and len(content) < n_bytes:
                raise IncompleteRead(bytes(content), missing)
            return bytes(content)
    except HTTPError as error:
        error.close()  # it holds the connection
        raise
    except ValueError as error:
        raise URLError(f"the server answers with an address that is none: {error}") from error


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
