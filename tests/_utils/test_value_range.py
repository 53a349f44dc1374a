import warnings

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmnist._utils import (
    border_end,
    clip_to_value_range,
    from_unit_range,
    learn_value_range,
    to_unit_range,
    warn_if_inverted,
    without_inversion_warning,
)
from skmnist.exceptions import ValueRangeError, ValueRangeWarning

# Pixels, dtype, the range that is learned, and whether it is a guess with a warning.
RULES = [
    ([0, 1], "bool", (0, 1), False),
    ([0, 32], "uint8", (0, 255), False),
    ([9, 90], "uint8", (0, 255), False),
    ([0, 8192], "uint16", (0, 65535), False),
    ([0, 65535], "uint16", (0, 65535), False),
    ([0, 1], "float32", (0, 1), False),
    ([0.5, 0.5], "float64", (0, 1), False),
    ([0, 0], "int64", (0, 1), False),
    ([0, 1], "int64", (0, 1), False),
    ([0, 32], "int64", (0, 255), False),
    ([0.0, 0.13], "float32", (0, 1), False),
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
    ([0, 127], "int8", (0, 127), True),  # int8 cannot hold 255
    ([0, 1], "int8", (0, 1), False),
    ([127, 127], "int8", (126, 127), True),
    ([-128, -128], "int8", (-128, -127), True),
    # Nearly black in the range that their dtype or their maximum implies.
    ([0, 1], "uint8", (0, 255), True),  # black and white
    ([0, 16], "uint8", (0, 255), True),  # load_digits
    ([0, 31], "uint8", (0, 255), True),
    ([0, 255], "uint16", (0, 65535), True),  # 8 bits
    ([0, 1023], "uint16", (0, 65535), True),  # 10 bits
    ([0, 4095], "uint16", (0, 65535), True),  # 12 bits
    ([0, 17], "int64", (0, 255), True),
    ([0, 1 / 255], "float32", (0, 1), True),  # divided by 255 twice
    ([0, 0.1], "float64", (0, 1), True),
    # One value says nothing about the range.
    ([0, 0], "uint8", (0, 255), False),
    ([1, 1], "uint8", (0, 255), False),
    ([0, 0], "float32", (0, 1), False),
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


# Images that look like another range than that of `fit` ------------------------------------------


@pytest.mark.parametrize(
    ("pixels", "dtype", "value_range"),
    [
        ([0, 1], "float64", (0, 255)),
        ([0, 1], "uint8", (0, 255)),
        ([0, 1], "bool", (0, 255)),
        ([0, 16], "int64", (0, 255)),
        ([0, 255], "uint8", (0, 65535)),
        ([0, 1 / 255], "float32", (0, 1)),
        ([-5, -3.8], "float32", (-5, 5)),
    ],
)
def test_nearly_black_images_get_a_warning(pixels, dtype, value_range):
    X = np.array([pixels]).astype(dtype)
    message = (
        rf"maximum of {X.max():g}, .* range is \({value_range[0]}, {value_range[1]}\): at most"
    )
    with pytest.warns(ValueRangeWarning, match=f"{message} an eighth.*pass value_range=") as caught:
        assert clip_to_value_range(X, value_range) is X
    assert len(caught) == 1
    assert clip_to_value_range(X, value_range, warn=False) is X


@pytest.mark.parametrize(
    ("pixels", "dtype", "value_range"),
    [
        ([0, 255], "uint8", (0, 16)),
        ([0, 65535], "uint16", (0, 255)),
        ([0, 1e308], "float64", (-1, 200)),
    ],
)
def test_far_too_bright_images_get_a_warning(pixels, dtype, value_range):
    X = np.array([pixels]).astype(dtype)
    with pytest.warns(ValueRangeWarning, match="at least eight times as much.*value_range="):
        clipped = clip_to_value_range(X, value_range)
    assert_array_equal(clipped, [[0, value_range[1]]])


@pytest.mark.parametrize(
    ("pixels", "value_range", "message"),
    [
        ([0, 1], (-1, 1), "minimum of 0, .* no pixel is negative, so no pixel is black"),
        ([-1, 1], (0, 1), "minimum of -1, .* far below it, so the images are clipped to black"),
        ([-1, 0], (0, 1), "minimum of -1, .* far below it"),
    ],
)
def test_images_without_their_black_get_a_warning(pixels, value_range, message):
    with pytest.warns(ValueRangeWarning, match=f"X has a {message}.*pass value_range=") as caught:
        clipped = clip_to_value_range(np.array([pixels], np.float32), value_range)
    assert len(caught) == 1
    assert_array_equal(clipped, np.clip([pixels], *value_range))


@pytest.mark.parametrize(
    ("pixels", "value_range"),
    [
        ([0, 0], (0, 255)),  # black is black in each range
        ([3, 3], (0, 255)),
        ([0, 32], (0, 255)),
        ([-5, -3], (-3, 3)),
        ([-1, 7.9], (-1, 0.5)),
        ([0, 0], (-1, 1)),
    ],
)
def test_images_that_use_their_range_get_no_warning(pixels, value_range):
    for dtype in ("float32", "float64"):
        clipped = clip_to_value_range(np.array([pixels], dtype), value_range)
        assert_array_equal(clipped, np.clip([pixels], *value_range).astype(dtype))


# Inverted images ----------------------------------------------------------------------------------


def test_the_end_of_the_range_at_the_border(digits):
    X = digits[:50]
    for images, value_range in ((X, (0, 255)), (X / 255, (0, 1)), (X.astype(int), (-20, 255))):
        assert border_end(images, value_range) == -1
        assert border_end(sum(value_range) - images, value_range) == 1
    assert border_end(np.full((3, 28, 28), 128), (0, 255)) == 0
    assert border_end(np.concatenate([X, 255 - X]), (0, 255)) == 0
    assert border_end(X[:, 10:17], (0, 255)) == 0  # most pixels are at the border


def test_only_inverted_images_get_a_warning(digits):
    X = digits[:50]
    message = "border of X are white, but those of the training images were black.*Pass 255 - X"
    with pytest.warns(ValueRangeWarning, match=message):
        warn_if_inverted(255 - X, (0, 255), -1)
    with pytest.warns(ValueRangeWarning, match="border of X are black, but .* were white"):
        warn_if_inverted(X, (0, 255), 1)
    for images, trained_end in ((X, -1), (255 - X, 1), (X, 0), (255 - X, 0)):
        warn_if_inverted(images, (0, 255), trained_end)
    with without_inversion_warning():
        warn_if_inverted(255 - X, (0, 255), -1)


# What a dtype holds -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtype", "value_range", "holds"),
    [
        ("int16", (0, 65535), "-32768 to 32767"),
        ("int8", (0, 255), "-128 to 127"),
        ("uint32", (-10, 300), "0 to 4.29497e"),
        ("uint8", (0, 255.5), "0 to 255"),
        ("bool", (0, 255), "0 to 1"),
        ("float16", (0, 65535), "-65504 to 65504"),
    ],
)
def test_a_given_range_that_the_dtype_does_not_hold(dtype, value_range, holds):
    message = (
        rf"value_range=\(.*\) does not fit X of dtype {dtype}, which holds .* {holds}.*convert"
    )
    with pytest.raises(ValueRangeError, match=message):
        learn_value_range(np.array([[0, 1]], dtype), value_range)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int16", "int32", "int64", "uint64"])
