"""Downloads: verified, atomic, with retries, and without leftovers."""

import gc
import hashlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from urllib.error import HTTPError, URLError
from urllib.request import Request

import pytest

from skmnist.datasets import _remote
from skmnist.datasets._progress import progress
from skmnist.exceptions import DatasetIntegrityError, DatasetNotFoundError, SkmnistWarning

BODY = b"the file" * 1000
SHA256 = hashlib.sha256(BODY).hexdigest()


def download(*urls, sha256=SHA256, n_bytes=8000, n_retries=0, delay=0.0):
    *urls, path = urls
    _remote.download(urls, path, sha256=sha256, n_bytes=n_bytes, n_retries=n_retries, delay=delay)


def everything_under(folder):
    return sorted(path.name for path in folder.rglob("*"))


def test_the_file_is_put_in_place_and_folders_are_made(serve, reply, tmp_path):
    server = serve(reply(BODY))
    path = tmp_path / "new" / "home" / "mnist.npz"
    download(server.url, path)
    assert path.read_bytes() == BODY
    assert everything_under(path.parent) == ["mnist.npz"]
    assert server.n_requests == 1


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_the_file_has_the_mode_of_any_new_file(serve, reply, tmp_path):
    (tmp_path / "other").touch()
    download(serve(reply(BODY)).url, tmp_path / "mnist.npz")
    assert (tmp_path / "mnist.npz").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_wrong_checksum_writes_nothing(serve, reply, tmp_path):
    server = serve(reply(b"<html>please log in</html>"))
    got = hashlib.sha256(b"<html>please log in</html>").hexdigest()
    path = tmp_path / "home" / "mnist.npz"
    message = f"{server.url} is not the expected file: its SHA-256 is {got}, expected {SHA256}. "
    with pytest.raises(DatasetIntegrityError, match=re.escape(message)) as caught:
        download(server.url, path, n_retries=3)
    assert f"by hand and place it as {path}" in str(caught.value)
    assert everything_under(tmp_path) == []
    assert server.n_requests == 1


def test_404_is_not_retried(serve, reply, tmp_path):
    server = serve(reply(status=404))
    path = tmp_path / "mnist.npz"
    message = (
        f"{server.url} could not be downloaded: HTTP Error 404: Not Found. "
        f"Try again later, or download it by hand and place it as {path}."
    )
    with pytest.raises(DatasetNotFoundError, match=re.escape(message)) as caught:
        download(server.url, path, n_retries=3)
    assert isinstance(caught.value.__cause__, HTTPError)
    assert server.n_requests == 1
    assert everything_under(tmp_path) == []


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_redirection_to_an_invalid_address(serve, reply, tmp_path):
    server = serve(reply(status=302, headers=[("Location", "http://[::1")]))
    with pytest.raises(DatasetNotFoundError, match="redirects to an invalid address: Invalid IPv6"):
        download(server.url, tmp_path / "mnist.npz")
    gc.collect()  # urllib has left the connection open


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_server_that_recovers(serve, reply, tmp_path, status):
    server = serve(reply(status=status), reply(status=status), reply(BODY))
    with pytest.warns(SkmnistWarning) as warned:
        download(server.url, tmp_path / "mnist.npz", n_retries=2)
    assert (tmp_path / "mnist.npz").read_bytes() == BODY
    assert server.n_requests == 3
    assert [str(warning.message).rpartition(". ")[2] for warning in warned] == [
        "Retry 1 of 2.",
        "Retry 2 of 2.",
    ]
    assert f"Downloading {server.url} failed: HTTP Error {status}" in str(warned[0].message)


def test_retries_end_and_wait_in_between(serve, reply, tmp_path, monkeypatch):
    waited = []
    monkeypatch.setattr(_remote.time, "sleep", waited.append)
    server = serve(reply(status=503))
    with (
        pytest.warns(SkmnistWarning, match=r"Retry \d of 3\.") as warned,
        pytest.raises(DatasetNotFoundError, match="HTTP Error 503"),
    ):
        download(server.url, tmp_path / "mnist.npz", n_retries=3, delay=2.5)
    assert server.n_requests == 4
    assert waited == [2.5, 5, 10]
    assert len(warned) == 3


