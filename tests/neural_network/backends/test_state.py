"""A network's state in a pickle: its model as plain data, versions, and a digest."""

import copy
import json
import pickle
import zlib

import keras
import numpy as np
import pytest

from skmnist.exceptions import ModelFileError, ModelVersionWarning
from skmnist.neural_network import MLPClassifier
from skmnist.neural_network.backends._state import backend_versions, pack_model, unpack_model


def restored(state):
    """Build a network from a state, as unpickling does."""
    net = MLPClassifier.__new__(MLPClassifier)
    net.__setstate__(state)
    return net


def test_a_packed_model_is_plain_data_and_the_same_again(fitted):
    packed = pack_model(fitted.model_)
    assert set(packed) == {"architecture", "weights"}
    assert "compile_config" not in json.loads(zlib.decompress(packed["architecture"]))
    model = unpack_model(packed, {})
    assert model is not fitted.model_
    for weights, expected in zip(model.get_weights(), fitted.model_.get_weights(), strict=True):
        np.testing.assert_array_equal(weights, expected)


def test_the_versions_of_the_back_end(monkeypatch):
    backend = keras.backend.backend()
    assert backend_versions()["keras"] == keras.__version__
    assert backend_versions()[backend][0].isdigit()
    monkeypatch.setattr("keras.backend.backend", lambda: "no_such_package")
    assert backend_versions() == {"keras": keras.__version__, "no_such_package": "unknown"}


@pytest.mark.parametrize("damage", ["layer", "weights", "text"])
def test_a_model_that_cannot_be_built(mlp, damage):
    packed = pack_model(mlp.model_)
    if damage == "layer":
        text = zlib.decompress(packed["architecture"]).replace(b'"Dense"', b'"Denser"')
        packed["architecture"] = zlib.compress(text)
    elif damage == "weights":
        packed["weights"] = packed["weights"][:-1]
    else:
        packed["architecture"] = b"not compressed"
    message = (
        rf"The saved network cannot be built by keras {keras.__version__}, .*It was saved by "
        r"keras 99\.0, other 1: install these, or train and save it again"
    )
    with pytest.raises(ModelFileError, match=f"(?s){message}"):
        unpack_model(packed, {"keras": "99.0", "other": "1"})
    with pytest.raises(ModelFileError, match="It was saved by unknown versions: install these"):
        unpack_model(packed, {})


def test_a_memory_error_is_not_reported_as_a_damaged_file(mlp, monkeypatch):
    def fail(*args):
        raise MemoryError("full")

    packed = pack_model(mlp.model_)
    monkeypatch.setattr("keras.saving.deserialize_keras_object", fail)
    with pytest.raises(MemoryError, match="full"):
        unpack_model(packed, {})


def test_the_state_names_the_versions(mlp):
    versions = mlp.__getstate__()["_saved_by"]["versions"]
    assert list(versions) == ["skmnist", "scikit-learn", "keras", keras.backend.backend()]


@pytest.mark.parametrize("place", [0, -1])
def test_one_bit_of_the_weights_is_found(mlp, place):
    state = mlp.__getstate__()
    weights = [array.copy() for array in state["model_"]["weights"]]
    state["model_"]["weights"] = weights
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
