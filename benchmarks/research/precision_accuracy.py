"""Accuracy of training in bfloat16: cnn-5 after five epochs on the reference protocol.

For each seed, 12,000 of the 60,000 rows of noisy MNIST are held out, and cnn-5 is trained on the
others twice, with ``precision="auto"`` and with ``precision="float32"``; the accuracies on the
held-out rows are compared. The mean difference must be within 0.15 percentage points, or its 95 %
interval (Student's t) must contain 0. It takes about a quarter of an hour; a stored run is not
repeated::

    python -m benchmarks.research.precision_accuracy --data-home FOLDER_OF_MNIST_NPZ
"""

from collections.abc import Sequence

import numpy as np
from scipy import stats
from sklearn.model_selection import train_test_split

from benchmarks.harness.claims import HEADER, RULE
from benchmarks.harness.run_log import History, Numbers
from benchmarks.harness.training import Recipes, noisy_rows, run_recipes, train_and_score
from skmnist.model_selection import reference_architectures
from skmnist.neural_network import BaseImageClassifier

PRECISIONS = ("auto", "float32")
EPOCHS = 5
N_HELD_OUT = 12_000
TOLERANCE, LEAST_SEEDS = 0.15, 6
SEEDS = range(6)


def name_of(seed: int, precision: str) -> str:
    return f"seed {seed}, precision {precision}"


def recipes() -> Recipes:
    """Return the network of each run."""
    return {
        name_of(seed, precision): reference_architectures(random_state=seed)["cnn-5"].set_params(
            epochs=EPOCHS, early_stopping=False, precision=precision
        )
        for seed in SEEDS
        for precision in PRECISIONS
    }


def train(key: str, network: BaseImageClassifier, data_home: str | None) -> tuple[Numbers, History]:
    """Train on the rows that the seed of the network does not hold out, and score the others."""
    X, y = noisy_rows("reference", "train", data_home)
    X_train, X_held_out, y_train, y_held_out = train_test_split(
        X, y, test_size=N_HELD_OUT, stratify=y, random_state=network.random_state
    )
    return train_and_score(network, (X_train, y_train), (X_held_out, y_held_out))


def summarize(
    runs: dict[str, Numbers], seeds: Sequence[int] = SEEDS
) -> tuple[str, dict[str, bool]]:
    """Return the text below the results, and the claim about them."""
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


if __name__ == "__main__":
    run_recipes(__doc__, "precision_accuracy", recipes(), train, summarize)