def test_a_truncated_response_is_retried(serve, reply, tmp_path):
    server = serve(reply(BODY[:100], missing=len(BODY) - 100), reply(BODY))
    with pytest.warns(SkmnistWarning, match="connection broke off, 7900 bytes are missing"):
        download(server.url, tmp_path / "mnist.npz", n_retries=1)
    assert (tmp_path / "mnist.npz").read_bytes() == BODY


def test_a_response_that_stays_truncated(serve, reply, tmp_path):
    server = serve(reply(BODY[:100], missing=len(BODY) - 100))
    with pytest.raises(
        DatasetNotFoundError, match="downloaded: the connection broke off"
    ) as caught:
        download(server.url, tmp_path / "mnist.npz")
    assert isinstance(caught.value.__cause__, ConnectionError)
    assert everything_under(tmp_path) == []


def test_a_server_that_never_answers(serve, reply, tmp_path, monkeypatch):
    monkeypatch.setattr(_remote, "TIMEOUT", 0.1)
    server = serve(reply(stall=True))
    with pytest.raises(DatasetNotFoundError, match="timed out") as caught:
        download(server.url, tmp_path / "mnist.npz")
    assert isinstance(caught.value.__cause__, TimeoutError | URLError)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_without_end_is_cut_at_the_known_size(serve, reply, tmp_path, chunked):
    server = serve(reply(BODY, endless=True, chunked=chunked))
    message = f"it is longer than {len(BODY)} bytes. Nothing was written."
    with pytest.raises(DatasetIntegrityError, match=message):
        download(server.url, tmp_path / "mnist.npz", n_retries=3)
    assert server.n_requests == 1
    assert everything_under(tmp_path) == []


def test_a_long_body_is_not_read_to_its_end(serve, reply, tmp_path):
    server = serve(reply(BODY + b"!", missing=10**12))
    with pytest.raises(DatasetIntegrityError, match="it is longer than 8000 bytes"):
        download(server.url, tmp_path / "mnist.npz")


def test_a_body_of_unknown_length(serve, reply, tmp_path):
    for chunked in (False, True):
        path = tmp_path / f"{chunked}.npz"
        download(serve(reply(BODY, unknown_length=True, chunked=chunked)).url, path)
        assert path.read_bytes() == BODY


@pytest.mark.parametrize("slow", ["status", "headers", "body"])
def test_a_response_byte_by_byte_is_cut_off(serve, reply, tmp_path, monkeypatch, slow):
    monkeypatch.setattr(_remote, "TIMEOUT", 0.3)  # each byte takes 0.05 seconds
    monkeypatch.setattr(_remote, "SLOWEST", 20_000)
    server = serve(reply(BODY, slow=slow))
    start = time.monotonic()
    with pytest.raises(DatasetNotFoundError, match="sends less than 20000 bytes per second"):
        download(server.url, tmp_path / "mnist.npz", n_retries=5)
    assert time.monotonic() - start < 5
    assert server.n_requests == 1
    assert everything_under(tmp_path) == []


def test_no_server(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}/mnist.npz"
    with (
        pytest.warns(SkmnistWarning, match=r"Retry 1 of 1\."),
        pytest.raises(DatasetNotFoundError, match=re.escape(url)) as caught,
    ):
        download(url, tmp_path / "home" / "mnist.npz", n_retries=1)
    assert isinstance(caught.value.__cause__, URLError)
    assert isinstance(caught.value, FileNotFoundError)
    assert everything_under(tmp_path) == []


