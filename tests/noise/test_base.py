"""Properties of all noises."""

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError

import skmnist.noise
from skmnist.exceptions import ImageShapeError, ValueRangeError
from skmnist.noise import BaseNoise, RandomNoise

# Parameters for which a noise changes nothing.
ZERO = {
    "BleedThrough": {"opacity": 0},
    "Contrast": {"factor": 1},
    "DefocusBlur": {"radius": 0},
    "ElasticTransform": {"alpha": 0},
    "Fog": {"thickness": 0},
    "Fold": {"strength": 0},
    "FormLines": {"value": 0},
    "Frost": {"thickness": 0, "transparency": 1},
    "Gamma": {"gamma": 1},
    "GaussianBlur": {"sigma": 0},
    "GaussianNoise": {"scale": 0},
    "GlassBlur": {"sigma": 0, "max_delta": 0},
    "InkBleed": {"amount": 0},
    "LowInk": {"amount": 0},
    "MotionBlur": {"length": 1},
    "Occlusion": {"area": 0},
    "Photocopy": {"generations": 0},
    "Pixelate": {"factor": 1},
    "RandomAffine": {"rotation": 0, "translation": 0, "scale": 0},  # shear is 0 by default
    "RandomBrightness": {"low": 0, "high": 0},
    "RandomNoise": {"probability": 0},
    "RandomRotation": {"low": 0, "high": 0},
    "RandomScale": {"low": 1, "high": 1},
    "RandomShear": {"low": 0, "high": 0},
    "RandomTranslation": {"min_shift": 0, "max_shift": 0},
    "ReducedContrast": {"factor": 1, "scale": 0},
    "ReferenceNoise": {"rotation": 0, "translation": 0, "scale": 0, "brightness": 0},
    "SaltAndPepperNoise": {"amount": 0},
    "SmoothNoise": {"amplitude": 0},  # contrast is 0 by default
    "SpeckleNoise": {"scale": 0},
    "Streaks": {"amount": 0},
    "Stripe": {"width_fraction": 0},
    "StrokeWidth": {"low": 0, "high": 0},
    "UniformNoise": {"amplitude": 0},
    "ZoomBlur": {"max_scale": 1},
}
# Noises without a strength that could be zero.
WITHOUT_ZERO = {
    "CannyEdges",
    "DottedLine",
    "Fax",
    "Inversion",
    "JPEGCompression",
    "Line",
    "Quantization",
    "RandomFilter",
    "ShotNoise",
    "Snow",
    "Spatter",
    "Zigzag",
}
# Further parameters for which a noise changes nothing.
MORE_ZEROS = {
    "GlassBlur": [{"sigma": 0, "iterations": 0}, {"sigma": 0, "swap_probability": 0}],
    "Occlusion": [{"n_patches": 0}],
    "Streaks": [{"strength": 0}],
    "DefocusBlur": [{"radius": 0.9}],
}
# Value range of each dtype.
RANGES = {
    "bool": (0, 1),
    "uint8": (0, 255),
    "uint16": (0, 65535),
    "int64": (0, 255),
    "float32": (0, 1),
    "float64": (0, 1),
}


def make_images(*shape, dtype="uint8", seed=0):
    """Return random images that differ from each other."""
    unit = np.random.default_rng(seed).random(shape)
    return (unit > 0.5) if dtype == "bool" else (unit * RANGES[dtype][1]).astype(dtype)


# Forms of X ---------------------------------------------------------------------------------------


def _read_only_4d(X):
    X = np.asfortranarray(X[..., np.newaxis])
    X.flags.writeable = False
    return X


# Two forms that differ in every respect: table or array, flat or 4-D, memory order.
TWO_FORMS = [lambda X: pd.DataFrame(X.reshape(len(X), -1)), _read_only_4d]


def check_form(noise_class, to_form, dtype):
    """Check that a form gets the noise of its images, keeps shape and dtype, and is not changed."""
    X = make_images(4, 6, 5, dtype=dtype)
    form = to_form(X.copy())
    for when in ("always", "fit"):
        noise = noise_class(
            when=when, image_shape=(6, 5), value_range=RANGES[dtype], random_state=0
        )
        expected = noise.fit_transform(X)
        assert expected.dtype == dtype
        # Some noises do not change images of black and white only.
        assert (expected != X).any() or dtype == "bool"
        transformed = expected if when == "always" else X
        for noisy, result in (
            (noise.fit_transform(form), expected),
            (noise.transform(form), transformed),
            (noise.fit(form).transform(form), transformed),
        ):
            assert noisy.shape == np.shape(form)
            assert noisy.dtype == (np.asarray(form).dtype if isinstance(form, list) else dtype)
            # Lists of float32 become float64, whose results are not rounded to float32.
            assert_allclose(noisy.reshape(X.shape), result, rtol=0, atol=1e-6)
            assert not (isinstance(form, np.ndarray) and np.shares_memory(noisy, form))
            noisy[:] = 0
        assert_array_equal(np.reshape(form, X.shape), X)


