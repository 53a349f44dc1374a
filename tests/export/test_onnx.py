"""Exported models against the originals, and what cannot be exported."""

import json

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest
import sklearn
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skmnist.export import OnnxClassifier, _onnx, to_onnx
from skmnist.neural_network import CNNClassifier, MLPClassifier
from skmnist.noise import GaussianNoise
from skmnist.preprocessing import DigitNormalizer, PixelScaler


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.onnx"


@pytest.fixture(scope="module")
def mlp(initialized):
    return initialized(MLPClassifier((4,)))


def assert_equal(path, model, X):
    exported = OnnxClassifier(path)
    expected = model.predict_proba(X)
    np.testing.assert_allclose(exported.predict_proba(X), expected, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(exported.predict(X), model.predict(X))


def outputs(path, X):
    label, probabilities = onnxruntime.InferenceSession(path).run(None, {"pixels": X})
    return label, probabilities


@pytest.mark.parametrize("dtype", ["float32", "uint8"])
@pytest.mark.parametrize("input_shape", [None, (72,), (8, 9), (8, 9, 1)])
def test_the_file_alone(mlp, X, path, input_shape, dtype):
    """Any program that runs ONNX gets the outputs that scikit-learn's converters name."""
    assert to_onnx(mlp, path, input_shape=input_shape, dtype=dtype) == path
    session = onnxruntime.InferenceSession(path)
    (pixels,) = session.get_inputs()
    assert (pixels.name, pixels.shape) == ("pixels", ["n", *(input_shape or (8, 9))])
    assert [output.name for output in session.get_outputs()] == ["label", "probabilities"]
    label, probabilities = outputs(path, X.reshape(-1, *(input_shape or (8, 9))).astype(dtype))
    np.testing.assert_allclose(probabilities, mlp.predict_proba(X), rtol=0, atol=1e-5)
    np.testing.assert_array_equal(label, mlp.predict(X))
    assert_equal(path, mlp, X)


@pytest.mark.parametrize("n_rows", [1, 1000, 1025])
def test_batches_of_any_size(cnn, exported, n_rows):
    X = np.random.default_rng(1).integers(0, 256, (n_rows, 8, 9), dtype=np.uint8)
    probabilities = exported.predict_proba(X)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities, cnn.predict_proba(X), rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    "labels",
    [
        np.array(["a", "b", "ü"]),
        np.array(["a", "bc", "ü"], dtype=object),
        np.array([3, 7, -1]),
        np.array([1, 2, 3], dtype=np.uint8),
        np.array([0.0, 5.0, 7.0]),
        np.array([True, False, True]),
    ],
    ids=lambda labels: labels.dtype.name,
)
def test_labels_of_any_type(initialized, X, y, path, labels):
    net = initialized(MLPClassifier(()), labels[y])
    exported = OnnxClassifier(to_onnx(net, path))
    assert exported.classes_.dtype == net.classes_.dtype
    np.testing.assert_array_equal(exported.classes_, net.classes_)
    label, _ = outputs(path, X.astype(np.float32))
    np.testing.assert_array_equal(label, net.predict(X))
    np.testing.assert_array_equal(exported.predict(X), net.predict(X))
    assert exported.score(X, net.predict(X)) == 1


@pytest.mark.parametrize(
    ("images", "params"),
    [
        (lambda X: X / np.float32(255), {}),
        (lambda X: X > 100, {}),
        (lambda X: X.astype(np.uint16) * 257, {}),
        (lambda X: X.astype(np.float64) * 3 + 1000, {"value_range": (1000, 1765)}),
        (lambda X: X.astype(np.int16) - 100, {"value_range": (-50, 100)}),
    ],
    ids=["unit", "bool", "uint16", "shifted", "clipped"],
)
def test_value_ranges(X, y, initialized, path, images, params):
    images = images(X)
    net = initialized(MLPClassifier((4,), **params), y, images)
    to_onnx(net, path)
    assert_equal(path, net, images)
    _, probabilities = outputs(path, images.astype(np.float32))
    np.testing.assert_allclose(probabilities, net.predict_proba(images), rtol=0, atol=1e-5)


def pipeline_of(net, X, y, initialized):
    """Return a fitted Pipeline whose network has random weights."""
    steps = [
        ("noise", GaussianNoise(when="fit", random_state=0)),
        ("nothing", "passthrough"),
        ("inner", Pipeline([("scaler", PixelScaler()), ("none", None)])),
    ]
    model = Pipeline([*steps, ("net", net)])
    scaled = Pipeline(steps).fit(X).transform(X)
    initialized(net, y, scaled)
    return model


def test_a_pipeline(X, y, initialized, path):
    model = pipeline_of(CNNClassifier((3,), hidden_layer_sizes=()), X, y, initialized)
    to_onnx(model, path)
    assert_equal(path, model, X)
    _, probabilities = outputs(path, X.astype(np.float32) * 2 - 100)
    clipped = np.clip(X * 2.0 - 100, 0, 255)
    np.testing.assert_allclose(probabilities, model.predict_proba(clipped), rtol=0, atol=1e-5)


needs_temperature = pytest.mark.skipif(
    tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 8),
    reason="temperature calibration needs scikit-learn 1.8",
)