def test_an_error_without_text_is_named():
    assert _remote._reason(TimeoutError()) == "TimeoutError"


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, OSError("disk full")])
def test_the_temporary_file_goes_whatever_happens(
    serve, reply, tmp_path, monkeypatch, interruption
):
    seen = []

    def replace(source, destination):
        seen.append((source.read_bytes(), destination))
        raise interruption

    monkeypatch.setattr("os.replace", replace)
    path = tmp_path / "mnist.npz"
    expected = interruption if isinstance(interruption, type) else type(interruption)
    with pytest.raises(expected):
        download(serve(reply(BODY)).url, path)
    assert seen == [(BODY, path)]
    assert everything_under(tmp_path) == []


def test_a_home_that_cannot_be_written_is_a_plain_oserror(serve, reply, tmp_path):
    (tmp_path / "home").write_text("a file, not a folder")
    with pytest.raises(FileExistsError):
        download(serve(reply(BODY)).url, tmp_path / "home" / "mnist.npz")


# --- several addresses


def test_the_next_address_is_tried(serve, reply, tmp_path):
    gone, wrong, right = serve(reply(status=404)), serve(reply(b"login")), serve(reply(BODY))
    with pytest.warns(SkmnistWarning) as warned:
        download(gone.url, wrong.url, right.url, tmp_path / "mnist.npz")
    assert (tmp_path / "mnist.npz").read_bytes() == BODY
    assert [server.n_requests for server in (gone, wrong, right)] == [1, 1, 1]
    first, second = (str(warning.message) for warning in warned)
    assert f"{gone.url} could not be downloaded: HTTP Error 404" in first
    assert first.endswith(f"Now trying {wrong.url}.")
    assert f"{wrong.url} is not the expected file" in second
    assert second.endswith(f"Now trying {right.url}.")


def test_the_first_address_is_enough(serve, reply, tmp_path):
    first, second = serve(reply(BODY)), serve(reply(BODY))
    download(first.url, second.url, tmp_path / "mnist.npz")
    assert (first.n_requests, second.n_requests) == (1, 0)


def test_no_address_works(serve, reply, tmp_path):
    first, second = serve(reply(status=404)), serve(reply(status=403))
    with (
        pytest.warns(SkmnistWarning, match=re.escape(f"{first.url} could not be downloaded")),
        pytest.raises(DatasetNotFoundError, match=f"{second.url} could not be .* 403"),
    ):
        download(first.url, second.url, tmp_path / "home" / "mnist.npz")
    assert everything_under(tmp_path) == []


# --- addresses that are refused


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/mnist.npz"])
def test_a_redirection_to_another_protocol(serve, reply, tmp_path, target):
    server = serve(reply(status=302, headers=[("Location", target)]))
    with pytest.raises(DatasetNotFoundError, match=f"(?s){target}.*(not allowed|refused)"):
        download(server.url, tmp_path / "mnist.npz", n_retries=3)
    assert server.n_requests == 1
    assert everything_under(tmp_path) == []


def test_a_redirection_is_followed(serve, reply, tmp_path):
    target = serve(reply(BODY))
    server = serve(reply(status=302, headers=[("Location", target.url)]))
    download(server.url, tmp_path / "mnist.npz")
    assert (tmp_path / "mnist.npz").read_bytes() == BODY


def test_without_a_digest_only_encrypted_addresses(serve, reply, tmp_path):
    server = serve(reply(BODY))
    message = f"the address {server.url} is refused, expected an https address, because the file ha"
    with pytest.raises(DatasetNotFoundError, match=message):
        download(server.url, tmp_path / "mnist.npz", sha256="", n_retries=3)
    assert server.n_requests == 0


@pytest.mark.parametrize("url", ["file:///etc/passwd", "data:,x", "mnist.npz"])
def test_other_kinds_of_addresses(tmp_path, url):
    with pytest.raises(DatasetNotFoundError, match=f"{url} is refused, expected https or http"):
        download(url, tmp_path / "mnist.npz", n_retries=3)


