"""What is measured of skmnist, in a process of its own."""

import functools

import numpy as np
from digits import digits
from timing import seconds_of

from skmnist.model_selection import reference_architectures
from skmnist.neural_network import BaseImageClassifier, CNNClassifier

cached_digits = functools.cache(digits)


def network(name: str, epochs: int) -> BaseImageClassifier:
    """Return a reference network, unfitted, which trains on all rows for so many epochs."""
    net = reference_architectures(random_state=0)[name]
    return net.set_params(epochs=epochs, batch_size=100, early_stopping=False)


def small_cnn(**params: object) -> CNNClassifier:
    """Return the small network of the search and of the scaling, without what others lack."""
    return CNNClassifier(
        **{
            "filters": (8, 16),
            "hidden_layer_sizes": (32,),
            "dropout": 0.0,
            "batch_normalization": False,
            "learning_rate_schedule": "constant",
            "random_state": 0,
            **params,
        }
    )


def fit_seconds(name: str, n_rows: int, epochs: int) -> float:
    X, y = cached_digits(n_rows)
    net = network(name, epochs)
    return seconds_of(lambda: net.fit(X, y))


def small_fit_seconds(n_rows: int, precision: str) -> float:
    X, y = cached_digits(n_rows)
    net = small_cnn(epochs=1, batch_size=100, precision=precision)
    return seconds_of(lambda: net.fit(X, y))


@functools.cache
def fitted_cnn_5() -> BaseImageClassifier:
    """Return cnn-5 after an epoch on few rows; how good it is does not matter."""
    return network("cnn-5", 1).fit(*digits(1000))


def predict_seconds(n_rows: int, calls: int) -> float:
    """Return the median seconds of a call of `predict_proba`."""
    net, (X, _) = fitted_cnn_5(), cached_digits(n_rows)
    return float(np.median([seconds_of(lambda: net.predict_proba(X)) for _ in range(calls)]))
