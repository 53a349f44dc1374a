"""Downloads from several addresses, and addresses that are refused."""

import re
from types import SimpleNamespace
from urllib.error import URLError
from urllib.request import Request

import pytest

from skmnist.datasets import _remote
from skmnist.exceptions import DatasetNotFoundError, SkmnistWarning

from .conftest import BODY, download, everything_under


def test_the_next_address_is_tried(serve, reply, tmp_path):
    gone, wrong, right = serve(reply(status=404)), serve(reply(b"login")), serve(reply(BODY))
    with pytest.warns(SkmnistWarning) as warned:
        download(gone.url, wrong.url, right.url, tmp_path / "mnist.npz")
    assert (tmp_path / "mnist.npz").read_bytes() == BODY
    assert [server.n_requests for server in (gone, wrong, right)] == [1, 1, 1]
    first, second = (str(warning.message) for warning in warned)
    reason = "HTTP Error 404: Not Found"
    assert first == f"Downloading {gone.url} failed: {reason}. Now trying {wrong.url}."
    assert f"Downloading {wrong.url} failed: its SHA-256 is" in second
    assert second.endswith(f"Now trying {right.url}.")


def test_the_first_address_is_enough(serve, reply, tmp_path):
    first, second = serve(reply(BODY)), serve(reply(BODY))
    download(first.url, second.url, tmp_path / "mnist.npz")
    assert (first.n_requests, second.n_requests) == (1, 0)


def test_no_address_works(serve, reply, tmp_path):
    first, second = serve(reply(status=404)), serve(reply(status=403))
    with (
        pytest.warns(SkmnistWarning, match=re.escape(f"Downloading {first.url} failed")),
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
    with pytest.raises(URLError, match="/b is refused, expected an https address"):
        handler.redirect_request(request, connection, 302, "Found", {}, "http://127.0.0.1/b")
    assert closed
    redirected = handler.redirect_request(
        request, connection, 302, "Found", {}, "https://127.0.0.1/b"
    )
    assert redirected.full_url == "https://127.0.0.1/b"
