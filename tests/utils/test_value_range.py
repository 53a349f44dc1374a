import warnings

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmnist.exceptions import ValueRangeError, ValueRangeWarning
from skmnist.utils import (
    clip_to_value_range,
    from_unit_range,
    learn_value_range,
    to_unit_range,
)

# Pixels, dtype, the range that is learned, and whether that is a guess that deserves a warning.
RULES = [
    ([0, 1], "bool", (0, 1), False),
    ([0, 1], "uint8", (0, 255), False),
    ([9, 90], "uint8", (0, 255), False),
    ([0, 9], "uint16", (0, 65535), False),
    ([0, 65535], "uint16", (0, 65535), False),
    ([0, 1], "float32", (0, 1), False),
    ([0.5, 0.5], "float64", (0, 1), False),
    ([0, 0], "int64", (0, 1), False),
    ([0, 1], "int64", (0, 1), False),
    ([0, 17], "int64", (0, 255), False),
    ([3, 255], "float32", (0, 255), False),
    ([200, 200], "float64", (0, 255), False),
    ([0, 1.01], "float64", (0, 1.01), True),
    ([0, 16], "float64", (0, 16), True),
    ([0, 256], "int64", (0, 256), True),
    ([-1, 1], "float32", (-1, 1), True),
    ([-0.5, 200], "float64", (-0.5, 200), True),
    ([-128, 127], "int8", (-128, 127), True),
    ([7, 7], "float64", (7, 8), True),
    ([-3, -3], "int64", (-3, -2), True),
]


@pytest.mark.parametrize(("pixels", "dtype", "expected", "warns"), RULES)
def test_learned_range(pixels, dtype, expected, warns):
    X = np.array([pixels]).astype(dtype)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        images, value_range = learn_value_range(X)
    assert value_range == expected
    assert images is X
    assert [w.category for w in caught] == [ValueRangeWarning] * warns


def test_the_warning_names_the_range_and_the_way_out():
    with pytest.warns(ValueRangeWarning, match=r"from -1 to 1,.*Pass value_range=\(low, high\)"):
        learn_value_range(np.array([[-1.0, 1.0]]))


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float64"])
def test_a_given_range_wins(dtype):
    X = np.array([[3, 20]], dtype=dtype)
    assert learn_value_range(X, [0, 50])[1] == (0, 50)
    assert_array_equal(learn_value_range(X, np.array([5, 10]))[0], [[5, 10]])


@pytest.mark.parametrize(
    "value_range",
    [(1, 0), (1, 1), (0,), (0, 1, 2), (0, np.inf), (np.nan, 1), ("a", "b"), 5, (None, 1)],
)
def test_bad_range(value_range):
    with pytest.raises(ValueError, match=r"value_range=.* is not a pair .* low < high"):
        learn_value_range(np.zeros((1, 1)), value_range)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int64", "float32"])
def test_clipping(dtype):
    X = np.array([[0, 5, 100]], dtype=dtype)
    clipped = clip_to_value_range(X, (2, 60))
    assert_array_equal(clipped, np.array([[2, 5, 60]], dtype=dtype), strict=True)
    assert_array_equal(X, [[0, 5, 100]])
    assert clip_to_value_range(X, (0, 100)) is X


@pytest.mark.parametrize("X", [np.array([[0, 255]], np.uint8), np.array([[0.0, 1.6]])])
def test_pixels_up_to_255_where_0_to_1_is_expected(X):
    message = rf"maximum of {X.max():g}, which looks like 0-255.*value_range=\(0, 255\)"
    with pytest.raises(ValueRangeError, match=message):
        clip_to_value_range(X, (0, 1))
    with pytest.raises(ValueRangeError, match=message):
        learn_value_range(X, (0, 1))


def test_a_little_beyond_1_is_clipped():
    assert_array_equal(clip_to_value_range(np.array([[-0.2, 1.5]]), (0, 1)), [[0, 1]])


@pytest.mark.parametrize(
    ("dtype", "value_range"),
    [
        ("bool", (0, 1)),
        ("uint8", (0, 255)),
        ("uint16", (0, 65535)),
        ("int16", (-500, 700)),
        ("int32", (0, 2**24)),
    ],
)
def test_integers_survive_the_unit_range(dtype, value_range):
    low, high = value_range
    X = np.linspace(low, high, 1001).astype(dtype)
    unit = to_unit_range(X, value_range)
    assert (unit.dtype, unit.min(), unit.max()) == ("float32", 0, 1)
    assert_array_equal(from_unit_range(unit, value_range, dtype), X, strict=True)


def test_wide_integers_do_not_overflow():
    extremes = np.array([0, 1], dtype=np.float32)
    low, high = -(2**31), 2**31 - 1
    assert_array_equal(from_unit_range(extremes, (low, high), "int32"), [low, high])


def test_integers_are_rounded_or_truncated():
    unit = np.array([0.5, 0.999], dtype=np.float32)
    assert from_unit_range(unit, (0, 255), "uint8").tolist() == [128, 255]
    assert from_unit_range(unit, (0, 255), "uint8", truncate=True).tolist() == [127, 254]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_floats_return_to_their_range_and_not_beyond(dtype):
    for ends in np.random.default_rng(0).normal(scale=10, size=(200, 2)).astype(dtype):
        low, high = sorted(ends.tolist())
        X = np.linspace(low, high, 9).astype(dtype)
        unit = to_unit_range(X, (low, high), dtype)
        assert unit.min() >= 0
        assert unit.max() <= 1
        again = from_unit_range(unit, (low, high), dtype)
        np.testing.assert_allclose(again, X, atol=20 * np.finfo(dtype).eps * (1 + abs(ends).max()))
        assert again.min() >= low
        assert again.max() <= high


def test_an_offset_does_not_cost_float32_its_digits():
    X = 1e9 + np.linspace(0, 1, 5)
    np.testing.assert_allclose(to_unit_range(X, (1e9, 1e9 + 1)), np.linspace(0, 1, 5), atol=1e-6)


def test_to_unit_range_never_returns_its_argument():
    X = np.zeros((1, 2), dtype=np.float32)
    assert not np.shares_memory(to_unit_range(X, (0, 1)), X)


def test_floats_in_0_1_under_0_255_warn():
    with pytest.warns(ValueRangeWarning, match=r"maximum of 1, which looks like 0-1, but .*255"):
        clip_to_value_range(np.array([[0.0, 1.0]]), (0, 255))
    black = np.zeros((2, 2))
    assert clip_to_value_range(black, (0, 255)) is black  # black is black in both
    dark = np.array([[0, 1]])
    assert clip_to_value_range(dark, (0, 255)) is dark  # integers mean what they say
