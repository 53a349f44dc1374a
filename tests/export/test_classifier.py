"""The classifier on ONNX Runtime: scikit-learn's conventions, checks of images, damaged files."""

import copy
import json
import os
import pickle
import subprocess
import sys

import numpy as np
import onnx
import polars as pl
import pytest
from onnx.external_data_helper import set_external_data
from sklearn.base import clone, is_classifier
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils.validation import check_is_fitted

from skmnist.exceptions import (
    ImageShapeError,
    MissingDependencyError,
    ModelFileError,
    ValueRangeError,
    ValueRangeWarning,
)
from skmnist.export import OnnxClassifier, to_onnx
from skmnist.export._record import Record, signed
from skmnist.neural_network import MLPClassifier
from skmnist.preprocessing import PixelScaler


def test_conventions_of_scikit_learn(exported, file):
    check_is_fitted(exported)
    assert is_classifier(exported)
    assert exported.get_params() == {"path": file, "n_threads": None}
    assert exported.n_features_in_ == 72
    assert exported.image_shape_ == (8, 9, 1)
    assert exported.value_range_ == (0, 255)
    assert not hasattr(exported, "feature_names_in_")
    assert repr(OnnxClassifier("digits.onnx", n_threads=1)) == (
        "OnnxClassifier(n_threads=1, path='digits.onnx')"
    )


def test_probabilities(exported, X):
    probabilities = exported.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(np.exp(exported.predict_log_proba(X)), probabilities, rtol=1e-5)


def test_it_cannot_be_trained(exported, X, y):
    with pytest.raises(NotImplementedError, match="OnnxClassifier cannot be trained"):
        exported.fit(X, y)
    frozen = FrozenEstimator(exported)
    scores = cross_val_score(frozen, X.reshape(len(X), -1), exported.predict(X), cv=2)
    assert scores.tolist() == [1, 1]


def test_copies(exported, X, file):
    expected = exported.predict_proba(X)
    other = clone(exported)
    assert other.path == file
    np.testing.assert_array_equal(other.predict_proba(X), expected)
    np.testing.assert_array_equal(copy.deepcopy(exported).predict_proba(X), expected)


def test_a_pickle_contains_the_file(file, X, tmp_path):
    moved = tmp_path / "moved.onnx"
    moved.write_bytes(file.read_bytes())
    pickled = pickle.dumps(OnnxClassifier(moved))
    moved.unlink()
    expected = OnnxClassifier(file).predict_proba(X)
    np.testing.assert_array_equal(pickle.loads(pickled).predict_proba(X), expected)


def test_changed_parameters(exported, file, X, tmp_path):
    before = exported.predict_proba(X)
    exported.set_params(n_threads=1)
    np.testing.assert_allclose(exported.predict_proba(X), before, rtol=0, atol=1e-6)
    with pytest.raises(FileNotFoundError, match="no-such-file"):
        exported.set_params(path=tmp_path / "no-such-file.onnx").predict(X)


@pytest.mark.parametrize("n_threads", [0, 1.5, "2", 10**9])
def test_bad_number_of_threads(file, X, n_threads):
    with pytest.raises(ValueError, match="'n_threads' parameter of OnnxClassifier must be"):
        OnnxClassifier(file, n_threads=n_threads).predict(X)


# Images: the same checks as in the networks -------------------------------------------------------


def test_forms_of_images(exported, X, to_form):
    expected = exported.predict_proba(X)
    np.testing.assert_array_equal(exported.predict_proba(to_form(X)), expected)


def test_polars(exported, X):
    frame = pl.DataFrame(X.reshape(len(X), -1))
    with pytest.warns(UserWarning, match="OnnxClassifier was fitted without feature names"):
        probabilities = exported.predict_proba(frame)
    np.testing.assert_array_equal(probabilities, exported.predict_proba(X))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda X: X[:, :7], ImageShapeError, "OnnxClassifier was fitted on images of shape"),
        (lambda X: X[0], ImageShapeError, r"shape \(8, 9\) of one image: pass X\[None\]"),
        (lambda X: X.reshape(40, -1)[:, :5], ValueError, "X has 5 features, but OnnxClassifier"),
        (lambda X: np.where(X > 9, np.nan, X), ValueError, "X contains NaN"),
        (lambda X: X[:0], ValueError, "0 sample"),
        (lambda X: X.astype(str), ValueError, "X holds str"),
    ],
)
def test_bad_images(exported, cnn, X, change, error, message):
    with pytest.raises(error, match=message):
        exported.predict(change(X))
    with pytest.raises(error):
        cnn.predict(change(X))


def test_another_value_range(exported, X, y, tmp_path):
    with pytest.warns(ValueRangeWarning, match="at most an eighth"):
        exported.predict(X / 255)
    net = MLPClassifier((), random_state=0).initialize(X / 255, y)
    unit = OnnxClassifier(to_onnx(net, tmp_path / "unit.onnx"))
    with pytest.raises(ValueRangeError, match="looks like 0-255"):
        unit.predict(X)


def test_inverted_images_get_the_warning_of_the_networks(X, y, tmp_path):
    framed = np.pad(X.reshape(len(X), 9, -1), ((0, 0), (1, 1), (1, 1)))
    model = make_pipeline(PixelScaler(), MLPClassifier((4,), epochs=1)).fit(framed, y)
    exported = OnnxClassifier(to_onnx(model, tmp_path / "scaled.onnx"))
    exported.predict(framed[:9])  # without a warning
    with pytest.warns(ValueRangeWarning, match="X seems to be inverted. Pass 255 - X, or put a"):
        exported.predict(255 - framed[:9])


