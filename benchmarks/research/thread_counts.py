"""The effect of the number of TensorFlow threads on probabilities after the same training.

The default networks are trained for five epochs on 3,000 rows of the embedded sample, in processes
with one and with two threads, and the probabilities of the other 2,000 rows are compared. Then the
probabilities of one fitted network are compared::

    python -m benchmarks.research.thread_counts
"""

import tempfile
from pathlib import Path

import joblib
import numpy as np

from benchmarks.harness.conditions import print_conditions
from benchmarks.harness.timing import Peer

NETWORKS = ("CNNClassifier", "MLPClassifier")
VARIABLES = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")


def probabilities(folder: str, n_threads: str) -> dict[str, np.ndarray]:
    """Train and predict; then predict with the network that was trained with one thread."""
    import skmnist

    X, y = skmnist.load_mnist_sample(return_X_y=True)
    found = {}
    for name in NETWORKS:
        net = getattr(skmnist, name)(random_state=0, epochs=5).fit(X[:3000], y[:3000])
        found[f"{name}, trained"] = net.predict_proba(X[3000:])
        path = Path(folder) / name
        if n_threads == "1":
            joblib.dump(net, path)
        found[f"{name}, same"] = joblib.load(path).predict_proba(X[3000:])
    return found


def main() -> None:
    print_conditions()
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for n_threads in "12":
            with Peer(
                "benchmarks.research.thread_counts", dict.fromkeys(VARIABLES, n_threads)
            ) as process:
                found.append(process("probabilities", folder, n_threads))
    for what in found[0]:
        one, two = (each[what] for each in found)
        gap, labels = np.abs(one - two), one.argmax(1) != two.argmax(1)
        print(
            f"{what}: probabilities differ by {gap.mean():.5f} on average, "
            f"{gap.max():.5f} at most; {labels.mean():.2%} of the labels differ"
        )


if __name__ == "__main__":
    main()
