"""Downloads. No other module of skmnist opens the network.

urllib, because neither pooch nor `sklearn.datasets.fetch_file` bounds the size or the time of a
download, goes on where a connection broke off, or lets processes share one download.
"""

import hashlib
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse
from io import BufferedRandom
from pathlib import Path
from queue import Empty, Full, Queue
from ssl import SSLError
from threading import Event, Thread
from typing import Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from skmnist._utils import atomic_write, lock_folder, warn_user
from skmnist.datasets._progress import Report, progress
from skmnist.exceptions import DatasetIntegrityError, DatasetNotFoundError, SkmnistWarning

# Seconds without data after which the server counts as not responding.
TIMEOUT = 30.0
# Lowest average speed of a download, in bytes per second: 11 MB may take 12 minutes.
SLOWEST = 16_000
# Longest wait before a retry, in seconds.
MAX_WAIT = 60.0
# Bytes per read, and reads that may wait to be written.
_CHUNK, _QUEUED = 2**16, 16
# HTTPException covers incomplete reads; ConnectionError covers connections that break off.
_NETWORK_ERRORS = (URLError, TimeoutError, ConnectionError, HTTPException, SSLError)
# Client errors (400 to 499) after which a retry may succeed.
_TEMPORARY_CLIENT_ERRORS = (408, 429)


class _RefusedAddressError(URLError):
    """An address is not safe."""


class _WrongFileError(Exception):
    """A download is complete, and is not the expected file."""


class _Head(NamedTuple):
    """What the headers of a response say: where its body starts, how to resume, the whole size."""

    start: int
    validator: str
    n_bytes: int | None


