"""Print digests of results that refactoring must not change.

Run it in two checkouts on one machine and compare::

    (cd before && python .ci/results.py > /tmp/before.txt)
    (cd after && python .ci/results.py > /tmp/after.txt)
    diff /tmp/before.txt /tmp/after.txt
"""

import hashlib
import inspect
import pickle
import sys
import warnings
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

import skmnist.noise
from skmnist.datasets import load_mnist_sample
from skmnist.neural_network import (
    CNNClassifier,
    DenseNetClassifier,
    MLPClassifier,
    ResNetClassifier,
)
from skmnist.noise import BaseNoise, GaussianNoise, RandomAffine, list_noises, make_noise

NETWORKS = {
    "mlp": MLPClassifier((32, 16), epochs=3),
    "mlp, cosine with warm-up": MLPClassifier((32,), warmup_fraction=0.3, epochs=3),
    "mlp, sgd, constant": MLPClassifier(
        (32,), optimizer="sgd", learning_rate_schedule="constant", epochs=3
    ),
    "mlp, bfloat16": MLPClassifier((32,), precision="bfloat16", epochs=2),
    "mlp, focal loss": MLPClassifier((32,), loss="categorical_focal_crossentropy", epochs=2),
    "cnn": CNNClassifier((8, 16), hidden_layer_sizes=(16,), epochs=3),
    "cnn, not normalized": CNNClassifier(
        (8,), hidden_layer_sizes=(16,), batch_normalization=False, epochs=2
    ),
    "cnn, augmented, views": CNNClassifier(
        (8,),
        hidden_layer_sizes=(16,),
        augment=[RandomAffine(), GaussianNoise(scale=0.1)],
        test_time_views=2,
        epochs=2,
    ),
    "cnn, early stopping, weights of classes": CNNClassifier(
        (8,), hidden_layer_sizes=(16,), early_stopping=True, class_weight="balanced", epochs=3
    ),
    "resnet": ResNetClassifier((8, 16), epochs=2),
    "densenet": DenseNetClassifier((1, 1), epochs=2),
}


def digest(*arrays: np.ndarray) -> str:
    """Return the first digits of the SHA-256 of arrays, their dtypes and shapes."""
    sha256 = hashlib.sha256()
    for array in map(np.ascontiguousarray, arrays):
        sha256.update(f"{array.dtype} {array.shape}".encode())
        sha256.update(array.tobytes())
    return sha256.hexdigest()[:16]


def print_noises(images: np.ndarray) -> None:
    """Print the digests of all corruptions at all severities, and of all noises with defaults."""
    noises = {}
    for name in list_noises():
        try:
            levels = {n: make_noise(name, severity=n, random_state=3) for n in range(1, 6)}
        except ValueError:  # this one has no severities
            levels = {0: make_noise(name, random_state=3)}
        noises |= {f"{name} {n}": noise for n, noise in levels.items()}
    for name in skmnist.noise.__all__:
        noise = getattr(skmnist.noise, name)
        if (
            inspect.isclass(noise)
            and issubclass(noise, BaseNoise)
            and not inspect.isabstract(noise)
        ):
            noises[name] = noise(random_state=3)
    for name, noise in noises.items():
        floats = images.astype(np.float32) / np.float32(255)
        outputs = [noise.fit_transform(images), noise.augment(images, 2)]
        outputs.append(noise.fit_transform(floats))
        print(f"noise {name}: {digest(*outputs)}")


def print_networks(X: np.ndarray, y: np.ndarray) -> None:
    """Print the digests of trained weights, of histories and of predictions after pickling."""
    for name, network in NETWORKS.items():
        network.set_params(random_state=5).fit(X, y)
        print(f"weights {name}: {digest(*network.model_.get_weights())}")
        history = [np.array(network.history_[key]) for key in sorted(network.history_)]
        print(f"history {name}: {digest(*history)}")
        network.partial_fit(X[:100], y[:100])
        print(f"weights after partial_fit {name}: {digest(*network.model_.get_weights())}")
        loaded = pickle.loads(pickle.dumps(network))
        print(f"predictions {name}: {digest(loaded.predict_proba(X), loaded.predict(X))}")


if __name__ == "__main__":
    warnings.simplefilter("error")
    X, y = load_mnist_sample(return_X_y=True)
    print_noises(X[:40].reshape(-1, 28, 28))
    print_networks(X[:300], y[:300])
