"""1,000 random calls of the networks: hostile images, labels, weights and parameters.

The networks are tiny, and most calls use a fitted one, because each new architecture is compiled.
"""

import pathlib

import keras
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
from sklearn.base import clone

from skmnist.neural_network import CNNClassifier, MLPClassifier
from skmnist.noise import GaussianNoise, RandomAffine

pytestmark = pytest.mark.stress

N_CALLS = 1000
SHAPE = (8, 8)
COMMON = {"optimizer__learning_rate": 0.02, "epochs": 1, "batch_size": 16, "random_state": 0}


def make_mlp(**params):
    return MLPClassifier(**{"hidden_layer_sizes": (8,), "dropout": 0.0} | COMMON | params)


def make_cnn(**params):
    small = {"filters": (4,), "hidden_layer_sizes": (4,), "dropout": 0.0}
    return CNNClassifier(**small | COMMON | params)


@pytest.fixture(scope="module")
def X():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (48, *SHAPE), dtype=np.uint8)
    images.setflags(write=False)
    return images


@pytest.fixture(scope="module")
def y(X):
    return np.arange(len(X)) % 3


@pytest.fixture(scope="module")
def fitted(X, y):
    """Networks that were fitted to images of several dtypes and to labels of several types."""
    names = np.array(["a", "b", "c"])
    noise = {"augment": GaussianNoise(0.1), "test_time_views": 1}
    return [
        make_mlp().fit(X, y),
        make_mlp(**noise).fit(X, y > 0),
        make_cnn().fit(X / 255, names[y]),
        make_cnn(value_range=(-10, 300)).fit(X.astype(np.float32), y - 1),
    ]


def _put(labels, value):
    labels = labels.astype(object)
    labels[-1] = value
    return labels


def _names(y):
    return np.array(["a", "b", "c"])[y]


# Other forms of labels with the classes 0, 1 and 2.
LABELS = {
    "list": list,
    "tuple": tuple,
    "int8": lambda y: y.astype(np.int8),
    "uint64": lambda y: y.astype(np.uint64),
    "floats": lambda y: y.astype(np.float32),
    "negative": lambda y: y - 5,
    "strings": _names,
    "list of strings": lambda y: _names(y).tolist(),
    "object strings": lambda y: _names(y).astype(object),
    "Series": lambda y: pd.Series(y, index=range(7, 7 + len(y))),
    "nullable": lambda y: pd.Series(y, dtype="Int64"),
    "Arrow": lambda y: pd.Series(y, dtype="int32[pyarrow]"),
    "Arrow strings": lambda y: pd.Series(_names(y), dtype="string[pyarrow]"),
    "categories": lambda y: pd.Series(pd.Categorical(_names(y))),
    "polars": pl.Series,
    "pyarrow": pa.array,
    "chunked": lambda y: pa.chunked_array([y[:5], y[5:]]),
    "column": lambda y: y[:, None],
    "frame": lambda y: pd.DataFrame({"digit": y}),
    "masked without a mask": np.ma.MaskedArray,
    "big-endian": lambda y: y.astype(">i4"),
    "huge": lambda y: y.astype(np.int64) * 2**60,
}

