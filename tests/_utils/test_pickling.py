"""Pickles of estimators: the versions that wrote them, and the digest."""

import pickle
import subprocess
import sys

import joblib
import numpy as np
import pytest
import sklearn
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import InconsistentVersionWarning

import skmnist
from skmnist._utils import SavedStateMixin, check_state
from skmnist._utils._pickling import plain_digest
from skmnist.exceptions import ModelFileError, ModelVersionWarning
from skmnist.noise import list_noises, make_noise
from skmnist.preprocessing import PixelScaler


class Estimator(SavedStateMixin, BaseEstimator):
    def __init__(self, needed, added=3):
        self.needed = needed
        self.added = added


def restored(state):
    estimator = Estimator.__new__(Estimator)
    estimator.__setstate__(state)
    return estimator


def test_the_record_is_in_the_pickle_and_not_in_the_estimator():
    estimator = Estimator(1)
    assert estimator.__getstate__()["_saved_by"]["versions"] == {
        "skmnist": skmnist.__version__, "scikit-learn": sklearn.__version__,
    }  # fmt: skip
    for copied in (pickle.loads(pickle.dumps(estimator)), clone(estimator)):
        assert vars(copied) == {"needed": 1, "added": 3}


@pytest.mark.parametrize("name", [*list_noises(), "scaler"])
def test_every_transformer_is_protected(name):
    X = np.arange(128, dtype=np.uint8).reshape(2, 64)
    transformer = PixelScaler() if name == "scaler" else make_noise(name, random_state=0)
    transformer.fit(X)
    state = transformer.__getstate__()
    assert state["_saved_by"]["versions"]["skmnist"] == skmnist.__version__
    loaded = pickle.loads(pickle.dumps(transformer))
    np.testing.assert_array_equal(loaded.transform(X), transformer.transform(X))
    with pytest.raises(ModelFileError, match=f"{type(transformer).__name__} is damaged: the SHA-"):
        check_state(transformer, state | {"value_range_": (0.0, 254.0)})


@pytest.mark.parametrize(
    "record", [None, 3, {}, {"versions": 3, "sha256": ""}, {"versions": {}, "sha257": ""}]
)
def test_a_damaged_record(record):
    state = Estimator(1).__getstate__() | {"_saved_by": record}
    with pytest.raises(ModelFileError, match="The saved Estimator is damaged: its record is"):
        restored(state)


def test_another_version_warns_as_scikit_learn_does(monkeypatch):
    monkeypatch.setattr(skmnist, "__version__", "9.9")
    state = Estimator(1).__getstate__()
    monkeypatch.undo()
    message = (
        rf"Estimator was saved by skmnist 9\.9 and is loaded by skmnist {skmnist.__version__}; its "
        r"predictions may differ\. Save it again, or install the version that saved it\.$"
    )
    with pytest.warns(ModelVersionWarning, match=message) as warned:
        assert restored(state).needed == 1
    warning = warned[0].message
    assert isinstance(warning, InconsistentVersionWarning)
    assert warning.estimator_name == "Estimator"
    assert warning.original_sklearn_version == sklearn.__version__
    assert warning.current_sklearn_version == sklearn.__version__


def test_missing_parameters():
    with pytest.warns(
        ModelVersionWarning, match=r"lacks parameters .* trained with: added=3\. Set"
    ):
        estimator = restored({"needed": 1})
    assert estimator.get_params() == {"needed": 1, "added": 3}
    with pytest.raises(ModelFileError, match="lacks the parameter 'needed', which has no default"):
        restored({"added": 1})


# --- the digest of plain data

VALUES = [
    None, True, False, 0, 1, 2**70, 0.0, -0.0, float("nan"), 1.5, "1", "", b"1", "ä\ud800",
    [], [1], [1, 2], [[1], 2], [1, [2]], {}, {"a": 1}, {"a": 2}, {"b": 1}, {1, 2},
    np.arange(6), np.arange(6).reshape(2, 3), np.arange(6).reshape(3, 2), np.arange(6.0),
    np.arange(6).reshape(3, 2).T, np.float32(1.5), np.array(["a", "b"]),
    np.array(["a", "b"], object), np.array(["a", None], object), np.array([], np.float32),
    np.array([1], "datetime64[D]"),
]  # fmt: skip


def test_different_values_have_different_digests():
    assert len({plain_digest(value) for value in VALUES}) == len(VALUES)


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_pickled_value_keeps_its_digest(value, tmp_path):
    assert plain_digest(pickle.loads(pickle.dumps(value))) == plain_digest(value)
    joblib.dump(value, tmp_path / "value")
    assert plain_digest(joblib.load(tmp_path / "value")) == plain_digest(value)


def test_the_layout_of_an_array_does_not_count():
    array = np.arange(6).reshape(2, 3)
    for other in (
        np.asfortranarray(array), array.astype(">i8"), np.repeat(array, 2, axis=1)[:, ::2],
    ):  # fmt: skip
        assert plain_digest(other) == plain_digest(array)


def test_other_objects_do_not_count():
    assert plain_digest([object(), len]) == plain_digest([len, np.random.RandomState(0)])


def test_the_digest_is_the_same_in_every_process():
    values = [{"a", "b", "c"}, {"a": [1, 2.5, None], "b": np.arange(3)}]
    program = (
        "import pickle, sys; from skmnist._utils._pickling import plain_digest; "
        "print(plain_digest(pickle.load(sys.stdin.buffer)), end='')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=pickle.dumps(values), capture_output=True, check=True
    )
    assert done.stdout.decode() == plain_digest(values)
