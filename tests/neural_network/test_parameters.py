"""Parameters as numbers of numpy, and names that are misspelled."""

import json
import pickle
from functools import cache

import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import RandomizedSearchCV

import skmnist.neural_network
from skmnist._utils import as_python, did_you_mean
from skmnist.neural_network import (
    CNNClassifier,
    DenseNetClassifier,
    MLPClassifier,
    ResNetClassifier,
)
from skmnist.neural_network._layers import ACTIVATIONS, INITIALIZERS
from skmnist.neural_network.training._losses import LOSSES
from skmnist.neural_network.training._optimizers import OPTIMIZERS, SCHEDULES
from skmnist.noise import GaussianNoise

# Values of the parameters that all networks have. Floats are exact in float32. 21 epochs of 13
# batches are more steps than a uint8 holds.
COMMON = {
    "optimizer": "adamw",
    "optimizer__learning_rate": 0.03125,
    "optimizer__weight_decay": 0.0625,
    "learning_rate_schedule": "cosine",
    "warmup_fraction": 0.25,
    "loss": "categorical_focal_crossentropy",
    "label_smoothing": 0.125,
    "augment": (GaussianNoise(0.125),),
    "test_time_views": 1,
    "epochs": 21,
    "batch_size": 8,
    "early_stopping": True,
    "validation_fraction": 0.25,
    "n_iter_no_change": 2,
    "class_weight": {label: 0.5 + label for label in range(10)},
    "callbacks": (),
    "precision": "float32",
    "warm_start": False,
    "image_shape": (8, 8),
    "value_range": (0.0, 255.0),
    "random_state": 3,
    "verbose": 0,
}
HIDDEN = {"activation": "elu", "output_kernel_initializer": "he_uniform"}
DENSE = {
    **HIDDEN,
    "hidden_layer_sizes": (6,),
    "dropout": (0.125,),
    "batch_normalization": True,
    "kernel_initializer": ("he_uniform",),
}
DEEP = {
    **HIDDEN,
    "kernel_size": 2,
    "stem_kernel_size": 2,
    "stem_stride": 2,
    "normalization": "group",
    "pooling": "max",
    "dropout": 0.125,
    "kernel_initializer": "he_uniform",
}
PARAMETERS = {
    MLPClassifier: DENSE,
    CNNClassifier: {
        "filters": (3, 4),
        "kernel_size": (2, 3),
        "padding": "valid",
        "pool_size": 2,
        "conv_dropout": 0.125,
        "conv_kernel_initializer": "he_uniform",
        **DENSE,
    },
    ResNetClassifier: {"filters": (3, 4), "n_blocks": (1, 1), "stochastic_depth": 0.25, **DEEP},
    DenseNetClassifier: {
        "n_layers": (1, 1),
        "growth_rate": 3,
        "bottleneck": True,
        "compression": 0.75,
        "conv_dropout": 0.125,
        **DEEP,
    },
}
TABLES = {
    "activation": ACTIVATIONS,
    "kernel_initializer": INITIALIZERS,
    "learning_rate_schedule": SCHEDULES,
    "loss": LOSSES,
    "optimizer": OPTIMIZERS,
}


def numpy_scalar(value):
    array = np.array(value)
    return array.astype({"i": "uint8", "f": "float32"}.get(array.dtype.kind, array.dtype))[()]


def in_form(value, form):
    """Return a parameter with its numbers, names and tuples in one of the forms of numpy."""
    if isinstance(value, dict):
        return {key: in_form(entry, form) for key, entry in value.items()}
    if isinstance(value, tuple):
        if form == "arrays" or not value:
            return np.array(value)
        return [in_form(entry, form) for entry in value]
    if not isinstance(value, bool | int | float | str):
        return value
    return np.array(value) if form == "0-d arrays" else numpy_scalar(value)


def test_the_parameters_of_every_network_are_listed():
    names = {network.__name__ for network in PARAMETERS}
    networks = {name for name in skmnist.neural_network.__all__ if name.endswith("Classifier")}
    networks -= {"BaseImageClassifier"}
    assert names == networks, "add each network to PARAMETERS"


@pytest.fixture(scope="module")
def fit_plainly(X, y):
    """Return a function that fits a network whose parameters have their usual types, once."""
    return cache(lambda network: network(**COMMON, **PARAMETERS[network]).fit(X[:140], y[:140]))


