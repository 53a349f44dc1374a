"""The reference protocol on full MNIST: validation accuracy of cnn-5 and mlp-4 after two epochs.

With the data and the networks of the study, the accuracy after two epochs must be 94.4 ± 0.9 % for
cnn-5 and 76 ± 2.5 % for mlp-4. The training is the same as in ``reference_architectures()`` except
for the number of epochs and the precision: the study trained in float32, and bfloat16 learns more
slowly at first (``benchmarks.research.precision_accuracy`` compares them after five epochs)::

    python -m benchmarks.research.reference_check --data-home FOLDER_OF_MNIST_NPZ
"""

import argparse
import time

import numpy as np

from benchmarks.harness.conditions import print_conditions
from benchmarks.harness.training import noisy_rows
from skmnist.model_selection import reference_architectures

# Name of the network -> expected accuracy and its tolerance, in percent.
EXPECTED = {"cnn-5": (94.4, 0.9), "mlp-4": (76.0, 2.5)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-home", default=None, help="folder of mnist.npz")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    options = parser.parse_args()
    print_conditions()
    X, y = noisy_rows("reference", "train", options.data_home)
    failures = []
    for name, (expected, tolerance) in EXPECTED.items():
        accuracies = []
        for seed in options.seeds:
            net = reference_architectures(random_state=seed)[name]
            net.set_params(epochs=2, precision="float32")
            start = time.perf_counter()
            net.fit(X, y)
            accuracies.append(100 * net.history_["val_accuracy"][-1])
            seconds = time.perf_counter() - start
            print(f"{name} seed {seed}: {accuracies[-1]:.2f} % ({seconds:.0f} s)", flush=True)
        mean, std = np.mean(accuracies), np.std(accuracies)
        holds = abs(mean - expected) <= tolerance
        print(
            f"{name} mean of {len(accuracies)} seeds: {mean:.2f} ± {std:.2f} % "
            f"(expected {expected} ± {tolerance} %): {'holds' if holds else 'FAILS'}"
        )
        if not holds:
            failures.append(name)
    if failures:
        raise SystemExit(f"outside the tolerance: {failures}")


if __name__ == "__main__":
    main()
