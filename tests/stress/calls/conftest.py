"""Hostile input: images in every dtype, shape and container, and values of parameters.

Each maker returns the input, its plain form, and a description for the report. The plain
form is None if the input must be refused.
"""

import io
import pathlib
import warnings
from collections import deque
from decimal import Decimal
from fractions import Fraction
from numbers import Integral

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
from sklearn.utils._param_validation import Interval, StrOptions

# Data types, made from uint8 images.
DTYPES = {
    "uint8": lambda a: a,
    "bool": lambda a: a > 127,
    "int8": lambda a: (a // 2).astype(np.int8),
    "int8 negative": lambda a: (a.astype(int) - 128).astype(np.int8),
    "int16": lambda a: a.astype(np.int16),
    "int32": lambda a: a.astype(np.int32),
    "int32 negative": lambda a: a.astype(np.int32) - 200,
    "int64": lambda a: a.astype(np.int64),
    "int64 huge": lambda a: a.astype(np.int64) * 2**54,
    "uint16": lambda a: a.astype(np.uint16) * 257,
    "uint16 12 bits": lambda a: a.astype(np.uint16) * 16,
    "uint32": lambda a: a.astype(np.uint32),
    "uint64": lambda a: a.astype(np.uint64),
    "uint64 huge": lambda a: a.astype(np.uint64) * 2**56,
    "float16": lambda a: (a / 255).astype(np.float16),
    "float16 0-255": lambda a: a.astype(np.float16),
    "float32": lambda a: (a / 255).astype(np.float32),
    "float32 0-255": lambda a: a.astype(np.float32),
    "float32 largest": lambda a: a.astype(np.float32) * np.float32(1e36),
    "float64": lambda a: a / 255,
    "float64 0-255": lambda a: a.astype(np.float64),
    "float64 negative": lambda a: a / 100 - 1.5,
    "float64 minus zero": lambda a: np.where(a == 0, -0.0, a / 255),
    "float64 huge": lambda a: a * 1e25,
    "float64 largest": lambda a: a * 7e305,
    "float64 tiny": lambda a: a * 1e-20,
    "float64 subnormal": lambda a: a * 5e-324,
    "longdouble": lambda a: a.astype(np.longdouble) / 255,
    "longdouble largest": lambda a: a * np.longdouble("1e4000"),
    "big-endian float32": lambda a: (a / 255).astype(">f4"),
    "big-endian uint16": lambda a: (a.astype(np.uint16) * 257).astype(">u2"),
    "objects": lambda a: a.astype(object),
    "objects of floats": lambda a: (a / 255).astype(object),
}


class _Subclass(np.ndarray):
    pass


class _Wrapper:
    """An object that can be converted to an array, and has nothing else of one."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array if dtype is None else self.array.astype(dtype)


def _strided(a):
    wide = np.zeros((*a.shape[:-1], 2 * a.shape[-1]), a.dtype)
    wide[..., ::2] = a
    return wide[..., ::2]


def _read_only(a):
    a = a.copy()
    a.setflags(write=False)
    return a


# Containers of arrays of any shape.
CONTAINERS = {
    "array": lambda a: a,
    "Fortran order": np.asfortranarray,
    "strided": _strided,
    "reversed": lambda a: a[..., ::-1].copy()[..., ::-1],
    "read-only": _read_only,
    "lists": lambda a: a.tolist(),
    "list of arrays": list,
    "tuple of arrays": tuple,
    "deque": lambda a: deque(a.tolist()),
    "memoryview": lambda a: memoryview(np.ascontiguousarray(a)),
    "masked without a mask": np.ma.MaskedArray,
    "subclass": lambda a: a.view(_Subclass),
    "__array__": _Wrapper,
}


def _names(a):
    return [f"p{i}" for i in range(a.shape[1])]


def _nullable(a):
    name = a.dtype.name
    return pd.DataFrame(a).astype("boolean" if name == "bool" else name.replace("i", "I", 1)
                                  .replace("uI", "UI").replace("f", "F"))  # fmt: skip


# Tables, of rows of pixels of the dtypes that all of them have.
TABLES = {
    "pandas": pd.DataFrame,
    "pandas with names": lambda a: pd.DataFrame(a, columns=_names(a)),
    "pandas with an index": lambda a: pd.DataFrame(a, index=[f"row {i}" for i in range(len(a))]),
    "pandas nullable": _nullable,
    "pandas Arrow": lambda a: pd.DataFrame(a).astype(f"{a.dtype.name}[pyarrow]"),
    "pandas sparse": lambda a: pd.DataFrame(a).astype(pd.SparseDtype(a.dtype, a.dtype.type(0))),
    "pandas of objects": lambda a: pd.DataFrame(a).astype(object),
    "polars": lambda a: pl.DataFrame(dict(zip(_names(a), a.T, strict=True))),
    "pyarrow": lambda a: pa.table(dict(zip(_names(a), map(pa.array, a.T.copy()), strict=True))),
    "pyarrow batch": lambda a: pa.RecordBatch.from_arrays(
        [pa.array(c) for c in a.T.copy()], names=_names(a)
    ),
}
TABLE_DTYPES = {np.dtype(code).name for code in "?bBhHiIlLfd"}


def _with(value):
    """Put a value in the place of one pixel."""

    def make(a):
        a = (a / 255).astype(object if not isinstance(value, float) else np.float64)
        a[-1, -1, -1] = value
        return a

    return make


def _rows(a):
    return a.reshape(len(a), -1)


def _masked(a):
    a = np.ma.MaskedArray(a, mask=np.zeros(a.shape, bool))
    a[0, 0, 0] = np.ma.masked
    return a


def _frame_with(column):
    return lambda a: pd.DataFrame(_rows(a)).assign(extra=column(len(a)))


def _objects(items):
    """Return an array of objects of shape (n,)."""
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


# What must be refused, made from uint8 images of shape (n, height, width).
REFUSED = {
    "complex": lambda a: a.astype(complex),
    "strings": lambda a: a.astype(str).astype("U8") if a.size else a,
    "words": lambda a: np.full(a.shape, "ink"),
    "bytes": lambda a: np.full(a.shape, b"ink"),
    "dates": lambda a: a.astype("M8[D]"),
    "durations": lambda a: a.astype("m8[s]"),
    "structured": lambda a: np.zeros(_rows(a).shape, dtype=[("a", "u1"), ("b", "u1")]),
    "void": lambda a: np.zeros(_rows(a).shape, dtype="V4"),
    "StringDType": lambda a: _rows(a).astype(getattr(np.dtypes, "StringDType", lambda: "U8")()),
    "NaN": _with(np.nan),
    "infinity": _with(np.inf),
    "minus infinity": _with(-np.inf),
    "float32 NaN": lambda a: _with(np.nan)(a).astype(np.float32),
    "float16 overflow": lambda a: np.full(a.shape, np.inf, np.float16),
    "None for a pixel": _with(None),
    "NA for a pixel": _with(pd.NA),
    "a word for a pixel": _with("ink"),
    "a dict for a pixel": _with({}),
    "an object for a pixel": _with(object()),
    "complex object": _with(1j),
    "None in lists": lambda a: _with(None)(a).tolist(),
    "0-D": lambda a: np.array(5),
    "1-D": lambda a: a[0].ravel(),
    "one image of one row": lambda a: a[0, 0],
    "5-D": lambda a: a[..., None, None],
    "7-D": lambda a: a.reshape(*a.shape, 1, 1, 1, 1),
    "no rows": lambda a: _rows(a)[:0],
    "no images": lambda a: a[:0],
    "no pixels": lambda a: _rows(a)[:, :0],
    "no columns": lambda a: a[:, :, :0],
    "empty list": lambda a: [],
    "list of empty lists": lambda a: [[] for _ in a],
    "color": lambda a: np.stack([a] * 3, -1),
    "color and alpha": lambda a: np.stack([a] * 4, -1),
    "color first": lambda a: np.stack([a] * 3, 1)[..., :, [0] * 9],
    "gray first": lambda a: a[:, None][..., [0] * 9],
    "ragged lists": lambda a: [*a.tolist(), [[1, 2], [3]]],
    "rows of two lengths": lambda a: [*_rows(a).tolist(), [0] * (a[0].size + 1)],
    "images of two sizes": lambda a: [*a, np.zeros((a.shape[1] + 1, a.shape[2]), np.uint8)],
    "masked": _masked,
    "masked flat": lambda a: _rows(_masked(a)),
    "list of masked": lambda a: list(_masked(a)),
    "matrix": lambda a: np.asmatrix(_rows(a)),
    "sparse matrix": lambda a: scipy.sparse.csr_matrix(_rows(a)),
    "sparse array": lambda a: scipy.sparse.coo_array(_rows(a)),
    "generator": lambda a: (row for row in a),
    "iterator": iter,
    "map": lambda a: map(np.ravel, a),
    "dict": lambda a: {"data": a},
    "dict of rows": lambda a: dict(enumerate(a)),
    "set": lambda a: {1, 2, 3},
    "range": lambda a: range(9),
    "string": lambda a: "images.npy",
    "path": lambda a: pathlib.Path("images.npy"),
    "bytes of a file": lambda a: a.tobytes(),
    "bytearray": lambda a: bytearray(a.tobytes()),
    "file": lambda a: io.BytesIO(a.tobytes()),
    "paths": lambda a: [f"{i}.png" for i in range(len(a))],
    "None": lambda a: None,
    "number": lambda a: 5,
    "NaN alone": lambda a: float("nan"),
    "object": lambda a: object(),
    "class": lambda a: np.ndarray,
    "function": lambda a: len,
    "Series of images": lambda a: pd.Series(list(a)),
    "Series": lambda a: pd.Series(_rows(a)[0]),
    "column of images": lambda a: pd.DataFrame({"image": list(a)}),
    "objects that are images": lambda a: _objects(list(a)),
    "dicts of bytes": lambda a: pd.DataFrame({"image": [{"bytes": i.tobytes()} for i in a]}),
    "repeated names": lambda a: pd.DataFrame(_rows(a)[:, [0, 0]], columns=["p", "p"]),
    "column of words": _frame_with(lambda n: ["ink"] * n),
    "column of dates": _frame_with(lambda n: pd.to_datetime(["2026-11-27"] * n)),
    "column of NA": _frame_with(lambda n: pd.array([None] * n, dtype="Int64")),
    "column of None": _frame_with(lambda n: [None] * n),
    "column of complex": _frame_with(lambda n: [1j] * n),
    "column of categories": _frame_with(lambda n: pd.Categorical(["ink"] * n)),
    "empty frame": lambda a: pd.DataFrame(),
    "frame without rows": lambda a: pd.DataFrame(_rows(a))[:0],
    "polars words": lambda a: pl.DataFrame({"a": ["ink"] * len(a), "b": [1] * len(a)}),
    "polars null": lambda a: pl.DataFrame({"a": [None] * len(a), "b": [1] * len(a)}),
    "polars lists": lambda a: pl.DataFrame({"image": _rows(a).tolist()}),
    "polars lazy": lambda a: pl.DataFrame({"a": [1] * len(a), "b": [1] * len(a)}).lazy(),
    "polars Series": lambda a: pl.Series(_rows(a)[0]),
    "pyarrow lists": lambda a: pa.table({"image": _rows(a).tolist()}),
    "pyarrow null": lambda a: pa.table({"a": [None] * len(a), "b": [1] * len(a)}),
    "pyarrow array": lambda a: pa.array(_rows(a)[0]),
}


def _pick(rng, items):
    items = list(items)
    return items[int(rng.integers(len(items)))]


@pytest.fixture(scope="session")
def draw_images():
    """Return a function that draws uint8 images of shape (n, height, width)."""

    def draw(rng, shape=None, largest=28):
        sides = [side for side in (1, 2, 3, 5, 8, 16, 28) if side <= largest]
        height, width = shape or (_pick(rng, sides), _pick(rng, sides))
        if shape is None and rng.random() < 0.5:
            height = width
        images = rng.integers(0, 256, (int(rng.integers(1, 7)), height, width), dtype=np.uint8)
        kind = _pick(rng, ["random", "black", "white", "constant", "two", "dark", "equal"])
        if kind in ("black", "white"):
            images[:] = 0 if kind == "black" else 255
        elif kind == "constant":
            images[:] = images[0, 0, 0]
        elif kind == "two":
            images = np.where(images > 127, 255, 0).astype(np.uint8)
        elif kind == "dark":
            images //= 16
        elif kind == "equal":
            images[:] = images[0]
        return images

    return draw


@pytest.fixture(scope="session")
def hostile_images():
    """Return a function that brings images into another dtype, shape and container.

    The plain form has the shape that must be returned.
    """

    def make(rng, images, refused=0.3):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return make_quietly(rng, images, refused)

    def make_quietly(rng, images, refused):
        if rng.random() < refused:
            what = _pick(rng, REFUSED)
            X = REFUSED[what](images)
            return (X, None, what) if X is not None else (None, None, "None")
        dtype = _pick(rng, DTYPES)
        plain = np.asarray(DTYPES[dtype](images))
        plain = plain.reshape(_pick(rng, [(len(plain), -1), plain.shape, (*plain.shape, 1)]))
        is_table = plain.ndim == 2 and plain.dtype.isnative and plain.dtype.name in TABLE_DTYPES
        table = _pick(rng, TABLES) if is_table and rng.random() < 0.6 else None
        container = table or _pick(rng, CONTAINERS)
        try:
            X = (TABLES if table else CONTAINERS)[container](plain)
            np.asarray(X)
        except (ValueError, TypeError, NotImplementedError):  # memoryviews know few dtypes
            X, container = plain, "array"
        if container in ("lists", "deque"):
            plain = np.asarray(plain.tolist())
        if plain.dtype == object or container == "pandas of objects":
            plain = plain.astype(np.float64)
        return X, plain, f"{dtype}, {plain.shape}, {container}"

    return make


BAD = ("a", "", b"", [], [1], (1, 2), {}, {1: 2}, 1j, object(), np.array([1.0, 2.0]), int, np.nan,
       np.inf, -np.inf, np.float32("nan"), 10**400, -(10**400), 1e300, -1e300, pd.NA, pd.NaT,
       np.datetime64("2026-11-27"), Decimal("0.5"), np.array(None), np.array("a"))  # fmt: skip


def _in_form(rng, number):
    """Return a number as another library or type writes it, and as Python's number."""
    integral = isinstance(number, int)
    forms = [type(number), np.float64, np.float32, np.longdouble, np.array, Fraction]
    if integral:
        forms = [int, np.int64, np.int32, np.uint16, np.array, lambda n: np.array(n, np.uint8)]
    try:
        value = _pick(rng, forms)(number)
        python = int(value) if integral else float(value)
    except (OverflowError, ValueError):
        value = python = number
    return value, python


def _in_interval(rng, interval):
    """Draw a number of an interval, often one at its ends."""
    integral = interval.type is Integral
    low = 0 if interval.left is None else interval.left
    high = low + 3 if interval.right is None else interval.right
    ends = [low] * (interval.closed in ("left", "both") or interval.left is None)
    ends += [high] * (interval.closed in ("right", "both"))
    if integral:
        return int(_pick(rng, [*ends, *rng.integers(low + 1, high + 1, 2), min(low + 2, high)]))
    inner = [low + (high - low) * rng.random() ** power for power in (1, 1, 4)]
    return float(_pick(rng, [*ends, *inner]))


def _out_of_interval(rng, interval):
    low, high = interval.left, interval.right
    step = 1 if interval.type is Integral else 1e-6
    beyond = [low - step, low - 1000] if low is not None else []
    beyond += [high + step, high * 1000 + 1] if high is not None else []
    return _pick(rng, [*beyond, np.nan if interval.type is Integral else -(10**400)])


@pytest.fixture(scope="session")
def hostile_value():
    """Return a function that draws a value of a parameter from its constraints.

    It returns the value, its plain form, and whether it is to be accepted.
    """

    def make(rng, constraints, refused=0.5):
        constraint = _pick(rng, constraints)
        if rng.random() < refused:
            allowed = {c for c in constraints if isinstance(c, str)}
            bad = [v for v in BAD if not any(
                c.is_satisfied_by(v) for c in constraints if hasattr(c, "is_satisfied_by")
            )]  # fmt: skip
            if isinstance(constraint, Interval) and rng.random() < 0.5:
                return _out_of_interval(rng, constraint), None, False
            if "array-like" in allowed or list in constraints:
                bad = [v for v in bad if not isinstance(v, list | tuple | np.ndarray)]
            if None not in constraints and "random_state" not in allowed:
                bad.append(None)
            return _pick(rng, bad), None, False
        if constraint is None:
            return None, None, True
        if isinstance(constraint, Interval):
            return *_in_form(rng, _in_interval(rng, constraint)), True
        if isinstance(constraint, StrOptions):
            option = _pick(rng, sorted(constraint.options))
            return _pick(rng, [str, np.str_])(option), option, True
        if constraint == "boolean":
            value = bool(rng.integers(2))
            return _pick(rng, [bool, np.bool_])(value), value, True
        if constraint == "random_state":
            seed = int(_pick(rng, [0, 1, 2**32 - 1, rng.integers(2**31)]))
            forms = [int, np.uint32, np.int64]
            return _pick(rng, forms)(seed), seed, True
        return None, None, True

    return make
