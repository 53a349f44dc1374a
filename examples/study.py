"""
A published study, reproduced
=============================

A study (Theo Serralta, `Classification of Noisy MNIST Images Using Deep Learning
<https://github.com/theo-serralta/MNIST_classifier>`_, 2024) classified digits that were rotated,
translated, zoomed out and changed in brightness, with nine Keras networks. It chose a CNN, "cnn-5":
96.46 % of the test digits, and 96.62 % ± 0.25 in 5 folds. Its noise is ``make_noise("reference")``
and its networks are ``reference_architectures()``. The full protocol gave 96.49 % and
96.61 % ± 0.18 with this package (``benchmarks/accuracy_reference.py``).

Run it with ``python examples/study.py``: it takes about a minute on two cores and needs no internet
connection. With 3,000 digits and few epochs, all accuracies are lower. ``--full`` trains on MNIST
for as long as the study did, which takes hours. ``--help`` lists the options.
"""

import argparse
import os
from pathlib import Path

# Must be set before TensorFlow is imported. It hides TensorFlow's startup messages, except those
# about oneDNN and CUDA, which TensorFlow writes before it reads the variable.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import KFold, cross_val_score

from skmnist.datasets import fetch_mnist, load_mnist_sample
from skmnist.model_selection import reference_architectures
from skmnist.noise import make_noise

# Published test accuracy, in percent.
PUBLISHED = {
    "mlp-1": 85.80,
    "mlp-2": 85.74,
    "mlp-3": 85.65,
    "mlp-4": 86.47,
    "cnn-1": 92.58,
    "lenet": 93.16,
    "cnn-3": 90.66,
    "cnn-4": 96.66,
    "cnn-5": 96.46,
}
CHOSEN = "cnn-5"


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Reproduce the study of nine networks.")
    parser.add_argument("--full", action="store_true", help="train on MNIST, as in the study")
    parser.add_argument("--data-home", default=None, help="folder of mnist.npz for --full")
    parser.add_argument("--rows", type=int, default=3000, help="training rows of the sample")
    parser.add_argument("--epochs", type=int, default=4, help="epochs on the sample")
    parser.add_argument("--seed", type=int, default=0, help="seed of noise and networks")
    parser.add_argument("--output", type=Path, default=Path("study.png"))
    return parser.parse_args()


def main() -> None:
    options = parse_arguments()
    (X, y), (X_test, y_test) = noisy_digits(options)
    networks = reference_architectures(random_state=options.seed)
    accuracies = {}
    for name, network in networks.items():
        if not options.full:
            network.set_params(epochs=options.epochs, early_stopping=False, batch_size=25)
        accuracies[name] = 100 * network.fit(X, y).score(X_test, y_test)
        print(f"{name:6} {accuracies[name]:6.2f} %, published {PUBLISHED[name]:.2f} %")

    folds = KFold(5, shuffle=True, random_state=42)
    chosen = networks[CHOSEN].set_params(early_stopping=False)
    if options.full:
        chosen.set_params(epochs=50)
    scores = 100 * cross_val_score(chosen, X, y, cv=folds)
    print(
        f"{CHOSEN} in 5 folds: {scores.mean():.2f} ± {scores.std():.2f} %, published 96.62 ± 0.25"
    )
    draw(accuracies, options.output)
    print(f"figure: {options.output}")


def noisy_digits(options: argparse.Namespace):
    """Return noisy training and test rows; the noise is added once, as in the study."""
    if options.full:
        subsets = [fetch_mnist(subset=s, data_home=options.data_home) for s in ("train", "test")]
        rows = [(subset.data, subset.target) for subset in subsets]
    else:
        X, y = load_mnist_sample(return_X_y=True)
        rows = [(X[: options.rows], y[: options.rows]), (X[-1000:], y[-1000:])]
    noise = make_noise("reference", random_state=options.seed).fit(rows[0][0])
    return [(noise.transform(X), y) for X, y in rows]


def draw(accuracies: dict[str, float], path: Path) -> None:
    """Draw the accuracies beside the published ones."""
    names = list(accuracies)
    places = np.arange(len(names))
    figure, ax = plt.subplots(figsize=(7, 3.5), layout="constrained")
    ax.plot(places, [PUBLISHED[name] for name in names], "o", color="0.6", label="published")
    ax.plot(places, [accuracies[name] for name in names], "s", color="C0", label="here")
    ax.set_xticks(places, names)
    ax.set(ylabel="test accuracy, %", ylim=(0, 100))
    ax.grid(axis="y", color="0.9")
    ax.legend(loc="lower left")
    figure.savefig(path, dpi=120)
    plt.close(figure)


if __name__ == "__main__":
    main()
