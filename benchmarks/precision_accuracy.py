"""What training in bfloat16 costs in accuracy: cnn-5 after five epochs on the reference protocol.

For each seed, 12,000 of the 60,000 rows of noisy MNIST are held out, and cnn-5 is trained on the
others twice, with ``precision="auto"`` and with ``precision="float32"``; what is compared is the
accuracy on the rows held out. The mean difference has to be within 0.15 percentage points, or its
95 % interval (Student's t) has to contain 0. Each result is stored as soon as it is there, and a
second start goes on from there (``--restart`` forgets them). It takes about a quarter of an hour::

    python benchmarks/precision_accuracy.py --data-home FOLDER_OF_MNIST_NPZ
"""

import argparse
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
from claims import HEADER, RULE
from conditions import fail_unless, print_conditions
from scipy import stats
from sklearn.model_selection import train_test_split

from skmnist.datasets import fetch_mnist, make_noisy_mnist
from skmnist.model_selection import reference_architectures
from skmnist.noise import make_noise

PRECISIONS = ("auto", "float32")
EPOCHS = 5
N_HELD_OUT = 12_000
TOLERANCE, LEAST_SEEDS = 0.15, 6
STORE = Path(__file__).parent / "results" / "precision_accuracy.txt"
_LINE = re.compile(r"^seed (\d+), precision=(\w+): ([\d.]+) %", re.MULTILINE)

Run = tuple[int, str]


def accuracies(text: str) -> dict[Run, float]:
    """Read what is stored: the accuracies of seeds and precisions, in per cent."""
    return {(int(seed), which): float(value) for seed, which, value in _LINE.findall(text)}


def train(runs: Iterable[Run], data_home: str | None) -> Iterator[str]:
    """Train for each seed and precision, and yield a line with what came out."""
    source = fetch_mnist(subset="train", data_home=data_home)
    X, y = make_noisy_mnist(make_noise("reference", random_state=0), source=source, return_X_y=True)
    for seed, precision in runs:
        X_train, X_held_out, y_train, y_held_out = train_test_split(
            X, y, test_size=N_HELD_OUT, stratify=y, random_state=seed
        )
        net = reference_architectures(random_state=seed)["cnn-5"]
        net.set_params(epochs=EPOCHS, early_stopping=False, precision=precision)
        start = time.perf_counter()
        net.fit(X_train, y_train)
        seconds = time.perf_counter() - start
        accuracy = 100 * net.score(X_held_out, y_held_out)
        yield f"seed {seed}, precision={precision}: {accuracy:.3f} % ({seconds:.0f} s)"


def summarize(found: dict[Run, float], seeds: list[int]) -> tuple[str, bool]:
    """Return the text below the results, and whether the claim holds."""
    gaps = np.array([found[seed, "auto"] - found[seed, "float32"] for seed in seeds])
    half = stats.t.ppf(0.975, len(gaps) - 1) * gaps.std(ddof=1) / np.sqrt(len(gaps))
    mean = gaps.mean()
    low, high = mean - half, mean + half
    holds = len(gaps) >= LEAST_SEEDS and (abs(mean) <= TOLERANCE or low <= 0 <= high)
    lines = [f"differences (auto - float32): {', '.join(f'{gap:+.3f}' for gap in gaps)} points"]
    for precision in PRECISIONS:
        values = [found[seed, precision] for seed in seeds]
        lines.append(f"{precision}: {np.mean(values):.3f} ± {np.std(values, ddof=1):.3f} %")
    cells = (
        "accuracy of cnn-5, default precision - float32, reference protocol, 5 epochs",
        f"{mean:+.3f} points (95 % interval {low:+.3f} to {high:+.3f}, {len(gaps)} paired seeds)",
        f"within ±{TOLERANCE}, or the interval contains 0; at least {LEAST_SEEDS} seeds",
        "",
        "yes" if holds else "**no**",
    )
    return "\n".join([*lines, "", HEADER, RULE, f"| {' | '.join(cells)} |"]), holds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-home", default=None, help="folder of mnist.npz")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(6)))
    parser.add_argument("--restart", action="store_true", help="forget what is stored")
    options = parser.parse_args()
    # The first paragraph of the store: the conditions, then a line for each result.
    results = ""
    if STORE.exists() and not options.restart:
        results = STORE.read_text().partition("\n\n")[0].rstrip() + "\n"
    if not accuracies(results):
        with redirect_stdout(StringIO()) as conditions:
            print_conditions()
        results = conditions.getvalue()
    print(results, end="", flush=True)
    wanted = [(seed, precision) for seed in options.seeds for precision in PRECISIONS]
    todo = [run for run in wanted if run not in accuracies(results)]
    for line in train(todo, options.data_home) if todo else ():
        print(line, flush=True)
        results += f"{line}\n"
        STORE.write_text(results)
    summary, holds = summarize(accuracies(results), options.seeds)
    print(f"\n{summary}")
    STORE.write_text(f"{results}\n{summary}\n")
    fail_unless({"the default precision costs no accuracy": holds})


if __name__ == "__main__":
    main()
