"""The table of the README: what other libraries do with the same network and the same rows."""

import io

import joblib
import keras
import pytest
from keras.wrappers import SKLearnClassifier
from scikeras.wrappers import KerasClassifier
from sklearn.base import is_classifier

from skmnist import MLPClassifier, load_mnist_sample


def build():
    return keras.Sequential(
        [keras.layers.Input((784,)), keras.layers.Dense(64), keras.layers.Dense(10, "softmax")]
    )


def build_compiled(X, y):
    model = build()
    model.compile("adam", "categorical_crossentropy")
    return model


def make_skorch():
    torch = pytest.importorskip("torch", reason="torch is not installed")
    skorch = pytest.importorskip("skorch", reason="skorch is not installed")
    layers = torch.nn.Sequential(torch.nn.Linear(784, 64), torch.nn.Linear(64, 10))
    return skorch.NeuralNetClassifier(layers, max_epochs=1, verbose=0)


MAKE = {
    "skmnist": lambda: MLPClassifier((64,), epochs=1),
    "scikeras": lambda: KerasClassifier(
        build, loss="sparse_categorical_crossentropy", optimizer="adam", verbose=0
    ),
    "keras": lambda: SKLearnClassifier(build_compiled, fit_kwargs={"verbose": 0}),
    "skorch": make_skorch,
}


@pytest.fixture(params=MAKE)
def peer(request):
    return request.param, MAKE[request.param]()


def test_is_a_classifier(peer):
    """Only then are folds stratified."""
    name, classifier = peer
    assert is_classifier(classifier) == (name != "scikeras")


def test_has_probabilities(peer):
    name, classifier = peer
    assert hasattr(classifier, "predict_proba") == (name != "keras")


def test_size_of_the_file_relative_to_the_weights():
    X, y = load_mnist_sample(return_X_y=True)
    n_bytes = 4 * (784 * 64 + 64 + 64 * 10 + 10)
    sizes = {}
    for name in ("skmnist", "scikeras"):
        file = io.BytesIO()
        joblib.dump(MAKE[name]().fit(X[:200] / 255, y[:200]), file)
        sizes[name] = file.tell() / n_bytes
    assert sizes["skmnist"] < 1.5, sizes
    assert sizes["scikeras"] > 2.5, sizes
