"""A local web server whose replies the test chooses, and tiny stand-ins for the data sets."""

import gzip
import hashlib
import io
import struct
import threading
import zipfile
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import numpy as np
import pytest
from scipy.io import savemat

from skmnist.datasets import _remote


class Reply(NamedTuple):
    """One answer: `missing` bytes of the body are promised and not sent; `stall` sends nothing.

    `endless` sends the body again and again; `slow` names the part that comes byte by byte;
    `headers` are further headers; `pause` is a wait in seconds before the answer.
    """

    body: bytes = b""
    status: int = 200
    missing: int = 0
    stall: bool = False
    endless: bool = False
    chunked: bool = False
    unknown_length: bool = False
    slow: str = ""
    headers: tuple = ()
    pause: float = 0.0


class Server(ThreadingHTTPServer):
    """Gives the replies in turn, the last one again and again, and counts the requests."""

    daemon_threads = True

    def __init__(self, replies):
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies = replies
        self.n_requests = 0
        self.requests = []
        self.over = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}/mnist.npz"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        reply = server.replies[min(server.n_requests, len(server.replies) - 1)]
        server.n_requests += 1
        server.requests.append(dict(self.headers))
        if reply.stall:
            server.over.wait(10)
            return
        server.over.wait(reply.pause)
        with suppress(ConnectionError):  # the client has enough
            self.answer(reply)

    def answer(self, reply):
        if reply.slow == "status":
            self.drip(b"HTTP/1.0 200 " + bytes(1000))
        self.protocol_version = "HTTP/1.1" if reply.chunked else "HTTP/1.0"
        self.send_response(reply.status)
        if reply.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif not (reply.endless or reply.unknown_length):
            self.send_header("Content-Length", str(len(reply.body) + reply.missing))
        for name, value in reply.headers:
            self.send_header(name, value)
        if reply.slow == "headers":
            self.flush_headers()
            self.drip(b"X: " + 1000 * b"x")
        self.end_headers()
        if reply.slow == "body":
            self.drip(reply.body)
        while True:
            self.wfile.write(self.chunk(reply.body) if reply.chunked else reply.body)
            if not reply.endless or self.server.over.is_set():
                break
        if reply.chunked:
            self.wfile.write(self.chunk(b""))
        self.close_connection = True

    def drip(self, content):
        for byte in content:
            self.wfile.write(bytes([byte]))
            if self.server.over.wait(0.05):
                break

    def chunk(self, content):
        return b"%x\r\n%b\r\n" % (len(content), content)

    def log_message(self, format, *args):  # noqa: A002
        pass


@pytest.fixture
def reply():
    return Reply


@pytest.fixture
def serve(monkeypatch):
    """Start a server: ``serve(*replies)`` has ``url`` and ``n_requests``."""
    monkeypatch.setenv("no_proxy", "*")
    servers = []

    def start(*replies):
        server = Server(replies)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.over.set()
        server.shutdown()
        server.server_close()


BODY = b"the file" * 1000
SHA256 = hashlib.sha256(BODY).hexdigest()


def download(*urls, sha256=SHA256, n_bytes=8000, n_retries=0, delay=0.0):
    *urls, path = urls
    _remote.download(urls, path, sha256=sha256, n_bytes=n_bytes, n_retries=n_retries, delay=delay)


def everything_under(folder):
    return sorted(path.name for path in folder.rglob("*"))


def as_idx(array):
    """Return an array as an IDX file; the dtype is uint8 or int32."""
    code, dtype = {"uint8": (0x08, "u1"), "int32": (0x0C, ">i4")}[array.dtype.name]
    header = struct.pack(f">HBB{array.ndim}I", 0, code, array.ndim, *array.shape)
    return header + array.astype(dtype).tobytes()


def as_gz(content):
    """Compress bytes, without the time, so that the result is always the same."""
    return gzip.compress(content, 1, mtime=0)


def as_idx_gz(array):
    return as_gz(as_idx(array))


def as_npy(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def as_zip(members):
    """Return a zip archive, without the time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def as_mat(variables, compress=True):
    """Return a MATLAB 5 file, without the time."""
    buffer = io.BytesIO()
    savemat(buffer, variables, do_compression=compress)
    return b"MATLAB 5.0 MAT-file".ljust(116) + buffer.getvalue()[116:]


@pytest.fixture
def publish_tiny(serve, reply):
    """Return a function that serves other files for a record; it returns the record of them.

    ``contents`` has the bytes by the name of the file, and ``n`` the rows by part. The arrays keep
    the shapes of their rows.
    """

    def tiny(record, contents, **n):
        files = []
        for file in record.files:
            content = contents[file.name]
            arrays = {
                name: replace(array, shape=(n[name[2:]], *array.shape[1:]), sha256="")
                for name, array in file.arrays.items()
            }
            files.append(
                replace(
                    file,
                    urls=(serve(reply(content)).url,),
                    sha256=hashlib.sha256(content).hexdigest(),
                    n_bytes=len(content),
                    arrays=arrays,
                )
            )
        return replace(record, files=tuple(files))

    return tiny


@pytest.fixture
def random_images():
    """Return a function that makes random images, which deflate cannot compress."""
    rng = np.random.default_rng(0)
    return lambda n, height=28, width=28: rng.integers(0, 256, (n, height, width), dtype=np.uint8)