@pytest.mark.parametrize("form", ["scalars", "arrays", "0-d arrays"])
@pytest.mark.parametrize("network", PARAMETERS)
def test_every_parameter_takes_numbers_of_numpy(network, form, X, y, fit_plainly):
    params = COMMON | PARAMETERS[network]
    names = network().get_params().keys()
    assert params.keys() == names, "PARAMETERS must have a value of each parameter"
    X, y = X[:140], y[:140]
    expected = fit_plainly(network)
    net = network(**{name: in_form(value, form) for name, value in params.items()})
    net.set_params(callbacks=None)  # a list of objects, with no form of numpy
    given = net.get_params(deep=False)
    net.fit(X, y)
    assert all(value is given[name] for name, value in net.get_params(deep=False).items())
    assert net.history_ == expected.history_
    assert json.dumps(net.model_.get_config()) == json.dumps(expected.model_.get_config())
    for one, other in zip(net.model_.get_weights(), expected.model_.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    probabilities = expected.predict_proba(X)
    np.testing.assert_array_equal(net.predict_proba(X), probabilities)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(net)).predict_proba(X), probabilities)


def test_search_over_ranges(X, y, make_cnn):
    ranges = {
        "filters": np.arange(2, 5),
        "kernel_size": np.arange(1, 4),
        "hidden_layer_sizes": list(np.array([[4, 5], [6, 7]])),
        "dropout": np.linspace(0, 0.5, 3),
        "optimizer__learning_rate": np.geomspace(0.001, 0.1, 3),
        "optimizer": np.array(["adam", "sgd"]),
        "batch_size": np.arange(16, 33, 8),
        "epochs": np.arange(1, 3),
    }
    net = make_cnn(learning_rate_schedule="constant")
    search = RandomizedSearchCV(net, ranges, n_iter=2, cv=2, random_state=0, error_score="raise")
    assert search.fit(X, y).best_estimator_.predict(X).shape == y.shape


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.int64(3), 3),
        (np.float32(0.5), 0.5),
        (np.longdouble(0.5), 0.5),
        (np.bool_(True), True),
        (np.str_("adam"), "adam"),
        (np.array(3), 3),
        (np.array([3, 4]), (3, 4)),
        (pd.Series([3, 4]), (3, 4)),
        ([np.int8(3), np.array(4)], (3, 4)),
        (range(2), (0, 1)),
        ({np.int64(1): np.float32(0.5)}, {1: 0.5}),
        ("adam", "adam"),
        (None, None),
    ],
    ids=repr,
)
def test_conversion_to_python_values(value, expected):
    result = as_python(value)
    assert result == expected
    assert type(result) is type(expected)
    if isinstance(result, tuple):
        assert {type(entry) for entry in result} == {int}


# Names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"optimizer": "Adam"}, "'optimizer' .* Got 'Adam' instead. Did you mean 'adam'?"),
        ({"loss": "categorical-crossentropy"}, "Did you mean 'categorical_crossentropy'?"),
        ({"activation": "ReLU"}, "Did you mean 'relu'?"),
        ({"class_weight": "Balanced"}, "Did you mean 'balanced'?"),
        ({"precision": "bfloat"}, "Did you mean 'bfloat16'?"),
        ({"learning_rate_schedule": np.str_("Cosine")}, "Did you mean 'cosine'?"),
        ({"kernel_initializer": "HeNormal"}, "Did you mean 'he_normal'?"),
        ({"kernel_initializer": ("he_norm",)}, "expected names among .* Did you mean 'he_normal'?"),
    ],
    ids=str,
)
def test_the_error_for_a_misspelled_name_suggests_the_closest(params, message, X, y, make_mlp):
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        make_mlp(**params).fit(X, y)


def test_no_name_is_suggested_if_none_is_close(X, y, make_mlp):
    assert did_you_mean("swoosh", ["relu", "tanh"]) == did_you_mean(3, ["relu"]) == ""
    with pytest.raises(ValueError, match=r"Got 'swoosh' instead\.$"):
        make_mlp(activation="swoosh").fit(X, y)


