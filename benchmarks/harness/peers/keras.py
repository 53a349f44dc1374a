"""The timed functions of plain Keras, scikeras and keras.wrappers."""

import functools
from collections.abc import Callable, Sequence

import keras
import numpy as np
from scikeras.wrappers import KerasClassifier

from benchmarks.harness.digits import digits
from benchmarks.harness.timing import median_seconds, seconds_of

BATCH_SIZE = 100


def _compiled(layers: Sequence[keras.Layer], input_shape: tuple[int, ...]) -> keras.Model:
    model = keras.Sequential([keras.layers.Input(input_shape), *layers])
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model


def _blocks(filters: Sequence[int], initializer: str) -> list[keras.Layer]:
    layers: list[keras.Layer] = [keras.layers.Rescaling(1 / 255)]
    for n_filters in filters:
        layers += [
            keras.layers.Conv2D(
                n_filters, 3, padding="same", activation="relu", kernel_initializer=initializer
            ),
            keras.layers.MaxPooling2D(2),
        ]
    return [*layers, keras.layers.Flatten()]


def cnn_5(flat: bool = False) -> keras.Model:
    """Build and compile cnn-5; with `flat`, for rows of 784 pixels."""
    return _compiled(
        [
            *([keras.layers.Reshape((28, 28, 1))] if flat else []),
            *_blocks((32, 64, 128, 256), "he_uniform"),
            keras.layers.Dense(512, activation="relu", kernel_initializer="random_normal"),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(256, activation="relu", kernel_initializer="random_normal"),
            keras.layers.Dense(10, activation="softmax"),
        ],
        (784,) if flat else (28, 28, 1),
    )


def mlp_4() -> keras.Model:
    """Build and compile mlp-4."""
    return _compiled(
        [
            keras.layers.Rescaling(1 / 255),
            keras.layers.Flatten(),
            keras.layers.Dense(784, activation="relu", kernel_initializer="random_normal"),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(256, activation="relu"),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax", kernel_initializer="random_normal"),
        ],
        (28, 28, 1),
    )


def small_cnn(filters: Sequence[int] = (8, 16), hidden_layer_sizes: Sequence[int] = (32,)):
    """Build and compile the small network of the search."""
    dense = [
        keras.layers.Dense(size, activation="relu", kernel_initializer="he_normal")
        for size in hidden_layer_sizes
    ]
    output = keras.layers.Dense(10, activation="softmax")
    return _compiled([*_blocks(filters, "he_normal"), *dense, output], (28, 28, 1))


NETWORKS: dict[str, Callable[[], keras.Model]] = {"cnn-5": cnn_5, "mlp-4": mlp_4}


@functools.cache
def float_digits(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return n images in float32 and one-hot labels, so that Keras converts nothing."""
    X, y = digits(n)
    return X.astype(np.float32), np.eye(10, dtype=np.float32)[y]


def fit_seconds(name: str, n_rows: int, epochs: int) -> float:
    X, Y = float_digits(n_rows)
    return seconds_of(
        lambda: NETWORKS[name]().fit(X, Y, batch_size=BATCH_SIZE, epochs=epochs, verbose=0)
    )


@functools.cache
def fitted_scikeras() -> KerasClassifier:
    """Return cnn-5 in scikeras after an epoch on few rows; its accuracy does not matter."""
    X, y = digits(1000)
    net = KerasClassifier(
        cnn_5, loss="categorical_crossentropy", batch_size=BATCH_SIZE, epochs=1, verbose=0
    )
    return net.fit(X.astype(np.float32), y)


@functools.cache
def fitted_sklearn_classifier() -> keras.wrappers.SKLearnClassifier:
    """Return cnn-5 in Keras' own wrapper, which takes rows of pixels instead of images."""
    X, y = digits(1000)
    net = keras.wrappers.SKLearnClassifier(
        lambda X, y: cnn_5(flat=True), fit_kwargs={"batch_size": BATCH_SIZE, "verbose": 0}
    )
    return net.fit(X.reshape(-1, 784).astype(np.float32), y)


def predict_seconds(peer: str, n_rows: int, calls: int) -> float:
    """Return the median seconds of a call on float32 rows."""
    X, _ = float_digits(n_rows)
    if peer == "scikeras":
        predict = fitted_scikeras().predict_proba
    elif peer == "keras.Model.predict":
        model = fitted_scikeras().model_
        predict = functools.partial(model.predict, verbose=0)
    else:
        X, predict = X.reshape(-1, 784), fitted_sklearn_classifier().predict
        keras.utils.disable_interactive_logging()  # the wrapper has no parameter `verbose`
    return median_seconds(lambda: predict(X), calls)