@pytest.mark.parametrize(
    "value_range", [(0, 255), (-500, 700), (-(2.0**63), 2.0**63), (0, 2.0**64), (0.5, 10.5)]
)
@pytest.mark.parametrize("truncate", [False, True])
def test_integers_never_wrap(dtype, value_range, truncate):
    unit = np.linspace(0, 1, 999, dtype=np.float32)
    images = from_unit_range(unit, value_range, dtype, truncate=truncate)
    assert images.dtype == dtype
    least, greatest = (0, 1) if dtype == "bool" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    values = [int(value) for value in images]  # which compare exactly
    assert values == sorted(values)
    assert values[0] >= max(least, value_range[0])
    assert values[-1] <= min(greatest, value_range[1])
    assert values[-1] >= min(greatest, value_range[1]) * 0.999 - 1


@pytest.mark.parametrize(
    ("pixels", "dtype", "value_range", "expected"),
    [
        ([0, 255], "uint8", (200, 300), [200, 255]),
        ([-100, 100], "int8", (0, 255), [0, 100]),
        ([0, 5, 20], "uint8", (0.5, 10.5), [1, 5, 10]),
        ([0, 2**64 - 1], "uint64", (3, 2.0**64), [3, 2**64 - 1]),
        ([-9, 2**63 - 1], "int64", (-5, 2.0**63), [-5, 2**63 - 1]),
        ([0, 60000], "float16", (10, 65535), [10, 60000]),
    ],
)
def test_clipping_never_wraps(pixels, dtype, value_range, expected):
    X = np.array([pixels], dtype)
    clipped = clip_to_value_range(X, value_range, warn=False)
    assert_array_equal(clipped, np.array([expected], dtype), strict=True)


def test_a_dtype_outside_the_range_is_refused():
    with pytest.raises(ValueRangeError, match=r"X has dtype uint8, which holds no .* \(300, 400\)"):
        clip_to_value_range(np.array([[0, 255]], np.uint8), (300, 400))


# The ends of float32 ------------------------------------------------------------------------------

TINY, HUGE = float(np.finfo(np.float32).smallest_subnormal), float(np.finfo(np.float32).max)


@pytest.mark.parametrize("dtype", ["float32", "float64", "longdouble"])
@pytest.mark.parametrize(
    ("low", "high"),
    [(-HUGE, HUGE), (0, HUGE), (HUGE, HUGE), (-TINY, TINY), (-TINY, 0), (1e30, 1e30)],
)
def test_ranges_beyond_float32_are_refused(dtype, low, high):
    X = np.array([[low, high]], dtype)
    with (
        pytest.warns(ValueRangeWarning),
        pytest.raises(ValueRangeError, match=r"float32 cannot map to.*Scale X"),
    ):
        learn_value_range(X)
    if low < high:
        with pytest.raises(ValueRangeError, match=r"float32 cannot map to.*Scale X"):
            learn_value_range(X, (low, high))


@pytest.mark.parametrize("ends", [(0, 2.0**-100), (-(2.0**-101), 2.0**-101), (-(2.0**99), 2.0**99)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_widest_and_narrowest_ranges_are_mapped(ends, dtype):
    X = np.linspace(*ends, 9).astype(dtype)
    images, value_range = learn_value_range(X, ends)
    unit = to_unit_range(images, value_range)
    np.testing.assert_allclose(unit, np.linspace(0, 1, 9), atol=1e-6)
    again = from_unit_range(unit, value_range, dtype)
    np.testing.assert_allclose(again, X, atol=1e-6 * max(ends))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_pixels_at_the_ends_of_a_dtype_are_clipped(dtype):
    info = np.finfo(dtype)
    X = np.array([[info.min, info.smallest_subnormal, info.max]], dtype)
    assert_array_equal(clip_to_value_range(X, (0, 2), warn=False), np.clip(X, 0, 2))
    unit = to_unit_range(clip_to_value_range(X, (-1, 1), warn=False), (-1, 1))
    assert_array_equal(unit, [[0, 0.5, 1]])
