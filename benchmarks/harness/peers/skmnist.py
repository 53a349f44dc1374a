"""The timed functions of skmnist."""

import functools

from benchmarks.harness.digits import digits
from benchmarks.harness.timing import median_seconds, seconds_of
from skmnist.model_selection import (
    best_mlp,
    best_network,
    generic_noises,
    mnist_c_noises,
    reference_architectures,
)
from skmnist.neural_network import BaseImageClassifier, CNNClassifier
from skmnist.noise import BaseNoise

cached_digits = functools.cache(digits)


def network(name: str, epochs: int) -> BaseImageClassifier:
    """Return a network of the study, unfitted, which trains on all rows for a number of epochs."""
    net = reference_architectures(random_state=0)[name]
    return net.set_params(epochs=epochs, batch_size=100, early_stopping=False)


def small_cnn(**params: object) -> CNNClassifier:
    """Return the small network of the search and the scaling, with only what all libraries have."""
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


def augmented_fit_seconds(name: str, augmentation: str | None, n_rows: int, epochs: int) -> float:
    """Return the seconds of a fit with an augmentation; None for none."""
    X, y = cached_digits(n_rows)
    augment = None if augmentation is None else augmentations()[augmentation]
    net = _augmented_networks()[name].set_params(epochs=epochs, augment=augment)
    return seconds_of(lambda: net.fit(X, y))


def augmentations() -> dict[str, BaseNoise | list[BaseNoise]]:
    return {
        "affine warp": best_network().augment,
        "affine warp and generic noises": generic_noises(),
        "the 15 of MNIST-C": mnist_c_noises()[1],
    }


@functools.cache
def _augmented_networks() -> dict[str, BaseImageClassifier]:
    return {
        "best network": best_network(random_state=0),
        "CNNClassifier()": CNNClassifier(random_state=0),
        "perceptron": best_mlp(random_state=0),
        "cnn-5": network("cnn-5", 1),
        "mlp-4": network("mlp-4", 1),
    }


@functools.cache
def fitted_cnn_5() -> BaseImageClassifier:
    """Return cnn-5 after an epoch on few rows; its accuracy does not matter."""
    return network("cnn-5", 1).fit(*digits(1000))


def predict_seconds(n_rows: int, calls: int) -> float:
    """Return the median seconds of a call of `predict_proba`."""
    net, (X, _) = fitted_cnn_5(), cached_digits(n_rows)
    return median_seconds(lambda: net.predict_proba(X), calls)
