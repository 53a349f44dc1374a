"""A web server on this machine that answers as the test says."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import pytest


class Reply(NamedTuple):
    """One answer: `missing` bytes of the body are promised and not sent; `stall` sends nothing."""

    body: bytes = b""
    status: int = 200
    missing: int = 0
    stall: bool = False


class Server(ThreadingHTTPServer):
    """Gives the replies in turn, the last one again and again, and counts the requests."""

    daemon_threads = True

    def __init__(self, replies):
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies = replies
        self.n_requests = 0
        self.over = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}/mnist.npz"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        reply = server.replies[min(server.n_requests, len(server.replies) - 1)]
        server.n_requests += 1
        if reply.stall:
            server.over.wait(10)
            return
        self.send_response(reply.status)
        self.send_header("Content-Length", str(len(reply.body) + reply.missing))
        self.end_headers()
        self.wfile.write(reply.body)

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
