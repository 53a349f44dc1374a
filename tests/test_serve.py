"""The example of a service: a server on 127.0.0.1, good and bad requests."""

import http.client
import json
import runpy
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
import uvicorn

from skmnist.export import OnnxClassifier, to_onnx
from skmnist.neural_network import MLPClassifier

EXAMPLE = Path(__file__).parents[1] / "examples" / "serve.py"
X = np.random.default_rng(0).integers(0, 256, (6, 8, 8), dtype=np.uint8)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    net = MLPClassifier((4,), random_state=0).initialize(X, list("abcabc"))
    return OnnxClassifier(to_onnx(net, tmp_path_factory.mktemp("serve") / "net.onnx"))


@pytest.fixture(scope="module")
def port(exported):
    """The port of a server whose threshold rejects some of the images."""
    threshold = float(np.median(exported.predict_proba(X).max(axis=1)))
    with warnings.catch_warnings():
        make_app = runpy.run_path(str(EXAMPLE))["make_app"]
        app = make_app(exported, threshold, max_bytes=5000)
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def request_of(port):
    """Return a function that sends a request and returns the status and the JSON."""

    def send(body, method="POST", path="/predict"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    return send


@pytest.mark.parametrize("shape", [(6, 64), (6, 8, 8), (6, 8, 8, 1)])
def test_predictions(request_of, exported, shape):
    status, answer = request_of(json.dumps({"images": X.reshape(shape).tolist()}))
    assert (status, answer["classes"]) == (200, ["a", "b", "c"])
    predictions = answer["predictions"]
    probabilities = np.array([prediction["probabilities"] for prediction in predictions])
    np.testing.assert_allclose(probabilities, exported.predict_proba(X), rtol=1e-6)
    assert [prediction["label"] for prediction in predictions] == exported.predict(X).tolist()
    assert sum(prediction["rejected"] for prediction in predictions) == 3


def test_health(request_of):
    assert request_of(None, "GET", "/health") == (
        200,
        {"image_shape": [8, 8], "classes": ["a", "b", "c"]},
    )


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ("", 400, "not JSON of the form"),
        ("[1]", 400, "not JSON of the form"),
        ('{"pixels": []}', 400, "not JSON of the form"),
        ("[" * 4000, 400, "not JSON of the form"),
        ("1" * 5001, 413, "exceeds 5000 bytes"),
        ('{"images": []}', 422, "Expected 2D array, got 1D array"),
        ('{"images": [[1, 2]]}', 422, "X has 2 features, but OnnxClassifier is expecting 64"),
        ('{"images": [[1], [2, 3]]}', 422, "X is not a rectangular array"),
        ('{"images": [["a"]]}', 422, "X holds str"),
        ('{"images": {"a": 1}}', 422, "X is of type dict"),
        (json.dumps({"images": [[float("nan")] * 64]}), 422, "X contains NaN"),
        (json.dumps({"images": (X[:1] / 255).round(3).tolist()}), 422, "at most an eighth"),
    ],
)
def test_bad_requests(request_of, body, status, message):
    answered, answer = request_of(body)
    assert answered == status
    assert message in answer["error"]


def test_other_paths_and_methods(request_of):
    assert request_of(None, "GET", "/")[0] == 404
    assert request_of(None, "GET", "/predict")[0] == 405


def test_a_body_of_unknown_length(request_of):
    chunks = (b"1" * 1000 for _ in range(100))
    status, answer = request_of(chunks)  # sent in chunks
    assert status == 413
    assert "exceeds 5000 bytes" in answer["error"]
