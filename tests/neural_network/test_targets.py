import numpy as np
import pandas as pd
import pytest

from skmnist.neural_network._targets import (
    check_class_weight,
    check_labels,
    combine_weights,
    hold_out,
    one_hot,
)


@pytest.mark.parametrize(
    "y",
    [[1, 2, 1], ["a", "b"], np.array([True, False]), pd.Series(["x", "y"]), [0.0, 1.0], [-3, 7]],
    ids=str,
)
def test_any_label_type_is_accepted(y):
    assert check_labels(y, "y").tolist() == list(y)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.eye(3), r"y has shape \(3, 3\), which looks one-hot.*pass `y.argmax\(1\)`"),
        ([0.5, 1.25], r"Unknown label type: continuous.*y of dtype float64.*`y.argmax\(1\)`"),
        ([0.0, np.nan], "Input y contains NaN"),
        ([0.0, np.inf], "Input y contains infinity"),
        (np.zeros((2, 2, 2)), r"y has shape \(2, 2, 2\); expected labels of shape \(n,\)"),
    ],
)
def test_what_is_not_a_label_is_refused(y, message):
    with pytest.raises(ValueError, match=message):
        check_labels(y, "y")


def test_one_hot_is_float32_in_the_order_of_the_classes():
    targets = one_hot(np.array(["b", "a", "c"]), np.array(["a", "b", "c"]), "y")
    assert targets.dtype == np.float32
    np.testing.assert_array_equal(targets, [[0, 1, 0], [1, 0, 0], [0, 0, 1]])


def test_unknown_label_names_the_argument_and_the_label():
    with pytest.raises(ValueError, match=r"y_val has the labels \[7\].*among the classes \[0, 1\]"):
        one_hot(np.array([0, 7]), np.array([0, 1]), "y_val")


@pytest.mark.parametrize(
    ("class_weight", "message"),
    [
        ({0: 1.0, 5: 2.0}, r"class_weight has the labels \[5\].*among \[0, 1\]"),
        ({0: -1.0}, r"class_weight has the weights \{0: -1.0\}; expected numbers of at least 0"),
        ({0: np.nan}, "expected numbers of at least 0"),
        ({0: "heavy"}, "expected numbers of at least 0"),
    ],
)
def test_bad_class_weight(class_weight, message):
    with pytest.raises(ValueError, match=message):
        check_class_weight(class_weight, np.array([0, 1]))


def test_class_weight_multiplies_into_a_new_array():
    weights = np.array([1.0, 2.0, 3.0], dtype=np.float32)
    combined = combine_weights(weights, {0: 10, 1: 1}, np.array([0, 1, 0]))
    np.testing.assert_array_equal(combined, [10, 2, 30])
    np.testing.assert_array_equal(weights, [1, 2, 3])
    assert combine_weights(weights, None, np.array([0, 1, 0])) is weights
    np.testing.assert_allclose(
        combine_weights(None, "balanced", np.array([0, 0, 1])), [0.75, 0.75, 1.5]
    )


def test_hold_out_is_stratified_random_and_seeded():
    y = np.repeat([0, 1], [80, 20])  # sorted: the last rows would hold one class only
    kept, held_out = hold_out(y, 0.2, seed=0)
    assert sorted([*kept, *held_out]) == list(range(100))
    assert np.bincount(y[held_out]).tolist() == [16, 4]
    np.testing.assert_array_equal(held_out, hold_out(y, 0.2, seed=0)[1])
    assert not np.array_equal(held_out, hold_out(y, 0.2, seed=1)[1])


@pytest.mark.parametrize(
    ("y", "fraction", "message"),
    [
        ([0, 0, 0, 1], 0.5, "The class 1 of y has only one member.*early_stopping=False"),
        ([0, 0, 1, 1] * 5, 0.01, r"validation_fraction=0.01 of 20 rows holds out 1; expected"),
        ([0, 0, 1, 1] * 5, 0.99, r"validation_fraction=0.99 of 20 rows holds out 20; expected"),
    ],
)
def test_hold_out_of_too_few_rows(y, fraction, message):
    with pytest.raises(ValueError, match=message):
        hold_out(np.array(y), fraction, seed=0)


def test_class_weight_of_a_batch_that_lacks_a_class():
    weights = combine_weights(None, {0: 1, 2: 5}, np.array([0, 1, 1]))
    np.testing.assert_array_equal(weights, [1, 1, 1])


def test_class_weight_that_leaves_nothing():
    with pytest.raises(ValueError, match="gives all rows the weight zero"):
        combine_weights(None, {0: 0, 1: 0}, np.array([0, 1]))


def test_nullable_integers_stay_integers():
    assert check_labels(pd.Series([1, 2], dtype="Int64"), "y").dtype == np.int64
    assert check_labels(pd.Series([True, False], dtype="boolean"), "y").dtype == bool