@pytest.mark.parametrize("dtype", RANGES)
def test_every_form_gives_the_same_noise(to_form, dtype):
    # The base class reads forms, so one noise suffices.
    check_form(RandomNoise, to_form, dtype)


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_two_forms_give_the_same_noise(noise_class, dtype):
    for to_form in TWO_FORMS:
        check_form(noise_class, to_form, dtype)


def test_every_dtype_of_an_image_gets_the_same_noise(noise_class):
    X = make_images(20, 9, 9)
    noise = noise_class(random_state=0)
    noisy = noise.fit_transform(X) / 255
    for form in (X / 255, (X / 255).astype("float32"), X.astype("uint16") * 257):
        other = noise.fit_transform(form) / noise.value_range_[1]
        assert_allclose(other, noisy, atol=1.01 / 255)
    for form in (X.astype("int64"), X.astype("int16"), X.astype("float64")):
        other = noise.fit_transform(form)
        assert_allclose(other, noisy * 255, atol=1e-9 if form.dtype.kind == "i" else 1.01)


def test_any_size_and_results_within_the_range(noise_class):
    for shape in [(8, 8), (16, 16), (32, 32), (5, 9), (1, 1), (1, 10), (10, 1)]:
        for dtype in ("uint8", "float32"):
            X = make_images(30, *shape, dtype=dtype)
            noise = noise_class(random_state=0)
            noisy = noise.fit_transform(X)
            assert noisy.shape == X.shape
            assert noisy.min() >= noise.value_range_[0]
            assert noisy.max() <= noise.value_range_[1]


def test_a_learned_range_holds_the_results(noise_class):
    X = make_images(50, 4, 4, dtype="float64") * 1.3 - 0.7
    noise = noise_class(random_state=0)
    with pytest.warns(UserWarning, match="neither 0-1 nor 0-255"):
        noisy = noise.fit_transform(X)
    assert noise.value_range_ == (X.min(), X.max())
    assert noisy.min() >= X.min()
    assert noisy.max() <= X.max()


def test_a_given_range_scales_the_noise(noise_class):
    X = make_images(10, 6, 6, dtype="float64")
    expected = noise_class(random_state=0).fit_transform(X)
    noisy = noise_class(value_range=(-3, 7), random_state=0).fit_transform(X * 10 - 3)
    assert_allclose(noisy, expected * 10 - 3, atol=1e-5)


def test_pixels_outside_the_range_are_clipped(noise_class):
    noise = noise_class(value_range=(10, 50), random_state=0)
    X = make_images(5, 6, 6)
    assert_array_equal(noise.fit_transform(X), noise.transform(X.clip(10, 50)))


@pytest.mark.filterwarnings("ignore:The pixels run from 7 to 7")  # constant images have no range
def test_constant_images(noise_class):
    for value in (0, 0.5, 1, 7, 200):
        noisy = noise_class(random_state=0).fit_transform(np.full((2, 5, 5), float(value)))
        assert np.isfinite(noisy).all()
        assert_array_equal(noisy[0], noisy[1])  # equal images get equal noise


@pytest.mark.parametrize("name", sorted(ZERO))
def test_zero_strength_is_the_identity(name):
    noise_class = getattr(skmnist.noise, name)
    for dtype, value_range in [
        ("uint8", None),
        ("float32", None),
        ("float64", None),
        ("int64", (-4, 300)),
        ("float32", (-0.4, 3)),
        ("float64", (-0.4, 3)),
    ]:
        X = make_images(3, 7, 6, dtype=dtype)
        for zero in [ZERO[name], *MORE_ZEROS.get(name, [])]:
            noisy = noise_class(**zero, value_range=value_range).fit_transform(X)
            assert_array_equal(noisy, X, strict=True)
            assert not np.shares_memory(noisy, X)


def test_the_table_of_zeros_is_complete(noise_classes):
    names = {noise_class.__name__ for noise_class in noise_classes}
    assert ZERO.keys() | WITHOUT_ZERO == names, "add each noise to ZERO or WITHOUT_ZERO"
    assert not ZERO.keys() & WITHOUT_ZERO


def strength_is_a_range(name):
    """Return whether the strength has two bounds, of which one alone cannot be zero."""
    return not ZERO[name].keys().isdisjoint(getattr(skmnist.noise, name)._bounds or ())


@pytest.mark.parametrize("name", [name for name in sorted(ZERO) if not strength_is_a_range(name)])
def test_one_strength_is_enough(name):
    noise_class = getattr(skmnist.noise, name)
    X = make_images(20, 7, 6)
    for strength in ZERO[name]:
        others = {other: zero for other, zero in ZERO[name].items() if other != strength}
        assert (noise_class(**others, random_state=0).fit_transform(X) != X).any()


# By default, the original image can have a weight of nearly 1.
VISIBLE = {"RandomFilter": {"mixing": 0.9}}


def test_by_default_every_digit_changes_visibly(noise_class, digits):
    params = VISIBLE.get(noise_class.__name__, {})
    noisy = noise_class(**params, random_state=0).fit_transform(digits[:20])
    change = np.abs(noisy.astype(float) - digits[:20]).mean(axis=(1, 2)) / 255
    advice = "the defaults hardly change a digit: make them stronger"
    assert (change > 0.001).all(), advice
    assert change.mean() > 0.02, advice


