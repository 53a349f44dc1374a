"""The nine networks of the published study, trained by its protocol: published beside reproduced.

The 60,000 training rows and the 10,000 test rows of MNIST are noisy once, by the noise of the
protocol. For the table of test accuracies, the training rows are shuffled with NumPy's seed of 71
and the last 20 % are held out; training stops when their loss has not fallen for 10 epochs, after
at most 200. The MLPs then get their best weights back, the CNNs keep their last ones. For the
5-fold figures, ``KFold(5, shuffle=True, random_state=42)`` splits the training rows, and each fold
trains for 50 epochs. Batches of 100, float32. Each network and each fold is stored as it ends, and
a second start goes on from there; all of it takes more than an hour on two cores::

    python benchmarks/reference_table.py --data-home FOLDER_OF_MNIST_NPZ
"""

import time

import keras
import numpy as np
from conditions import fail_unless
from recipes import noisy_rows, parse_arguments, protocol_split
from run_log import History, Numbers, RunLog
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import KFold

from skmnist.model_selection import reference_architectures
from skmnist.neural_network import BaseImageClassifier, CNNClassifier

# Test accuracy in per cent, and test loss.
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
# Mean and standard deviation of the accuracy in five folds, in per cent.
PUBLISHED_FOLDS = {"mlp-4": (87.40, 0.48), "cnn-5": (96.62, 0.25)}
SAME_PADDING, OTHER_CNNS = ("cnn-4", "cnn-5"), ("cnn-1", "lenet", "cnn-3")
MLPS = ("mlp-1", "mlp-2", "mlp-3", "mlp-4")
# Largest differences, in percentage points.
TOLERANCE, TOLERANCE_OTHER_CNNS, TOLERANCE_FOLDS = 1.0, 2.0, 0.5


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


def scored(
    network: BaseImageClassifier, X: np.ndarray, y: np.ndarray, seconds: float
) -> tuple[Numbers, History]:
    probabilities = network.predict_proba(X)
    numbers = {
        "accuracy": 100 * accuracy_score(y, probabilities.argmax(axis=1)),
        "loss": log_loss(y, probabilities),
        "epochs": len(network.history_["loss"]),
        "cpu_seconds": seconds,
    }
    return numbers, network.history_


def main() -> None:
    options = parse_arguments(__doc__, ["networks", *PUBLISHED_FOLDS])
    X, y = noisy_rows("reference", "train", options.data_home)
    X_test, y_test = noisy_rows("reference", "test", options.data_home)
    log = RunLog("reference_table")

    def network(name: str) -> BaseImageClassifier:
        return reference_architectures(random_state=0)[name].set_params(precision="float32")

    def test(name: str) -> tuple[Numbers, History]:
        start = time.process_time()
        fitted = trained_as_published(network(name), X, y)
        return scored(fitted, X_test, y_test, time.process_time() - start)

    def fold(name: str, kept: np.ndarray, held_out: np.ndarray) -> tuple[Numbers, History]:
        start = time.process_time()
        fitted = network(name).set_params(early_stopping=False, epochs=50).fit(X[kept], y[kept])
        return scored(fitted, X[held_out], y[held_out], time.process_time() - start)

    for part in options.only:
        if part == "networks":
            for name in PUBLISHED:
                log.run(f"{name} test", network(name), lambda name=name: test(name))
            continue
        splits = KFold(5, shuffle=True, random_state=42).split(X)
        for i, split in enumerate(splits, 1):
            log.run(
                f"{part} fold {i}",
                network(part),
                lambda name=part, split=split: fold(name, *split),
            )
    summary, claims = summarize(log.runs)
    log.summarize(summary)
    fail_unless(claims)


def summarize(runs: dict[str, Numbers]) -> tuple[str, dict[str, bool]]:
    """Return the tables of what was run, and what has to hold of it."""
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
    main()
