"""Memory: of a fit of cnn-5, growth over many fits and predictions, and of a large memory map.

The first peak, of a fit on 60,000 rows, is the largest resident size of a new process minus its
size after the imports. It includes the rows: uint8 rows for skmnist; uint8 rows and their float32
copy for plain Keras, whose users make that copy. Growth is measured over 50 fits of a small
network, after a warm-up of 5 fits: the largest of ten readings minus the size before. Growth over
10,000 predictions of one row is measured in the same way, after 100 predictions.

Growth over 100 architectures is measured after a warm-up of 10 others: networks with 18 to 117
filters in their first layer are each fitted, predict and are dropped; plain Keras also clears its
session. TensorFlow keeps what it prepared for each shape. It takes about six minutes on an idle
machine.

The memory map holds 1,000,000 digits in uint8 (784 MB). The peak of each method is the private
memory of a new process, without the pages of the file, which the system can drop. It is read every
3 ms; the size before and the result are subtracted. It takes about five minutes::

    python -m benchmarks.memory
    python -m benchmarks.memory map
"""

import argparse
import itertools
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import numpy as np

from benchmarks.harness.claims import Claim, conclude
from benchmarks.harness.conditions import print_conditions
from benchmarks.harness.timing import in_fresh_process, print_table, ratios, take_turns

BATCH_SIZE = 100
METHODS = ("fit", "partial_fit", "predict_proba", "robustness_scores", "transform")