@pytest.mark.parametrize(
    ("network", "name"),
    [(CNNClassifier, "filters"), (ResNetClassifier, "filters"), (DenseNetClassifier, "n_layers")],
)
@pytest.mark.parametrize("empty", [(), [], np.array([], dtype=int)], ids=repr)
def test_no_layers(network, name, empty, X, y):
    expected = r"positive integers below 2\*\*31, one per layer, and at least one layer"
    message = rf"{name}=\(\) is not valid; expected {expected}"
    with pytest.raises(ValueError, match=message):
        network(**{name: empty}).fit(X, y)


@pytest.mark.parametrize("name", ["hidden_layer_sizes", "batch_size", "epochs"])
def test_numbers_beyond_those_of_the_processor(name, X, y, make_mlp):
    with pytest.raises(ValueError, match=name):
        make_mlp(**{name: 2**63}).fit(X, y)
    whole = make_mlp(batch_size=2**31 - 1, epochs=1).fit(X, y)
    np.testing.assert_array_equal(
        whole.predict_proba(X), make_mlp(batch_size=len(X), epochs=1).fit(X, y).predict_proba(X)
    )


def test_an_integer_as_learning_rate(X, y, make_mlp):
    one, same = (make_mlp(optimizer__learning_rate=rate).fit(X, y) for rate in (1, 1.0))
    np.testing.assert_array_equal(one.predict_proba(X), same.predict_proba(X))
    with pytest.raises(ValueError, match=r"optimizer__learning_rate.* in the range \(0"):
        make_mlp(optimizer__learning_rate=10**400).fit(X, y)


def test_no_hidden_layers_are_fine(X, y, make_cnn, make_mlp):
    for make in (make_cnn, make_mlp):
        net = make(hidden_layer_sizes=np.array([], dtype=int), dropout=(), epochs=1)
        assert net.fit(X, y).predict(X).shape == y.shape


@pytest.mark.parametrize("network", PARAMETERS)
def test_every_name_of_a_table_is_documented_and_accepted(network):
    for name in TABLES.keys() & network().get_params().keys():
        (choices,) = (c for c in network._parameter_constraints[name] if hasattr(c, "options"))
        assert choices.options == set(TABLES[name])
        text = network.__doc__.partition(f"\n{name} :")[2].partition(" :")[0]
        assert all(f'"{choice}"' in text for choice in TABLES[name])


@pytest.mark.parametrize(
    ("table", "name"),
    [(table, name) for table in ("learning_rate_schedule", "loss") for name in TABLES[table]],
)
def test_every_schedule_and_loss_trains(table, name, X, y, make_mlp):
    params = {"warmup_fraction": 0.25, "label_smoothing": 0.125, table: name}
    net = make_mlp(epochs=10, **params).fit(X, y)
    assert net.score(X, y) > 0.8
    assert pickle.loads(pickle.dumps(net)).partial_fit(X, y).score(X, y) > 0.8


# Rates -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("net", "expected"),
    [
        (MLPClassifier(), (None, None)),
        (CNNClassifier(), (0.005, 0.05)),
        (ResNetClassifier(), (0.01, 0.05)),
        (DenseNetClassifier(), (0.01, 0.05)),
        (CNNClassifier(batch_normalization=False), (None, None)),
        (ResNetClassifier(normalization="none"), (None, None)),
        (CNNClassifier(optimizer="sgd"), (None, None)),
        (CNNClassifier(optimizer=keras.optimizers.Adam(0.5)), (None, None)),
        (CNNClassifier(optimizer__learning_rate=0.1), (0.1, 0.05)),
        (CNNClassifier(optimizer__weight_decay=0.0), (0.005, 0.0)),
        (CNNClassifier(optimizer__learning_rate=None), (None, 0.05)),
        (CNNClassifier(optimizer__weight_decay=None), (0.005, None)),
        (CNNClassifier(optimizer__learning_rate=np.str_("auto")), (0.005, 0.05)),
    ],
)
def test_tuned_rates_are_for_adam_by_name_on_normalized_maps(net, expected):
    assert net._rates() == expected


def test_tuned_rates_are_documented():
    for network in (CNNClassifier, ResNetClassifier, DenseNetClassifier):
        rate, decay = network._rates_of_adam
        for value in (rate, decay):
            assert f'"auto" is {value} for "adam" on normalized maps' in network.__doc__
    assert '"adam" on' not in MLPClassifier.__doc__
