"""Energies, features and views of fitted networks."""

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import logsumexp, softmax
from sklearn.exceptions import NotFittedError

from skmnist.neural_network import MLPClassifier
from skmnist.noise import GaussianNoise


def test_score_samples_is_the_log_sum_exp_of_the_logits(fitted, X):
    last = fitted.model_.layers[-1]
    before = keras.Model(fitted.model_.inputs, last.input)
    kernel, bias = last.get_weights()
    logits = before.predict(X.reshape(-1, 8, 8, 1).astype(np.float32), verbose=0) @ kernel + bias
    assert_allclose(softmax(logits, axis=1), fitted.predict_proba(X), atol=1e-5)
    energies = fitted.score_samples(X)
    assert energies.dtype == np.float64
    assert_allclose(energies, logsumexp(logits, axis=1), rtol=1e-5)


def test_score_samples_does_not_depend_on_the_batch(fitted, X):
    energies = fitted.score_samples(X)
    order = np.random.default_rng(0).permutation(len(X))
    assert_array_equal(fitted.score_samples(X[order]), energies[order])
    for n in (1, 7):
        assert_allclose(fitted.score_samples(X[:n]), energies[:n], rtol=1e-6)


def test_score_samples_follows_a_later_fit(make_mlp, X, y):
    net = make_mlp(warm_start=True, epochs=1).fit(X, y)
    before = net.score_samples(X)
    after = net.fit(X, y).score_samples(X)
    assert not np.allclose(before, after)


def test_features_of_a_convolutional_network_lead_to_its_probabilities(cnn, X):
    features = cnn.extract_features(X)
    names = [layer.name for layer in cnn.model_.layers]
    outputs = features
    for layer in cnn.model_.layers[names.index("flatten") + 1 :]:
        outputs = layer(outputs)
    assert_allclose(outputs, cnn.predict_proba(X), atol=1e-5)


def test_features_of_each_network(fitted, X):
    features = fitted.extract_features(X[:5])
    assert features.shape[0] == 5
    assert features.dtype == np.float32
    if isinstance(fitted, MLPClassifier):
        assert_allclose(features, X[:5] / 255, rtol=1e-5)
    else:
        assert np.unique(features).size > 20


def test_the_mean_of_views_is_the_prediction(make_mlp, X, y):
    net = make_mlp(augment=GaussianNoise(0.2), test_time_views=2).fit(X, y)
    views, mean = net.predict_view_proba(X), net.predict_proba(X)
    alone = net.set_params(test_time_views=0).predict_proba(X)
    assert views.shape == (2, 300, 10)
    assert_allclose((alone + views.sum(axis=0)) / 3, mean, atol=1e-6)
    assert net.predict_view_proba(X).shape == (0, 300, 10)
    with pytest.raises(ValueError, match="test_time_views == -1, must be >= 0"):
        net.set_params(test_time_views=-1).predict_view_proba(X)


@pytest.mark.parametrize("method", ["score_samples", "extract_features", "predict_view_proba"])
def test_not_fitted(method, X):
    with pytest.raises(NotFittedError, match="MLPClassifier instance is not fitted yet"):
        getattr(MLPClassifier(), method)(X)
