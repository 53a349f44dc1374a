"""What the number of TensorFlow threads changes: probabilities after the same training.

Trains the default networks for five epochs on 3,000 rows of the embedded sample, in processes with
one and with two threads, and compares the probabilities of the other 2,000 rows; then compares the
predictions of one and the same fitted network::

    python benchmarks/thread_counts.py
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import joblib
import numpy as np

NETWORKS = ("CNNClassifier", "MLPClassifier")


def work(folder: Path, n_threads: int) -> None:
    """Train and predict; then predict with what a process of one thread has trained."""
    import skmnist

    X, y = skmnist.load_mnist_sample(return_X_y=True)
    for name in NETWORKS:
        net = getattr(skmnist, name)(random_state=0, epochs=5).fit(X[:3000], y[:3000])
        joblib.dump(net, folder / f"{name}.{n_threads}")
        np.save(folder / f"{name}.trained.{n_threads}.npy", net.predict_proba(X[3000:]))
        same = joblib.load(folder / f"{name}.1")
        np.save(folder / f"{name}.same.{n_threads}.npy", same.predict_proba(X[3000:]))


def main() -> None:
    if len(sys.argv) == 3:
        work(Path(sys.argv[1]), int(sys.argv[2]))
        return
    from conditions import print_conditions

    print_conditions()
    with tempfile.TemporaryDirectory() as folder:
        for n in "12":
            names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
            environment = os.environ | dict.fromkeys(names, n)
            subprocess.run([sys.executable, __file__, folder, n], check=True, env=environment)
        for name in NETWORKS:
            for what in ("trained", "same"):
                one, two = (np.load(Path(folder) / f"{name}.{what}.{n}.npy") for n in "12")
                gap, labels = np.abs(one - two), one.argmax(1) != two.argmax(1)
                print(
                    f"{name}, {what}: probabilities differ by {gap.mean():.5f} on average, "
                    f"{gap.max():.5f} at most; {labels.mean():.2%} of the labels differ"
                )


if __name__ == "__main__":
    main()
