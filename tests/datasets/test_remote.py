"""Downloads: verified, atomic, with retries, and without leftovers."""

import gc
import hashlib
import os
import re
import socket
import time
from urllib.error import HTTPError, URLError

import pytest

from skmnist.datasets import _remote
from skmnist.exceptions import DatasetIntegrityError, DatasetNotFoundError, SkmnistWarning

from .conftest import BODY, SHA256, download, everything_under


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
