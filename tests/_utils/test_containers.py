from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import BaseEstimator
from sklearn.preprocessing import StandardScaler
from sklearn.utils import Bunch

from skmnist._utils import check_images
from skmnist.noise import GaussianNoise
from skmnist.preprocessing import PixelScaler

NAMES = list("dcba")

# The names that pandas has for types that are not numpy's.
NULLABLE = {"bool": "boolean", "uint8": "UInt8", "uint16": "UInt16", "int64": "Int64",
            "float32": "Float32", "float64": "Float64"}  # fmt: skip
ARROW = {"float32": "float", "float64": "double"}


def frame(X, names):
    return pd.DataFrame(X, columns=names)


def arrow_columns(X, names):
    return {name: pa.array(column) for name, column in zip(names, X.T, strict=True)}


def arrow_dtype(X):
    return f"{ARROW.get(X.dtype.name, X.dtype.name)}[pyarrow]"


# Functions that make a table from an array and column names.
TABLES = {
    "pandas": frame,
    "nullable": lambda X, names: frame(X, names).astype(NULLABLE[X.dtype.name]),
    "Arrow-backed": lambda X, names: frame(X, names).astype(arrow_dtype(X)),
    "sparse": lambda X, names: frame(X, names).astype(pd.SparseDtype(X.dtype, X.dtype.type(0))),
    "half sparse": lambda X, names: frame(X, names).astype(
        {names[1]: pd.SparseDtype(X.dtype, X.dtype.type(0))}
    ),
    "half nullable": lambda X, names: frame(X, names).astype({names[1]: NULLABLE[X.dtype.name]}),
    "polars": lambda X, names: pl.DataFrame(X, schema=names),
    "pyarrow": lambda X, names: pa.table(arrow_columns(X, names)),
    "pyarrow batch": lambda X, names: pa.record_batch(arrow_columns(X, names)),
}


@pytest.fixture(params=TABLES)
def to_table(request):
    return TABLES[request.param]


class Probe(BaseEstimator):
    """An estimator that learns what `check_images` learns."""


def fitted(X):
    probe = Probe()
    check_images(probe, X, reset=True)
    return probe


def images_of(X):
    return check_images(Probe(), X, reset=True)


# Tables -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", NULLABLE)
def test_columns_keep_the_meaning_of_their_dtype(to_table, dtype):
    X = np.array([[0, 1, 1, 0], [1, 0, 99, 200]]).astype(dtype)
    assert_array_equal(images_of(to_table(X, NAMES)), X.reshape(2, 2, 2), strict=True)


def test_columns_of_several_dtypes_get_the_common_one():
    X = pd.DataFrame(
        {
            "a": pd.array([0, 1], "UInt8"),
            "b": pd.arrays.SparseArray([0, 300], dtype="uint16"),
            "c": [True, False],
            "d": pd.Series([3, 4], dtype="uint8[pyarrow]"),
        }
    )
    expected = np.array([[0, 0, 1, 3], [1, 300, 0, 4]], np.uint16)
    assert_array_equal(images_of(X).reshape(2, 4), expected, strict=True)


def test_decimals_and_categories_of_numbers_are_numbers():
    decimals = frame(np.eye(4), NAMES).astype(pd.ArrowDtype(pa.decimal128(5, 2)))
    assert_array_equal(images_of(decimals).reshape(4, 4), np.eye(4))
    categories = frame(np.eye(4), NAMES).astype("category")
    assert_array_equal(images_of(categories).reshape(4, 4), np.eye(4))


def test_names_are_learned_and_checked_in_each_container(to_table):
    X = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20
    probe = fitted(to_table(X, NAMES))
    assert_array_equal(probe.feature_names_in_, NAMES)
    for other in TABLES.values():  # the kind of table does not matter
        images = check_images(probe, other(X, NAMES), reset=False)
        assert_array_equal(images, X.reshape(3, 2, 2), strict=True)
    with pytest.raises(ValueError, match="must be in the same order as they were in fit"):
        check_images(probe, to_table(X[:, ::-1], NAMES[::-1]), reset=False)
    with pytest.raises(ValueError, match="Feature names unseen at fit time:\n- x"):
        check_images(probe, to_table(X, ["x", *NAMES[1:]]), reset=False)
    with pytest.warns(UserWarning, match="X does not have valid feature names, but Probe"):
        check_images(probe, X, reset=False)
    with pytest.warns(UserWarning, match="X has feature names, but Probe was fitted without"):
        check_images(fitted(X), to_table(X, NAMES), reset=False)


