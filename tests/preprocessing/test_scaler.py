import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import MinMaxScaler

from skmnist.exceptions import ImageShapeError, ValueRangeError, ValueRangeWarning
from skmnist.preprocessing import PixelScaler


def make_images(*shape, dtype="uint8"):
    """Return random images; one is black and one is white."""
    X = np.random.default_rng(0).integers(0, 256, size=shape).astype(dtype)
    X[0], X[1] = 0, 255
    return X


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "float64"])
def test_equals_min_max_scaler_on_data_that_span_the_range(dtype):
    X = make_images(20, 16, dtype=dtype)
    scaler = PixelScaler().fit(X)
    other = MinMaxScaler().fit(X)
    scaled = scaler.transform(X)
    assert scaled.dtype == "float32"
    assert_allclose(scaled, other.transform(X), atol=1e-7)
    assert_allclose(scaler.inverse_transform(scaled), other.inverse_transform(scaled), atol=1e-4)


@pytest.mark.parametrize(
    ("dtype", "value_range"),
    [("bool", None), ("uint8", None), ("uint16", None), ("int16", (-100, 355)), ("uint8", (3, 99))],
)
def test_integers_survive_a_round_trip(dtype, value_range):
    low, high = value_range or (0, 1 if dtype == "bool" else np.iinfo(dtype).max)
    X = np.arange(low, high + 1)[: (high + 1 - low) // 2 * 2].astype(dtype).reshape(-1, 2)
    scaler = PixelScaler(value_range=value_range).fit(X)
    again = scaler.inverse_transform(scaler.transform(X))
    assert_array_equal(np.rint(again).astype(dtype), X)


@pytest.mark.parametrize(
    ("dtype", "high"), [("uint8", 255), ("uint16", 65535), ("float32", 1), ("float64", 1)]
)
def test_every_form_is_scaled_alike(to_form, dtype, high):
    unit = np.random.default_rng(0).random((4, 5, 3))
    X = (unit * high).astype(dtype)
    form = to_form(X)
    scaler = PixelScaler(value_range=(0, high)).fit(form)
    for scaled in (scaler.transform(form), scaler.fit_transform(form)):
        assert (scaled.shape, scaled.dtype) == (np.shape(form), "float32")
        assert_allclose(scaled.reshape(X.shape), X / high, atol=1e-7)
        assert_allclose(scaler.inverse_transform(scaled).reshape(X.shape), X, rtol=1e-6)
        scaled[:] = 0.5  # the result is a new array
    assert_array_equal(np.reshape(form, X.shape), X)


def test_the_range_does_not_depend_on_the_pixels_of_uint8():
    dark = make_images(5, 4, 4) // 4
    assert_allclose(PixelScaler().fit_transform(dark)[1], np.full((4, 4), 63 / 255), rtol=1e-6)


def test_nearly_black_images_get_a_warning_in_fit_and_transform():
    X = make_images(5, 4, 4)
    with pytest.warns(ValueRangeWarning, match=r"maximum of 15, but the value range is \(0, 255\)"):
        PixelScaler().fit(X // 16)
    scaler = PixelScaler().fit(X)
    with pytest.warns(
        ValueRangeWarning, match=r"maximum of 1, but .* pass value_range=\(low, high"
    ):
        scaler.transform(X // 255)
    # Only scaled images are dark here: inverse_transform does not warn.
    dark = scaler.inverse_transform(scaler.transform(X // 4) / 5)
    assert_allclose(dark, X // 4 / 5, rtol=1e-6)


def test_inverted_images_get_a_warning(digits):
    scaler = PixelScaler().fit(digits[:20])
    with pytest.warns(ValueRangeWarning, match="X seems to be inverted. Pass 255 - X, or put a"):
        scaler.transform(255 - digits[:20])
    inverted = PixelScaler().fit(255 - digits[:20])
    assert inverted.transform(255 - digits[:20]).max() == 1  # without a warning


@pytest.mark.parametrize("value_range", [(20, 30), (-3, 1e6), (0, 49)])
def test_values_outside_the_range_are_clipped(value_range):
    scaler = PixelScaler(value_range=value_range).fit([[25.0]])
    scaled = scaler.transform([[value_range[0] - 1.0], [value_range[1]], [value_range[1] + 1.0]])
    assert_array_equal(scaled, [[0], [1], [1]])
    assert_allclose(scaler.inverse_transform([[-0.5], [1.4]]).ravel(), value_range)


def test_pixels_of_an_unknown_range_use_their_own_with_a_warning():
    with pytest.warns(ValueRangeWarning, match="from -2 to 2"):
        scaled = PixelScaler().fit_transform(np.array([[-2.0, 0, 1, 2]]))
    assert_array_equal(scaled, [[0, 0.5, 0.75, 1]])


def test_one_row_of_pixels_needs_no_warning():
    assert PixelScaler().fit(make_images(3, 12)).image_shape_ == (1, 12, 1)


# Tables -------------------------------------------------------------------------------------------


def test_tables_and_column_names():
    X = pd.DataFrame(make_images(4, 4), columns=list("abcd"))
    scaler = PixelScaler().set_output(transform="pandas")
    scaled = scaler.fit_transform(X)
    assert_array_equal(scaled.columns, list("abcd"))
    assert set(scaled.dtypes) == {np.dtype("float32")}
    assert_array_equal(scaler.get_feature_names_out(), list("abcd"))
    with pytest.raises(ValueError, match="feature names should match"):
        scaler.inverse_transform(scaled[list("dcba")])
    assert_allclose(scaler.inverse_transform(scaled), X)
    assert_allclose(scaler.inverse_transform(scaled.to_numpy()), X)  # without a warning

    plain = scaler.fit_transform(make_images(3, 4))
    assert_array_equal(plain.columns, ["x0", "x1", "x2", "x3"])


@pytest.mark.parametrize("shape", [(3, 4, 4), (3, 4, 4, 1)])
def test_images_do_not_fit_into_a_table(shape):
    scaler = PixelScaler().set_output(transform="pandas").fit(make_images(3, 16))
    with pytest.raises(ImageShapeError, match=r"X has shape \(3, 4, .* set_output\(transform='pan"):
        scaler.transform(make_images(*shape))
    assert scaler.inverse_transform(np.zeros(shape)).shape == shape  # it returns arrays
    scaler.set_output(transform="default")
    assert scaler.transform(make_images(*shape)).shape == shape


# Errors -------------------------------------------------------------------------------------------

WRONG_FITS = {
    "value_range": ((1, 0), np.zeros((2, 9)), r"value_range=\(1, 0\) is not a pair"),
    "range of X": ((0, 1), make_images(2, 9), "looks like 0-255"),
    "range warning": (None, np.full((2, 9), 2.0), "neither 0-1 nor 0-255"),
    "infinite": (None, np.full((2, 9), np.inf), "contains infinity"),
    "colors": (None, np.zeros((2, 4, 4, 3)), "gray only"),
}


@pytest.mark.parametrize(("value_range", "X", "message"), WRONG_FITS.values(), ids=WRONG_FITS)
def test_a_failed_fit_changes_nothing(value_range, X, message):
    first = pd.DataFrame(make_images(3, 4), columns=list("abcd"))
    scaler = PixelScaler()
    expected = scaler.fit_transform(first)
    before = pickle.dumps(vars(scaler.set_params(value_range=value_range)))
    with pytest.raises((ValueError, UserWarning), match=message):
        scaler.fit(X)
    assert pickle.dumps(vars(scaler)) == before
    assert_array_equal(scaler.transform(first), expected)


@pytest.mark.parametrize("method", ["transform", "inverse_transform"])
def test_what_a_fitted_scaler_refuses(method):
    scaler = PixelScaler()
    call = getattr(scaler, method)
    with pytest.raises(NotFittedError, match="This PixelScaler instance is not fitted"):
        call(np.zeros((1, 4, 4)))
    scaler.fit(np.eye(4)[np.newaxis])
    with pytest.raises(ValueError, match="X has 9 features, but PixelScaler is expecting 16"):
        call(np.zeros((2, 9)))
    with pytest.raises(ImageShapeError, match=r"shape \(2, 8\), but .* of shape \(4, 4\)"):
        call(np.zeros((2, 2, 8)))
    with pytest.raises(ImageShapeError, match=r"pass X\[None\]"):
        call(np.zeros((4, 4)))
    with pytest.raises(ValueRangeError, match="looks like 0-255"):
        call(make_images(3, 4, 4))
