"""What networks take as images."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.pipeline import make_pipeline

from skmnist.exceptions import ImageShapeWarning, ValueRangeError, ValueRangeWarning
from skmnist.noise import GaussianNoise, RandomBrightness
from skmnist.preprocessing import PixelScaler


def assert_same(*predictions):
    for other in predictions[1:]:
        np.testing.assert_array_equal(predictions[0], other)


def test_tables_train_and_predict_as_their_arrays_do(X, y, make_mlp):
    names = [f"pixel_{i}" for i in range(64)]
    frame = pd.DataFrame(X, columns=names)
    tables = [
        frame,
        frame.astype("UInt8"),
        frame.astype("uint8[pyarrow]"),
        pl.DataFrame(X, schema=names),
        pa.table({name: X[:, i] for i, name in enumerate(names)}),
    ]
    expected = make_mlp().fit(X, y).predict_proba(X)
    for table in tables:
        net = make_mlp().fit(table, y, X_val=table, y_val=y)
        assert list(net.feature_names_in_) == names
        assert_same(expected, *(net.predict_proba(other) for other in tables))
        with pytest.raises(ValueError, match="must be in the same order as they were in fit"):
            net.predict(pl.DataFrame(X[:, ::-1].copy(), schema=names[::-1]))


def test_the_error_for_one_flat_image_says_how_to_pass_it(X, fitted):
    with pytest.raises(ValueError, match=r"X has shape \(64,\).*pass X\[:1\] instead of X\[0\]"):
        fitted.predict(X[0])
    assert fitted.predict(X[:1]).shape == (1,)


def test_inverted_images_get_a_warning(X, y, make_mlp):
    framed = np.pad(X.reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)))
    net = make_mlp(epochs=1).fit(framed, y)
    with pytest.warns(ValueRangeWarning, match="X seems to be inverted. Pass 255 - X, or put a"):
        net.predict(255 - framed[:9])
    net.fit(255 - framed, y).predict(255 - framed[:9])
    with pytest.warns(ValueRangeWarning, match="border of X are black, but .* were white"):
        net.predict(framed[:9])
    with pytest.warns(ValueRangeWarning, match="X seems to be inverted"):
        net.partial_fit(framed, y)
    with pytest.warns(ValueRangeWarning, match="X seems to be inverted"):
        net.set_params(warm_start=True).fit(framed, y)
    with pytest.warns(ValueRangeWarning, match="^X_val: .* X seems to be inverted"):
        make_mlp(epochs=1).fit(framed, y, X_val=255 - framed, y_val=y)


# The value range ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda X: X // 128, id="0 and 1"),
        pytest.param(lambda X: X // 16, id="0-15"),
        pytest.param(lambda X: X.astype(np.uint16), id="8 bits in 16"),
        pytest.param(lambda X: X.astype(np.uint16) * 16, id="12 bits in 16"),
        pytest.param(lambda X: X / 255 / 255, id="divided by 255 twice"),
    ],
)
def test_images_of_another_range_than_their_dtype_says(X, y, make_mlp, change):
    for estimator in (make_mlp(), make_pipeline(GaussianNoise(), PixelScaler(), make_mlp())):
        with pytest.warns(ValueRangeWarning, match="maximum of .*pass value_range="):
            estimator.fit(change(X), y)
    white = float(change(X).max())
    make_mlp(value_range=(0, white)).fit(change(X), y)


def test_images_of_another_range_than_those_of_fit(X, y, make_mlp):
    net = make_mlp().fit(X, y, X_val=X, y_val=y)
    for dark in (X // 128, X / 255, X // 16):
        with pytest.warns(ValueRangeWarning, match=r"\(0, 255\): at most an eighth") as caught:
            net.predict(dark)
        assert len(caught) == 1
        with pytest.warns(ValueRangeWarning, match=r"^X_val: .*\(0, 255\): at most an eighth"):
            make_mlp(epochs=1).fit(X, y, X_val=dark, y_val=y)
    net.predict(np.zeros_like(X[:3]))  # black is black
    with pytest.warns(ValueRangeWarning, match="at least eight times"):
        net.predict(X.astype(np.uint16) * 257)


def test_dark_noise_of_an_epoch_gives_no_warning(X, y, make_mlp):
    # The first noise leaves all pixels below an eighth of the range.
    noises = [RandomBrightness(-0.95, -0.94), GaussianNoise(0.01)]
    make_mlp(augment=noises, epochs=1).fit(X, y)


@pytest.mark.parametrize(
    ("dtype", "value_range"), [("uint8", (0, 65535)), ("int16", (0, 65535)), ("uint32", (-10, 300))]
)
def test_a_range_that_the_dtype_does_not_hold(X, y, make_mlp, dtype, value_range):
    net = make_mlp(value_range=value_range)
    with pytest.raises(ValueRangeError, match=rf"value_range=.* does not fit X of dtype {dtype}"):
        net.fit(X.astype(dtype), y)
    assert not hasattr(net, "classes_")


@pytest.mark.parametrize("white", [2.0**-100, 2.0**100])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_pixels_near_the_ends_of_float32(X, y, make_mlp, white, dtype):
    images = (X / 255 * white).astype(dtype)
    probabilities = make_mlp(value_range=(0, white)).fit(images, y).predict_proba(images)
    expected = make_mlp().fit((X / 255).astype(dtype), y).predict_proba((X / 255).astype(dtype))
    np.testing.assert_allclose(probabilities, expected, atol=1e-5)


@pytest.mark.parametrize("ends", [(0, 1e39), (-3e38, 3e38), (0, 1e-45), (1e30, 1e30)])
def test_pixels_beyond_float32_are_refused(X, y, make_mlp, ends):
    low, high = ends
    images = np.where(X > 100, high, low)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ValueRangeWarning)
        with pytest.raises(ValueRangeError, match="float32 cannot map to"):
            make_mlp(value_range=None if low == high else ends).fit(images, y)


# The shape ----------------------------------------------------------------------------------------


def test_only_networks_that_need_a_shape_warn_of_flat_pixels(X, y, make_mlp, make_cnn):
    flat = X[:, :63]
    net = make_mlp(epochs=1).fit(flat, y)
    assert net.image_shape_ == (1, 63, 1)
    for needs_it in (make_cnn(epochs=1), make_mlp(epochs=1, augment=GaussianNoise(0.1))):
        with pytest.warns(ImageShapeWarning, match="63 features"):
            needs_it.fit(flat, y)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            needs_it.set_params(image_shape=(7, 9)).fit(flat, y)