def test_without_a_digest_a_redirection_must_be_encrypted():
    """urllib opens no connection of its own here: the handler sees the new address first."""
    closed = []
    connection = SimpleNamespace(close=lambda: closed.append(True))
    handler = _remote._Redirections(encrypted=True)
    request = Request("https://127.0.0.1/a")
    with pytest.raises(URLError, match="http://127.0.0.1/b is refused, expected an https address"):
        handler.redirect_request(request, connection, 302, "Found", {}, "http://127.0.0.1/b")
    assert closed
    redirected = handler.redirect_request(
        request, connection, 302, "Found", {}, "https://127.0.0.1/b"
    )
    assert redirected.full_url == "https://127.0.0.1/b"


# --- waits


def in_seconds(n):
    return format_datetime(datetime.now(UTC) + timedelta(seconds=n), usegmt=True)


@pytest.mark.parametrize(
    ("value", "lowest", "highest"),
    [
        ("7", 7, 7),
        (in_seconds(30), 5, 30),
        ("1", 2.5, 2.5),
        ("soon", 2.5, 2.5),
        (in_seconds(-9), 2.5, 2.5),
    ],
)
def test_the_server_may_ask_for_a_longer_wait(
    serve, reply, tmp_path, monkeypatch, value, lowest, highest
):
    waited = []
    monkeypatch.setattr(_remote.time, "sleep", waited.append)
    server = serve(reply(status=429, headers=[("Retry-After", value)]), reply(BODY))
    with pytest.warns(SkmnistWarning, match="HTTP Error 429"):
        download(server.url, tmp_path / "mnist.npz", n_retries=1, delay=2.5)
    assert lowest <= waited[0] <= highest


def test_a_wait_that_is_too_long_fails(serve, reply, tmp_path):
    server = serve(reply(status=503, headers=[("Retry-After", "3600")]))
    with pytest.raises(DatasetNotFoundError, match="HTTP Error 503"):
        download(server.url, tmp_path / "mnist.npz", n_retries=3)
    assert server.n_requests == 1


def test_waits_are_bounded(serve, reply, tmp_path, monkeypatch):
    waited = []
    monkeypatch.setattr(_remote.time, "sleep", waited.append)
    server = serve(*4 * [reply(status=503)], reply(BODY))
    with pytest.warns(SkmnistWarning):
        download(server.url, tmp_path / "mnist.npz", n_retries=4, delay=20)
    assert waited == [20, 40, 60, 60]


# --- going on after a break

BROKEN = {"body": BODY[:3000], "missing": 5000}
REST = {"body": BODY[3000:], "status": 206}


def part_from(start):
    return [("Content-Range", f"bytes {start}-7999/8000")]


@pytest.mark.parametrize(
    ("header", "value"), [("ETag", '"1"'), ("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT")]
)
def test_a_download_goes_on_where_it_broke_off(serve, reply, tmp_path, header, value):
    server = serve(
        reply(**BROKEN, headers=[(header, value)]), reply(**REST, headers=part_from(3000))
    )
    with pytest.warns(SkmnistWarning, match="the connection broke off, 5000 bytes are missing"):
        download(server.url, tmp_path / "mnist.npz", n_retries=1)
    assert (tmp_path / "mnist.npz").read_bytes() == BODY
    assert "Range" not in server.requests[0]
    assert server.requests[1]["Range"] == "bytes=3000-"
    assert server.requests[1]["If-Range"] == value


def test_a_server_that_cannot_go_on_starts_again(serve, reply, tmp_path):
    server = serve(reply(**BROKEN, headers=[("ETag", '"1"')]), reply(BODY))
    with pytest.warns(SkmnistWarning):
        download(server.url, tmp_path / "mnist.npz", n_retries=1)
    assert (tmp_path / "mnist.npz").read_bytes() == BODY


@pytest.mark.parametrize("headers", [[], [("ETag", 'W/"1"')]])
def test_without_a_strong_validator_the_download_starts_again(serve, reply, tmp_path, headers):
    server = serve(reply(**BROKEN, headers=headers), reply(BODY))
    with pytest.warns(SkmnistWarning):
        download(server.url, tmp_path / "mnist.npz", n_retries=1)
    assert (tmp_path / "mnist.npz").read_bytes() == BODY
    assert "Range" not in server.requests[1]