@needs_temperature
def test_a_temperature(X, y, initialized, path):
    model = pipeline_of(MLPClassifier((4,)), X, y, initialized)
    flat = X.reshape(len(X), -1)
    calibrated = CalibratedClassifierCV(FrozenEstimator(model), method="temperature").fit(flat, y)
    assert abs(calibrated.calibrated_classifiers_[0].calibrators[0].beta_ - 1) > 0.01
    to_onnx(calibrated, path)
    exported, expected = OnnxClassifier(path), calibrated.predict_proba(flat)
    np.testing.assert_allclose(exported.predict_proba(X), expected, rtol=0, atol=1e-5)


def test_other_calibrations(mlp, X, y, path):
    model = CalibratedClassifierCV(FrozenEstimator(mlp), method="sigmoid")
    model.fit(X.reshape(len(X), -1), y)
    with pytest.raises(ValueError, match=r"calibration of 1 .* method='sigmoid', which cannot"):
        to_onnx(model, path)


def test_metadata(initialized, X, y, path):
    frame = pd.DataFrame(X.reshape(len(X), -1)).rename(columns="pixel_{}".format)
    net = MLPClassifier((), image_shape=(8, 9), random_state=0).initialize(frame, y)
    exported = OnnxClassifier(to_onnx(net, path))
    metadata = {entry.key: entry.value for entry in onnx.load(path).metadata_props}
    fields = json.loads(metadata["skmnist"])
    assert fields["classes"] == [0, 1, 2]
    assert fields["value_range"] == [0, 255]
    assert list(exported.feature_names_in_) == list(frame.columns)
    assert exported.versions_.keys() == {"scikit-learn", "skmnist"}
    np.testing.assert_array_equal(exported.predict(frame), net.predict(frame))


# What cannot be exported --------------------------------------------------------------------------


def test_a_noise_that_is_on(X, y, initialized, path):
    model = pipeline_of(MLPClassifier(()), X, y, initialized)
    model.set_params(noise__when="always")
    path.write_text("older")
    with pytest.raises(ValueError, match=r"step 'noise' is a noise, GaussianNoise.*'passthrough'"):
        to_onnx(model, path)
    assert path.read_text() == "older"
    to_onnx(model.set_params(noise="passthrough"), path)


def test_views(initialized, path):
    net = initialized(MLPClassifier((), augment=GaussianNoise(), test_time_views=2))
    with pytest.raises(ValueError, match="test_time_views=2, which adds noise"):
        to_onnx(net, path)


def test_other_steps(X, y, path):
    flat = X.reshape(len(X), -1)
    model = make_pipeline(StandardScaler(), GaussianNB()).fit(flat, y > 0)
    with pytest.raises(ValueError, match="standardscaler is of type StandardScaler, which cannot"):
        to_onnx(model, path)
    with pytest.raises(ValueError, match="model is of type GaussianNB, which cannot"):
        to_onnx(model[-1], path)
    model = make_pipeline(PixelScaler(), GaussianNB()).fit(flat, y > 0)
    with pytest.raises(ValueError, match="gaussiannb is of type GaussianNB, which cannot"):
        to_onnx(model, path)


def test_a_model_that_is_no_classifier(X, path):
    with pytest.raises(TypeError, match="model is of type PixelScaler and not a classifier"):
        to_onnx(PixelScaler().fit(X), path)


def test_a_model_that_is_not_fitted(path):
    with pytest.raises(NotFittedError, match="MLPClassifier"):
        to_onnx(MLPClassifier(), path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dtype": "float64"}, "dtype='float64' is not valid; expected one of float32, uint8"),
        ({"input_shape": (9, 8)}, r"input_shape=\(9, 8\) does not fit .* \(8, 9\), \(72,\), "),
    ],
)
def test_bad_arguments(mlp, path, arguments, message):
    with pytest.raises(ValueError, match=message):
        to_onnx(mlp, path, **arguments)


def test_uint8_for_another_range(initialized, X, y, path):
    net = initialized(MLPClassifier(()), y, X.astype(np.uint16) * 257)
    with pytest.raises(ValueError, match=r"holds 0 to 255, but model has the value range \(0, 655"):
        to_onnx(net, path, dtype="uint8")


def test_labels_that_onnx_lacks(initialized, X, y, path):
    net = initialized(MLPClassifier(()))
    net.classes_ = np.array([b"a", b"b", b"c"], dtype=object)
    with pytest.raises(TypeError, match=r"classes of model are .* Fit on y.astype\(str\)"):
        to_onnx(net, path)


def test_a_model_that_differs_is_not_written(mlp, path, monkeypatch):
    monkeypatch.setattr(_onnx, "_TOLERANCE", -1.0)
    path.write_text("older")
    with pytest.raises(RuntimeError, match=r"exported model differ by .* no file was written"):
        to_onnx(mlp, path)
    assert [entry.name for entry in path.parent.iterdir()] == ["model.onnx"]
    assert path.read_text() == "older"


def test_a_digit_normalizer(X, y, initialized, path):
    images = np.zeros((len(y), 28, 28), np.uint8)
    images[:, 4:24, 12:16] = 255
    normalizer = DigitNormalizer().fit(images)
    net = MLPClassifier((), random_state=0).initialize(normalizer.transform(images), y)
    model = Pipeline([("digit", normalizer), ("net", net)])
    with pytest.raises(ValueError, match=r"'digit' is a DigitNormalizer.* export model\[1:\]"):
        to_onnx(model, path)
    exported = OnnxClassifier(to_onnx(model[1:], path))
    prepared = normalizer.transform(images)
    np.testing.assert_array_equal(exported.predict(prepared), model.predict(images))
