"""Data, splits, training and scores of the accuracy benchmarks."""

import argparse
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache

import numpy as np

from benchmarks.harness.claims import fail_unless
from benchmarks.harness.run_log import History, Numbers, RunLog
from skmnist.datasets import fetch_mnist, make_noisy
from skmnist.neural_network import BaseImageClassifier
from skmnist.noise import make_noise

# Numbers of noisy views of a test image to average: the usual one, and the largest.
VIEWS, MOST_VIEWS = 8, 32

Rows = tuple[np.ndarray, np.ndarray]
# Name of a run -> the unfitted network.
Recipes = Mapping[str, BaseImageClassifier]
# Name of a run, its network, folder of mnist.npz -> numbers and history.
Train = Callable[[str, BaseImageClassifier, str | None], tuple[Numbers, History]]
# Stored runs -> text and tables, claims.
Summarize = Callable[[dict[str, Numbers]], tuple[str, dict[str, bool]]]


def run_recipes(
    doc: str, result: str, recipes: Recipes, train: Train, summarize: Summarize
) -> None:
    """Run the recipes that the command line names and that are not stored, and summarize all."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--data-home", default=None, help="folder of mnist.npz")
    parser.add_argument(
        "--only", nargs="+", choices=recipes, default=recipes, metavar="RUN", help="runs, by name"
    )
    options = parser.parse_args()
    log = RunLog(result)
    for key in options.only:
        network = recipes[key]
        log.run(
            key, network, lambda key=key, network=network: train(key, network, options.data_home)
        )
    summary, claims = summarize(log.runs)
    log.summarize(summary)
    fail_unless(claims)


@cache
def noisy_rows(noise: str, subset: str, data_home: str | None) -> Rows:
    """Return images and labels of MNIST with one fixed noise."""
    source = fetch_mnist(subset=subset, data_home=data_home)
    return make_noisy(make_noise(noise, random_state=0), source=source, return_X_y=True)


@cache
def clean_rows(subset: str, data_home: str | None) -> Rows:
    """Return images and labels of MNIST."""
    return fetch_mnist(subset=subset, data_home=data_home, return_X_y=True)


def protocol_split(X: np.ndarray, y: np.ndarray) -> tuple[Rows, Rows]:
    """Hold out the last fifth of the shuffled rows, as in the study."""
    return _split(X, y, np.random.RandomState(71).permutation(len(X)), len(X) // 5)


def choice_split(X: np.ndarray, y: np.ndarray) -> tuple[Rows, Rows]:
    """Hold out the 10,000 rows on which recipes are compared."""
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
    """Train a network on some rows and score it on others.

    With `monitor`, the other rows are also scored after each epoch. A network with augmentation is
    also scored on averages over `VIEWS` views, and with `most_views` over `MOST_VIEWS` views.
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
    """Return the accuracy of the average over noisy views, in percent."""
    score = 100 * network.set_params(test_time_views=n_views).score(*rows)
    network.set_params(test_time_views=0)
    return score


def score_under(network: BaseImageClassifier, rows: Rows, noises: Iterable[str]) -> Numbers:
    """Return the accuracy on rows under each noise, at its default severity, in percent."""
    X, y = rows
    return {
        name: 100 * network.score(make_noise(name, random_state=0).fit(X).transform(X), y)
        for name in noises
    }
