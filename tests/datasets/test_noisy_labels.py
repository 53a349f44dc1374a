import re

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.metrics import confusion_matrix

from skmnist.datasets import make_noisy_labels

DIGITS = np.repeat(np.arange(10), 1000)


@pytest.mark.parametrize("kind", ["uniform", "pairs"])
@pytest.mark.parametrize("rate", [0, 0.123, 0.5, 1])
def test_exactly_the_rate_changes(kind, rate):
    before = DIGITS.copy()
    noisy = make_noisy_labels(DIGITS, rate=rate, kind=kind, random_state=0)
    assert (noisy != DIGITS).sum() == round(rate * len(DIGITS))
    assert_array_equal(DIGITS, before)


def test_a_tenth_changes_by_default():
    assert (make_noisy_labels(DIGITS) != DIGITS).sum() == 1000


def test_uniform_changes_reach_every_other_class_equally_often():
    noisy = make_noisy_labels(DIGITS, rate=1, random_state=0)
    counts = confusion_matrix(DIGITS, noisy)
    assert_array_equal(np.diag(counts), 0)
    expected = 1000 / 9
    # 90 counts within four standard deviations.
    assert np.abs(counts[~np.eye(10, dtype=bool)] - expected).max() < 4 * np.sqrt(expected)


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "<U1", object])
def test_pairs_of_digits(dtype):
    y = DIGITS.astype(dtype)
    noisy = make_noisy_labels(y, rate=1, kind="pairs")
    if dtype == "float32":  # "0.0" is not a digit
        assert_array_equal(noisy, (DIGITS + 1) % 10)
    else:
        assert_array_equal(noisy.astype(int), np.array([6, 7, 8, 5, 9, 3, 0, 1, 2, 4])[DIGITS])
    assert noisy.dtype == y.dtype


def test_pairs_of_other_classes_are_neighbors():
    noisy = make_noisy_labels(["a", "c", "b"], rate=1, kind="pairs")
    assert_array_equal(noisy, ["b", "a", "c"])


def test_a_matrix_sets_the_probabilities():
    y = pd.Series(["no", "yes"]).repeat(5000)
    matrix = [[0.9, 0.1], [0.3, 0.7]]
    noisy = make_noisy_labels(y, kind=matrix, random_state=0)
    shares = confusion_matrix(y, noisy, normalize="true")
    assert_allclose(shares, matrix, atol=3 * np.sqrt(0.3 * 0.7 / 5000))


def test_certain_matrices():
    y = np.arange(3, dtype=np.int8).repeat(50)
    identity = np.eye(3)
    assert_array_equal(make_noisy_labels(y, kind=identity), y, strict=True)
    assert_array_equal(make_noisy_labels(y, kind=identity[[2, 0, 1]]), (y + 2) % 3)


@pytest.mark.parametrize("kind", ["uniform", "pairs", np.full((10, 10), 0.1)])
def test_equal_seeds_give_equal_labels(kind):
    first, again, other = (
        make_noisy_labels(DIGITS, kind=kind, random_state=seed) for seed in (0, 0, 1)
    )
    assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize(
    ("y", "arguments", "message"),
    [
        ([1, 1], {}, "y has 1 class(es); expected at least two"),
        ([], {}, "y has 0 class(es)"),
        (np.eye(2), {}, "y should be a 1d array"),
        ([0, 1], {"rate": 1.5}, "'rate' parameter of make_noisy_labels"),
        ([0, 1], {"kind": "other"}, "'kind' parameter of make_noisy_labels"),
        ([0, 1], {"kind": np.eye(2), "rate": 0.1}, "rate=0.1 with a matrix as kind"),
        ([0, 1], {"kind": np.eye(3)}, "kind has shape (3, 3); expected (2, 2)"),
        ([0, 1], {"kind": [[1.5, -0.5], [0, 1]]}, "kind has negative entries"),
        ([0, 1], {"kind": [[0.5, 0.4], [0, 1]]}, "divide each row by its sum"),
        ([0, 1], {"kind": [[np.nan, 1], [0, 1]]}, "kind has negative entries, NaN"),
    ],
)
def test_errors(y, arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        make_noisy_labels(y, **arguments)
