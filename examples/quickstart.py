"""
Noisy digits from end to end
============================

Choose a network for noisy handwritten digits, evaluate it and ship it, with scikit-learn's own
tools: ``Pipeline``, ``GridSearchCV``, ``cross_val_score`` and ``joblib``.

Run it with ``python examples/quickstart.py``: it takes some minutes on two cores and needs no
internet connection. ``--help`` lists the options, such as the full MNIST data and other noises.
"""

import argparse
import os
import subprocess
import sys
import time
import warnings
from pathlib import Path

# Must be set before TensorFlow is imported. It hides TensorFlow's startup messages, except those
# about oneDNN and CUDA, which TensorFlow writes before it reads the variable.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import joblib
import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import ConfusionMatrixDisplay, accuracy_score, log_loss
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedKFold,
    cross_val_score,
    train_test_split,
)
from sklearn.pipeline import Pipeline

from skmnist.datasets import fetch_mnist, load_mnist_sample
from skmnist.model_selection import cnn_param_grid, mlp_param_grid
from skmnist.neural_network import CNNClassifier, MLPClassifier
from skmnist.noise import list_noises, make_noise
from skmnist.preprocessing import PixelScaler
from skmnist.robustness import ImageGalleryDisplay, TrainingCurveDisplay


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Choose, evaluate and ship a digit classifier.")
    parser.add_argument(
        "--noise", default="reference", choices=list_noises(), help="noise to classify under"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of splits, noise, networks")
    parser.add_argument(
        "--full",
        action="store_true",
        help="use all of MNIST, downloaded once (an hour or more on two cores)",
    )
    parser.add_argument("--data-home", default=None, help="folder of mnist.npz for --full")
    parser.add_argument("--epochs", type=int, default=9, help="epochs of the evaluation")
    parser.add_argument("--rows", type=int, default=None, help="number of rows to use")
    parser.add_argument("--output", type=Path, default=Path("quickstart_output"))
    return parser.parse_args()


def load_digits(options: argparse.Namespace) -> tuple[np.ndarray, ...]:
    """Return X_train, X_test, y_train, y_test: flat uint8 images and int labels."""
    if options.full:
        X, y = fetch_mnist(subset="all", data_home=options.data_home, return_X_y=True)
        X_train, X_test, y_train, y_test = X[:60_000], X[60_000:], y[:60_000], y[60_000:]
        if options.rows is None:
            return X_train, X_test, y_train, y_test
        # Both sides of the published split are sampled, so that no test digit is trained on.
        (X_train, y_train), (X_test, y_test) = (
            train_test_split(a, b, train_size=size, stratify=b, random_state=options.seed)[::2]
            for a, b, size in (
                (X_train, y_train, options.rows * 6 // 7),
                (X_test, y_test, options.rows // 7),
            )
        )
        return X_train, X_test, y_train, y_test
    X, y = load_mnist_sample(return_X_y=True)
    X, y = X[: options.rows], y[: options.rows]
    return tuple(train_test_split(X, y, test_size=0.2, stratify=y, random_state=options.seed))


def announce(step: str) -> None:
    print(f"\n== {step} [{time.perf_counter() - START:.0f} s]", flush=True)


START = time.perf_counter()
SEARCH_ROWS = 2000


def main() -> None:
    options = parse_arguments()
    options.output.mkdir(parents=True, exist_ok=True)
    seed = options.seed

    announce("Data: test rows are set aside until the end")
    X_train, X_test, y_train, y_test = load_digits(options)
    print(f"{len(X_train)} training rows, {len(X_test)} test rows, noise: {options.noise}")
    plot_digits(X_train[:10], y_train[:10], options)

    announce("Search: 3 MLPs and 3 CNNs, 3 folds each")
    pipeline = Pipeline(
        [
            ("noise", make_noise(options.noise, random_state=seed)),
            ("scaler", PixelScaler()),
            ("network", CNNClassifier()),
        ]
    )
    # Fewer epochs and rows suffice for the search, because the candidates' order shows early.
    fixed = {"epochs": max(1, options.epochs // 2), "random_state": seed}
    n_search = min(len(X_train), SEARCH_ROWS)
    print(f"on {n_search} rows, {fixed['epochs']} epochs", flush=True)
    search = GridSearchCV(
        pipeline,
        [
            {
                "network": [MLPClassifier(**fixed)],
                "network__hidden_layer_sizes": mlp_param_grid()["hidden_layer_sizes"],
            },
            {
                "network": [CNNClassifier(**fixed)],
                "network__filters": cnn_param_grid()["filters"],
            },
        ],
        scoring=AccuracyLog(n_folds=3),
        cv=StratifiedKFold(3, shuffle=True, random_state=seed),
        refit=False,
        verbose=1,
    )
    search.fit(X_train[:n_search], y_train[:n_search])
    for params, mean in zip(
        search.cv_results_["params"], search.cv_results_["mean_test_score"], strict=True
    ):
        print(f"{describe(params):34} {mean:.2%}")
    winner = clone(pipeline).set_params(
        **search.best_params_, network__epochs=options.epochs, network__early_stopping=True
    )
    print(f"winner: {describe(search.best_params_)}")

    announce("Evaluation: stratified 5-fold accuracy of the winner on the training rows")
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    scores = cross_val_score(winner, X_train, y_train, cv=folds, scoring=AccuracyLog(n_folds=5))
    print(f"{scores.mean():.2%} ± {scores.std():.2%}")

    announce("Training of the winner, beside two baselines")
    winner.fit(X_train, y_train)
    plot_training_curve(winner["network"].history_, options)
    models = {
        "DummyClassifier": pipeline_with(winner, DummyClassifier()),
        "LogisticRegression": pipeline_with(winner, LogisticRegression(C=0.1, max_iter=200)),
    }
    for model in models.values():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a baseline may stop early
            model.fit(X_train, y_train)
    models[describe(search.best_params_)] = winner

    announce("Test: the rows that were set aside, once")
    probabilities = {name: model.predict_proba(X_test) for name, model in models.items()}
    y_pred = winner.predict(X_test)
    plot_confusion_matrix(y_test, y_pred, options)

    announce("Shipping: without the simulated noise, since real images bring their own")
    path = options.output / "digits.joblib"
    shipped = winner.set_params(noise="passthrough")
    joblib.dump(shipped, path)
    X_real = make_noise(options.noise, random_state=seed).fit(X_train).transform(X_test)
    same = np.array_equal(predict_in_new_process(path, X_real, options), y_pred)
    if not same:
        raise SystemExit("The shipped model predicts other labels in a new process.")

    size = path.stat().st_size / 1e6
    print(f"shipped: {path} ({size:.1f} MB), equal predictions in a new process")
    print(f"figures: {options.output}/*.png; {time.perf_counter() - START:.0f} s in all")

    print(f"\n{'model':34} {'5-fold accuracy':>16} {'test accuracy':>14} {'test loss':>10}")
    for name, probability in probabilities.items():
        is_winner = models[name] is winner
        in_folds = f"{scores.mean():.2%} ± {scores.std():.2%}" if is_winner else "-"
        accuracy = accuracy_score(y_test, probability.argmax(axis=1))
        print(f"{name:34} {in_folds:>16} {accuracy:>14.2%} {log_loss(y_test, probability):>10.3f}")


class AccuracyLog:
    """A scorer that prints each accuracy at once; for searches and folds in one process.

    Parameters
    ----------
    n_folds : int
        Number of folds of each candidate.
    """

    def __init__(self, n_folds: int) -> None:
        self.n_folds = n_folds
        self._n_scores = 0
        self._last = time.perf_counter()

    def __call__(self, model: Pipeline, X: np.ndarray, y: np.ndarray) -> float:
        """Return the accuracy of a fitted pipeline."""
        accuracy = model.score(X, y)
        fold = self._n_scores % self.n_folds + 1
        self._n_scores += 1
        now = time.perf_counter()
        name = describe(model.get_params())
        seconds = now - self._last
        print(
            f"{name}: fold {fold} of {self.n_folds}: {accuracy:.1%} ({seconds:.0f} s)", flush=True
        )
        self._last = now
        return accuracy


def describe(params: dict) -> str:
    """Name a candidate by its network and layers."""
    layers = params.get("network__filters", params.get("network__hidden_layer_sizes"))
    return f"{type(params['network']).__name__} {layers}"


def pipeline_with(pipeline: Pipeline, network: object) -> Pipeline:
    """Return an unfitted copy of a pipeline with another classifier as its last step."""
    return clone(pipeline).set_params(network=network)


def predict_in_new_process(path: Path, X: np.ndarray, options: argparse.Namespace) -> np.ndarray:
    """Load a shipped model in a new process and return its predictions."""
    images, labels = options.output / "real_images.npy", options.output / "labels.npy"
    np.save(images, X)
    program = (
        "import sys, joblib, numpy as np; model, images, labels = sys.argv[1:]; "
        "np.save(labels, joblib.load(model).predict(np.load(images)))"
    )
    command = [sys.executable, "-c", program, path, images, labels]
    process = subprocess.run(command, capture_output=True, text=True)
    if process.returncode:
        raise SystemExit(f"The shipped model fails in a new process:\n{process.stderr}")
    return np.load(labels)


def plot_digits(X: np.ndarray, y: np.ndarray, options: argparse.Namespace) -> None:
    """Draw clean digits above their noisy versions."""
    noisy = make_noise(options.noise, random_state=options.seed).fit_transform(X)
    display = ImageGalleryDisplay.from_predictions(noisy, y, y, X_clean=X, n_columns=10)
    display.ax_.set_title(f"Digits, clean and under the noise {options.noise!r}")
    save(display.figure_, "digits.png", options)


def plot_training_curve(history: dict[str, list[float]], options: argparse.Namespace) -> None:
    """Draw the loss and the accuracy of training and validation rows over the epochs."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for axis, metric in zip(axes, ("loss", "accuracy"), strict=True):
        TrainingCurveDisplay.from_history(history, metric=metric, ax=axis)
    figure.suptitle("Training of the winner")
    save(figure, "training_curve.png", options)


def plot_confusion_matrix(
    y_true: np.ndarray, y_pred: np.ndarray, options: argparse.Namespace
) -> None:
    """Draw the confusion matrix of the test rows."""
    figure, axis = plt.subplots(figsize=(6.5, 6), layout="constrained")
    ConfusionMatrixDisplay.from_predictions(y_true, y_pred, ax=axis, cmap="Blues", colorbar=False)
    axis.set_title(f"Test rows: {accuracy_score(y_true, y_pred):.2%} correct")
    save(figure, "confusion_matrix.png", options)


def save(figure: plt.Figure, name: str, options: argparse.Namespace) -> None:
    figure.savefig(options.output / name, dpi=120)
    plt.close(figure)
    print(f"figure: {options.output / name}")


if __name__ == "__main__":
    main()
