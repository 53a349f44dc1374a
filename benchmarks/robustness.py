"""Robustness: seconds of ``robustness_scores`` on 10,000 digits under the 15 noises of MNIST-C.

The network is a default ``CNNClassifier``, trained for one epoch. The noises alone and the
predictions alone are timed beside it, in the same process: each noise transforms all digits, and
the network predicts the clean and all noisy digits. ``n_jobs=2`` runs two corruptions at a time, in
threads, or in processes that have already started. It is compared where TensorFlow has one thread,
because TensorFlow's own two threads already use both cores for ``n_jobs=1``. All are timed in turn.
It takes about ten minutes on an idle machine::

    python -m benchmarks.robustness
"""

import argparse
from functools import cache
from typing import Any

import numpy as np

from benchmarks.harness.claims import Claim, conclude
from benchmarks.harness.conditions import print_conditions
from benchmarks.harness.digits import digits, distinct_digits
from benchmarks.harness.timing import Peer, print_table, ratios, seconds_of, take_turns

N_IMAGES = 10_000
N_TRAIN = 2_000


@cache
def network() -> Any:
    from skmnist import CNNClassifier

    return CNNClassifier(epochs=1, random_state=0).fit(*digits(N_TRAIN))


@cache
def images_and_labels() -> Any:
    return distinct_digits(N_IMAGES), digits(N_IMAGES)[1]


def noise_seconds() -> float:
    """Return the seconds of all noises alone."""
    from skmnist.noise import list_noises, make_noise

    X, _ = images_and_labels()
    noises = [make_noise(name, random_state=0) for name in list_noises("mnist_c")]
    return seconds_of(lambda: [noise.fit(X).transform(X) for noise in noises])


def prediction_seconds() -> float:
    """Return the seconds of the predictions of the clean and all noisy digits alone."""
    from skmnist.noise import list_noises

    (X, _), net = images_and_labels(), network()
    return seconds_of(lambda: [net.predict(X) for _ in ["clean", *list_noises("mnist_c")]])


def scores_seconds(n_jobs: int, backend: str = "threading") -> float:
    """Return the seconds of `robustness_scores`; processes start before the clock does."""
    from joblib import parallel_config
    from joblib.externals.loky import get_reusable_executor

    from skmnist.robustness import robustness_scores

    (X, y), net = images_and_labels(), network()
    with parallel_config(backend):
        if backend == "loky":
            robustness_scores(net, X[:100], y[:100], suite=["stripe", "fog"], n_jobs=n_jobs)
        seconds = seconds_of(lambda: robustness_scores(net, X, y, suite="mnist_c", n_jobs=n_jobs))
    if backend == "loky":
        get_reusable_executor().shutdown()  # otherwise, this process cannot end for five minutes
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    print_conditions("scipy", "pandas")
    module = "benchmarks.robustness"
    with Peer(module) as both_cores:
        seconds = take_turns(
            {
                "noises alone": lambda: both_cores("noise_seconds"),
                "predictions alone": lambda: both_cores("prediction_seconds"),
                "robustness_scores": lambda: both_cores("scores_seconds", 1),
                "robustness_scores, n_jobs=2": lambda: both_cores("scores_seconds", 2),
            },
            repeats,
        )
    print_table("TensorFlow with two threads", "s", seconds)
    parts = np.add(seconds["noises alone"], seconds["predictions alone"]).tolist()
    with Peer(module, {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}) as one_core:
        single = take_turns(
            {
                "n_jobs=1": lambda: one_core("scores_seconds", 1),
                "n_jobs=2, threads": lambda: one_core("scores_seconds", 2),
                "n_jobs=2, processes": lambda: one_core("scores_seconds", 2, "loky"),
            },
            repeats,
        )
    print_table("TensorFlow with one thread", "s", single)
    conclude(
        [
            Claim(
                "robustness_scores against noises + predictions",
                ratios(seconds["robustness_scores"], parts),
                "x",
                1.3,
                at_most=True,
            ),
            Claim(
                "robustness_scores, n_jobs=2 in processes against n_jobs=1",
                ratios(single["n_jobs=1"], single["n_jobs=2, processes"]),
                "x",
                1.6,
            ),
        ]
    )


if __name__ == "__main__":
    main()