BAD_LABELS = {
    "None": lambda y: None,
    "NaN": lambda y: np.where(y == 1, np.nan, y),
    "infinity": lambda y: np.where(y == 1, np.inf, y),
    "a None": lambda y: _put(y, None),
    "a None in a list": lambda y: [None, *y[1:].tolist()],
    "a NaN among strings": lambda y: _put(_names(y), np.nan),
    "NA": lambda y: pd.array([*y[1:].tolist(), None], dtype="Int64"),
    "NaT": lambda y: np.full(len(y), np.datetime64("NaT")),
    "one-hot": lambda y: np.eye(3)[y],
    "two columns": lambda y: np.c_[y, y],
    "bytes": lambda y: _names(y).astype("S"),
    "fractions": lambda y: y + 0.5,
    "complex": lambda y: y.astype(complex),
    "mixed": lambda y: _put(y, "ink"),
    "dicts": lambda y: [{} for _ in y],
    "sets": lambda y: [{1} for _ in y],
    "objects": lambda y: [object() for _ in y],
    "too short": lambda y: y[:-1],
    "too long": lambda y: [*y, 1],
    "empty": lambda y: [],
    "number": lambda y: 1,
    "0-D": lambda y: np.array(1),
    "3-D": lambda y: y[:, None, None],
    "one class": lambda y: np.zeros_like(y),
    "generator": lambda y: (label for label in y),
    "dict": lambda y: dict(enumerate(y)),
    "set": set,
    "string": lambda y: "labels.csv",
    "path": lambda y: pathlib.Path("labels.csv"),
    "masked": lambda y: np.ma.MaskedArray(y, mask=y == 1),
    "sparse": lambda y: scipy.sparse.csr_matrix(y[:, None]),
    "ragged": lambda y: [[1], [1, 2], *y[2:]],
    "structured": lambda y: np.zeros(len(y), dtype=[("a", "u1"), ("b", "u1")]),
    "class": lambda y: int,
    "function": lambda y: len,
}

# Other forms of weights: (what to pass, the same as a plain array).
WEIGHTS = {
    "list": lambda w: (w.tolist(), w),
    "float16": lambda w: (w.astype(np.float16), w),
    "longdouble": lambda w: (w.astype(np.longdouble), w),
    "integers": lambda w: ((4 * w).astype(np.uint8), 4 * w),
    "bool": lambda w: (w > 1, (w > 1) * 1.0),
    "Series": lambda w: (pd.Series(w), w),
    "nullable": lambda w: (pd.Series(w, dtype="Float64"), w),
    "polars": lambda w: (pl.Series(w), w),
    "pyarrow": lambda w: (pa.array(w), w),
    "objects": lambda w: (w.astype(object), w),
    "a number": lambda w: (2, np.full(len(w), 2.0)),
    "huge": lambda w: (w * 1e300, w),
    "tiny": lambda w: (w * 1e-300, w),
    "some zeros": lambda w: (np.where(w < 1, 0, w), np.where(w < 1, 0, w)),
}

BAD_WEIGHTS = {
    "zeros": lambda w: 0 * w,
    "negative": lambda w: -w,
    "one negative": lambda w: np.r_[w[1:], -1e-9],
    "NaN": lambda w: np.r_[w[1:], np.nan],
    "infinity": lambda w: np.r_[w[1:], np.inf],
    "too short": lambda w: w[:-1],
    "2-D": lambda w: np.c_[w, w],
    "words": lambda w: ["heavy"] * len(w),
    "a word": lambda w: "balanced",
    "a None": lambda w: [None, *w[1:]],
    "NA": lambda w: pd.array([*w[1:], None], dtype="Float64"),
    "complex": lambda w: w * 1j,
    "dict": lambda w: dict(enumerate(w)),
    "set": set,
    "generator": lambda w: (v for v in w),
    "ragged": lambda w: [[1.0], [1.0, 2.0], *w[2:]],
    "masked": lambda w: np.ma.MaskedArray(w, mask=w > 1),
    "object": lambda w: object(),
    "dates": lambda w: np.full(len(w), np.datetime64("2026-11-27")),
    "empty": lambda w: [],
    "number below zero": lambda w: -1.0,
}

