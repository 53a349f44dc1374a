"""Exported models: cnn-5 in ONNX against the network, and the service of ``examples/serve.py``.

The network and the exported file predict the same uint8 rows, each in its own process; they take
turns after a warm-up. With one row, a round is the median of many calls. The start is the time to
import ``OnnxClassifier`` and to predict one row in a new process that has imported scikit-learn and
ONNX Runtime, and the memory that this adds. The load test starts the service, and eight clients,
each a thread with one connection, send requests of one image as fast as they can; the clients share
the processor with the service. It takes about two minutes on an idle machine::

    python -m benchmarks.export
"""

import argparse
import http.client
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from benchmarks.harness.claims import Claim, conclude
from benchmarks.harness.conditions import print_conditions
from benchmarks.harness.timing import (
    PEERS,
    Peer,
    in_fresh_process,
    median_seconds,
    print_table,
    ratios,
    take_turns,
)

HERE = "benchmarks.export"
SERVICE = Path(__file__).parents[1] / "examples" / "serve.py"
N_CLIENTS = 8


def export(path: str) -> float:
    """Export cnn-5, and return the largest difference of the probabilities of 1,000 rows."""
    from benchmarks.harness.peers.skmnist import cached_digits, fitted_cnn_5
    from skmnist.export import OnnxClassifier, to_onnx

    net, (X, _) = fitted_cnn_5(), cached_digits(1000)
    exported = OnnxClassifier(to_onnx(net, path))
    return float(np.abs(exported.predict_proba(X) - net.predict_proba(X)).max())


def onnx_seconds(path: str, n_rows: int, calls: int) -> float:
    """Return the median seconds of a call of `predict_proba` of the exported model."""
    from benchmarks.harness.digits import digits
    from skmnist.export import OnnxClassifier

    X, _ = digits(n_rows)
    exported = OnnxClassifier(path)
    exported.predict_proba(X)
    return median_seconds(lambda: exported.predict_proba(X), calls)


def start(path: str) -> tuple[float, float]:
    """Return the seconds and the MB of the import and the first prediction, in a new process."""
    import onnxruntime  # noqa: F401
    import sklearn.utils.validation  # noqa: F401

    from benchmarks.memory import resident_mb

    X = np.zeros((1, 28, 28), dtype=np.uint8)
    before, begin = resident_mb("VmRSS"), time.perf_counter()
    from skmnist.export import OnnxClassifier

    OnnxClassifier(path).predict(X)
    seconds, size = time.perf_counter() - begin, resident_mb("VmRSS") - before
    if "tensorflow" in sys.modules:
        raise RuntimeError("TensorFlow has been imported")
    return seconds, size


@contextmanager
def service(path: str) -> Iterator[int]:
    """Start the service on a free port, which is yielded, and stop it."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    process = subprocess.Popen([sys.executable, SERVICE, path, "--port", str(port)])
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def load(port: int, n_requests: int) -> list[float]:
    """Send requests from all clients; return the seconds of each, then of all together."""
    from skmnist.datasets import load_mnist_sample

    bodies = [
        json.dumps({"images": [image]}) for image in load_mnist_sample().images[:100].tolist()
    ]

    def client(_: int) -> list[float]:
        connection, seconds = http.client.HTTPConnection("127.0.0.1", port, timeout=60), []
        for i in range(n_requests // N_CLIENTS):
            begin = time.perf_counter()
            connection.request("POST", "/predict", bodies[i % len(bodies)])
            response = connection.getresponse()
            response.read()
            if response.status != 200:
                raise RuntimeError(f"the service answered {response.status}")
            seconds.append(time.perf_counter() - begin)
        return seconds

    begin = time.perf_counter()
    with ThreadPoolExecutor(N_CLIENTS) as pool:
        each = [seconds for client_s in pool.map(client, range(N_CLIENTS)) for seconds in client_s]
    return [*each, time.perf_counter() - begin]


def refused(port: int) -> str:
    """Return what the service answers to an image of another size."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/predict", '{"images": [[0, 255]]}')
    response = connection.getresponse()
    return f"{response.status} {response.read().decode()}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--calls", type=int, default=200, help="predictions of one row in a round")
    parser.add_argument("--requests", type=int, default=2000, help="of the load test, in a round")
    options = parser.parse_args()
    print_conditions("onnx", "onnxruntime", "starlette", "uvicorn")
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "cnn-5.onnx")
        with Peer(HERE) as exporter:
            gap = exporter("export", path)
        one, many = predictions(path, options.repeats, options.calls)
        starts = [in_fresh_process(HERE, "start", path) for _ in range(options.repeats)]
        with service(path) as port:
            load(port, N_CLIENTS * 10)
            rounds = [load(port, options.requests) for _ in range(options.repeats)]
            print(f"\nan image of another size gets: {refused(port)}")
    print_table("one row", "ms", {name: [1000 * s for s in v] for name, v in one.items()})
    print_table("1,000 rows", "s", many)
    each = {f"p{q}": [1000 * float(np.percentile(r[:-1], q)) for r in rounds] for q in (50, 99)}
    print_table(f"a request, {N_CLIENTS} clients", "ms", each)
    rate = {"requests": [len(r[:-1]) / r[-1] for r in rounds]}
    print_table(f"the service, {N_CLIENTS} clients", "per second", rate)
    conclude(claims_of(gap, one, starts))


def predictions(path: str, repeats: int, calls: int) -> tuple[dict[str, list[float]], ...]:
    """Return the seconds for one row and for 1,000 rows by model."""
    with Peer(f"{PEERS}.skmnist") as networks, Peer(HERE) as runtime:

        def measures(n_rows: int, calls: int) -> dict[str, Callable[[], float]]:
            return {
                "network": lambda: networks("predict_seconds", n_rows, calls),
                "OnnxClassifier": lambda: runtime("onnx_seconds", path, n_rows, calls),
            }

        return tuple(take_turns(measures(*size), repeats) for size in ((1, calls), (1000, 1)))


def claims_of(
    gap: float, one: dict[str, list[float]], starts: list[tuple[float, float]]
) -> list[Claim]:
    """Return the claims on an exported model."""
    seconds, sizes = zip(*starts, strict=True)
    speed = ratios(one["network"], one["OnnxClassifier"])
    what = "import and first prediction of OnnxClassifier"
    return [
        Claim("largest difference of probabilities", [1e6 * gap], "e-6", 10, at_most=True),
        Claim("predict_proba of 1 row, speed of OnnxClassifier against the network", speed, "x", 4),
        Claim(what, seconds, "s", 0.3, at_most=True),
        Claim(f"memory of {what}", sizes, "MB", 150, at_most=True),
    ]


if __name__ == "__main__":
    main()
