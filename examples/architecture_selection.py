"""
Which network for noisy digits?
===============================

A search over four kinds of networks, MLP, CNN, ResNet and DenseNet, in one ``Pipeline``, with
scikit-learn's ``HalvingGridSearchCV``. All candidates train for a few epochs, and the best third
for three times as many. The winner is trained for longer, with augmentation, and scored once
on rows that were set aside. Halving by epochs favors networks that learn quickly at first; to
give deeper networks a chance, raise ``--epochs``.

Run it with ``python examples/architecture_selection.py``: it takes some minutes on two cores and
needs no internet connection. ``--help`` lists the options.
"""

import argparse
import os
import time
from pathlib import Path
from typing import Any

# Must be set before TensorFlow is imported. It hides TensorFlow's startup messages, except those
# about oneDNN and CUDA, which TensorFlow writes before it reads the variable.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import HalvingGridSearchCV, StratifiedKFold, train_test_split
from sklearn.pipeline import Pipeline

from skmnist.datasets import load_mnist_sample
from skmnist.model_selection import (
    cnn_param_grid,
    densenet_param_grid,
    mlp_param_grid,
    resnet_param_grid,
)
from skmnist.neural_network import (
    CNNClassifier,
    DenseNetClassifier,
    MLPClassifier,
    ResNetClassifier,
)
from skmnist.noise import RandomAffine, list_noises, make_noise
from skmnist.preprocessing import PixelScaler


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Choose among four kinds of networks.")
    parser.add_argument(
        "--noise", default="reference", choices=list_noises(), help="noise to classify under"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of splits, noise, networks")
    parser.add_argument("--rows", type=int, default=3000, help="number of rows to use")
    parser.add_argument("--epochs", type=int, default=9, help="most epochs of a candidate")
    parser.add_argument("--folds", type=int, default=3, help="folds of the search")
    parser.add_argument("--jobs", type=int, default=None, help="parallel trainings")
    parser.add_argument("--output", type=Path, default=Path("architecture_selection.png"))
    return parser.parse_args()


def candidates(seed: int) -> list[dict[str, list[Any]]]:
    """Return a grid for each kind of network, for the step "network" of the pipeline."""
    shared = {"batch_size": 64, "optimizer__learning_rate": 0.003, "random_state": seed}
    grids = {
        MLPClassifier: ("hidden_layer_sizes", mlp_param_grid()["hidden_layer_sizes"]),
        CNNClassifier: ("filters", cnn_param_grid()["filters"]),
        ResNetClassifier: ("filters", resnet_param_grid()["filters"][:2]),
        DenseNetClassifier: ("n_layers", densenet_param_grid()["n_layers"][:1]),
    }
    return [
        {"network": [network(**shared)], f"network__{name}": list(values)}
        for network, (name, values) in grids.items()
    ]


def main() -> None:
    options = parse_arguments()
    start = time.perf_counter()
    X, y = load_mnist_sample(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(
        X[: options.rows],
        y[: options.rows],
        test_size=0.2,
        stratify=y[: options.rows],
        random_state=options.seed,
    )
    pipeline = Pipeline(
        [
            ("noise", make_noise(options.noise, random_state=options.seed)),
            ("scaler", PixelScaler()),
            ("network", CNNClassifier()),
        ]
    )
    search = HalvingGridSearchCV(
        pipeline,
        candidates(options.seed),
        resource="network__epochs",
        min_resources=max(1, options.epochs // 3),
        max_resources=options.epochs,
        factor=3,
        cv=StratifiedKFold(options.folds, shuffle=True, random_state=options.seed),
        refit=False,
        n_jobs=options.jobs,
        random_state=options.seed,
    ).fit(X_train, y_train)

    results = as_table(search)
    print(results.to_string(index=False, float_format="{:.2%}".format))
    winner = pipeline.set_params(
        **search.best_params_
        | {
            "network__epochs": 3 * options.epochs,
            "network__warmup_fraction": 0.2,
            "network__augment": RandomAffine(15, border_mode="reflect"),
        }
    ).fit(X_train, y_train)
    print(f"winner: {describe(search.best_params_)}")
    print(f"test accuracy, trained for longer and augmented: {winner.score(X_test, y_test):.2%}")
    plot(results, options)
    print(f"figure: {options.output}; {time.perf_counter() - start:.0f} s in all")


def describe(params: dict[str, Any]) -> str:
    """Name a candidate by its network and layers."""
    names = params.keys() - {"network", "network__epochs"}
    return " ".join([type(params["network"]).__name__, *(str(params[name]) for name in names)])


def as_table(search: HalvingGridSearchCV) -> pd.DataFrame:
    """Return a table of the candidates of each round: name, epochs, accuracy and time."""
    found = search.cv_results_
    table = pd.DataFrame(
        {
            "candidate": [describe(params) for params in found["params"]],
            "epochs": found["n_resources"],
            "accuracy": found["mean_test_score"],
            "std": found["std_test_score"],
            "seconds": np.rint(found["mean_fit_time"]).astype(int),
        }
    )
    return table.sort_values(["epochs", "accuracy"], ascending=[True, False])


def plot(results: pd.DataFrame, options: argparse.Namespace) -> None:
    """Draw the accuracy of the candidates in each round."""
    figure, axis = plt.subplots(figsize=(8, 4.5), layout="constrained")
    names = results.sort_values("accuracy").drop_duplicates("candidate", keep="last")["candidate"]
    places = {name: place for place, name in enumerate(names)}
    for (epochs, rows), marker in zip(results.groupby("epochs"), "osD^v", strict=False):
        axis.errorbar(
            rows["accuracy"],
            [places[name] for name in rows["candidate"]],
            xerr=rows["std"],
            fmt=marker,
            capsize=3,
            label=f"{epochs} epochs",
        )
    axis.set_yticks(list(places.values()), list(places))
    axis.set(
        xlabel=f"accuracy in {options.folds} folds, mean ± standard deviation",
        ylabel="candidate",
        title=f"Halving under the noise {options.noise!r}",
    )
    axis.grid(alpha=0.3)
    axis.legend()
    figure.savefig(options.output, dpi=120)
    plt.close(figure)


if __name__ == "__main__":
    main()
