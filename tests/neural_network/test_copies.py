"""Copies of networks: nothing is rebuilt, and training goes on from the same state."""

import copy
import pickle

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from weights import assert_equal_weights, weights_of

from skmnist.neural_network import _prediction
from skmnist.noise import GaussianNoise

CLASSES = np.arange(10)


def no_copies(model):
    raise AssertionError("the model was copied")


def test_a_shallow_copy_builds_nothing(X, mlp, monkeypatch):
    monkeypatch.setattr(_prediction, "copy_model", no_copies)
    other = copy.copy(mlp)
    assert vars(other).keys() == vars(mlp).keys()
    assert other.model_ is mlp.model_
    assert other._predictor is mlp._predictor
    other.set_params(epochs=99)
    assert mlp.epochs != 99


def test_a_refit_of_a_shallow_copy_leaves_the_original(X, y, make_mlp):
    net = make_mlp().fit(X, y)
    expected = net.predict_proba(X)
    copy.copy(net).set_params(random_state=1).fit(X, y)
    np.testing.assert_array_equal(net.predict_proba(X), expected)


@pytest.mark.parametrize(
    "params",
    [
        {"dropout": 0.4},
        {"dropout": 0.4, "augment": GaussianNoise(0.2), "class_weight": "balanced"},
        {"optimizer": keras.optimizers.SGD(0.1, momentum=0.9), "optimizer__learning_rate": None},
        {"random_state": np.random.RandomState(0), "batch_normalization": True},
    ],
    ids=["dropout", "augment", "optimizer", "random_state"],
)
def test_partial_fits_of_deep_copies_equal_partial_fits(params, X, y, make_mlp):
    X, y = X[:100], y[:100]
    plain = make_mlp(**copy.deepcopy(params)).partial_fit(X, y, classes=CLASSES)
    copied = make_mlp(**copy.deepcopy(params)).partial_fit(X, y, classes=CLASSES)
    for _ in range(9):
        plain.partial_fit(X, y)
        copied = copy.deepcopy(copied).partial_fit(X, y)
    assert_equal_weights(weights_of(copied), weights_of(plain))
    assert copied.history_ == plain.history_


def test_a_deep_copy_is_independent(X, y, make_cnn):
    net = make_cnn(dropout=0.4).fit(X, y)
    expected = net.predict_proba(X)
    other = copy.deepcopy(net)
    np.testing.assert_array_equal(other.predict_proba(X), expected)
    other.partial_fit(X, y)
    other.classes_[:] = 7
    other.history_["loss"].clear()
    np.testing.assert_array_equal(net.predict_proba(X), expected)
    assert net.predict(X).max() == 9
    assert net.current_epoch == 2


def test_a_deep_copy_of_a_pipeline(X, y, make_mlp):
    pipeline = make_pipeline(GaussianNoise(0.1, random_state=0), make_mlp()).fit(X, y)
    other = copy.deepcopy(pipeline)
    np.testing.assert_array_equal(other.predict_proba(X), pipeline.predict_proba(X))
    assert other[-1].model_ is not pipeline[-1].model_


def test_one_object_stays_one_object_in_a_deep_copy(mlp):
    first, second = copy.deepcopy([mlp, mlp])
    assert first is second
    assert first is not mlp


def test_copies_of_unfitted_networks(make_mlp):
    net = make_mlp(hidden_layer_sizes=[4, 4])
    for other in (copy.copy(net), copy.deepcopy(net), clone(net)):
        assert other.get_params() == net.get_params()
    assert copy.deepcopy(net).hidden_layer_sizes is not net.hidden_layer_sizes


def test_a_global_policy_does_not_change_a_deep_copy(X, cnn):
    expected = cnn.predict_proba(X)
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        other = copy.deepcopy(cnn)
        np.testing.assert_array_equal(other.predict_proba(X), expected)
    finally:
        keras.config.set_dtype_policy("float32")


def test_a_deep_copy_can_be_pickled(X, mlp):
    loaded = pickle.loads(pickle.dumps(copy.deepcopy(mlp)))
    np.testing.assert_array_equal(loaded.predict_proba(X), mlp.predict_proba(X))