# Parameters with more conditions than their constraints: good values with plain forms, bad values.
# (Values of the others are drawn from their constraints.)
NOISE = RandomAffine(random_state=0)
GOOD = {
    "hidden_layer_sizes": [(np.array([4]), (4,)), ([np.int64(4)], (4,)), (np.uint8(4), (4,)),
                           (range(4, 5), (4,)), ((), ()), (np.array([], int), ())],
    "dropout": [(np.float32(0.5), 0.5), ([0.5], 0.5), (np.array([0.5]), 0.5), (0, 0.0)],
    "kernel_initializer": [(np.str_("orthogonal"), "orthogonal"),
                           (np.array(["orthogonal"]), "orthogonal")],
    "optimizer__learning_rate": [(np.float32(0.25), 0.25), (np.array(0.25), 0.25),
                                 (None, None), (1e-30, 1e-30), (1, 1.0)],
    "class_weight": [({0: 1, 1: 2, 2: 3}, {0: 1.0, 1: 2.0, 2: 3.0}), ("balanced", "balanced"),
                     ({np.int64(k): np.float32(k + 1) for k in range(3)}, {0: 1, 1: 2, 2: 3}),
                     ({0: 1, 1: 2, 2: 3, 9: 1}, {0: 1, 1: 2, 2: 3}), ({}, {0: 1, 1: 1, 2: 1})],
    "image_shape": [(SHAPE, SHAPE), ([*SHAPE, 1], SHAPE), (np.array(SHAPE), SHAPE)],
    "value_range": [((0, 255), (0, 255)), (np.array([0, 255]), (0, 255)), ([0.0, 255.0], (0, 255))],
    "epochs": [(np.int64(2), 2), (np.array(2), 2)],
    "batch_size": [(np.int64(8), 8), (10**9, 48), (2**31 - 1, 48), (np.uint8(48), 48)],
    "n_iter_no_change": [(10**400, 1)],
    "test_time_views": [(np.int64(0), 0)],
    "callbacks": [([], None), ((), None), (keras.callbacks.Callback(), None)],
    "augment": [([], None), ((), None), ([NOISE], NOISE)],
    "verbose": [(False, 0), (np.int64(0), 0)],
    "optimizer": [("sgd", "sgd"), (keras.optimizers.SGD(0.02), "sgd")],
    "loss": [(keras.losses.CategoricalCrossentropy(), "categorical_crossentropy")],
    "random_state": [(np.uint32(7), 7), (np.array(7), 7), (2**32 - 1, 2**32 - 1)],
    "filters": [(np.array([4]), (4,)), ([np.int64(4)], (4,)), (np.uint8(4), (4,))],
    "kernel_size": [(np.int64(3), 3), ([3], 3), (10**6, 10**5)],
    "pool_size": [(np.int64(2), 2), (np.array([2]), 2), (10**6, 10**5)],
    "conv_dropout": [(np.float32(0.5), 0.5), ((0.5,), 0.5)],
}  # fmt: skip
NOT_SIZES = ["ab", b"4", 0, -1, 1.5, True, np.nan, np.inf, 1j, 2**31, [10**400], [1, 0], [-3],
             [1.5], ["a"], [None], [[4]], np.array([[4]]), np.array([1.5]), {}, {4}, {4: 4}, None,
             object()]  # fmt: skip
NOT_RATES = ["ab", 1, 1.0, -0.1, -(10**400), np.nan, np.inf, 1j, [np.nan], [1.5], ["a"], [None],
             [[0.5]], (0.1, 0.2, 0.3), {}, None, object()]  # fmt: skip
NOT_NAMES = ["he-normal", b"he_normal", "", 5, None, [None], ["ink"], [1], ["he_normal"] * 5, {},
             int]  # fmt: skip
