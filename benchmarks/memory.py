"""Memory: the peak of a fit of cnn-5 on 60,000 rows, and growth over many fits and predictions.

The peak is the largest resident size of a new process minus its size after the imports. It includes
the rows: uint8 rows for skmnist; uint8 rows and their float32 copy for plain Keras, whose users
make that copy. Growth is measured over 50 fits of a small network, after a warm-up of 5 fits: the
largest of ten readings minus the size before. Growth over 10,000 predictions of one row is measured
in the same way, after 100 predictions. It takes about three minutes on an idle machine::

    python -m benchmarks.memory
"""

import argparse
from collections.abc import Callable
from pathlib import Path

from benchmarks.harness.claims import Claim, conclude
from benchmarks.harness.conditions import print_conditions
from benchmarks.harness.timing import in_fresh_process, print_table, ratios, take_turns

BATCH_SIZE = 100


def resident_mb(field: str) -> float:
    """Return VmRSS, the size of this process, or VmHWM, its largest size so far, in MB."""
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


def _growth(action: Callable[[int], None], n_warm_up: int, n: int) -> float:
    action(n_warm_up)
    before = resident_mb("VmRSS")
    sizes = []
    for _ in range(10):
        action(n // 10)
        sizes.append(resident_mb("VmRSS"))
    return max(sizes) - before


def measured(function: str, n: int) -> Callable[[], float]:
    """Return a call of a function of this module in a new process."""
    return lambda: in_fresh_process("benchmarks.memory", function, n)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5, help="of the peaks")
    parser.add_argument("--growth-repeats", type=int, default=1)
    parser.add_argument("--rows", type=int, default=60_000)
    options = parser.parse_args()
    print_conditions()
    peaks = take_turns(
        {
            "skmnist, uint8": measured("peak_of_skmnist", options.rows),
            "Keras, float32": measured("peak_of_keras", options.rows),
        },
        options.repeats,
        warm_up=False,
    )
    print_table(f"peak of a fit of cnn-5 on {options.rows:,} rows", "MB", peaks)
    growth = take_turns(
        {
            "50 fits": measured("growth_over_fits", 50),
            "10,000 predictions": measured("growth_over_predictions", 10_000),
        },
        options.growth_repeats,
        warm_up=False,
    )
    print_table("growth", "MB", growth)
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
    conclude(claims)


if __name__ == "__main__":
    main()
