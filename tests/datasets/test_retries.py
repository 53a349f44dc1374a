"""Waits before a retry, and downloads that go on where they broke off."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from skmnist.datasets import _remote
from skmnist.exceptions import DatasetNotFoundError, SkmnistWarning

from .conftest import BODY, download


@pytest.mark.parametrize(
    ("value", "lowest", "highest"),
    [
        ("7", 7, 7),
        (30, 5, 30),
        ("1", 2.5, 2.5),
        ("soon", 2.5, 2.5),
        ("Fri, 31 Dec 2030 23:59:59 -0000", 2.5, 2.5),  # without a zone
        ("Fri, 31 Dec 99999999999999999999 23:59:59 GMT", 2.5, 2.5),
        (-9, 2.5, 2.5),
    ],
)
def test_the_server_may_ask_for_a_longer_wait(
    serve, reply, tmp_path, monkeypatch, value, lowest, highest
):
    if isinstance(value, int):  # seconds from now
        moment = datetime.now(UTC) + timedelta(seconds=value)
        value = format_datetime(moment, usegmt=True)
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