NOT_WEIGHTS = (-1, np.nan, np.inf, 10**400, "x", None, [1])
BAD = {
    "hidden_layer_sizes": [*NOT_SIZES, 10**9],
    "filters": [*NOT_SIZES, (), []],
    "kernel_size": [*NOT_SIZES, (), (3, 3, 3)],
    "pool_size": [*NOT_SIZES, (), (2, 2, 2)],
    "dropout": NOT_RATES,
    "conv_dropout": NOT_RATES,
    "kernel_initializer": NOT_NAMES,
    "conv_kernel_initializer": NOT_NAMES,
    "batch_size": [0, -1, 2**31, 2**63, 10**400, 1.0, "auto", None, [16]],
    "epochs": [0, -1, 2**31, 10**400, 1.0, "auto", None, [1]],
    "output_kernel_initializer": [*NOT_NAMES, ["he_normal"]],
    "activation": ["Relu", "", 5, None, ["relu"], len, b"relu"],
    "optimizer": ["Adam", "", 5, None, keras.optimizers.Adam, {}, ["adam"], object()],
    "optimizer__learning_rate": [0, -1, "fast", np.nan, np.inf, [0.1], 1j, {}, 1e30, 10**400, b"1"],
    "optimizer__weight_decay": [-1, 1, "strong", np.nan, [0.1], 1j, 10**400],
    "loss": ["mse", "", 5, None, len, keras.losses.CategoricalCrossentropy, {}],
    "augment": ["noise", 5, GaussianNoise, [None], ["noise"], {}, [GaussianNoise], len, object(),
                GaussianNoise(-1), [GaussianNoise(0.1), 5]],
    "callbacks": ["early", 5, keras.callbacks.EarlyStopping, [None], {}, [5], len, object()],
    "class_weight": ["Balanced", [1, 2, 3], 5, {1, 2}, {"0": 1, "1": 1, "2": 1}, {0: 0, 1: 0, 2: 0},
                     *({0: bad, 1: 1, 2: 1} for bad in NOT_WEIGHTS)],
    "image_shape": [(8, 9), (64,), 64, "ab", (8, 8, 3), (8.0, 8.0), (-8, -8), (0, 0), (10**30, 1),
                    (None, 64), {}, [[8], [8]]],
    "value_range": [(255, 0), (0, 0), (5,), (0, 1, 2), 7, "ab", (0, np.nan), (0, np.inf), (0, 1j),
                    (None, 1), (0, 1e300), (0, 1e-300), (-10, 300), {}],
}  # fmt: skip


def pick(rng, items):
    items = list(items)
    return items[int(rng.integers(len(items)))]


def assert_same(result, expected):
    assert type(result) is type(expected)
    assert np.shape(result) == np.shape(expected)
    np.testing.assert_array_equal(result, expected)


def assert_probabilities(net, X, probabilities):
    """Assert that probabilities are valid, and that the dtype of the pixels does not matter."""
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    assert probabilities.min() >= 0
    if net.test_time_views == 0:
        plain = np.clip(X.astype(np.float64), *net.value_range_)
        np.testing.assert_allclose(net.predict_proba(plain), probabilities, atol=1e-5)


