"""Peak memory of a fit of cnn-5 on 60,000 rows, and growth over many fits and predictions.

Peak memory is the largest resident size of a fresh process minus its size after the imports. The
rows are made after the imports: uint8 rows for skmnist; uint8 rows and their float32 copy, as the
caller of Keras makes it, for plain Keras. Growth is the resident size of a process over 50 fits of
a small network minus its size before them, after 5 fits that are not counted; and the same of
10,000 one-row predictions, after 100. The size is read ten times, and the largest counts, so that
memory which the allocator gives back in between hides nothing. It takes about three minutes on an
idle machine::

    python benchmarks/memory.py
"""

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from claims import Claim, conclude
from conditions import print_conditions
from timing import print_table, ratios, take_turns

BATCH_SIZE = 100


def resident_mb(field: str) -> float:
    """Return VmRSS, the present size of this process, or VmHWM, its largest so far, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError(f"/proc/self/status has no {field}")


def peak_of_skmnist(n_rows: int) -> float:
    from digits import digits
    from peers_skmnist import network

    before = resident_mb("VmRSS")
    network("cnn-5", epochs=1).fit(*digits(n_rows))
    return resident_mb("VmHWM") - before


def peak_of_keras(n_rows: int) -> float:
    from peers_keras import cnn_5, float_digits

    before = resident_mb("VmRSS")
    cnn_5().fit(*float_digits(n_rows), batch_size=BATCH_SIZE, epochs=1, verbose=0)
    return resident_mb("VmHWM") - before


def growth_over_fits(n_fits: int) -> float:
    from digits import digits
    from peers_skmnist import small_cnn

    X, y = digits(1000)

    def fit_many(n: int) -> None:
        for seed in range(n):
            small_cnn(epochs=1, random_state=seed).fit(X, y)

    return _growth(fit_many, n_warm_up=5, n=n_fits)


def growth_over_predictions(n_calls: int) -> float:
    from digits import digits
    from peers_skmnist import small_cnn

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


MEASURES = {
    measure.__name__: measure
    for measure in (peak_of_skmnist, peak_of_keras, growth_over_fits, growth_over_predictions)
}


def in_fresh_process(measure: Callable[[int], float], n: int) -> float:
    command = [sys.executable, __file__, "--measure", measure.__name__, str(n)]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.split()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5, help="of the peaks")
    parser.add_argument("--growth-repeats", type=int, default=1)
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--measure", nargs=2, metavar=("NAME", "N"), help="run only this one")
    options = parser.parse_args()
    if options.measure:
        print(MEASURES[options.measure[0]](int(options.measure[1])))
        return
    print_conditions()
    peaks = take_turns(
        {
            "skmnist, uint8": lambda: in_fresh_process(peak_of_skmnist, options.rows),
            "Keras, float32": lambda: in_fresh_process(peak_of_keras, options.rows),
        },
        options.repeats,
        warm_up=False,
    )
    print_table(f"peak of a fit of cnn-5 on {options.rows:,} rows", "MB", peaks)
    growth = take_turns(
        {
            "50 fits": lambda: in_fresh_process(growth_over_fits, 50),
            "10,000 predictions": lambda: in_fresh_process(growth_over_predictions, 10_000),
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
