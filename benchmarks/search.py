"""Search: seconds of a GridSearchCV, 6 candidates x 5 folds, on two cores, compared with scikeras.

The candidates are small convolutional networks, trained for 4 epochs in batches of 32 on the
embedded sample; networks, training and folds are the same for both libraries. Each search runs in a
new process, in turn. The time is the time of ``GridSearchCV.fit``, including the start of the
workers and the final fit. scikeras runs with ``n_jobs=1`` and with ``n_jobs=2``; the claim is about
the faster of the two, by their medians. It takes about nine minutes on an idle machine::

    python -m benchmarks.search
"""

import argparse

import numpy as np
from joblib.externals.loky import get_reusable_executor
from sklearn.model_selection import GridSearchCV, StratifiedKFold

from benchmarks.harness.claims import Claim, conclude
from benchmarks.harness.conditions import print_conditions
from benchmarks.harness.timing import (
    in_fresh_process,
    print_table,
    ratios,
    seconds_of,
    take_turns,
)

EPOCHS, BATCH_SIZE = 4, 32
FILTERS = [(8, 16), (16, 32)]
SIZES = [(32,), (64,), (128,)]


def skmnist_search(n_jobs: int) -> GridSearchCV:
    """Return the search over CNNClassifier."""
    from benchmarks.harness.peers.skmnist import small_cnn

    return GridSearchCV(
        small_cnn(epochs=EPOCHS, batch_size=BATCH_SIZE),
        {"filters": FILTERS, "hidden_layer_sizes": SIZES},
        cv=folds(),
        n_jobs=n_jobs,
    )


def scikeras_search(n_jobs: int) -> GridSearchCV:
    """Return the search over scikeras' KerasClassifier."""
    from scikeras.wrappers import KerasClassifier

    from benchmarks.harness.peers.keras import small_cnn

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
    """Return stratified folds; scikit-learn does not recognize a classifier in scikeras' class."""
    return StratifiedKFold(5, shuffle=True, random_state=0)


def search(name: str, n_jobs: int, n_rows: int) -> tuple[float, float]:
    """Run a search; return its seconds and the accuracy of the best candidate."""
    from benchmarks.harness.digits import digits

    X, y = digits(n_rows)
    if name == "scikeras":
        X = X.astype("float32")
    grid_search = SEARCHES[name](n_jobs)
    seconds = seconds_of(lambda: grid_search.fit(X, y))
    # This process waits for joblib's workers before it ends; they would idle for five minutes.
    get_reusable_executor().shutdown()
    return seconds, float(grid_search.best_score_)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--rows", type=int, default=5_000)
    options = parser.parse_args()
    print_conditions()
    scores: dict[str, list[float]] = {}

    def measure(name: str, n_jobs: int) -> float:
        seconds, score = in_fresh_process("benchmarks.search", "search", name, n_jobs, options.rows)
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