class Calls:
    """One method for each kind of call; it returns the arguments of the judge."""

    def __init__(self, X, y, fitted, draw_images, hostile_images, hostile_value):
        self.X, self.y, self.fitted = X, y, fitted
        self.draw_images = draw_images
        self.hostile_images = hostile_images
        self.hostile_value = hostile_value
        self.weights = np.random.default_rng(1).integers(1, 9, len(y)) / 4

    def predict(self, rng):
        net = pick(rng, self.fitted)
        method = pick(rng, ["predict", "predict_proba", "predict_log_proba"])
        images = self.draw_images(rng, shape=pick(rng, [SHAPE] * 9 + [(8, 7)]))
        X, plain, what = self.hostile_images(rng, images)
        if images.shape[1:] != SHAPE:
            plain = None

        def compare(result, expected):
            assert_same(result, expected)
            assert np.isin(net.predict(plain), net.classes_).all()
            assert_probabilities(net, plain, net.predict_proba(plain))

        return {
            "what": f"{net!r:.100}.{method}, {what}",
            "call": lambda: getattr(net, method)(X),
            "names": ["X"],
            "plain": None if plain is None else lambda: getattr(net, method)(plain),
            "compare": compare,
            "estimator": net,
            "inputs": [X],
        }

    def fit_images(self, rng):
        X, plain, what = self.hostile_images(rng, self.X, refused=0.7)
        plain = None if plain is None else {"X": plain}
        return self._fit(pick(rng, [make_mlp, make_cnn]), what, {"X": X}, plain, ["X", "y"])

    def fit_labels(self, rng):
        if rng.random() < 0.5:
            what = pick(rng, LABELS)
            return self._fit(make_mlp, f"labels {what}", {"y": LABELS[what](self.y)}, {}, ["y"])
        what = pick(rng, BAD_LABELS)
        return self._fit(make_mlp, f"labels {what}", {"y": BAD_LABELS[what](self.y)}, None, ["y"])

    def fit_weights(self, rng):
        if rng.random() < 0.5:
            what = pick(rng, WEIGHTS)
            weights, plain = WEIGHTS[what](self.weights)
            plain = {"sample_weight": plain}
        else:
            what = pick(rng, BAD_WEIGHTS)
            weights, plain = BAD_WEIGHTS[what](self.weights), None
        given = {"sample_weight": weights}
        return self._fit(make_mlp, f"weights {what}", given, plain, ["sample_weight"])

    def fit_validation(self, rng):
        if rng.random() < 0.5:
            X, plain, what = self.hostile_images(rng, self.X[:6], refused=0.8)
            # The learned range is that of uint8 images.
            given, plain = {"X_val": X, "y_val": self.y[:6]}, {"X_val": plain, "y_val": self.y[:6]}
            plain = None if plain["X_val"] is None else plain
            if X is None:
                given, what = {"X_val": self.X}, "no y_val"
        else:
            labels = BAD_LABELS | {"unknown": lambda y: y + 1, "no labels": lambda y: None}
            what = pick(rng, labels.keys() - {"one class"})
            given, plain = {"X_val": self.X, "y_val": labels[what](self.y)}, None
        return self._fit(make_mlp, f"validation {what}", given, plain, ["X_val", "y_val"])

    def fit_parameters(self, rng):
        make = pick(rng, [make_mlp, make_cnn])
        constraints = type(make())._parameter_constraints
        name = pick(rng, constraints)
        if rng.random() < 0.35 and name in GOOD:
            value, plain_value = pick(rng, GOOD[name])
            is_good = True
        elif name in BAD:
            value, plain_value, is_good = pick(rng, BAD[name]), None, False
        else:
            share = 1 if name in ("verbose", "test_time_views", "warm_start") else 0.8
            value, plain_value, is_good = self.hostile_value(rng, constraints[name], share)
        plain = {"make": make(**{name: plain_value})} if is_good else None
        make_given = lambda: make(**{name: value})  # noqa: E731
        names = [name, "X", "y"] if not is_good else [*constraints, "X"]
        return self._fit(make_given, f"{name}={value!r:.100}", {}, plain, names)

    def _fit(self, make, what, given, plain, names):
        net, arguments = make(), {"X": self.X, "y": self.y}
        if plain is not None:
            plain_net = plain.pop("make", None) or clone(net)

        def fit_plain():
            return plain_net.fit(**arguments | plain)

        def compare(result, expected):
            assert result is net
            probe = arguments["X"] if plain is None or "X" not in plain else plain["X"]
            assert_same(net.predict_proba(probe), expected.predict_proba(probe))
            assert np.isfinite(net.history_["loss"]).all()

        return {
            "what": f"{net!r:.200}.fit, {what}",
            "call": lambda: net.fit(**arguments | given),
            "names": names,
            "plain": None if plain is None else fit_plain,
            "compare": compare,
            "estimator": net,
            "inputs": list(given.values()),
        }


def test_networks(judge, rng_of, X, y, fitted, draw_images, hostile_images, hostile_value):
    calls = Calls(X, y, fitted, draw_images, hostile_images, hostile_value)
    sorts = [calls.predict] * 10 + [calls.fit_images, calls.fit_labels, calls.fit_weights]
    sorts += [calls.fit_validation] + [calls.fit_parameters] * 4
    for number in range(N_CALLS):
        rng = rng_of(number)
        arguments = pick(rng, sorts)(rng)
        judge(f"call {number}: {arguments.pop('what')}", **arguments)
    judge.finish(N_CALLS)