# Errors -------------------------------------------------------------------------------------------

WRONG_FITS = {
    "no such when": ({"when": "never"}, np.zeros((2, 16)), "'when' parameter of"),
    "wrong image_shape": ({"image_shape": (4, 5)}, np.zeros((2, 16)), "image_shape="),
    "wrong value_range": ({"value_range": (1, 0)}, np.zeros((2, 16)), "value_range="),
    "range of X": ({"value_range": (0, 1)}, np.full((2, 16), 255), "looks like 0-255"),
    "row images": ({}, np.zeros((2, 12)), "not a perfect square"),
    "range warning": ({}, np.full((2, 25), 2.0), "neither 0-1 nor 0-255"),
    "NaN": ({}, np.full((2, 25), np.nan), "contains NaN"),
    "colors": ({}, np.zeros((2, 4, 4, 3)), "gray only"),
    "ragged": ({}, [[1, 2], [3]], "not a rectangular array"),
    "bad column names": ({}, pd.DataFrame(np.eye(4), columns=["a", "b", "c", 1]), "names"),
}


def check_failed_fit(noise_class, wrong, method, first):
    """Check that a failed fit does not change the noise."""
    params, X, message = WRONG_FITS[wrong]
    # Warnings are errors in the tests, so that the two warnings also stop a fit.
    noise = noise_class(random_state=np.random.RandomState(0))
    expected = noise.fit_transform(first)
    noise.set_params(**params)
    before = pickle.dumps(vars(noise))
    with pytest.raises((ValueError, TypeError, UserWarning), match=message):
        getattr(noise, method)(X)
    assert pickle.dumps(vars(noise)) == before
    if noise.when == "always":
        assert_array_equal(noise.transform(first), expected)


@pytest.mark.parametrize("wrong", WRONG_FITS)
@pytest.mark.parametrize("method", ["fit", "fit_transform"])
def test_a_failed_fit_changes_nothing(wrong, method):
    for first in (np.eye(16), pd.DataFrame(np.eye(16)).add_prefix("pixel_")):
        check_failed_fit(RandomNoise, wrong, method, first)


def test_a_failed_fit_changes_no_noise(noise_class):
    # The first fails before anything is learned, the second after the shape is learned.
    check_failed_fit(noise_class, "no such when", "fit", np.eye(16))
    check_failed_fit(noise_class, "range of X", "fit_transform", np.eye(16))


def test_what_transform_refuses(noise_class):
    noise = noise_class()
    with pytest.raises(NotFittedError, match=f"This {noise_class.__name__} instance is not fitted"):
        noise.transform(np.zeros((1, 4, 4)))
    noise.fit(make_images(3, 4, 4, dtype="float32"))
    with pytest.raises(ValueError, match=f"{noise_class.__name__} is expecting 16 features"):
        noise.transform(np.zeros((2, 9)))
    with pytest.raises(ImageShapeError, match=r"shape \(2, 8\), but .* of shape \(4, 4\)"):
        noise.transform(np.zeros((2, 2, 8)))
    with pytest.raises(ImageShapeError, match=r"pass X\[None\]"):
        noise.transform(np.zeros((4, 4)))
    with pytest.raises(ValueRangeError, match="looks like 0-255"):
        noise.transform(make_images(3, 4, 4))


def test_the_base_class_is_abstract():
    with pytest.raises(TypeError, match="abstract"):
        BaseNoise()


# Tables -------------------------------------------------------------------------------------------


def test_pandas_output(noise_class):
    for form in (np.array, pd.DataFrame):
        X = form(make_images(3, 4, 4).reshape(3, 16))
        noise = noise_class(random_state=0)
        expected = noise.fit_transform(X)
        frame = noise.set_output(transform="pandas").fit_transform(X)
        assert_array_equal(frame, expected)
        assert_array_equal(frame.columns, noise.get_feature_names_out())
        assert set(frame.dtypes) == {np.dtype("uint8")}


def test_images_do_not_fit_into_a_table(noise_class):
    noise = noise_class().set_output(transform="pandas")
    message = r"shape \(3, 4, 4\).*set_output\(transform='pandas'\).*\(n, n_pixels\)"
    with pytest.raises(ImageShapeError, match=message):
        noise.fit_transform(make_images(3, 4, 4))
    assert not hasattr(noise, "seed_")
    noise.fit(make_images(3, 4, 4))
    with pytest.raises(ImageShapeError, match=r"call set_output\(transform='default'\)"):
        noise.transform(make_images(3, 4, 4).tolist()[:3])
    assert noise.transform(make_images(3, 16)).shape == (3, 16)


def test_column_names(noise_class):
    X = pd.DataFrame(make_images(3, 4), columns=list("abcd"))
    noise = noise_class().fit(X)
    assert_array_equal(noise.get_feature_names_out(), list("abcd"))
    with pytest.raises(ValueError, match="feature names should match"):
        noise.transform(X[list("dcba")])
    assert_array_equal(noise.fit(make_images(2, 1, 3)).get_feature_names_out(), ["x0", "x1", "x2"])
