"""Noisy copies: repeatable, of any transformer, and without changing the source."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import Bunch

from skmnist.datasets import load_mnist_sample, make_noisy


class Grain(TransformerMixin, BaseEstimator):
    """A noise with the interface of skmnist.noise."""

    def __init__(self, amount=20, *, when="always", random_state=None):
        self.amount = amount
        self.when = when
        self.random_state = random_state

    def fit(self, X, y=None):
        seed = self.random_state
        self.seed_ = int(np.random.default_rng().integers(1000)) if seed is None else seed
        return self

    def transform(self, X):
        rng = np.random.default_rng(self.seed_)
        return np.clip(X + rng.normal(0, self.amount, X.shape), 0, 255).astype(X.dtype)


class InPlace(Grain):
    def transform(self, X):
        X[:] = 255 - X
        return X


@pytest.fixture
def source():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (4, 5, 3), dtype=np.uint8)
    return Bunch(
        data=images.reshape(4, 15), images=images, target=np.arange(4), DESCR="Tiny digits\n---\n"
    )


def test_the_default_source_is_the_sample():
    clean = load_mnist_sample()
    noisy = make_noisy(Grain(random_state=0))
    assert set(noisy) == set(clean) | {"noise"}
    assert (noisy.images.shape, noisy.images.dtype) == ((5000, 28, 28), np.uint8)
    np.testing.assert_array_equal(noisy.data, noisy.images.reshape(5000, 784))
    np.testing.assert_array_equal(noisy.target, clean.target)
    assert noisy.feature_names == clean.feature_names
    difference = noisy.images.astype(float) - clean.images
    inner = (clean.images > 100) & (clean.images < 150)
    assert difference[inner].std() == pytest.approx(20, rel=0.02)


def test_the_copy_equals_the_output_of_the_fitted_noise(source):
    noise = Grain(random_state=3)
    noisy = make_noisy(noise, source=source)
    np.testing.assert_array_equal(noisy.images, noise.fit(source.images).transform(source.images))
    assert noisy.data.shape == (4, 15)
    assert noisy.feature_names[-1] == "pixel_4_2"


def test_a_drawn_seed_repeats_the_copy(source):
    noise = Grain()
    noisy = make_noisy(noise, source=source)
    assert not hasattr(noise, "seed_")  # a clone was fitted
    assert noisy.noise is not noise
    again = make_noisy(Grain(random_state=noisy.noise.seed_), source=source)
    np.testing.assert_array_equal(again.images, noisy.images)


def test_the_source_is_not_modified_and_not_shared(source):
    before = {name: np.copy(source[name]) for name in ("data", "images", "target")}
    for noise in (InPlace(), FunctionTransformer()):
        noisy = make_noisy(noise, source=source)
        noisy.images[:] = 0
        noisy.target[:] = -1
        for name, array in before.items():
            np.testing.assert_array_equal(source[name], array)
            assert not np.shares_memory(source[name], noisy[name])
    assert set(source) == {"data", "images", "target", "DESCR"}
    assert source.DESCR == "Tiny digits\n---\n"


def test_the_description_names_noise_and_source(source):
    descr = make_noisy(Grain(30, random_state=3), source=source).DESCR
    assert descr.startswith("Tiny digits\n---\n\nThe images are a noisy copy")
    assert "Source: Tiny digits. Noise: ``Grain(amount=30, random_state=3)``" in descr
    assert "with ``seed_`` 3." in descr
    assert "MNIST sample, 5,000" in make_noisy(Grain()).DESCR.partition("Source: ")[2]


def test_a_source_needs_only_images_and_target(source):
    noisy = make_noisy(
        FunctionTransformer(), source={"images": source.images.tolist(), "target": [0, 1, 2, 3]}
    )
    np.testing.assert_array_equal(noisy.images, source.images)
    assert noisy.DESCR.startswith("The images are a noisy copy")
    assert "Source: a data set without a description. Noise: ``FunctionTransformer()``. " in (
        noisy.DESCR
    )


@pytest.mark.parametrize(
    ("target", "dtype", "names"),
    [
        (["cat", "dog", "cat", "ant"], "<U3", ["ant", "cat", "dog"]),
        (np.array(["cat", "dog", "cat", "ant"], object), object, ["ant", "cat", "dog"]),
        (np.array([b"no", b"yes", b"no", b"no"]), "S3", [b"no", b"yes"]),
        ([False, True, True, False], bool, [False, True]),
        ([0.5, 1.5, 0.5, 2.5], np.float64, [0.5, 1.5, 2.5]),
        (np.array([7, 3, 7, 3], np.uint8), np.int64, [3, 7]),
        (pd.Series([7, 3, 7, 3], dtype="Int64"), np.int64, [3, 7]),
        (pd.Series(["b", "a", "b", "a"], dtype="category"), object, ["a", "b"]),
    ],
)
def test_labels_of_any_type(source, target, dtype, names):
    for as_frame in (False, True):
        noisy = make_noisy(
            Grain(random_state=0),
            source={"images": source.images, "target": target},
            as_frame=as_frame,
        )
        assert noisy.target.tolist() == list(target)
        assert noisy.target_names.tolist() == names
        if not as_frame:
            assert noisy.target.dtype == dtype


def test_class_names_come_from_the_source(source):
    source.target_names = np.array(["zero", "one", "two", "three", "four"])
    noisy = make_noisy(Grain(random_state=0), source=source)
    assert noisy.target_names.tolist() == ["zero", "one", "two", "three", "four"]
    noisy.target_names[0] = "none"
    assert source.target_names[0] == "zero"
    assert make_noisy(Grain(), source=load_digits()).target_names.tolist() == list(range(10))


def test_labels_of_several_types_need_names(source):
    source.target = np.array(["cat", None, 3, "cat"], object)
    with pytest.raises(TypeError, match=r"labels of several types, \['NoneType', 'int', 'str'\]; "):
        make_noisy(Grain(random_state=0), source=source)
    source.target_names = ["cat", "none", "three"]
    noisy = make_noisy(Grain(random_state=0), source=source)
    assert noisy.target.tolist() == ["cat", None, 3, "cat"]


def test_flat_images_and_digits_only(source):
    X, y = make_noisy(Grain(random_state=0), source=source, return_X_y=True)
    noisy = make_noisy(Grain(random_state=0), source=source)
    np.testing.assert_array_equal(X, noisy.data)
    np.testing.assert_array_equal(y, noisy.target)


def test_as_frame_from_a_source_with_and_without_frames():
    pd = pytest.importorskip("pandas")
    plain = make_noisy(Grain(random_state=0), source=load_mnist_sample(), as_frame=True)
    framed = make_noisy(
        Grain(random_state=0), source=load_mnist_sample(as_frame=True), as_frame=True
    )
    pd.testing.assert_frame_equal(plain.frame, framed.frame)
    assert plain.frame.columns.tolist() == plain.feature_names + ["target"]
    np.testing.assert_array_equal(plain.data, plain.images.reshape(5000, 784))


def test_any_dtype_of_the_source_is_kept(source):
    source.images = source.images / 255.0
    assert make_noisy(Grain(0.1), source=source).data.dtype == np.float64


# --- what is refused


class NoParameters:
    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X


@pytest.mark.parametrize(
    ("noise", "message"),
    [
        ("gaussian", r"got the str 'gaussian'; pass make_noise\(name\)"),
        (Grain, r"must be an instance, got the class Grain; pass Grain\(\)"),
        (None, "must be a scikit-learn transformer .*, got NoneType, which has no fit method"),
        (BaseEstimator(), "got BaseEstimator, which has no fit method"),
        (NoParameters(), "got NoParameters, which has no get_params method"),
    ],
)
def test_noise_that_is_not_a_transformer(source, noise, message):
    with pytest.raises(TypeError, match=message):
        make_noisy(noise, source=source)


@pytest.mark.parametrize(
    ("noise", "name"),
    [
        (Grain(when="fit"), "when"),
        (make_pipeline(Grain(), InPlace(when="fit")), "inplace__when"),
    ],
)
def test_noise_that_would_pass_through(source, noise, name):
    with pytest.raises(ValueError, match=f"noise has {name}='fit', so .* with {name}='always'"):
        make_noisy(noise, source=source)


@pytest.mark.parametrize(
    ("function", "got"),
    [
        (lambda X: X / 255.0, r"got \(4, 5, 3\) and float64"),
        (lambda X: X.reshape(4, 15), r"got \(4, 15\) and uint8"),
        (lambda X: X[:2], r"got \(2, 5, 3\) and uint8"),
    ],
)
def test_noise_that_changes_shape_or_dtype(source, function, got):
    with pytest.raises(ValueError, match=rf"{got}, expected \(4, 5, 3\) and uint8"):
        make_noisy(FunctionTransformer(function), source=source)


@pytest.mark.parametrize(
    ("bad", "got"), [((1, 2), "tuple"), (Bunch(data=1), "Bunch"), ("mnist", "str")]
)
def test_a_source_that_is_not_a_data_set(bad, got):
    with pytest.raises(
        TypeError, match=f"source must be a Bunch with images and target.*got {got}"
    ):
        make_noisy(Grain(), source=bad)


@pytest.mark.parametrize(
    ("images", "target"), [(np.zeros((4, 15)), np.arange(4)), (np.zeros((4, 5, 3)), np.arange(3))]
)
def test_a_source_whose_shapes_do_not_fit(images, target):
    with pytest.raises(ValueError, match=r"source must have images of shape \(n, height, width\)"):
        make_noisy(Grain(), source=Bunch(images=images, target=target))


@pytest.mark.parametrize("name", ["return_X_y", "as_frame"])
def test_flags_must_be_booleans(source, name):
    with pytest.raises(ValueError, match=f"'{name}' parameter of make_noisy must be an"):
        make_noisy(Grain(), source=source, **{name: 2})