def test_another_part_than_the_one_asked_for(serve, reply, tmp_path):
    server = serve(
        reply(**BROKEN, headers=[("ETag", '"1"')]), reply(**REST, headers=part_from(2000))
    )
    with (
        pytest.warns(SkmnistWarning),
        pytest.raises(DatasetNotFoundError, match="sends another part than the one from byte 3000"),
    ):
        download(server.url, tmp_path / "mnist.npz", n_retries=1)


# --- interruptions and full disks


def test_ctrl_c_ends_a_slow_download_at_once(serve, reply, tmp_path):
    server = serve(reply(BODY, slow="body"))
    main = threading.main_thread().ident
    threading.Timer(0.4, lambda: signal.pthread_kill(main, signal.SIGINT)).start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        download(server.url, tmp_path / "home" / "mnist.npz")
    assert time.monotonic() - start < 5
    assert everything_under(tmp_path) == []


@pytest.mark.skipif(os.name != "posix", reason="limits are POSIX")
def test_a_full_disk_is_a_plain_oserror(serve, reply, tmp_path):
    import resource

    content = bytes(200_000)
    server = serve(reply(content))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            download(server.url, tmp_path / "home" / "mnist.npz", n_bytes=200_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert everything_under(tmp_path) == []
    assert server.n_requests == 1


# --- several processes

PROGRAM = """
import sys
from pathlib import Path
from skmnist.datasets._remote import download
url, path, sha256 = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
download([url], Path(path), sha256=sha256, n_bytes=8000, n_retries=0, delay=0.0)
print(Path(path).stat().st_size)
"""


def test_two_processes_share_one_download(serve, reply, tmp_path):
    server = serve(reply(BODY, pause=0.5))
    path = tmp_path / "home" / "mnist.npz"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, server.url, str(path), SHA256],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=60)[0] for process in processes] == ["8000\n"] * 2
    assert path.read_bytes() == BODY
    assert server.n_requests == 1
    assert everything_under(tmp_path) == ["home", "mnist.npz"]


def test_threads_share_one_download(serve, reply, tmp_path):
    server = serve(reply(BODY, pause=0.1))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: download(server.url, tmp_path / "mnist.npz"), range(4)))
    assert server.n_requests == 1


def test_a_failure_leaves_the_way_to_the_next(serve, reply, tmp_path):
    """The folder that a failed download removes is made again by one that waits for it."""
    server = serve(reply(status=404, pause=0.1), reply(BODY))

    def try_it(_):
        with suppress(DatasetNotFoundError):
            download(server.url, tmp_path / "home" / "mnist.npz")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(try_it, range(2)))
    assert everything_under(tmp_path) == ["home", "mnist.npz"]


# --- the progress bar


def test_small_files_have_no_bar(capfd):
    with progress("small.npz", 999_999) as report:
        report(10, 100)
    assert capfd.readouterr() == ("", "")


def test_a_bar_in_a_terminal(capfd, monkeypatch):
    monkeypatch.setenv("TTY_INTERACTIVE", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress("large.npz", 2_000_000) as report:
        for n_bytes in (500_000, 1_000_000):
            report(n_bytes, 2_000_000)
            time.sleep(0.15)
    out, err = capfd.readouterr()
    assert out == ""
    assert "large.npz" in err
    assert "1.0/2.0 MB" in err


def test_no_bar_without_a_terminal(capfd, monkeypatch):
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    with progress("large.npz", 2_000_000) as report:
        report(1_000_000, None)
    assert capfd.readouterr() == ("", "")


def test_no_bar_without_rich(capfd, monkeypatch):
    monkeypatch.setitem(sys.modules, "rich", None)
    with progress("large.npz", 2_000_000) as report:
        report(1_000_000, 2_000_000)
    assert capfd.readouterr() == ("", "")
