"""Networks that adapt to unlabeled images."""

import copy

import joblib
import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.pipeline import make_pipeline

from skmnist import persistence
from skmnist.neural_network._adaptation import normalizations


@pytest.fixture(scope="module")
def darker(X):
    return X // 3


@pytest.fixture(scope="module")
def adapted(resnet, darker):
    return copy.deepcopy(resnet).adapt(darker)


def test_the_statistics_are_those_of_the_inputs(adapted, darker):
    images = darker.reshape(-1, 8, 8, 1).astype(np.float32)
    layers = normalizations(adapted.model_)
    assert layers
    for layer in layers:
        inputs = np.asarray(keras.Model(adapted.model_.inputs, layer.input)([images]))
        axes = tuple(range(inputs.ndim - 1))
        assert_allclose(layer.moving_mean, inputs.mean(axes), rtol=1e-3, atol=1e-4)
        assert_allclose(layer.moving_variance, inputs.var(axes), rtol=1e-3, atol=1e-4)


def test_accuracy_on_darker_digits_grows(resnet, adapted, darker, y):
    assert adapted.score(darker, y) > resnet.score(darker, y)


def test_same_bits_and_the_original_is_unchanged(resnet, adapted, X, darker):
    before = resnet.predict_proba(X)
    other = copy.deepcopy(resnet)
    assert other.adapt(darker) is other
    assert_array_equal(other.predict_proba(X), adapted.predict_proba(X))
    assert_array_equal(resnet.predict_proba(X), before)


@pytest.mark.parametrize("files", [joblib, persistence])
def test_files_keep_the_adaptation(adapted, X, tmp_path, files):
    files.dump(adapted, tmp_path / "net")
    assert_array_equal(files.load(tmp_path / "net").predict_proba(X), adapted.predict_proba(X))


def test_in_a_pipeline(resnet, adapted, X, darker):
    model = make_pipeline("passthrough", copy.deepcopy(resnet))
    model[-1].adapt(model[:-1].transform(darker))
    assert_array_equal(model.predict_proba(X), adapted.predict_proba(X))


def test_bad_input_changes_nothing(resnet, mlp, X):
    attributes = dict(vars(resnet))
    with pytest.raises(ValueError, match="X has 31 rows; expected at least 32"):
        resnet.adapt(X[:31])
    with pytest.raises(ValueError, match="no batch normalization to adapt"):
        mlp.adapt(X)
    assert vars(resnet) == attributes
