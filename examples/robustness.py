"""
Which classifier keeps its accuracy under noise?
================================================

Three classifiers, none of them trained on the corruptions of MNIST-C: logistic regression, a CNN
trained on clean digits, and the same CNN trained with generic noise (``augment=``). Each is scored
under the 15 corruptions at all severities, on the same noisy images, so that small differences can
be tested. Where the last one is worst, two figures show its calibration and its most confident
errors.

Run it with ``python examples/robustness.py``: it takes about a minute on two cores and needs no
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
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline

from skmnist.datasets import load_mnist_sample
from skmnist.neural_network import CNNClassifier
from skmnist.noise import GaussianNoise, Occlusion, RandomAffine, list_noises, list_suites
from skmnist.preprocessing import PixelScaler
from skmnist.robustness import (
    ImageGalleryDisplay,
    ReliabilityDisplay,
    RobustnessCurveDisplay,
    RobustnessHeatmapDisplay,
    compare_robustness,
)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare three classifiers under corruptions.")
    parser.add_argument("--suite", default="mnist_c", choices=[*list_suites(), *list_noises()])
    parser.add_argument("--seed", type=int, default=0, help="seed of split, networks and noise")
    parser.add_argument("--rows", type=int, default=2500, help="rows of the sample to use")
    parser.add_argument("--epochs", type=int, default=5, help="epochs of the networks")
    parser.add_argument("--jobs", type=int, default=2, help="corruptions computed side by side")
    parser.add_argument("--output", type=Path, default=Path("robustness_output"))
    return parser.parse_args()


def main() -> None:
    options = parse_arguments()
    options.output.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    X, y = load_mnist_sample(return_X_y=True)
    X, y = X[: options.rows], y[: options.rows]
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=0.2, stratify=y, random_state=options.seed
    )
    linear = LogisticRegression(C=0.1, max_iter=1000)
    network = {"epochs": options.epochs, "batch_size": 64, "random_state": options.seed}
    generic = [RandomAffine(15, border_mode="reflect"), GaussianNoise(0.2), Occlusion(0.1)]
    models = {
        "linear": Pipeline([("scaler", PixelScaler()), ("linear", linear)]),
        "CNN": CNNClassifier(**network),
        "CNN, augmented": CNNClassifier(augment=generic, **network),
    }
    for model in models.values():
        model.fit(X_train, y_train)
    print(f"trained on {len(X_train)} rows [{time.perf_counter() - start:.0f} s]", flush=True)

    result = compare_robustness(
        models,
        X_test,
        y_test,
        suite=options.suite,
        severities="all",
        scoring=["accuracy", "log_loss"],
        n_jobs=options.jobs,
        random_state=options.seed,
    )
    print(result.summary.to_string(index=False, float_format="{:.3f}".format))
    print("\nDifferences of the mean over the corruptions, with 95 % intervals:")
    print(result.mean_differences.to_string(index=False, float_format="{:+.3f}".format))
    pairs = result.tests[result.tests["corruption"] != "clean"].groupby(["model_a", "model_b"])
    for (a, b), tests in pairs:
        n_apart = (tests["p_adjusted"] < 0.05).sum()
        print(f"{a} and {b} differ in accuracy under {n_apart} of {len(tests)} corruptions")

    figure, axes = plt.subplots(1, 2, figsize=(12, 5.5), layout="constrained")
    RobustnessCurveDisplay.from_scores(result, ax=axes[0])
    RobustnessHeatmapDisplay.from_scores(result, ax=axes[1])
    save(figure, "robustness.png", options)
    model = models["CNN, augmented"]
    worst = result.summary.set_index(["model", "metric"]).loc["CNN, augmented", "accuracy"]
    suite, severity = worst["worst_corruption"], worst["worst_severity"]
    severity = None if pd.isna(severity) else int(severity)
    display = ReliabilityDisplay.from_estimator(model, X_test, y_test, suite=suite, n_bins=8)
    save(display.figure_, "reliability.png", options)
    display = ImageGalleryDisplay.from_estimator(
        model, X_test, y_test, noise=suite, severity=severity
    )
    save(display.figure_, "errors.png", options)
    print(f"{time.perf_counter() - start:.0f} s in all")


def save(figure: plt.Figure, name: str, options: argparse.Namespace) -> None:
    figure.savefig(options.output / name, dpi=120, bbox_inches="tight")
    plt.close(figure)
    print(f"figure: {options.output / name}")


if __name__ == "__main__":
    main()
