"""
A small HTTP service for an exported model
==========================================

The service loads a file of :func:`skmnist.export.to_onnx` and answers ``POST /predict``: gray
images in, labels and probabilities out. An image whose largest probability is below a threshold is
"rejected", so that a person can look at it. Neither Keras nor TensorFlow is needed::

    pip install "skmnist[serve]"
    python examples/serve.py digits.onnx --threshold 0.9
    curl localhost:8000/predict --data '{"images": [[[0, 255, ...], ...]]}'

Run it behind a proxy that terminates TLS and checks who may call. ``--help`` lists the options.
"""

import argparse
import json
import warnings
from typing import Any

import numpy as np
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from skmnist.exceptions import ValueRangeWarning
from skmnist.export import OnnxClassifier

MAX_BYTES = 1_000_000  # of a request: about 300 images of 28x28 pixels


def make_app(classifier: OnnxClassifier, threshold: float, max_bytes: int = MAX_BYTES) -> Starlette:
    """Return the service.

    Parameters
    ----------
    classifier : OnnxClassifier
        The exported model.
    threshold : float
        Images whose largest probability is below it are rejected.
    max_bytes : int, default=1_000_000
        Largest size of a request.
    """
    labels = classifier.classes_.tolist()  # a bad file ends the program here
    # Images in another value range get an error, and not a wrong label.
    warnings.simplefilter("error", ValueRangeWarning)

    async def predict(request: Request) -> JSONResponse:
        images = _images_in(await _body_of(request, max_bytes))
        try:
            probabilities = await run_in_threadpool(classifier.predict_proba, images)
        except (TypeError, ValueError, ValueRangeWarning) as error:
            raise HTTPException(422, str(error)) from error
        return JSONResponse({"classes": labels, "predictions": [*map(describe, probabilities)]})

    def describe(row: np.ndarray) -> dict[str, Any]:
        return {
            "label": labels[row.argmax()],
            "probabilities": row.tolist(),
            "rejected": bool(row.max() < threshold),
        }

    async def health(request: Request) -> JSONResponse:
        return JSONResponse({"image_shape": classifier.image_shape_[:2], "classes": labels})

    routes = [Route("/predict", predict, methods=["POST"]), Route("/health", health)]
    return Starlette(routes=routes, exception_handlers={HTTPException: _as_json})


async def _body_of(request: Request, max_bytes: int) -> bytes:
    """Return the body; stop reading if it is too large, whatever its header says."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > max_bytes:
                raise HTTPException(413, f"The request exceeds {max_bytes} bytes: send less.")
    except ClientDisconnect as error:
        raise HTTPException(400, "The request ended before its body was complete.") from error
    return bytes(body)


def _images_in(body: bytes) -> Any:
    try:
        return json.loads(body)["images"]
    except (KeyError, RecursionError, TypeError, ValueError) as error:
        raise HTTPException(
            400, 'The request is not JSON of the form {"images": [image, ...]}.'
        ) from error


async def _as_json(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Serve an exported model over HTTP.")
    parser.add_argument("model", help="a file of skmnist.export.to_onnx")
    parser.add_argument(
        "--threshold", type=float, default=0.9, help="reject below this probability"
    )
    parser.add_argument("--threads", type=int, default=1, help="threads of a prediction")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--limit", type=int, default=64, help="requests at a time; others get 503")
    return parser.parse_args()


def main() -> None:
    options = parse_arguments()
    classifier = OnnxClassifier(options.model, n_threads=options.threads)
    uvicorn.run(
        make_app(classifier, options.threshold),
        host=options.host,
        port=options.port,
        limit_concurrency=options.limit,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
