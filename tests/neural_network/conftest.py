"""Small digits and networks that several tests share."""

import os
import subprocess
import sys

import numpy as np
import pytest
from sklearn.datasets import load_digits

from skmnist.neural_network import (
    CNNClassifier,
    DenseNetClassifier,
    MLPClassifier,
    ResNetClassifier,
)


def read_only(array):
    array.setflags(write=False)
    return array


@pytest.fixture(scope="session")
def X():
    """300 digits of 8x8 pixels, uint8 in 0-255, (n, 64)."""
    return read_only((load_digits().data[:300] * 15.9375).astype(np.uint8))


@pytest.fixture(scope="session")
def y():
    return read_only(load_digits().target[:300].astype(np.int64))


FAST = {"hidden_layer_sizes": (16,), "dropout": 0.0, "epochs": 2, "batch_size": 16,
        "optimizer__learning_rate": 0.02, "random_state": 0}  # fmt: skip


def tiny_mlp(**params):
    return MLPClassifier(**FAST | params)


def tiny_cnn(**params):
    return CNNClassifier(**FAST | {"filters": (4, 8)} | params)


@pytest.fixture(scope="session")
def make_mlp():
    return tiny_mlp


@pytest.fixture(scope="session")
def make_cnn():
    return tiny_cnn


@pytest.fixture(scope="session")
def mlp(X, y):
    return tiny_mlp(early_stopping=True, epochs=8).fit(X, y)


@pytest.fixture(scope="session")
def cnn(X, y):
    return tiny_cnn(early_stopping=True, epochs=8).fit(X, y)


@pytest.fixture
def run_with_two_threads():
    """Return a function that runs a Python program with two threads, and fails if it does."""

    def run(*arguments, **options):
        names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
        options |= {"env": os.environ | dict.fromkeys(names, "2"), "stderr": subprocess.PIPE}
        done = subprocess.run([sys.executable, *arguments], check=False, **options)
        assert done.returncode == 0, done.stderr.decode()

    return run


DEEP = {"epochs": 8, "batch_size": 16, "optimizer__learning_rate": 0.02, "random_state": 0}


@pytest.fixture(scope="session")
def resnet(X, y):
    return ResNetClassifier((4, 8), **DEEP, early_stopping=True).fit(X, y)


@pytest.fixture(scope="session")
def densenet(X, y):
    return DenseNetClassifier((1, 2), growth_rate=4, **DEEP, early_stopping=True).fit(X, y)


@pytest.fixture(params=["mlp", "cnn", "resnet", "densenet"])
def fitted(request):
    """A fitted network of each kind; not to be changed."""
    return request.getfixturevalue(request.param)
