"""
Which digits are mislabeled?
============================

A tenth of the labels are replaced by digits that look alike. Each digit is then predicted by a
network that was not trained on it (out-of-fold). The labels to which the network gives the lowest
probability are the most suspicious: how many of them are wrong? The gallery shows the first ones.

Run it with ``python examples/noisy_labels.py``: it takes half a minute on two cores and needs no
internet connection. ``--help`` lists the options.
"""

import argparse
import os
import time
from pathlib import Path

# Must be set before TensorFlow is imported. It hides the start-up messages of TensorFlow, except
# those about oneDNN and CUDA, which TensorFlow writes before it reads the variable.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from skmnist.datasets import load_mnist_sample, make_noisy_labels
from skmnist.neural_network import CNNClassifier
from skmnist.robustness import ImageGalleryDisplay


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Find mislabeled digits.")
    parser.add_argument("--rate", type=float, default=0.1, help="share of wrong labels")
    parser.add_argument("--kind", default="pairs", choices=["pairs", "uniform"])
    parser.add_argument("--seed", type=int, default=0, help="seed of labels, folds and networks")
    parser.add_argument("--rows", type=int, default=2500, help="rows of the sample to use")
    parser.add_argument("--epochs", type=int, default=5, help="epochs of the networks")
    parser.add_argument("--output", type=Path, default=Path("noisy_labels.png"))
    return parser.parse_args()


def main() -> None:
    options = parse_arguments()
    start = time.perf_counter()
    X, y = load_mnist_sample(return_X_y=True)
    rows = np.random.default_rng(options.seed).permutation(len(X))[: options.rows]
    X, y = X[rows], y[rows]
    given = make_noisy_labels(y, rate=options.rate, kind=options.kind, random_state=options.seed)
    is_wrong = given != y
    print(f"{is_wrong.sum()} of {len(y)} labels are wrong")

    # Label smoothing keeps the network from learning single wrong labels by heart.
    network = CNNClassifier(
        epochs=options.epochs, batch_size=64, label_smoothing=0.1, random_state=options.seed
    )
    folds = StratifiedKFold(3, shuffle=True, random_state=options.seed)
    probabilities = cross_val_predict(network, X, given, cv=folds, method="predict_proba")
    classes = np.unique(given)
    of_given = probabilities[np.arange(len(given)), np.searchsorted(classes, given)]
    predicted = classes[probabilities.argmax(axis=1)]

    suspicious = np.argsort(of_given, kind="stable")[: is_wrong.sum()]
    found = is_wrong[suspicious].mean()
    print(f"of the {len(suspicious)} most suspicious labels, {found:.1%} are wrong")
    print(f"average precision: {average_precision_score(is_wrong, -of_given):.3f}")

    display = ImageGalleryDisplay.from_predictions(
        X, given, predicted, confidence=probabilities.max(axis=1)
    )
    display.ax_.set_title("given label as predicted digit, most confident first", fontsize="medium")
    display.figure_.savefig(options.output, dpi=120)
    plt.close(display.figure_)
    print(f"figure: {options.output} [{time.perf_counter() - start:.0f} s]")


if __name__ == "__main__":
    main()