@pytest.mark.parametrize("reset", [True, False])
def test_columns_of_one_name_are_refused(reset):
    X = pd.DataFrame(np.eye(4), columns=["p", "q", "r", "q"])
    with pytest.raises(ValueError, match=r"X has several columns named 'q'.*X\.to_numpy\(\)"):
        check_images(fitted(np.eye(4)), X, reset=reset)


@pytest.mark.filterwarnings("ignore:pandas.DataFrame with sparse columns")
def test_names_are_those_that_standard_scaler_learns(to_table):
    table = to_table(np.eye(4, dtype=np.uint8), NAMES)
    if isinstance(table, pa.RecordBatch):  # not known to scikit-learn 1.9
        table = pa.table(table)
    expected = StandardScaler(with_mean=False).fit(table).feature_names_in_
    assert_array_equal(fitted(table).feature_names_in_, expected)


@pytest.mark.parametrize(
    "X",
    [
        pd.DataFrame({"a": pd.array([1, None], "UInt8"), "b": [1, 2]}),
        pd.DataFrame({"a": pd.array([True, None], "boolean")}),
        pd.DataFrame({"a": pd.array([1, None], "uint8[pyarrow]")}),
        pd.DataFrame({"a": pd.array([1.5, None], "Float32")}),
        pd.DataFrame({"a": pd.arrays.SparseArray([1.5, np.nan])}),
        pl.DataFrame({"a": [1, None]}),
        pl.DataFrame({"a": [True, None]}),
        pa.table({"a": pa.array([1, None], pa.uint8())}),
        pa.table({"a": [True, None]}),
    ],
)
def test_missing_pixels_are_refused(X):
    with pytest.raises(ValueError, match="X contains NaN"):
        images_of(X)


@pytest.mark.parametrize("transformer", [PixelScaler(), GaussianNoise(0)])
def test_transformers_keep_shape_and_dtype_and_names(to_table, transformer):
    X = np.arange(12, dtype=np.uint16).reshape(3, 4) * 5000
    table = to_table(X, NAMES)
    transformer.set_output(transform="default")
    plain = transformer.fit_transform(table)
    assert type(plain) is np.ndarray
    assert plain.shape == (3, 4)
    for container in ("polars", "pandas"):
        transformer.set_output(transform=container)
        out = transformer.fit_transform(table)
        assert list(out.columns) == NAMES
        assert_array_equal(out.to_numpy(), plain)
        assert_array_equal(transformer.transform(table).to_numpy(), plain)
    if isinstance(transformer, GaussianNoise):
        assert_array_equal(plain, X, strict=True)


# Masked arrays ------------------------------------------------------------------------------------


def test_masked_arrays():
    X = np.arange(8, dtype=np.uint8).reshape(2, 4)
    whole = np.ma.masked_array(X)
    assert_array_equal(images_of(whole), X.reshape(2, 2, 2), strict=True)
    unmasked = np.ma.masked_array(X, np.zeros_like(X, dtype=bool))
    assert_array_equal(images_of(list(unmasked)), X.reshape(2, 2, 2))
    masked = np.ma.masked_greater(X, 5)
    for form in (masked, masked.reshape(2, 2, 2), list(masked)):
        with pytest.raises(ValueError, match=r"X has 2 masked entries.*pass X\.filled\(0\)"):
            images_of(form)
    assert_array_equal(images_of(masked.filled(0)), np.where(X > 5, 0, X).reshape(2, 2, 2))


# Objects that are not arrays ----------------------------------------------------------------------


class Batches:
    """Iterable, like a DataLoader of PyTorch or a Dataset of TensorFlow."""

    def __iter__(self):
        yield np.zeros((2, 4)), np.zeros(2)


