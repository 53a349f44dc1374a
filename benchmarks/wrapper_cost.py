"""What the wrapper costs: fit against plain Keras, prediction and file size against scikeras.

Fits cnn-5 with skmnist and with plain Keras, on the same rows, batches and epochs, in turn, and
prints the ratios pair by pair; then times one-row predictions, and measures joblib files. Both are
to run on an idle machine::

    python benchmarks/wrapper_cost.py
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import joblib
import keras
import numpy as np
from conditions import fail_unless, print_conditions
from scikeras.wrappers import KerasClassifier

from skmnist.datasets import load_mnist_sample
from skmnist.model_selection import reference_architectures

EPOCHS = 4
BATCH_SIZE = 100


def plain_cnn_5() -> keras.Model:
    """Build and compile cnn-5 with Keras alone."""
    layers = [keras.layers.Input((28, 28, 1)), keras.layers.Rescaling(1 / 255)]
    for filters in (32, 64, 128, 256):
        layers += [
            keras.layers.Conv2D(
                filters, 3, padding="same", activation="relu", kernel_initializer="he_uniform"
            ),
            keras.layers.MaxPooling2D(2),
        ]
    layers += [
        keras.layers.Flatten(),
        keras.layers.Dense(512, activation="relu", kernel_initializer="random_normal"),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(256, activation="relu", kernel_initializer="random_normal"),
        keras.layers.Dense(10, activation="softmax"),
    ]
    model = keras.Sequential(layers)
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model


def seconds_of(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def report(what: str, values: list[float], unit: str) -> None:
    median, low, high = np.median(values), min(values), max(values)
    print(f"{what}: median {median:.3f} {unit} ({low:.3f} to {high:.3f}, n={len(values)})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    print_conditions()
    sample = load_mnist_sample()
    X, y = np.tile(sample.images[..., np.newaxis], (2, 1, 1, 1)), np.tile(sample.target, 2)
    X_float, Y = X.astype("float32"), np.eye(10, dtype="float32")[y]
    cnn_5 = reference_architectures(random_state=0)["cnn-5"]
    cnn_5.set_params(epochs=EPOCHS, batch_size=BATCH_SIZE, early_stopping=False)

    def fit_plain() -> None:
        plain_cnn_5().fit(X_float, Y, batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=0)

    fit_plain()  # not counted: the first fit of a process pays for more than itself
    ours, plain = [], []
    for repeat in range(repeats):
        pair = [(ours, lambda: cnn_5.fit(X_float, y)), (plain, fit_plain)]
        for seconds, action in pair if repeat % 2 else reversed(pair):
            seconds.append(seconds_of(action))
    print(f"fit of cnn-5, {len(X)} rows, batch {BATCH_SIZE}, {EPOCHS} epochs:")
    report("  skmnist", ours, "s")
    report("  plain Keras", plain, "s")
    ratios = [a / b for a, b in zip(ours, plain, strict=True)]
    report("  ratio", ratios, "x")
    claims = {"fit takes at most 1.05 x plain Keras": np.median(ratios) <= 1.05}

    peer = KerasClassifier(
        plain_cnn_5, loss="categorical_crossentropy", batch_size=BATCH_SIZE, epochs=1, verbose=0
    )
    peer.fit(X_float, y)
    row, row_float = X[:1], X_float[:1]
    for warm_up in (lambda: cnn_5.predict(row), lambda: peer.predict(row_float)):
        warm_up()
    ours = [1e3 * seconds_of(lambda: cnn_5.predict(row)) for _ in range(200)]
    plain = [1e3 * seconds_of(lambda: peer.predict(row_float)) for _ in range(30)]
    claims["one row within 2 ms"] = np.median(ours) < 2
    print("predict of one row, warm:")
    report("  skmnist", ours, "ms")
    report("  scikeras", plain, "ms")
    print(f"  scikeras / skmnist: {np.median(plain) / np.median(ours):.0f} x")

    n_bytes = sum(weight.nbytes for weight in cnn_5.model_.get_weights())
    print(f"joblib file of cnn-5 against its {n_bytes / 1e6:.2f} MB of weights:")
    with tempfile.TemporaryDirectory() as folder:
        for name, estimator in (("skmnist", cnn_5), ("scikeras", peer)):
            path = Path(folder) / name
            joblib.dump(estimator, path)
            ratio = path.stat().st_size / n_bytes
            print(f"  {name}: {ratio:.3f} x")
            if estimator is cnn_5:
                claims["file at most 1.3 x the weights"] = ratio <= 1.3
    fail_unless(claims)


if __name__ == "__main__":
    main()
