"""The probabilities of an image do not depend on its batch: run by .ci/run with several kernels.

As a program, it checks networks of a file in a process with other threads::

    TF_NUM_INTRAOP_THREADS=2 python tests/neural_network/test_batches.py networks.joblib digits.npy
"""

import sys

import joblib
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmnist.datasets import load_mnist_sample
from skmnist.neural_network import (
    CNNClassifier,
    DenseNetClassifier,
    MLPClassifier,
    ResNetClassifier,
)
from skmnist.neural_network._layers import ACTIVATIONS, NORMALIZATIONS

# 1009 rows are two calls, 5,000 rows are five.
SIZES = (1, 2, 3, 7, 100, 1000)
SIZES_IN_ANOTHER_ORDER = (2, 3, 7, 23, 100, 1009, 2000)
FEW_SIZES = (1, 100)
FEW_SIZES_IN_ANOTHER_ORDER = (7, 1009)
N = 2000

SETTINGS = {"epochs": 2, "precision": "float32", "random_state": 0}
NETWORKS = {
    "mlp": MLPClassifier((256, 128), **SETTINGS),
    "cnn": CNNClassifier((8, 16, 32), **SETTINGS),
    "resnet": ResNetClassifier((8, 16), **SETTINGS),
    "densenet": DenseNetClassifier((2, 2), growth_rate=8, **SETTINGS),
}


@pytest.fixture(scope="module")
def digits_and_labels():
    return load_mnist_sample(return_X_y=True)


@pytest.fixture(scope="module")
def networks(digits_and_labels):
    X, y = digits_and_labels
    return {name: net.fit(X[N::2], y[N::2]) for name, net in NETWORKS.items()}


def check_orders(net, X, sizes=SIZES_IN_ANOTHER_ORDER):
    """In another order of its batch, an image has the same bits."""
    generator = np.random.default_rng(0)
    for n in sizes:
        expected = net.predict_proba(X[:n])
        for order in (np.arange(n)[::-1], generator.permutation(n)):
            assert_array_equal(
                net.predict_proba(X[:n][order]), expected[order], err_msg=f"{n} rows"
            )


def check_batches(net, X, sizes=SIZES):
    """In another batch, an image has the same label, and probabilities within 1e-6."""
    expected = net.predict_proba(X)[:N]
    for n in sizes:
        chunks = [net.predict_proba(X[start : start + n]) for start in range(0, N, n)]
        found = np.concatenate(chunks)[:N]
        assert_allclose(found, expected, rtol=0, atol=1e-6, err_msg=f"batches of {n}")
        assert_array_equal(found.argmax(1), expected.argmax(1), err_msg=f"batches of {n}")


@pytest.mark.parametrize("name", NETWORKS)
def test_the_order_of_a_batch_changes_no_bit(name, networks, digits_and_labels):
    check_orders(networks[name], digits_and_labels[0])


ODD = {"growth_rate": 5, "stem_stride": 1, "random_state": 0}


@pytest.mark.parametrize(
    "net",
    [
        *(CNNClassifier((5, 7), activation=name, random_state=0) for name in ACTIVATIONS),
        *(DenseNetClassifier((2,), normalization=kind, **ODD) for kind in NORMALIZATIONS),
        DenseNetClassifier((2,), pooling="max", **ODD),
    ],
    ids=str,
)
def test_odd_numbers_of_channels(net, X, y):
    """Every layer that a network can have, with numbers of channels that fill no packet."""
    net = net.initialize(X, y)
    for n in (7, 100):
        expected = net.predict_proba(X[:n])
        assert_array_equal(net.predict_proba(X[:n][::-1]), expected[::-1])


@pytest.mark.parametrize("name", NETWORKS)
def test_the_batch_changes_no_label(name, networks, digits_and_labels):
    check_batches(networks[name], digits_and_labels[0])


def test_with_two_threads(networks, digits_and_labels, tmp_path, run_with_two_threads):
    joblib.dump(list(networks.values()), tmp_path / "networks.joblib")
    np.save(tmp_path / "digits.npy", digits_and_labels[0])
    run_with_two_threads(__file__, tmp_path / "networks.joblib", tmp_path / "digits.npy")


if __name__ == "__main__":
    networks_of_file, X_of_file = joblib.load(sys.argv[1]), np.load(sys.argv[2])
    for network in networks_of_file:
        check_orders(network, X_of_file, FEW_SIZES_IN_ANOTHER_ORDER)
        check_batches(network, X_of_file, FEW_SIZES)
