"""Values as JSON and arrays: the same again, with the same types."""

import json

import numpy as np
import pytest
from sklearn.utils import Bunch

from skmnist.exceptions import ModelFileError
from skmnist.persistence._values import decode, encode


def round_trip(value):
    tree, arrays = encode(value)
    return decode(json.loads(json.dumps(tree, allow_nan=False)), arrays.__getitem__)


def assert_same(first, second):
    assert type(first) is type(second)
    if isinstance(first, np.ndarray):
        assert first.dtype == second.dtype
        np.testing.assert_array_equal(first, second)
        for entries in zip(first.ravel().tolist(), second.ravel().tolist(), strict=True):
            assert_same(*entries)
    elif isinstance(first, dict):
        assert_same(list(first), list(second))
        assert_same(list(first.values()), list(second.values()))
    elif isinstance(first, list | tuple):
        assert len(first) == len(second)
        for entries in zip(first, second, strict=True):
            assert_same(*entries)
    else:
        assert repr(first) == repr(second)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -(10**30),
        0.1 + 0.2,
        5e-324,
        -0.0,
        float("nan"),
        float("-inf"),
        "ü \N{SNOWMAN} \udc80 \0",
        [1, (2, [3, ()])],
        {"tuple": [1], 2: "array", (3, 4): None, None: {}},
        {3, 1, 2},
        frozenset({"a"}),
        Bunch(a=1, b=(2,)),
        slice(0, None, 2),
        np.float32(0.1),
        np.int64(-5),
        np.bool_(True),
        np.str_("a"),
        np.datetime64("2026-11-27"),
        np.dtype("float32"),
        np.float64,
        np.arange(6, dtype=">i2").reshape(2, 3),
        np.array([[0.1, np.nan]]),
        np.array(["a", "bcd"]),
        np.array(3.5),
        np.zeros((0, 3)),
        np.array([("a", 1)], dtype=[("name", "U1"), ("n", "i4")]),
        np.array([["a", 1], [None, 2.5]], dtype=object),
        np.zeros((2, 0), dtype=object),
    ],
    ids=repr,
)
def test_values_come_back_with_their_types(value):
    assert_same(round_trip(value), value)
    assert_same(round_trip([{"x": (value,)}]), [{"x": (value,)}])


def test_the_order_of_memory_is_kept():
    array = np.asfortranarray(np.arange(12.0).reshape(3, 4))
    _, (written,) = encode(array)
    assert written is array


def test_a_random_state_goes_on_as_before():
    random_state = np.random.RandomState(5)
    random_state.normal(size=3)
    loaded = round_trip(random_state)
    np.testing.assert_array_equal(loaded.normal(size=700), random_state.normal(size=700))


@pytest.mark.parametrize(
    "value",
    [
        lambda: None,
        np.random.default_rng(0),
        np.ma.masked_array([1, 2], [True, False]),
        np.array([{}], dtype=object)[0:1].view(np.recarray),
        object(),
        complex(1, 2),
        type,
        np.add,
    ],
    ids=lambda value: type(value).__name__,
)
def test_other_values_are_refused(value):
    with pytest.raises(
        TypeError, match=r"(?s)estimator holds .*A safe file can hold estimators of sk"
    ):
        encode([value])


def test_what_contains_itself_is_refused():
    value = []
    value.append(value)
    with pytest.raises(TypeError, match=r'list is nested too deeply.*pass format="joblib"'):
        encode(value)


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ({"no such tag": 1}, "no such tag"),
        ({"tuple": [], "set": []}, "unpack"),
        ({"array": 7}, "index"),
        ({"objects": [[2**40], []]}, "reshape"),
        ({"scalar": ["O", ""]}, "OBJECT"),
        ({"scalar": ["<f4", "00"]}, "buffer size"),
        ({"scalar": ["<f4", "00" * 8]}, "too many values"),
        ({"estimator": ["os.system", []]}, r"names the class 'os\.system'; expected public estim"),
        ({"estimator": [{"tuple": []}, []]}, "it names the class {'tuple"),
        ({"tuple": [{"estimator": ["sklearn.svm._classes.SVC", []]}]}, "names the class"),
        ({"estimator": ["sklearn.svm.NoSuchSVC", []]}, "no estimator sklearn.svm.NoSuchSVC"),
        ({"estimator": ["sklearn.base.clone", []]}, "names the class"),
    ],
)
def test_other_trees_are_refused(tree, message):
    with pytest.raises((ModelFileError, ValueError, KeyError, IndexError), match=message):
        decode(tree, [].__getitem__)


@pytest.mark.parametrize("position", [-1, 625, 2**31])
def test_a_random_state_that_would_read_elsewhere_is_refused(position):
    tree, arrays = encode(np.random.RandomState(0))
    text = json.dumps(tree).replace('["pos", 624]', f'["pos", {position}]')
    assert str(position) in text
    with pytest.raises(ValueError, match=f"the position of a RandomState is {position}"):
        decode(json.loads(text), arrays.__getitem__)
