"""Networks with random weights, which need no training, and their exported files."""

import numpy as np
import pytest

from skmnist.export import OnnxClassifier, to_onnx
from skmnist.neural_network import CNNClassifier


def randomized(net):
    """Replace all weights of a network by random ones; variances stay positive."""
    rng = np.random.default_rng(0)
    for weight in net.model_.weights:
        noise = rng.normal(scale=0.1, size=weight.shape)
        value = weight.numpy() + noise
        weight.assign(np.abs(value) + 0.1 if weight.name == "moving_variance" else value)
    return net


@pytest.fixture(scope="session")
def X():
    """Forty images of 8x9 pixels, uint8."""
    X = np.random.default_rng(0).integers(0, 256, (40, 8, 9), dtype=np.uint8)
    X.flags.writeable = False
    return X


@pytest.fixture(scope="session")
def y():
    return np.arange(40) % 3


@pytest.fixture(scope="session")
def initialized(X, y):
    """Return a function that gives a network random weights for labels of three classes."""

    def initialize(net, labels=y, images=X):
        return randomized(net.set_params(random_state=0).initialize(images, labels))

    return initialize


@pytest.fixture(scope="session")
def cnn(initialized):
    """A small network; not to be changed."""
    return initialized(CNNClassifier((3, 4), hidden_layer_sizes=(6,)))


@pytest.fixture(scope="session")
def file(cnn, tmp_path_factory):
    """The file of the small network; not to be changed."""
    return to_onnx(cnn, tmp_path_factory.mktemp("export") / "cnn.onnx")


@pytest.fixture
def exported(file):
    return OnnxClassifier(file)