def test_a_file_that_takes_uint8(cnn, X, tmp_path):
    exported = OnnxClassifier(to_onnx(cnn, tmp_path / "uint8.onnx", dtype="uint8"))
    expected = exported.predict_proba(X)
    np.testing.assert_array_equal(exported.predict_proba(X.astype(np.int64)), expected)
    with pytest.raises(TypeError, match=r"X has dtype float64, but .* takes uint8. Pass integers"):
        exported.predict(X / 2)


# Files --------------------------------------------------------------------------------------------


def rewritten(file, path, change):
    """Write a file whose ONNX model is changed, with a correct digest."""
    model = onnx.load(file)
    kept = [entry for entry in model.metadata_props if entry.key == "skmnist"]
    del model.metadata_props[:]
    model.metadata_props.extend(kept)
    change(model)
    path.write_bytes(signed(model.SerializeToString()))
    return OnnxClassifier(path)


def with_fields(**fields):
    def change(model):
        (entry,) = model.metadata_props
        entry.value = json.dumps(json.loads(entry.value) | fields)

    return change


def with_text(text):
    def change(model):
        model.metadata_props[0].value = text

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda model: model.metadata_props.pop(), "has no metadata 'skmnist'"),
        (with_text("{"), "metadata are not readable: JSONDecodeError"),
        (with_text("[1]"), "metadata are not readable"),
        (with_text("{}"), "metadata are not readable: KeyError"),
        (with_fields(format=2), "have the format 2, but this version of skmnist reads format 1"),
        (with_fields(extra=1), "metadata are not valid: TypeError.*extra"),
        (with_fields(classes="abc"), "classes='abc'"),
        (with_fields(classes=[1]), "classes="),
        (with_fields(classes_dtype="S3"), "classes_dtype='S3'"),
        (with_fields(classes_dtype="no"), "no"),
        (with_fields(image_shape=[8, -9]), r"image_shape=\[8, -9\]"),
        (with_fields(image_shape=8), "metadata are not valid: TypeError"),
        (with_fields(value_range=[1, 0]), r"value_range=\[1, 0\]"),
        (with_fields(feature_names=["a"]), "feature_names="),
        (with_fields(versions=None), "versions=None"),
        (with_fields(border_end=2), "border_end=2"),
    ],
)
def test_metadata_that_are_not_valid(file, tmp_path, change, message):
    with pytest.raises(
        ModelFileError, match=f"(?s)not a file of skmnist.export.to_onnx.*{message}"
    ):
        _ = rewritten(file, tmp_path / "bad.onnx", change).classes_


def test_metadata_survive_a_round_trip():
    record = Record(["a", "b"], "<U1", [2, 3], [0.0, 1.0], None, {"skmnist": "1"})
    assert Record.from_metadata(record.to_metadata()) == record


@pytest.mark.parametrize("place", [50, -200, -1])
def test_damage(file, tmp_path, place, X):
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(content)
    with pytest.raises(ModelFileError, match=r"damaged.onnx .* SHA-256 differs"):
        OnnxClassifier(damaged).predict(X)


@pytest.mark.parametrize("size", [0, 1, 500, -1])
def test_truncated_files(file, tmp_path, size, X):
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(file.read_bytes()[:size])
    with pytest.raises(ModelFileError, match="damaged or not a file of skmnist"):
        OnnxClassifier(damaged).predict(X)


def test_a_file_that_another_program_changed(file, tmp_path, X):
    model = onnx.load(file)
    changed = tmp_path / "changed.onnx"
    model.doc_string = "optimized"
    model.metadata_props.reverse()
    onnx.save(model, changed)
    with pytest.raises(ModelFileError, match=r"changed it.* delete the entry 'skmnist.sha256'"):
        OnnxClassifier(changed).predict(X)
    del model.metadata_props[0]
    onnx.save(model, changed)
    expected = OnnxClassifier(file).predict(X)
    np.testing.assert_array_equal(OnnxClassifier(changed).predict(X), expected)


def test_a_folder(tmp_path, X):
    with pytest.raises(IsADirectoryError, match="is a folder"):
        OnnxClassifier(tmp_path).predict(X)


@pytest.mark.parametrize("location", ["weights.bin", "../{folder}/weights.bin", "{path}"])
def test_weights_in_other_files_are_never_read(file, tmp_path, monkeypatch, X, location):
    """A model file of unknown origin must not be able to read the files of its user."""
    weights = tmp_path / "weights.bin"
    weights.write_bytes(bytes(10_000))
    monkeypatch.chdir(tmp_path)

    def move(model):
        tensor = max(model.graph.initializer, key=lambda tensor: len(tensor.raw_data))
        size = len(tensor.raw_data)
        place = location.format(folder=tmp_path.name, path=weights)
        set_external_data(tensor, place, offset=0, length=size)
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL

    with pytest.raises(ModelFileError, match="ONNX Runtime cannot read it"):
        rewritten(file, tmp_path / "external.onnx", move).predict(X)


def test_without_onnx_runtime(file, X, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingDependencyError, match=r"OnnxClassifier needs onnxruntime"):
        OnnxClassifier(file).predict(X)


def test_it_runs_without_keras_and_onnx(file):
    """The packages of a light installation are enough."""
    blocked = ("keras", "tensorflow", "scikeras", "onnx", "pandas")
    program = (
        "import sys\n"
        "class Blocker:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] in {blocked}: raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Blocker())\n"
        "import numpy as np\n"
        "from skmnist.export import OnnxClassifier\n"
        f"print(OnnxClassifier({os.fspath(file)!r}).predict(np.eye(8, 9)[None] * 255).shape)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("(1,)\n", 0), done.stderr
