"""
A report about a classifier
===========================

One HTML file about one fitted model: its parameters, the search that chose it, the scores of the
folds, its training, its scores on test images, where it confuses digits, how well its confidence is
calibrated, how it does under corruptions, and its most confident errors.

Run it with ``python examples/report.py``: it takes seconds and needs no internet connection.
"""

import argparse
import os
from pathlib import Path

# Must be set before TensorFlow is imported. It hides TensorFlow's startup messages, except those
# about oneDNN and CUDA, which TensorFlow writes before it reads the variable.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline

from skmnist.datasets import load_mnist_sample
from skmnist.neural_network import MLPClassifier
from skmnist.noise import GaussianNoise
from skmnist.report import make_report


def main() -> None:
    parser = argparse.ArgumentParser(description="Choose a network, and report on it.")
    parser.add_argument("--rows", type=int, default=2000, help="number of rows to use")
    parser.add_argument("--epochs", type=int, default=6, help="epochs of each training")
    parser.add_argument("--seed", type=int, default=0, help="seed of split, noise and network")
    parser.add_argument("--output", type=Path, default=Path("report.html"), help=".html or .md")
    options = parser.parse_args()

    X, y = load_mnist_sample(return_X_y=True)
    X, y = X[: options.rows], y[: options.rows]
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=0.25, stratify=y, random_state=options.seed
    )
    network = MLPClassifier(epochs=options.epochs, early_stopping=True, random_state=options.seed)
    noise = GaussianNoise(0.2, when="fit", random_state=options.seed)
    pipeline = Pipeline([("noise", noise), ("network", network)])
    grid = {"network__hidden_layer_sizes": [(64,), (256,)]}
    search = GridSearchCV(pipeline, grid, cv=3).fit(X_train, y_train)
    report = make_report(search, X_test, y_test, severities="all", random_state=options.seed)
    report.save(options.output)
    print(f"test accuracy {search.score(X_test, y_test):.1%}, report: {options.output}")


if __name__ == "__main__":
    main()
