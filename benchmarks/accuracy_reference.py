"""Accuracy of the nine networks of the published study, trained by its protocol.

The noise of the protocol is added once to the 60,000 training rows and the 10,000 test rows of
MNIST. For the test accuracies, the training rows are shuffled with NumPy's seed 71 and the last
fifth is held out; training stops when their loss has not fallen for 10 epochs, or after 200 epochs.
The MLPs restore their best weights, the CNNs keep their last ones. For the 5-fold figures,
``KFold(5, shuffle=True, random_state=42)`` splits the training rows, and each fold trains for 50
epochs. Batches have 100 rows; the precision is float32. A stored run is not repeated. All runs
together take more than an hour on two cores::

    python -m benchmarks.accuracy_reference --data-home FOLDER_OF_MNIST_NPZ
"""

import time

import keras
import numpy as np
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import KFold

from benchmarks.harness.run_log import History, Numbers
from benchmarks.harness.training import Recipes, Rows, noisy_rows, protocol_split, run_recipes
from skmnist.model_selection import reference_architectures
from skmnist.neural_network import BaseImageClassifier, CNNClassifier

# Test accuracy in percent, and test loss.
PUBLISHED = {
    "mlp-1": (85.80, 0.5163),
    "mlp-2": (85.74, 0.4858),
    "mlp-3": (85.65, 0.5168),
    "mlp-4": (86.47, 0.4598),
    "cnn-1": (92.58, 0.2981),
    "lenet": (93.16, 0.3172),
    "cnn-3": (90.66, 0.4820),
    "cnn-4": (96.66, 0.1647),
    "cnn-5": (96.46, 0.1569),
}
# Mean and standard deviation of the accuracy in five folds, in percent.
PUBLISHED_FOLDS = {"mlp-4": (87.40, 0.48), "cnn-5": (96.62, 0.25)}
SAME_PADDING, OTHER_CNNS = ("cnn-4", "cnn-5"), ("cnn-1", "lenet", "cnn-3")
MLPS = ("mlp-1", "mlp-2", "mlp-3", "mlp-4")
# Largest differences, in percentage points.
TOLERANCE, TOLERANCE_OTHER_CNNS, TOLERANCE_FOLDS = 1.0, 2.0, 0.5


def recipes() -> Recipes:
    """Return the network of each run."""

    def network(name: str) -> BaseImageClassifier:
        return reference_architectures(random_state=0)[name].set_params(precision="float32")

    return {f"{name} test": network(name) for name in PUBLISHED} | {
        f"{name} fold {i}": network(name) for name in PUBLISHED_FOLDS for i in range(1, 6)
    }


def train(key: str, network: BaseImageClassifier, data_home: str | None) -> tuple[Numbers, History]:
    """Train and score the network of a run."""
    X, y = noisy_rows("reference", "train", data_home)
    start = time.process_time()
    if key.endswith("test"):
        fitted = trained_as_published(network, X, y)
        seconds = time.process_time() - start
        return scored(fitted, noisy_rows("reference", "test", data_home), seconds)
    splits = list(KFold(5, shuffle=True, random_state=42).split(X))
    kept, held_out = splits[int(key[-1]) - 1]
    fitted = network.set_params(early_stopping=False, epochs=50).fit(X[kept], y[kept])
    return scored(fitted, (X[held_out], y[held_out]), time.process_time() - start)


def trained_as_published(
    network: BaseImageClassifier, X: np.ndarray, y: np.ndarray
) -> BaseImageClassifier:
    """Train a network with early stopping on the last fifth of the shuffled rows."""
    kept, (X_val, y_val) = protocol_split(X, y)
    if isinstance(network, CNNClassifier):  # stops early, but keeps the last weights
        network.set_params(
            early_stopping=False,
            callbacks=keras.callbacks.EarlyStopping("val_loss", patience=network.n_iter_no_change),
        )
    return network.fit(*kept, X_val=X_val, y_val=y_val)


def scored(network: BaseImageClassifier, rows: Rows, seconds: float) -> tuple[Numbers, History]:
    X, y = rows
    probabilities = network.predict_proba(X)
    numbers = {
        "accuracy": 100 * accuracy_score(y, probabilities.argmax(axis=1)),
        "loss": log_loss(y, probabilities),
        "epochs": len(network.history_["loss"]),
        "cpu_seconds": seconds,
    }
    return numbers, network.history_


def summarize(runs: dict[str, Numbers]) -> tuple[str, dict[str, bool]]:
    """Return the tables of the stored runs, and the claims about them."""
    lines = [
        "| network | published | reproduced | difference | loss, published | reproduced | epochs |",
        "|---|---|---|---|---|---|---|",
    ]
    claims = {}
    tested = {name: runs[f"{name} test"] for name in PUBLISHED if f"{name} test" in runs}
    for name, found in tested.items():
        accuracy, loss = PUBLISHED[name]
        gap = found["accuracy"] - accuracy
        lines.append(
            f"| {name} | {accuracy:.2f} % | {found['accuracy']:.2f} % | {gap:+.2f} | {loss:.4f} | "
            f"{found['loss']:.4f} | {found['epochs']:.0f} |"
        )
        tolerance = TOLERANCE_OTHER_CNNS if name in OTHER_CNNS else TOLERANCE
        claims[f"{name} within {tolerance} points"] = abs(gap) <= tolerance
    if len(tested) == len(PUBLISHED):
        best, others, worst = (
            [tested[name]["accuracy"] for name in group]
            for group in (SAME_PADDING, OTHER_CNNS, MLPS)
        )
        claims["CNNs with same padding > other CNNs > MLPs"] = min(best) > max(others) and min(
            others
        ) > max(worst)
    lines += ["", "| network, 5 folds | published | reproduced | difference |", "|---|---|---|---|"]
    for name, (mean, std) in PUBLISHED_FOLDS.items():
        folds = [f"{name} fold {i}" for i in range(1, 6)]
        if not set(folds) <= runs.keys():
            continue
        found = np.array([runs[fold]["accuracy"] for fold in folds])
        gap = found.mean() - mean
        lines.append(
            f"| {name} | {mean:.2f} ± {std:.2f} % | {found.mean():.2f} ± {found.std():.2f} % | "
            f"{gap:+.2f} |"
        )
        claims[f"{name} in folds within {TOLERANCE_FOLDS} points"] = abs(gap) <= TOLERANCE_FOLDS
    return "\n".join(lines), claims


if __name__ == "__main__":
    run_recipes(__doc__, "accuracy_reference", recipes(), train, summarize)
