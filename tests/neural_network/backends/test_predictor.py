import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
from sklearn.base import clone

from skmnist.neural_network import CNNClassifier
from skmnist.neural_network.backends._chosen import ChosenPredictor
from skmnist.neural_network.backends._keras import Predictor

shares_what_is_compiled = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="other back ends share nothing"
)


class CountTraces(keras.layers.Layer):
    """Counts how often Python runs its body, which a compiled function does once per trace."""

    n_traces = 0

    def call(self, inputs):
        CountTraces.n_traces += 1
        return inputs


@pytest.fixture(scope="module")
def model():
    layers = [keras.Input((4, 4, 1)), CountTraces(), keras.layers.Flatten(), keras.layers.Dense(3)]
    return keras.Sequential(layers)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="other back ends compile for each batch size"
)
def test_one_trace_for_all_batch_sizes(model):
    predict = ChosenPredictor(model)
    images = np.random.default_rng(0).random((2500, 4, 4, 1))
    CountTraces.n_traces = 0
    for n in (1, 2, 7, 1023, 1024, 1025, 2500, 1):
        assert predict(images[:n]).shape == (n, 3)
    assert CountTraces.n_traces == 1


@shares_what_is_compiled
def test_networks_of_equal_architecture_share_what_is_compiled(X, y, monkeypatch):
    from skmnist.neural_network.backends._tensorflow import _prediction

    monkeypatch.setattr(_prediction, "_compiled", {})
    nets = [CNNClassifier((4,), epochs=1, random_state=seed).fit(X, y) for seed in (0, 1)]
    alone = []
    for net in nets:
        _prediction._compiled.clear()
        alone.append(net.predict_proba(X))
    assert np.abs(alone[0] - alone[1]).max() > 1e-3
    for _ in range(2):
        for net, expected in zip(nets, alone, strict=True):
            net._predictor = ChosenPredictor(net.model_)
            np.testing.assert_array_equal(net.predict_proba(X), expected)
    assert len(_prediction._compiled) == 1
    clone(nets[0]).set_params(activation="elu").fit(X, y).predict(X)
    assert len(_prediction._compiled) == 2
    for width in range(2, 12):  # at most eight are kept
        layers = [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(width)]
        ChosenPredictor(keras.Sequential(layers))(X.reshape(-1, 8, 8, 1)[:1])
    assert len(_prediction._compiled) == 8


@shares_what_is_compiled
def test_nothing_is_compiled_for_a_network_of_a_known_architecture(X, y, monkeypatch):
    import tensorflow as tf

    nets = [CNNClassifier((4,), epochs=1, random_state=seed).fit(X, y) for seed in (0, 1)]
    nets[0].predict(X)
    monkeypatch.delattr(tf, "function")
    nets[1].predict(X)


@shares_what_is_compiled
def test_what_is_compiled_does_not_keep_the_network(X, y):
    network = CNNClassifier((3,), epochs=1, random_state=0).fit(X, y)
    network.predict(X)
    weights = weakref.ref(network.model_.weights[0].value)
    del network
    keras.utils.clear_session(free_memory=False)
    gc.collect()
    assert weights() is None


def test_a_layer_may_update_its_variables(X):
    """A layer that is not Keras' own, and drops pixels in prediction too."""

    class AlwaysDropout(keras.layers.Dropout):
        def call(self, inputs):
            return super().call(inputs, training=True)

    layers = [keras.Input((8, 8, 1)), AlwaysDropout(0.5, seed=0), keras.layers.Flatten()]
    predict = ChosenPredictor(keras.Sequential([*layers, keras.layers.Dense(3)]))
    images = X[:2].reshape(-1, 8, 8, 1)
    assert np.any(predict(images) != predict(images))


def test_threads_may_predict_at_once(model):
    predict = ChosenPredictor(model)
    images = np.random.default_rng(0).random((64, 4, 4, 1), dtype=np.float32)
    expected = ChosenPredictor(model)(images)
    with ThreadPoolExecutor(8) as threads:  # the first calls compile
        answers = list(threads.map(lambda i: predict(images[: i + 1]), range(64)))
    for i, answer in enumerate(answers):
        np.testing.assert_allclose(answer, expected[: i + 1], rtol=1e-5)


def test_memory_is_bounded_by_chunks(model):
    sizes = []
    predict = ChosenPredictor(model)
    forward = predict._forward
    predict._forward = lambda images: sizes.append(len(images)) or forward(images)
    predict(np.zeros((5000, 4, 4, 1), dtype=np.uint8))
    assert max(sizes) <= 1008
    assert len(set(sizes)) == 1  # so that no bit depends on the call of a row
    assert 5000 <= sum(sizes) < 5000 + len(sizes) * 24


def test_it_follows_the_weights(model):
    predict = ChosenPredictor(model)
    images = np.ones((3, 4, 4, 1))
    before = predict(images)
    model.set_weights([2 * w for w in model.get_weights()])
    np.testing.assert_allclose(predict(images), 2 * before, rtol=1e-5)


def test_it_equals_the_model_on_all_dtypes(model):
    images = np.random.default_rng(0).integers(0, 255, (5, 4, 4, 1), dtype=np.uint8)
    expected = model(images.astype(np.float32))
    for dtype in (np.uint8, np.float32, np.float64, np.int64):
        np.testing.assert_allclose(ChosenPredictor(model)(images.astype(dtype)), expected)


def test_the_predictor_of_other_back_ends_agrees(model):
    images = np.random.default_rng(0).random((5, 4, 4, 1), dtype=np.float32)
    np.testing.assert_allclose(Predictor(model)(images), ChosenPredictor(model)(images), rtol=1e-6)


def test_log_sum_exp_of_other_back_ends_agrees():
    layers = [keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(3, "softmax")]
    model = keras.Sequential(layers)
    images = np.random.default_rng(0).random((5, 4, 4, 1), dtype=np.float32)
    expected = ChosenPredictor(model).log_sum_exp(images)
    np.testing.assert_allclose(Predictor(model).log_sum_exp(images), expected, rtol=1e-6)


@pytest.mark.parametrize("predictor", [ChosenPredictor, Predictor])
def test_log_sum_exp_needs_softmax(model, predictor):
    message = r"The last layer of the network is 'dense.*', a Dense; the energy of score_samples"
    with pytest.raises(TypeError, match=message):
        predictor(model).log_sum_exp(np.zeros((1, 4, 4, 1)))


def test_features_without_a_layer_that_flattens():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(1)])
    rows = np.random.default_rng(0).random((4, 3), dtype=np.float32)
    np.testing.assert_allclose(Predictor(model).features(rows), model.layers[0](rows), rtol=1e-6)
