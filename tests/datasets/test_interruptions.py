"""Downloads that are interrupted, fill the disk, or run beside each other."""

import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from skmnist.exceptions import DatasetNotFoundError

from .conftest import BODY, SHA256, download, everything_under


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_ends_a_slow_download_at_once(serve, reply, tmp_path):
    server = serve(reply(BODY, slow="body"))
    main = threading.main_thread().ident

    def interrupt():
        while not server.n_requests:
            time.sleep(0.01)
        signal.pthread_kill(main, signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        download(server.url, tmp_path / "home" / "mnist.npz")
    assert time.monotonic() - start < 5
    assert everything_under(tmp_path) == []


def test_a_full_disk_is_a_plain_oserror(serve, reply, tmp_path):
    resource = pytest.importorskip("resource")  # POSIX only
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
