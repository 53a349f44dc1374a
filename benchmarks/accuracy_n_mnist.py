"""Accuracy on n-MNIST-style digits: training and test under each of three noises.

The noise of the published data set, drawn by skmnist, is added once to the 60,000 training rows and
the 10,000 test rows; the network may add further noise to the training rows. The network is
``skmnist.model_selection.n_mnist_network()``. The test rows are scored once, alone and averaged
over noisy views; the claims are about the images alone. A stored run is not repeated::

    python -m benchmarks.accuracy_n_mnist --data-home FOLDER_OF_MNIST_NPZ
"""

from benchmarks.harness.run_log import History, Numbers
from benchmarks.harness.training import Recipes, noisy_rows, run_recipes, train_and_score
from skmnist.model_selection import n_mnist_network
from skmnist.neural_network import BaseImageClassifier

# Best published accuracy, and the bar, in percent.
NOISES = {
    "awgn": (98.43, 99.2),
    "n_mnist_motion_blur": (99.20, 99.5),
    "reduced_contrast_awgn": (97.25, 98.3),
}


def recipes() -> Recipes:
    """Return the network of each run."""
    return {f"{noise} test": n_mnist_network(random_state=0) for noise in NOISES}


def train(key: str, network: BaseImageClassifier, data_home: str | None) -> tuple[Numbers, History]:
    """Train and score the network of a run."""
    noise = key.removesuffix(" test")
    rows = (noisy_rows(noise, subset, data_home) for subset in ("train", "test"))
    return train_and_score(network, *rows)


def summarize(runs: dict[str, Numbers]) -> tuple[str, dict[str, bool]]:
    """Return the table of the stored runs, and the claims about them."""
    lines = [
        "| noise | published | measured | averaged over noisy views | bar | minutes |",
        "|---|---|---|---|---|---|",
    ]
    claims = {}
    for name, (published, bar) in NOISES.items():
        if f"{name} test" in runs:
            run = runs[f"{name} test"]
            lines.append(
                f"| {name} | {published:.2f} % | {run['accuracy']:.2f} % | {run['averaged']:.2f} % "
                f"| {bar} % | {run['seconds'] / 60:.1f} |"
            )
            claims[f"{name} >= {bar} %"] = run["accuracy"] >= bar
    return "\n".join(lines), claims


if __name__ == "__main__":
    run_recipes(__doc__, "accuracy_n_mnist", recipes(), train, summarize)
