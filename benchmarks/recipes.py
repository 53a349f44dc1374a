"""The best network, its training, and the data of the accuracy benchmarks."""

import argparse
import time
from collections.abc import Iterable
from typing import Any

import numpy as np
from run_log import History, Numbers

from skmnist.datasets import fetch_mnist, make_noisy
from skmnist.neural_network import BaseImageClassifier, CNNClassifier, MLPClassifier
from skmnist.noise import RandomAffine, RandomNoise, make_noise

# Views of a test image that are averaged, beside the accuracy without: usually, and at most.
VIEWS, MOST_VIEWS = 8, 32

Rows = tuple[np.ndarray, np.ndarray]


def mild_warp(**changes: Any) -> RandomAffine:
    """Turn, shift, zoom and slant a little, for images whose border is not black."""
    params = {"rotation": 15.0, "translation": 0.1, "scale": 0.1, "shear": 10.0}
    return RandomAffine(**params | {"border_mode": "reflect"} | changes)


def often_warped() -> RandomNoise:
    """Warp most images, and leave the others as test images are without views."""
    return RandomNoise([("warp", mild_warp())], probability=0.85)


def best_network(seed: int, **changes: Any) -> CNNClassifier:
    """Six convolutions with batch normalisation, trained by one cycle of the learning rate."""
    params: dict[str, Any] = {
        "filters": (32, 32, 64, 64, 128, 128),
        "pool_size": (1, 2, 1, 2, 1, 2),
        "hidden_layer_sizes": (256,),
        "dropout": 0.3,
        "batch_size": 128,
        "optimizer__learning_rate": 0.008,
        "optimizer__weight_decay": 0.05,
        "learning_rate_schedule": "cosine",
        "warmup_fraction": 0.2,
        "augment": mild_warp(),
        "random_state": seed,
    }
    return CNNClassifier(**params | changes)


def fast_network(seed: int) -> CNNClassifier:
    """Four thin convolutions and a short cycle, for the accuracy of the study in half a minute."""
    return CNNClassifier(
        (16, 32, 64, 128),
        hidden_layer_sizes=(256,),
        dropout=0.2,
        epochs=6,
        batch_size=128,
        optimizer__learning_rate=0.008,
        optimizer__weight_decay=0.05,
        warmup_fraction=0.2,
        random_state=seed,
    )


def perceptron(seed: int) -> MLPClassifier:
    """Three wide layers, with the same training."""
    return MLPClassifier(
        (1024, 1024, 1024),
        dropout=0.2,
        batch_normalization=True,
        batch_size=256,
        epochs=60,
        optimizer__learning_rate=0.003,
        optimizer__weight_decay=0.05,
        warmup_fraction=0.1,
        augment=mild_warp(),
        random_state=seed,
    )


def parse_arguments(doc: str, parts: list[str]) -> argparse.Namespace:
    """Read the options that the accuracy benchmarks share."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--data-home", default=None, help="folder of mnist.npz")
    parser.add_argument("--only", nargs="+", choices=parts, default=parts, help="what to run")
    return parser.parse_args()


def noisy_rows(noise: str, subset: str, data_home: str | None) -> Rows:
    """Return images and labels of MNIST, noisy once."""
    source = fetch_mnist(subset=subset, data_home=data_home)
    return make_noisy(make_noise(noise, random_state=0), source=source, return_X_y=True)


def clean_rows(subset: str, data_home: str | None) -> Rows:
    """Return images and labels of MNIST."""
    return fetch_mnist(subset=subset, data_home=data_home, return_X_y=True)


def protocol_split(X: np.ndarray, y: np.ndarray) -> tuple[Rows, Rows]:
    """Hold out the last fifth of the shuffled rows, as the study did."""
    return _split(X, y, np.random.RandomState(71).permutation(len(X)), len(X) // 5)


def choice_split(X: np.ndarray, y: np.ndarray) -> tuple[Rows, Rows]:
    """Hold out the 10,000 rows that choices are made on."""
    return _split(X, y, np.random.default_rng(1).permutation(len(X)), 10_000)


def _split(X: np.ndarray, y: np.ndarray, order: np.ndarray, n_held_out: int) -> tuple[Rows, Rows]:
    kept, held_out = order[:-n_held_out], order[-n_held_out:]
    return (X[kept], y[kept]), (X[held_out], y[held_out])


def train_and_score(
    network: BaseImageClassifier,
    train: Rows,
    test: Rows,
    *,
    monitor: bool = False,
    most_views: bool = False,
) -> tuple[Numbers, History]:
    """Train, and score other rows; `monitor` scores them after each epoch too.

    A network with augmentation is scored on averages too, with `most_views` also over the most.
    """
    start = time.perf_counter()
    X_val, y_val = test if monitor else (None, None)
    network.fit(*train, X_val=X_val, y_val=y_val)
    seconds = time.perf_counter() - start
    numbers = {
        "accuracy": 100 * network.score(*test),
        "epochs": network.current_epoch,
        "seconds": seconds,
    }
    if network.augment is not None:
        numbers["averaged"] = _score_of_views(network, test, VIEWS)
    if most_views:
        numbers["averaged_most"] = _score_of_views(network, test, MOST_VIEWS)
    return numbers, network.history_


def _score_of_views(network: BaseImageClassifier, rows: Rows, n_views: int) -> float:
    """Return the accuracy of the average over noisy views, in per cent."""
    score = 100 * network.set_params(test_time_views=n_views).score(*rows)
    network.set_params(test_time_views=0)
    return score


def score_under(network: BaseImageClassifier, rows: Rows, noises: Iterable[str]) -> Numbers:
    """Return the accuracy on rows under each noise, at its default severity, in per cent."""
    X, y = rows
    return {
        name: 100 * network.score(make_noise(name, random_state=0).fit(X).transform(X), y)
        for name in noises
    }
