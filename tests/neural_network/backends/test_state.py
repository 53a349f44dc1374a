"""A network's state in a pickle: its parameters and weights, versions, and a digest."""

import copy
import pickle

import keras
import numpy as np
import pytest

from skmnist.exceptions import ModelFileError, ModelVersionWarning
from skmnist.neural_network import MLPClassifier
from skmnist.neural_network._limits import Replaced
from skmnist.neural_network.backends._state import backend_versions, rebuild_model


def restored(state):
    """Build a network from a state, as unpickling does."""
    net = MLPClassifier.__new__(MLPClassifier)
    net.__setstate__(state)
    return net


def test_a_state_is_plain_data_and_the_same_again(fitted):
    weights = fitted.__getstate__()["model_"]
    assert {type(array) for array in weights} == {np.ndarray}
    loaded = pickle.loads(pickle.dumps(fitted))
    assert loaded.model_ is not fitted.model_
    for array, expected in zip(loaded.model_.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(array, expected)
    assert loaded.model_.get_config() == fitted.model_.get_config()


def test_the_architecture_of_fit_is_kept_when_parameters_change(mlp, X):
    net = copy.deepcopy(mlp).set_params(hidden_layer_sizes=(3, 3), activation="no such")
    loaded = pickle.loads(pickle.dumps(net))
    assert loaded.hidden_layer_sizes == (3, 3)
    np.testing.assert_array_equal(loaded.predict_proba(X), mlp.predict_proba(X))


def test_the_versions_of_the_back_end(monkeypatch):
    backend = keras.backend.backend()
    assert backend_versions()["keras"] == keras.__version__
    assert backend_versions()[backend][0].isdigit()
    monkeypatch.setattr("keras.backend.backend", lambda: "no_such_package")
    assert backend_versions() == {"keras": keras.__version__, "no_such_package": "unknown"}


def builder(mlp, **architecture):
    net = copy.deepcopy(mlp)
    net._architecture |= architecture
    return net._build_model_as_fitted


@pytest.mark.parametrize(
    ("architecture", "reason"),
    [
        ({"activation": "tests>runs"}, "The 'activation' parameter of MLPClassifier must be a str"),
        ({"activation": ["relu"]}, "The 'activation' parameter of MLPClassifier must be a str"),
        (
            {"hidden_layer_sizes": (17,)},
            "its parameters describe a network larger than its weights",
        ),
        ({"hidden_layer_sizes": (10**9,)}, "network larger than its weights"),
        ({"hidden_layer_sizes": (1,) * 10**5}, "network larger than its weights"),
        ({"hidden_layer_sizes": (15,)}, "shape"),
        ({"dropout": "much"}, "The 'dropout' parameter"),
    ],
)
def test_a_model_that_cannot_be_built(mlp, architecture, reason, monkeypatch):
    monkeypatch.setattr("sklearn._config._global_config", {"skip_parameter_validation": True})
    message = (
        rf"The saved network cannot be built by keras {keras.__version__}, .*{reason}.*It was "
        r"saved by keras 99\.0, other 1: install these, or train and save it again"
    )
    build, weights = builder(mlp, **architecture), mlp.model_.get_weights()
    with pytest.raises(ModelFileError, match=f"(?s){message}"):
        rebuild_model(build, weights, {"keras": "99.0", "other": "1"})
    with pytest.raises(ModelFileError, match="It was saved by unknown versions: install these"):
        rebuild_model(build, weights, {})


def test_a_limit_ends_with_the_body(mlp):
    with pytest.raises(ModelFileError, match="cannot be built"):
        rebuild_model(builder(mlp), mlp.model_.get_weights()[:1], {})
    assert not any(
        isinstance(getattr(layer, "kernel_initializer", None), Replaced)
        for layer in mlp._build_model(10).layers
    )


def test_a_memory_error_is_not_reported_as_a_damaged_file():
    def fail():
        raise MemoryError("full")

    with pytest.raises(MemoryError, match="full"):
        rebuild_model(fail, [], {})


def test_the_state_names_the_versions(mlp):
    versions = mlp.__getstate__()["_saved_by"]["versions"]
    assert list(versions) == ["skmnist", "scikit-learn", "keras", keras.backend.backend()]


@pytest.mark.parametrize("place", [0, -1])
def test_one_bit_of_the_weights_is_found(mlp, place):
    state = mlp.__getstate__()
    state["model_"] = weights = [array.copy() for array in state["model_"]]
    assert restored(state).current_epoch == mlp.current_epoch
    weights[place].view(np.uint8).flat[0] ^= 1
    with pytest.raises(ModelFileError, match="The saved MLPClassifier is damaged: the SHA-256 of"):
        restored(state)


@pytest.mark.parametrize(
    ("name", "value"),
    [("classes_", np.arange(10)[::-1]), ("value_range_", (0.0, 254.0)), ("test_time_views", 1)],
)
def test_other_attributes_are_protected_too(mlp, name, value):
    state = mlp.__getstate__()
    assert name in state
    with pytest.raises(ModelFileError, match="the SHA-256 of its parameters and fitted attributes"):
        restored(state | {name: value})


def test_a_file_of_another_version_warns(mlp, monkeypatch):
    monkeypatch.setattr("skmnist.__version__", "0.0.9")
    content = pickle.dumps(mlp)
    monkeypatch.undo()
    with pytest.warns(ModelVersionWarning, match="MLPClassifier was saved by skmnist 0.0.9 and is"):
        loaded = pickle.loads(content)
    assert loaded.get_params() == mlp.get_params()


def test_a_parameter_that_the_file_lacks_is_named(mlp):
    state = mlp.__getstate__()
    del state["_saved_by"], state["test_time_views"], state["label_smoothing"]
    with pytest.warns(ModelVersionWarning) as warned:
        loaded = restored(state)
    message = str(warned[0].message)
    assert "MLPClassifier was saved by skmnist of an unknown version and is loaded by" in message
    assert "which may not be what it was trained with: label_smoothing=0.0, test_time_" in message
    assert loaded.test_time_views == 0


def test_copies_are_independent(mlp, X):
    for copied in (copy.deepcopy(mlp), pickle.loads(pickle.dumps(mlp))):
        assert copied.model_ is not mlp.model_
        np.testing.assert_array_equal(copied.predict_proba(X), mlp.predict_proba(X))
        assert "_saved_by" not in vars(copied)