def resident_mb(field: str) -> float:
    """Return a size of this process in MB.

    VmRSS is its size, VmHWM the largest one so far, RssAnon the size without pages of files.
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError(f"/proc/self/status has no {field}")


def peak_of_skmnist(n_rows: int) -> float:
    from benchmarks.harness.digits import digits
    from benchmarks.harness.peers.skmnist import network

    before = resident_mb("VmRSS")
    network("cnn-5", epochs=1).fit(*digits(n_rows))
    return resident_mb("VmHWM") - before


def peak_of_keras(n_rows: int) -> float:
    from benchmarks.harness.peers.keras import cnn_5, float_digits

    before = resident_mb("VmRSS")
    cnn_5().fit(*float_digits(n_rows), batch_size=BATCH_SIZE, epochs=1, verbose=0)
    return resident_mb("VmHWM") - before


def growth_over_fits(n_fits: int) -> float:
    from benchmarks.harness.digits import digits
    from benchmarks.harness.peers.skmnist import small_cnn

    X, y = digits(1000)

    def fit_many(n: int) -> None:
        for seed in range(n):
            small_cnn(epochs=1, random_state=seed).fit(X, y)

    return _growth(fit_many, n_warm_up=5, n=n_fits)


def growth_over_predictions(n_calls: int) -> float:
    from benchmarks.harness.digits import digits
    from benchmarks.harness.peers.skmnist import small_cnn

    X, y = digits(1000)
    net = small_cnn(epochs=1).fit(X, y)

    def predict_many(n: int) -> None:
        for i in range(n):
            net.predict_proba(X[i % 1000 : i % 1000 + 1])

    return _growth(predict_many, n_warm_up=100, n=n_calls)


def growth_over_architectures(n_architectures: int) -> float:
    from benchmarks.harness.digits import digits
    from benchmarks.harness.peers.skmnist import small_cnn

    X, y = digits(1000)

    def use(filters: tuple[int, int]) -> None:
        small_cnn(filters=filters, epochs=1).fit(X, y).predict_proba(X)

    return _growth(_over_architectures(use), n_warm_up=10, n=n_architectures)


def growth_of_keras_over_architectures(n_architectures: int) -> float:
    import keras

    from benchmarks.harness.peers.keras import float_digits, small_cnn

    X, y = float_digits(1000)

    def use(filters: tuple[int, int]) -> None:
        model = small_cnn(filters)
        model.fit(X, y, batch_size=BATCH_SIZE, epochs=1, verbose=0)
        model.predict(X, verbose=0)
        keras.backend.clear_session()

    return _growth(_over_architectures(use), n_warm_up=10, n=n_architectures)


def _over_architectures(use: Callable[[tuple[int, int]], None]) -> Callable[[int], None]:
    """Return a function that uses as many networks, each of a new architecture."""
    widths = itertools.count(8)

    def use_many(n: int) -> None:
        for width in itertools.islice(widths, n):
            use((width, 16))

    return use_many


def peak_on_memory_map(method: str, n_rows: int) -> float:
    from benchmarks.harness.digits import digits
    from skmnist import GaussianNoise, MLPClassifier, robustness_scores

    sample, labels = digits(1000)
    settings = {"epochs": 1, "batch_size": 500, "random_state": 0}
    net = MLPClassifier((32,), **settings).fit(sample, labels)
    noise = GaussianNoise(random_state=0).fit(sample)
    y = np.resize(labels, n_rows)

    def train_in_chunks() -> None:
        for start in range(0, n_rows, 50_000):
            net.partial_fit(X[start : start + 50_000], y[start : start + 50_000])

    actions: dict[str, Callable[[], object]] = {
        "fit": lambda: MLPClassifier((32,), **settings).fit(X, y),
        "partial_fit": train_in_chunks,
        "predict_proba": lambda: net.predict_proba(X),
        "robustness_scores": lambda: robustness_scores(
            net, X, y, suite="impulse_noise", n_resamples=2
        ),
        "transform": lambda: noise.transform(X),
    }
    with TemporaryDirectory() as folder:
        X = np.lib.format.open_memmap(
            f"{folder}/images.npy", "w+", np.uint8, (n_rows, *sample.shape[1:])
        )
        for start in range(0, n_rows, len(sample)):
            X[start : start + len(sample)] = sample[: n_rows - start]
        before, sizes, done = resident_mb("RssAnon"), [], Event()

        def watch() -> None:
            while not done.wait(0.003):
                sizes.append(resident_mb("RssAnon"))

        watcher = Thread(target=watch)
        watcher.start()
        result = actions[method]()
        done.set()
        watcher.join()
    # Below zero if the memory was last read before the whole result was written.
    return max(sizes) - before - getattr(result, "nbytes", 0) / 1e6


def _growth(action: Callable[[int], None], n_warm_up: int, n: int) -> float:
    action(n_warm_up)
    before = resident_mb("VmRSS")
    sizes = []
    for _ in range(10):
        action(n // 10)
        sizes.append(resident_mb("VmRSS"))
    return max(sizes) - before


def measured(function: str, *args: Any) -> Callable[[], float]:
    """Return a call of a function of this module in a new process."""
    return lambda: in_fresh_process("benchmarks.memory", function, *args)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="?", choices=("rows", "map"), default="rows")
    parser.add_argument("--repeats", type=int, default=5, help="of the peaks")
    parser.add_argument("--growth-repeats", type=int, default=1)
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--map-rows", type=int, default=1_000_000)
    options = parser.parse_args()
    print_conditions()
    if options.what == "map":
        measure_memory_map(options.map_rows)
    else:
        measure_rows(options.rows, options.repeats, options.growth_repeats)


def measure_rows(n_rows: int, repeats: int, growth_repeats: int) -> None:
    peaks = take_turns(
        {
            "skmnist, uint8": measured("peak_of_skmnist", n_rows),
            "Keras, float32": measured("peak_of_keras", n_rows),
        },
        repeats,
        warm_up=False,
    )
    print_table(f"peak of a fit of cnn-5 on {n_rows:,} rows", "MB", peaks)
    growth = take_turns(
        {
            "50 fits": measured("growth_over_fits", 50),
            "10,000 predictions": measured("growth_over_predictions", 10_000),
        },
        growth_repeats,
        warm_up=False,
    )
    print_table("growth", "MB", growth)
    of_architectures = take_turns(
        {
            "skmnist": measured("growth_over_architectures", 100),
            "Keras, clear_session": measured("growth_of_keras_over_architectures", 100),
        },
        growth_repeats,
        warm_up=False,
    )
    print_table("growth over 100 architectures", "MB", of_architectures)
    claims = [
        Claim(
            "peak memory, fit of cnn-5 on uint8 rows / plain Keras on float32",
            ratios(*peaks.values()),
            "x",
            0.8,
            0.6,
            at_most=True,
        )
    ]
    claims += [
        Claim(f"growth of memory over {what}", values, "MB", 30, 5, at_most=True)
        for what, values in growth.items()
    ]
    claims.append(
        Claim(
            "growth over 100 architectures / plain Keras",
            ratios(*of_architectures.values()),
            "x",
            1.25,
            1.0,
            at_most=True,
        )
    )
    conclude(claims)


def measure_memory_map(n_rows: int) -> None:
    peaks = take_turns(
        {m: measured("peak_on_memory_map", m, n_rows) for m in METHODS}, 1, warm_up=False
    )
    print_table(f"peak beyond the result, memory map of {n_rows:,} digits", "MB", peaks)
    conclude(
        [
            Claim(f"peak of {method} on {n_rows:,} rows", values, "MB", 400, 150, at_most=True)
            for method, values in peaks.items()
        ]
    )


if __name__ == "__main__":
    main()
