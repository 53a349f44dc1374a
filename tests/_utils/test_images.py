import re

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy.sparse import csr_array, csr_matrix
from sklearn.base import BaseEstimator

from skmnist._utils import check_images, restore_shape
from skmnist.exceptions import ImageShapeError, ImageShapeWarning


class Probe(BaseEstimator):
    """An estimator that learns what `check_images` learns."""


def fitted(X, **params):
    probe = Probe()
    check_images(probe, X, reset=True, **params)
    return probe


def numbered(*shape, dtype="uint8"):
    return np.arange(np.prod(shape)).reshape(shape).astype(dtype)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "uint16", "int64", "float32", "float64"])
def test_every_form_gives_the_same_images(to_form, dtype):
    X = numbered(3, 5, 4, dtype=dtype)
    form = to_form(X)
    probe = Probe()
    images = check_images(probe, form, reset=True, image_shape=(5, 4))
    assert_array_equal(images, X)
    assert images.dtype == (np.asarray(form).dtype if isinstance(form, list) else dtype)
    assert (probe.image_shape_, probe.n_features_in_) == ((5, 4, 1), 20)
    assert_array_equal(check_images(probe, form, reset=False), X)
    assert restore_shape(images, form).shape == np.shape(form)


def test_arrays_are_not_copied():
    X = numbered(2, 3, 3)
    assert np.shares_memory(check_images(Probe(), X, reset=True), X)


def test_objects_that_are_numbers_become_floats():
    images = check_images(Probe(), numbered(2, 4).astype(object), reset=True)
    assert images.dtype == "float64"


@pytest.mark.parametrize(
    ("X_shape", "image_shape", "expected"),
    [
        ((2, 784), None, (28, 28, 1)),
        ((2, 1), None, (1, 1, 1)),
        ((2, 12), (3, 4), (3, 4, 1)),
        ((2, 12), [4, 3, 1], (4, 3, 1)),
        ((2, 12), np.array([1, 12]), (1, 12, 1)),
        ((2, 16), (2, 8), (2, 8, 1)),
        ((2, 5, 9), None, (5, 9, 1)),
        ((2, 5, 9), (5, 9), (5, 9, 1)),
        ((2, 5, 9, 1), None, (5, 9, 1)),
    ],
)
def test_image_shape(X_shape, image_shape, expected):
    assert fitted(numbered(*X_shape), image_shape=image_shape).image_shape_ == expected


def test_pixels_that_do_not_form_a_square_are_one_row_with_a_warning():
    with pytest.warns(ImageShapeWarning, match=r"12 features.*image_shape=\(height, width\)"):
        assert fitted(numbered(2, 12)).image_shape_ == (1, 12, 1)
    assert fitted(numbered(2, 12), warn_not_square=False).image_shape_ == (1, 12, 1)


@pytest.mark.parametrize(
    ("X_shape", "image_shape", "message"),
    [
        ((2, 784), (28, 27), r"image_shape=\(28, 27\) has 756 pixels.*784 features"),
        ((2, 5, 9), (9, 5), r"image_shape=\(9, 5\).*does not fit X of shape \(2, 5, 9\)"),
        ((2, 12), (2, 2, 3), r"image_shape=\(2, 2, 3\) has 3 channels; gray only"),
        ((2, 12), (12,), r"image_shape=\(12,\) is not an image shape"),
        ((2, 12), (0, 12), r"image_shape=\(0, 12\) is not an image shape"),
        ((2, 12), (-3, -4), r"image_shape=\(-3, -4\) is not an image shape"),
        ((2, 12), (3.0, 4.0), r"image_shape=\(3.0, 4.0\) is not .* positive integers"),
        ((2, 12), "ab", "image_shape='ab' is not an image shape"),
        ((2, 4, 4, 3), None, r"3 channels \(2, 4, 4, 3\); gray only.*X.mean\(axis=-1\)"),
        ((2, 1, 8, 8), None, r"\(2, 1, 8, 8\) looks channels-first: pass X\[:, 0\]"),
        ((2, 1, 28, 28), (28, 28), r"looks channels-first: pass X\[:, 0\]"),
        ((2, 3, 8, 8), None, r"looks channels-first: pass X.mean\(axis=1\)"),
        ((2, 1, 8, 3), None, r"3 channels \(2, 1, 8, 3\); gray only"),
        ((2, 4, 4, 1, 1), None, r"5 dimensions .*expected \(n, n_pixels\)"),
        ((2, 0, 4), None, r"without pixels: its shape is \(2, 0, 4\)"),
    ],
)
def test_wrong_shapes(X_shape, image_shape, message):
    with pytest.raises(ImageShapeError, match=message):
        fitted(np.zeros(X_shape), image_shape=image_shape)


