"""Accuracy of the networks with default parameters, on clean digits of the embedded sample.

Each network is trained on 4,000 rows and scored on the other 1,000, for three seeds of the split
and the network. The times need an idle machine::

    python -m benchmarks.accuracy_default
"""

import argparse
import time

import numpy as np
from sklearn.model_selection import train_test_split

from benchmarks.harness.claims import fail_unless
from benchmarks.harness.conditions import print_conditions
from skmnist.datasets import load_mnist_sample
from skmnist.neural_network import (
    CNNClassifier,
    DenseNetClassifier,
    MLPClassifier,
    ResNetClassifier,
)

# Bars on the mean accuracy; 0 for none. All networks have a bar on the time.
LEAST = {
    ResNetClassifier: 0.984,
    CNNClassifier: 0.980,
    MLPClassifier: 0.950,
    DenseNetClassifier: 0.0,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    seeds = parser.parse_args().seeds
    print_conditions()
    claims = {}
    X, y = load_mnist_sample(return_X_y=True)
    for network, least in LEAST.items():
        name, scores = f"{network.__name__}()", []
        for seed in seeds:
            X_train, X_test, y_train, y_test = train_test_split(
                X, y, test_size=1000, stratify=y, random_state=seed
            )
            start = time.perf_counter()
            net = network(random_state=seed).fit(X_train, y_train)
            seconds = time.perf_counter() - start
            claims[f"{name} seed {seed} within 60 s"] = seconds < 60
            scores.append(net.score(X_test, y_test))
            print(f"{name} seed {seed}: {scores[-1]:.4f} ({seconds:.1f} s)", flush=True)
        if least:
            claims[f"{name} >= {least:.1%}"] = np.mean(scores) >= least
        print(f"{name} mean of {len(seeds)}: {np.mean(scores):.4f} ± {np.std(scores):.4f}")
    fail_unless(claims)


if __name__ == "__main__":
    main()
