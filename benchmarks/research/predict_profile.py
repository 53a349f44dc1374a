"""The time of each layer of cnn-5 when it predicts 10,000 rows, and the speed of the processor.

The network is cut off after each layer, and each part is timed; the difference between two parts is
the time of a layer. The speed is compared with the speed of a matrix product. It takes half a
minute::

    python -m benchmarks.research.predict_profile
"""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from benchmarks.harness import timing
from benchmarks.harness.conditions import print_conditions
from skmnist.datasets import load_mnist_sample
from skmnist.model_selection import reference_architectures

N_ROWS, N_CHUNK, REPEATS = 10_000, 1024, 5


def median_seconds(action: Callable[[], object]) -> float:
    action()
    return timing.median_seconds(action, REPEATS)


def operations_of(layer: keras.Layer) -> float:
    """Return the additions and multiplications of a layer for one image."""
    if not layer.weights:
        return 0
    kernel = layer.weights[0]
    places = np.prod(layer.output.shape[1:-1], initial=1)
    return 2.0 * np.prod(kernel.shape) * places


def main() -> None:
    print_conditions()
    X = np.tile(load_mnist_sample().images, (2, 1, 1))[:N_ROWS, ..., np.newaxis]
    chunks = [tf.constant(X[i : i + N_CHUNK].astype(np.float32)) for i in range(0, N_ROWS, N_CHUNK)]
    net = reference_architectures(random_state=0)["cnn-5"]
    layers = net.initialize(X[:10], np.arange(10)).model_.layers
    print(f"{'layer':16}{'ms':>8}{'GFLOP/s':>10}")
    before = 0.0
    for i, layer in enumerate(layers):
        piece = keras.Sequential(layers[: i + 1])
        piece.build((None, 28, 28, 1))
        forward = tf.function(
            lambda images, piece=piece: tf.reduce_sum(piece(images, training=False)),
            autograph=False,
        )
        seconds = median_seconds(lambda forward=forward: [forward(c).numpy() for c in chunks])
        operations = N_ROWS * operations_of(layer)
        speed = f"{operations / (seconds - before) / 1e9:10.0f}" if operations > 1e10 else ""
        print(f"{layer.name:16}{1e3 * (seconds - before):8.0f}{speed}")
        before = seconds
    total = sum(map(operations_of, layers)) * N_ROWS
    print(f"{'all':16}{1e3 * before:8.0f}{total / before / 1e9:10.0f}")
    square = tf.random.stateless_uniform((2048, 2048), seed=(0, 0))
    seconds = median_seconds(lambda: tf.matmul(square, square).numpy())
    print(f"{'matrix product':24}{2 * 2048**3 / seconds / 1e9:10.0f}")


if __name__ == "__main__":
    main()