NAN, INF = np.zeros((2, 4)), np.zeros((2, 4))
NAN[1, 2], INF[1, 2] = np.nan, np.inf
NO_IMAGES = {
    "NaN": (NAN, ValueError, "X contains NaN"),
    "NaN in 3-D": (NAN.reshape(2, 2, 2), ValueError, "X contains NaN"),
    "NaN in a DataFrame": (pd.DataFrame(NAN), ValueError, "X contains NaN"),
    "infinity": (INF, ValueError, "X contains infinity"),
    "infinity in 3-D": (INF.reshape(2, 2, 2), ValueError, "X contains infinity"),
    "complex": (np.ones((2, 4)) * 1j, ValueError, "Complex data not supported"),
    "complex 3-D": (np.ones((2, 2, 2)) * 1j, ValueError, "Complex data not supported"),
    "objects": (np.full((2, 4), object()), TypeError, "argument must be a string"),
    "strings": ([["1", "2", "3", "4"]], ValueError, "not compatible with arrays of bytes/strings"),
    "words in a DataFrame": (pd.DataFrame([["x", "y"]]), ValueError, "convert string to float"),
    "datetime": (np.zeros((2, 4), "M8[s]"), TypeError, r"dtype datetime64\[s\]; expected numbers"),
    "timedelta": (np.zeros((2, 2, 2), "m8[s]"), TypeError, "expected numbers"),
    "sparse matrix": (csr_matrix(np.eye(4)), TypeError, "Sparse data was passed for X"),
    "sparse array": (csr_array(np.eye(4)), TypeError, "Sparse data was passed for X"),
    "no rows": (np.zeros((0, 4)), ValueError, "0 sample"),
    "no images": (np.zeros((0, 2, 2)), ValueError, "0 sample"),
    "no pixels": (np.zeros((2, 0)), ValueError, "0 feature"),
    "ragged lists": ([[1, 2], [3]], ValueError, "X is not a rectangular array of pixels"),
    "1-D": (np.zeros(4), ValueError, r"Expected 2D array, got 1D array .* \(4,\).*pass X\[:1\]"),
    "a row of a DataFrame": (pd.DataFrame(np.eye(4)).iloc[0], ValueError, r"pass .*X.iloc\[:1\]"),
    "structured": (np.zeros((2, 4), "u1,u1"), ValueError, "X is not valid: dtype='numeric' is not"),
    "a class": (np.ndarray, TypeError, r"X is not valid: float\(\) argument"),
    "np.matrix": (np.eye(4).view(np.matrix), TypeError, r"np\.matrix is not supported"),
    "a number": (3.0, ValueError, "Expected 2D array, got scalar array"),
    "None": (None, ValueError, "Expected 2D array"),
}


@pytest.mark.parametrize(("X", "error", "message"), NO_IMAGES.values(), ids=NO_IMAGES)
@pytest.mark.parametrize("reset", [True, False])
def test_what_cannot_be_images(X, error, message, reset):
    probe = Probe() if reset else fitted(numbered(2, 4))
    with pytest.raises(error, match=message) as caught:
        check_images(probe, X, reset=reset)
    assert re.search(r"\bX\b", str(caught.value))


@pytest.mark.parametrize(
    ("X_shape", "message"),
    [
        ((2, 9), "X has 9 features, but Probe is expecting 16 features"),
        ((2, 2, 8), r"shape \(2, 8\), but Probe was fitted on images of shape \(4, 4\).*DigitNorm"),
        ((2, 5, 5, 1), r"shape \(5, 5\), but Probe was fitted on images of shape \(4, 4\)"),
        ((4, 4), r"shape \(4, 4\) of one image: pass X\[None\]"),
        ((4, 4, 1), r"shape \(4, 4, 1\) of one image: pass X\[None\]"),
        ((2, 4, 4, 3), "3 channels"),
    ],
)
def test_images_other_than_those_of_fit(X_shape, message):
    probe = fitted(numbered(3, 4, 4))
    with pytest.raises(ValueError, match=message):
        check_images(probe, np.zeros(X_shape), reset=False)


def test_one_row_of_pixels_is_not_taken_for_a_lone_image():
    assert check_images(fitted(numbered(2, 1, 9)), numbered(1, 9), reset=False).shape == (1, 1, 9)


def test_column_names():
    named = pd.DataFrame(numbered(2, 4), columns=list("abcd"))
    probe = fitted(named)
    assert_array_equal(probe.feature_names_in_, list("abcd"))
    with pytest.raises(ValueError, match="feature names should match"):
        check_images(probe, named[list("dcba")], reset=False)
    with pytest.warns(UserWarning, match="X does not have valid feature names, but Probe"):
        check_images(probe, named.to_numpy(), reset=False)
    check_images(probe, numbered(2, 2, 2), reset=False)  # images have no names

    unnamed = check_images(probe, named.to_numpy(), reset=False, warn_no_names=False)
    assert_array_equal(unnamed, numbered(2, 2, 2))
    with pytest.raises(ValueError, match="X has 3 features, but Probe is expecting 4"):
        check_images(probe, numbered(2, 3), reset=False, warn_no_names=False)

    check_images(probe, numbered(2, 2, 2), reset=True)
    assert not hasattr(probe, "feature_names_in_")
