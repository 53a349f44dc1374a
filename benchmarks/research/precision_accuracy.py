"""What training in bfloat16 costs in accuracy: cnn-5 after five epochs on the reference protocol.

For each seed, 12,000 of the 60,000 rows of noisy MNIST are held out, and cnn-5 is trained on the
others twice, with ``precision="auto"`` and with ``precision="float32"``; what is compared is the
accuracy on the rows held out. The mean difference has to be within 0.15 percentage points, or its
95 % interval (Student's t) has to contain 0. Each run is stored as it ends, and a second start goes
on from there. It takes about a quarter of an hour::

    python benchmarks/precision_accuracy.py --data-home FOLDER_OF_MNIST_NPZ
"""

import argparse

import numpy as np
from claims import HEADER, RULE
from conditions import fail_unless
from recipes import Rows, noisy_rows, train_and_score
from run_log import History, Numbers, RunLog
from scipy import stats
from sklearn.model_selection import train_test_split

from skmnist.model_selection import reference_architectures
from skmnist.neural_network import BaseImageClassifier

PRECISIONS = ("auto", "float32")
EPOCHS = 5
N_HELD_OUT = 12_000
TOLERANCE, LEAST_SEEDS = 0.15, 6


def name_of(seed: int, precision: str) -> str:
    return f"seed {seed}, precision {precision}"


def train(network: BaseImageClassifier, rows: Rows) -> tuple[Numbers, History]:
    """Train on the rows that the seed of the network does not hold out, and score the others."""
    X, y = rows
    X_train, X_held_out, y_train, y_held_out = train_test_split(
        X, y, test_size=N_HELD_OUT, stratify=y, random_state=network.random_state
    )
    return train_and_score(network, (X_train, y_train), (X_held_out, y_held_out))


def summarize(runs: dict[str, Numbers], seeds: list[int]) -> tuple[str, dict[str, bool]]:
    """Return the text below the results, and what has to hold of them."""
    found = {
        precision: np.array([runs[name_of(seed, precision)]["accuracy"] for seed in seeds])
        for precision in PRECISIONS
    }
    gaps = found["auto"] - found["float32"]
    half = stats.t.ppf(0.975, len(gaps) - 1) * gaps.std(ddof=1) / np.sqrt(len(gaps))
    mean = gaps.mean()
    low, high = mean - half, mean + half
    holds = len(gaps) >= LEAST_SEEDS and (abs(mean) <= TOLERANCE or low <= 0 <= high)
    lines = [f"differences (auto - float32): {', '.join(f'{gap:+.3f}' for gap in gaps)} points"]
    for precision, values in found.items():
        lines.append(f"{precision}: {values.mean():.3f} ± {values.std(ddof=1):.3f} %")
    cells = (
        "accuracy of cnn-5, default precision - float32, reference protocol, 5 epochs",
        f"{mean:+.3f} points (95 % interval {low:+.3f} to {high:+.3f}, {len(gaps)} paired seeds)",
        f"within ±{TOLERANCE}, or the interval contains 0; at least {LEAST_SEEDS} seeds",
        "",
        "yes" if holds else "**no**",
    )
    table = "\n".join([*lines, "", HEADER, RULE, f"| {' | '.join(cells)} |"])
    return table, {"the default precision costs no accuracy": bool(holds)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-home", default=None, help="folder of mnist.npz")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(6)))
    options = parser.parse_args()
    rows = noisy_rows("reference", "train", options.data_home)
    log = RunLog("precision_accuracy")
    for seed in options.seeds:
        for precision in PRECISIONS:
            network = reference_architectures(random_state=seed)["cnn-5"]
            network.set_params(epochs=EPOCHS, early_stopping=False, precision=precision)
            log.run(name_of(seed, precision), network, lambda network=network: train(network, rows))
    summary, claims = summarize(log.runs, options.seeds)
    log.summarize(summary)
    fail_unless(claims)


if __name__ == "__main__":
    main()
