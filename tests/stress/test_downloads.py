"""fetch_mnist and a server on this machine that misbehaves, in more than 20 ways."""

import gc
import hashlib
import io
import re
import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

from skmnist.datasets import _mnist, _remote, fetch_mnist
from skmnist.datasets._npz import NPZ
from skmnist.datasets._records import ArrayRecord, FileRecord

pytestmark = pytest.mark.stress

ARRAYS = {
    "x_train": np.random.default_rng(0).integers(0, 256, (6, 28, 28), dtype=np.uint8),
    "y_train": np.arange(6, dtype=np.uint8),
    "x_test": np.random.default_rng(1).integers(0, 256, (3, 28, 28), dtype=np.uint8),
    "y_test": np.arange(3, dtype=np.uint8),
}


def as_npz(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


FILE = as_npz(**ARRAYS)
ROWS_SWAPPED = as_npz(**ARRAYS | {"x_train": ARRAYS["x_train"][::-1].copy()})


def answer(body=FILE, status="200 OK", length=None, headers=()):
    """Return an answer of HTTP."""
    length = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {length}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def chunked(*sizes_and_chunks):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    return head + b"".join(size + b"\r\n" + chunk + b"\r\n" for size, chunk in sizes_and_chunks)


def forever(head, piece):
    """Send bytes again and again until the client goes."""

    def talk(connection):
        connection.sendall(head)
        while True:
            connection.sendall(piece)
            time.sleep(0.001)

    return talk


def slowly(content):
    def talk(connection):
        for byte in content:
            connection.sendall(bytes([byte]))
            time.sleep(0.02)

    return talk


def silent_after(content):
    def talk(connection):
        connection.sendall(content)
        connection.settimeout(5)
        with suppress(TimeoutError):
            connection.recv(1)

    return talk


def reset(connection):
    """Break the connection off in the middle of the body."""
    connection.sendall(answer()[:2000])
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


FLIPPED = FILE[:3000] + bytes([FILE[3000] ^ 1]) + FILE[3001:]
# What the server does; bytes are sent as they are.
MISBEHAVIORS = {
    "closes at once": b"",
    "says nothing": silent_after(b""),
    "stops in the headers": silent_after(answer()[:30]),
    "stops in the body": silent_after(answer()[:3000]),
    "closes in the headers": answer()[:30],
    "closes in the body": answer()[:3000],
    "resets the connection": reset,
    "speaks no HTTP": b"220 ftp ready\r\n" * 10,
    "sends noise": np.random.default_rng(2).bytes(5000),
    "sends the status byte by byte": slowly(answer()),
    "sends the body byte by byte": lambda c: (c.sendall(answer(b"")[:-4].replace(
        b"Content-Length: 0", b"Content-Length: 8") + b"\r\n\r\n"), slowly(FILE)(c)),
    "sends headers for ever": forever(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "sends one header for ever": forever(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 1000),
    "says to go on for ever": forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "sends a body for ever": forever(b"HTTP/1.1 200 OK\r\n\r\n", FILE),
    "sends chunks for ever": forever(chunked(), b"400\r\n" + bytes(1024) + b"\r\n"),
    "promises too much": answer(length=10**15),
    "promises too little": answer(length=100),
    "sends a chunk without a size": chunked((b"size", FILE)),
    "sends a huge chunk size": chunked((b"f" * 30, FILE)),
    "sends a negative chunk size": chunked((b"-5", FILE)),
    "ends no chunks": chunked((b"%x" % len(FILE), FILE)),
    "sends another file": answer(b"<html>please log in</html>"),
    "sends nothing": answer(b""),
    "flips a bit": answer(FLIPPED),
    "swaps the rows": answer(ROWS_SWAPPED),
    "appends a byte": answer(FILE + b"!"),
    "packs the file": answer(headers=["Content-Encoding: gzip"], body=b"\x1f\x8b" + FILE),
    "has no such file": answer(b"", "404 Not Found"),
    "wants a password": answer(b"", "401 Unauthorized", headers=["WWW-Authenticate: Basic"]),
    "is overloaded": answer(b"", "503 Service Unavailable"),
    "breaks": answer(b"Traceback", "500 Internal Server Error"),
    "has an unknown status": answer(b"", "999 Never"),
    "has no status": b"HTTP/1.1 \r\n\r\n" + FILE,
    "sends no content": answer(b"", "204 No Content"),
    "sends a part": answer(FILE[:50], "206 Partial Content"),
    "says unchanged": answer(b"", "304 Not Modified"),
    "redirects to itself": answer(b"", "302 Found", headers=["Location: /mnist.npz"]),
    "redirects to a local file": answer(b"", "302 Found", headers=["Location: file:///etc/passwd"]),
    "redirects to nowhere": answer(b"", "302 Found"),
    "redirects to no address": answer(b"", "302 Found", headers=["Location: http://[::1"]),
    "redirects to a bad port": answer(b"", "302 Found", headers=["Location: http://a:b/c"]),
}  # fmt: skip
# Faults after which the download still succeeds.
SOUND = {
    "promises a negative length": answer(length=-5),
    "promises no number": answer(length="many"),
    "sends the file": answer(),
    "sends chunks": chunked((b"%x" % len(FILE), FILE), (b"0", b"")),
    "promises no length": b"HTTP/1.1 200 OK\r\n\r\n" + FILE,
}


class Server:
    """Does the same to each client."""

    def __init__(self, deed):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/mnist.npz"
        self.deed = deed
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with suppress(OSError):
            while True:
                connection = self.socket.accept()[0]
                threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        with suppress(OSError), connection:
            connection.recv(2**16)
            if isinstance(self.deed, bytes):
                connection.sendall(self.deed)
            else:
                self.deed(connection)


# urllib leaves the connection open where it does not understand a redirection.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_downloads(judge, monkeypatch, tmp_path):
    digests = {k: ArrayRecord(v.shape, hashlib.sha256(v).hexdigest()) for k, v in ARRAYS.items()}
    sha256 = hashlib.sha256(FILE).hexdigest()
    monkeypatch.setattr(_remote, "TIMEOUT", 0.5)
    monkeypatch.setenv("no_proxy", "*")
    deeds = MISBEHAVIORS | SOUND
    for number, (what, deed) in enumerate(deeds.items()):
        server, home = Server(deed), tmp_path / f"home {number}"
        file = FileRecord(
            name="mnist.npz",
            urls=(server.url,),
            sha256=sha256,
            n_bytes=len(FILE),
            arrays=digests,
            format=NPZ,
        )
        monkeypatch.setattr(_mnist, "MNIST", replace(_mnist.MNIST, files=(file,)))

        def fetch(home=home):
            try:
                return fetch_mnist(data_home=home, n_retries=1, delay=0)
            finally:
                left = [] if not home.exists() else [path.name for path in home.iterdir()]
                assert left in ([], ["mnist.npz"]), left

        def compare(bunch, _):
            np.testing.assert_array_equal(bunch.images, ARRAYS["x_train"])
            np.testing.assert_array_equal(bunch.target, ARRAYS["y_train"])

        judge(
            f"the server {what}",
            fetch,
            names=[str(home / "mnist.npz"), re.escape(server.url)],
            plain=(lambda: None) if what in SOUND else None,
            compare=compare,
        )
        server.socket.close()
        assert home.exists() == (what in SOUND), what
    gc.collect()
    judge.finish(len(deeds))