def download(
    urls: Sequence[str], path: Path, *, sha256: str, n_bytes: int, n_retries: int, delay: float
) -> None:
    """Download a file beside its destination, verify it, and only then put it in place.

    If another thread or process downloads a file into the same folder, wait for it first; a file
    that exists then is not downloaded again.

    Parameters
    ----------
    urls : sequence of str
        The addresses of the file. The next one is tried if one fails, with a warning.
    path : Path
        Where to write the file; missing folders are created, and removed if the download fails.
    sha256 : str
        The SHA-256 of the file, in hexadecimal digits. If "", the file is not verified, and every
        address and redirection must be encrypted (``https:``).
    n_bytes : int
        The largest size of the file; nothing is read beyond it. It also limits the time of all
        tries at one address, without the waits: `TIMEOUT` seconds plus a second per `SLOWEST`
        bytes.
    n_retries : int
        Number of retries after network errors, for each address; each gives a warning. A retry
        goes on where the connection broke off if the server can do that.
    delay : float
        Seconds before the first retry; doubled before each further one, up to `MAX_WAIT`. A server
        may ask for a longer wait (``Retry-After``); if it is longer than `MAX_WAIT`, the address
        fails.

    Raises
    ------
    DatasetNotFoundError
        If the file cannot be downloaded; the cause is the network error.
    DatasetIntegrityError
        If the download is not the expected file; nothing is written.
    OSError
        If the file cannot be written.
    """
    with _locked(path.parent):
        if path.exists():  # another process was faster
            return
        with atomic_write(path) as temporary:
            for url, next_url in zip(urls, [*urls[1:], ""], strict=True):
                try:
                    with temporary.open("w+b") as file, progress(path.name, n_bytes) as report:
                        _receive(url, file, report, not sha256, n_bytes, n_retries, delay)
                        _verify(file, sha256, n_bytes)
                    return
                except (*_NETWORK_ERRORS, _WrongFileError) as error:
                    if not next_url:
                        raise _failure(url, path, error) from error
                    warn_user(
                        f"Downloading {url} failed: {_reason(error)}. Now trying {next_url}.",
                        SkmnistWarning,
                    )


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock a folder, and create it if it is missing; then remove it again if the body raises."""
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    with lock_folder(folder):
        try:
            yield
        except BaseException:
            with suppress(OSError):  # no longer empty
                for part in missing:
                    part.rmdir()
            raise


def _verify(file: BufferedRandom, sha256: str, n_bytes: int) -> None:
    if file.tell() > n_bytes:
        raise _WrongFileError(f"it is longer than {n_bytes} bytes")
    file.seek(0)
    got = hashlib.file_digest(file, "sha256").hexdigest()
    if sha256 and got != sha256:
        raise _WrongFileError(f"its SHA-256 is {got}, expected {sha256}")


def _failure(url: str, path: Path, error: Exception) -> Exception:
    """Return the error of the package for an error of the last address."""
    if isinstance(error, _WrongFileError):
        return DatasetIntegrityError(
            f"{url} is not the expected file: {error}. "
            f"Nothing was written. A proxy or a login page may have answered instead: try again "
            f"from another network, or download the file by hand and place it as {path}."
        )
    return DatasetNotFoundError(
        f"{url} could not be downloaded: {_reason(error)}. "
        f"Try again later, or download it by hand and place it as {path}."
    )


def _receive(
    url: str,
    file: BufferedRandom,
    report: Report,
    encrypted: bool,
    n_bytes: int,
    n_retries: int,
    delay: float,
) -> None:
    """Write a URL to a file, to its end or one byte beyond `n_bytes`; retry and resume."""
    deadline = time.monotonic() + TIMEOUT + n_bytes / SLOWEST
    validator = ""
    for retry in range(n_retries + 1):
        start = file.tell() if validator else 0
        responses = _in_thread(_request(url, start, validator, encrypted), deadline)
        try:
            with closing(responses):
                for item in responses:
                    if isinstance(item, _Head):
                        file.seek(item.start)
                        file.truncate()
                        validator, total = item.validator, item.n_bytes
                        continue
                    file.write(item[: n_bytes + 1 - file.tell()])
                    report(file.tell(), total)
                    if file.tell() > n_bytes:
                        return
            return
        except _NETWORK_ERRORS as error:
            wait = max(min(delay * 2**retry, MAX_WAIT), _retry_after(error))
            is_last = retry == n_retries or time.monotonic() > deadline
            if is_last or _is_permanent(error) or wait > MAX_WAIT:
                raise
            warn_user(
                f"Downloading {url} failed: {_reason(error)}. Retry {retry + 1} of {n_retries}.",
                SkmnistWarning,
            )
            time.sleep(wait)
            deadline += wait


def _request(url: str, start: int, validator: str, encrypted: bool) -> Iterator[_Head | bytes]:
    """Yield the head of a response, and the pieces of its body.

    With a validator, the server is asked for the bytes from `start` on, unless the file changed.
    """
    _check_address(url, encrypted)
    headers = {"User-Agent": "skmnist"}
    if start:
        headers |= {"Range": f"bytes={start}-", "If-Range": validator}
    opener = build_opener(_Redirections(encrypted))
    try:
        response = opener.open(Request(url, headers=headers), timeout=TIMEOUT)
    except HTTPError as error:
        error.close()  # it keeps the connection open
        raise
    except ValueError as error:
        raise URLError(f"the server redirects to an invalid address: {error}") from error
    with response:
        yield _read_head(response, start)
        # read1 returns what has arrived.
        while piece := response.read1(_CHUNK):
            yield piece
        if response.length:
            raise ConnectionError(f"the connection broke off, {response.length} bytes are missing")


def _read_head(response: HTTPResponse, start: int) -> _Head:
    found = response.headers
    resumed = response.status == 206
    if resumed and not found.get("Content-Range", "").startswith(f"bytes {start}-"):
        raise HTTPException(f"the server sends another part than the one from byte {start} on")
    start = start if resumed else 0
    # A weak ETag does not promise equal bytes, so it cannot be used to resume.
    etag = found.get("ETag", "")
    validator = found.get("Last-Modified", "") if etag.startswith("W/") or not etag else etag
    n_bytes = None if response.length is None else start + response.length
    return _Head(start, validator, n_bytes)


class _Redirections(HTTPRedirectHandler):
    """Follow redirections to addresses that are safe."""

    def __init__(self, encrypted: bool) -> None:
        self._encrypted = encrypted

    def redirect_request(
        self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        try:
            _check_address(newurl, self._encrypted)
        except URLError:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _check_address(url: str, encrypted: bool) -> None:
    """Raise an error for an address of another kind than https or, if permitted, http."""
    if not url.lower().startswith("https:" if encrypted else ("https:", "http:")):
        expected = "an https address, because the file has no known SHA-256"
        raise _RefusedAddressError(
            f"the address {url} is refused, expected {expected if encrypted else 'https or http'}"
        )


def _in_thread(items: Iterator[Any], deadline: float) -> Generator[Any, None, None]:
    """Iterate in a thread that is abandoned at the deadline.

    The timeout of a socket restarts with each byte, so it would not stop a server that sends its
    headers byte by byte. Ctrl-C is handled between items, too.
    """
    queue: Queue[tuple[Any, BaseException | None]] = Queue(_QUEUED)
    abandoned = Event()

    def put(item: Any, error: BaseException | None = None) -> None:
        while not abandoned.is_set():
            with suppress(Full):
                return queue.put((item, error), timeout=0.1)

    def run() -> None:
        try:
            for item in items:
                put(item)
                if abandoned.is_set():
                    return
            put(None)
        except BaseException as error:  # it is raised in the waiting thread
            put(None, error)

    Thread(target=run, daemon=True, name="skmnist-download").start()
    try:
        while True:
            try:
                item, error = queue.get(timeout=max(0.0, deadline - time.monotonic()))
            except Empty:
                raise _too_slow() from None
            if error is not None:
                raise error
            if item is None:
                return
            yield item
            if time.monotonic() > deadline:
                raise _too_slow()
    finally:
        abandoned.set()


def _too_slow() -> TimeoutError:
    return TimeoutError(f"the server sends less than {SLOWEST} bytes per second")


def _is_permanent(error: BaseException) -> bool:
    """Return whether a retry cannot help: the file is not there, or a redirection is refused."""
    if isinstance(error, HTTPError):
        return error.code < 500 and error.code not in _TEMPORARY_CLIENT_ERRORS
    return isinstance(error, _RefusedAddressError)


def _retry_after(error: BaseException) -> float:
    """Return the seconds that a server asks to wait."""
    value = error.headers.get("Retry-After") if isinstance(error, HTTPError) else None
    if value is None:
        return 0.0
    # Dates may be malformed, lack a zone, or lie beyond all years.
    with suppress(ValueError, TypeError, OverflowError):
        if value.strip().isdecimal():
            return float(value)
        moment = parsedate_to_datetime(value)
        return (moment - datetime.now(UTC)).total_seconds()
    return 0.0


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__
