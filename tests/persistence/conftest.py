"""Small networks and files that several tests share."""

import numpy as np
import pytest

from skmnist.neural_network import (
    CNNClassifier,
    DenseNetClassifier,
    MLPClassifier,
    ResNetClassifier,
)
from skmnist.noise import GaussianNoise, RandomNoise
from skmnist.persistence import dump


@pytest.fixture(scope="session")
def X():
    """40 images of 8x8 pixels, (n, 64)."""
    images = np.random.default_rng(0).integers(0, 256, (40, 64), dtype=np.uint8)
    images.flags.writeable = False
    return images


@pytest.fixture(scope="session")
def y():
    return np.arange(40) % 4


NETWORKS = {
    "mlp": MLPClassifier((8,), batch_normalization=True, random_state=0),
    "cnn": CNNClassifier((4,), hidden_layer_sizes=(8,), dropout=0.2, random_state=np.int64(1)),
    "resnet": ResNetClassifier((4, 8), normalization="group", random_state=2),
    "densenet": DenseNetClassifier([1, 1], growth_rate=4, normalization="layer", random_state=3),
}


@pytest.fixture(scope="session", params=NETWORKS)
def network(request, X, y):
    """A network of each kind with random weights, which take no training."""
    labels = np.array(["a", "b", "c", "d"])[y]
    network = NETWORKS[request.param].initialize(X, labels)
    rng = np.random.default_rng(0)
    weights = [rng.random(w.shape, dtype=w.dtype) for w in network.model_.get_weights()]
    network.model_.set_weights(weights)
    return network


@pytest.fixture(scope="session")
def trained(X, y):
    """A network that was trained with noise and averages over noisy views."""
    noise = RandomNoise([("gaussian", GaussianNoise(0.2))], probability=0.5)
    net = MLPClassifier((8,), epochs=1, augment=[noise], test_time_views=1, random_state=0)
    return net.fit(X, y)


@pytest.fixture(scope="session")
def safe_file(trained, tmp_path_factory):
    """The bytes of a safe file."""
    return dump(trained, tmp_path_factory.mktemp("safe") / "m", format="safe").read_bytes()