class Samples:
    """Indexable, like a Dataset of PyTorch."""

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return np.zeros((2, 2)), 0


COLLECT = r"collect its images in one array.*np\.stack\(list\(X\)\).*np\.concatenate"
NO_ARRAYS = {
    "a path as text": ("images/0.png", r"X is of type str;.* np\.load"),
    "a path": (Path("images.npy"), r"X is of type \w*Path;.* np\.load"),
    "bytes": (b"\x89PNG", r"X is of type bytes;.* np\.load"),
    "a dict": ({"data": np.eye(4)}, r"X is of type dict;.* X\['data'\]"),
    "a bunch": (Bunch(data=np.eye(4)), r"X is of type Bunch;.* X\['data'\]"),
    "a generator": ((row for row in np.eye(4)), f"X is of type generator;.*{COLLECT}"),
    "a set": ({1, 2}, f"X is of type set;.*{COLLECT}"),
    "batches": (Batches(), f"X is of type Batches;.*{COLLECT}"),
    "samples": (Samples(), f"X is of type Samples;.*{COLLECT}"),
    "a lazy frame": (pl.LazyFrame({"a": [1]}), r"X is of type LazyFrame;.* pass X\.collect\(\)"),
}


@pytest.mark.parametrize(("X", "message"), NO_ARRAYS.values(), ids=NO_ARRAYS)
def test_objects_that_are_not_arrays_are_refused_with_advice(X, message):
    with pytest.raises(TypeError, match=f"{message}.*$") as caught:
        images_of(X)
    assert len(str(caught.value)) < 300


IMAGES = [np.zeros((2, 2)), np.ones((2, 2))]
LISTS = [[[1, 2], [3, 4]], [[1, 2], [3, 4]]]
FLAT = [[1, 2, 3, 4], [5, 6, 7, 8]]
CELLS = {
    "a column": (pd.DataFrame({"image": IMAGES}), r"np\.stack\(X\['image'\]\.to_list\(\)\)"),
    "a column of lists": (pd.DataFrame({"i": LISTS}), r"np\.stack\(X\['i'\]\.to_list\(\)\)"),
    "beside labels": (
        pd.DataFrame({"label": [0, 1], "image": IMAGES}),
        r"np\.stack\(X\['image'\]\.to_list\(\)\)",
    ),
    "a series": (pd.Series(IMAGES), r"np\.stack\(list\(X\)\)"),
    "objects": (pd.Series(IMAGES).to_numpy(), r"np\.stack\(list\(X\)\)"),
    "polars lists": (pl.DataFrame({"i": FLAT}), r"np\.stack\(X\['i'\]\.to_list\(\)\)"),
    "polars arrays": (
        pl.DataFrame({"i": pl.Series(FLAT, dtype=pl.Array(pl.UInt8, 4))}),
        r"np\.stack\(X\['i'\]\.to_list\(\)\)",
    ),
    "pyarrow lists": (pa.table({"i": FLAT}), r"np\.stack\(X\['i'\]\.to_pylist\(\)\)"),
    "paths": (["0.png", "1.png"], "X holds str, such as '0.png', .* paths, read the image files"),
    "path objects": ([Path("0.png")], "X holds PosixPath, such as .* read the image files"),
    "a column of paths": (pd.DataFrame({"p": ["0.png"]}), "X holds str, .* read the image files"),
    "dicts": ([{"bytes": b""}], "X holds dict, .* decode each image"),
    "a column of dicts": (pd.DataFrame({"i": [{"bytes": b""}]}), "X holds dict, .* decode each"),
}


@pytest.mark.parametrize(("X", "message"), CELLS.values(), ids=CELLS)
def test_cells_that_are_images_are_refused_with_advice(X, message):
    with pytest.raises((TypeError, ValueError), match=message) as caught:
        images_of(X)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("name", [name for name in CELLS if "stack" in CELLS[name][1]])
def test_the_advice_for_images_in_cells_works(name):
    X, message = CELLS[name]
    code = message.replace("\\", "")
    assert images_of(eval(code, {"np": np, "X": X})).shape == (2, 2, 2)
