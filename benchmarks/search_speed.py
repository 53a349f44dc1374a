"""Seconds of a GridSearchCV, 6 candidates x 5 folds, on both cores: skmnist against scikeras.

The candidates are small convolutional networks, trained for 4 epochs in batches of 32 on the
embedded sample; networks, training and folds are the same for both. Each search runs in a fresh
process, in turn, so that nothing is warm; what is timed is `GridSearchCV.fit`, with the start of
the workers and the final fit. scikeras runs with `n_jobs=1` and with `n_jobs=2`; the faster of the
two (by their medians) is the peer. It takes about nine minutes on an idle machine::

    python benchmarks/search_speed.py
"""

import argparse
import subprocess
import sys

import numpy as np
from claims import Claim, conclude
from conditions import print_conditions
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from timing import print_table, ratios, seconds_of, take_turns

EPOCHS, BATCH_SIZE = 4, 32
FILTERS = [(8, 16), (16, 32)]
SIZES = [(32,), (64,), (128,)]


def skmnist_search(n_jobs: int) -> GridSearchCV:
    """Return the search over CNNClassifier."""
    from peers_skmnist import small_cnn

    return GridSearchCV(
        small_cnn(epochs=EPOCHS, batch_size=BATCH_SIZE),
        {"filters": FILTERS, "hidden_layer_sizes": SIZES},
        cv=folds(),
        n_jobs=n_jobs,
    )


def scikeras_search(n_jobs: int) -> GridSearchCV:
    """Return the search over scikeras' KerasClassifier."""
    from peers_keras import small_cnn
    from scikeras.wrappers import KerasClassifier

    net = KerasClassifier(
        small_cnn,
        loss="categorical_crossentropy",
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
        random_state=0,
        verbose=0,
    )
    grid = {"model__filters": FILTERS, "model__hidden_layer_sizes": SIZES}
    return GridSearchCV(net, grid, cv=folds(), n_jobs=n_jobs)


SEARCHES = {"skmnist": skmnist_search, "scikeras": scikeras_search}


def folds() -> StratifiedKFold:
    """Return the folds; scikit-learn does not see that scikeras' estimator is a classifier."""
    return StratifiedKFold(5, shuffle=True, random_state=0)


def search(name: str, n_jobs: int, n_rows: int) -> None:
    """Run a search; print its seconds and the accuracy of the best candidate."""
    from digits import digits

    X, y = digits(n_rows)
    if name == "scikeras":
        X = X.astype("float32")
    grid_search = SEARCHES[name](n_jobs)
    seconds = seconds_of(lambda: grid_search.fit(X, y))
    print(seconds, grid_search.best_score_)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--rows", type=int, default=5_000)
    parser.add_argument("--search", nargs=2, metavar=("NAME", "N_JOBS"), help="run only this one")
    options = parser.parse_args()
    if options.search:
        search(options.search[0], int(options.search[1]), options.rows)
        return
    print_conditions()
    scores: dict[str, list[float]] = {}

    def measure(name: str, n_jobs: int) -> float:
        command = [sys.executable, __file__, "--rows", str(options.rows)]
        command += ["--search", name, str(n_jobs)]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        seconds, score = map(float, output.split()[-2:])
        scores.setdefault(name, []).append(100 * score)
        return seconds

    runs = [("skmnist", 2), ("scikeras", 1), ("scikeras", 2)]
    measures = {
        f"{name}, n_jobs={n_jobs}": lambda name=name, n_jobs=n_jobs: measure(name, n_jobs)
        for name, n_jobs in runs
    }
    seconds = take_turns(measures, options.repeats, warm_up=False)
    print_table("GridSearchCV, 6 candidates x 5 folds", "s", seconds)
    print_table("accuracy of the best candidate", "%", scores)
    ours, *theirs = seconds.values()
    best = min(theirs, key=np.median)
    claim = Claim(
        "GridSearchCV, n_jobs=2, speed against the best n_jobs of scikeras",
        ratios(best, ours),
        "x",
        1.7,
        3.0,
    )
    conclude([claim])


if __name__ == "__main__":
    main()
