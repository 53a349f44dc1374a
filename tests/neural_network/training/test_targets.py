import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.ensemble import AdaBoostClassifier
from sklearn.model_selection import KFold, cross_val_score
from sklearn.multioutput import MultiOutputClassifier

from skmnist.neural_network.training._targets import (
    check_class_weight,
    check_labels,
    check_weights,
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
        (3, r"y has shape \(\); expected labels of shape \(n,\)"),
        ([[0], [0, 1]], r"y does not have the shape \(n,\) of labels: .*inhomogeneous"),
        (np.array([1, "a"], object), r"y mixes labels of the types int, str.*str\(label\)"),
        ([1, "a"], r"y mixes labels of the types int, str; expected one type"),
        (np.array([1, 2], object), r"Unknown label type: unknown.*`y.astype\(int\)`"),
        (np.eye(3, dtype=bool), "looks one-hot"),
        (np.array([[0, 3], [1, 4]]), r"y has shape \(2, 2\), with 2 labels.*MultiOutputClassifier"),
        (np.array([[0, 1], [1, 1]]), "with 2 labels a row.*MultiOutputClassifier"),
        (np.array([["0", "1"]]), "with 2 labels a row.*MultiOutputClassifier"),
        (np.array([1j, 2j]), "y is not valid: Complex data not supported"),
        (np.zeros(3, "u1,u1"), r"y of dtype \[.* is not a set of classes"),
        (np.full((3, 2), 0.5), r"with 2 labels a row.*probabilities pass `y.argmax\(1\)`"),
    ],
)
def test_what_is_not_a_label_is_refused(y, message):
    with pytest.raises(ValueError, match=message):
        check_labels(y, "y")


def test_bytes_are_refused_as_labels():
    with pytest.raises(TypeError, match=r"y is not valid: .*bytes is not supported"):
        check_labels(np.array([b"a", b"b"]), "y")


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
        (
            {0: -1.0},
            r"class_weight has the weights \{0: -1.0\}; expected finite numbers of at least 0",
        ),
        ({0: np.nan}, "expected finite numbers of at least 0"),
        ({0: np.inf}, "expected finite numbers of at least 0"),
        ({0: 10**400}, "expected finite numbers of at least 0"),
        ({0: "heavy"}, "expected finite numbers of at least 0"),
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
    with pytest.raises(ValueError, match="makes the weights of all rows for training zero"):
        combine_weights(None, {0: 0, 1: 0}, np.array([0, 1]))


def test_nullable_integers_stay_integers():
    assert check_labels(pd.Series([1, 2], dtype="Int64"), "y").dtype == np.int64
    assert check_labels(pd.Series([True, False], dtype="boolean"), "y").dtype == bool


STRINGS = {
    "numpy": np.array(["b", "a"]),
    "objects": np.array(["b", "a"], dtype=object),
    "pandas": pd.Series(["b", "a"]),
    "pandas string": pd.Series(["b", "a"], dtype="string"),
    "pandas on Arrow": pd.Series(["b", "a"], dtype=pd.ArrowDtype(pa.string())),
    "categories": pd.Series(["b", "a"], dtype="category"),
    "polars": pl.Series(["b", "a"]),
    "polars categories": pl.Series(["b", "a"], dtype=pl.Categorical),
    "Arrow": pa.array(["b", "a"]),
}
MISSING = {
    "floats": [1.0, np.nan],
    "None": [1, None],
    "None among strings": ["a", None],
    "NaN among strings": ["a", np.nan],  # which numpy makes "nan"
    "NA": np.array([1, pd.NA], dtype=object),
    "NaT": pd.Series(pd.to_datetime(["2020-01-01", None])),
    "nullable integers": pd.Series([1, None], dtype="Int64"),
    "nullable booleans": pd.Series([True, None], dtype="boolean"),
    "pandas": pd.Series(["a", None]),
    "pandas string": pd.Series(["a", None], dtype="string"),
    "pandas on Arrow": pd.Series([1, None], dtype=pd.ArrowDtype(pa.int64())),
    "categories": pd.Series(["a", None], dtype="category"),
    "polars": pl.Series([1, None]),
    "polars strings": pl.Series(["a", None]),
    "polars booleans": pl.Series([True, None]),
    "Arrow": pa.array(["a", None]),
    "mask": np.ma.masked_array([1, 2], mask=[False, True]),
    "column": pd.DataFrame({"y": ["a", None]}),
}
if hasattr(np.dtypes, "StringDType"):  # since numpy 2
    STRINGS["StringDType"] = np.array(["b", "a"], dtype=np.dtypes.StringDType())
    MISSING["StringDType"] = np.array(["a", None], dtype=np.dtypes.StringDType(na_object=None))


@pytest.mark.parametrize("case", STRINGS)
def test_strings_of_any_library(case):
    labels = check_labels(STRINGS[case], "y")
    assert labels.dtype.kind in "UO"
    assert np.unique(labels).tolist() == ["a", "b"]
    np.testing.assert_array_equal(one_hot(labels, np.unique(labels), "y"), [[0, 1], [1, 0]])


@pytest.mark.parametrize("case", MISSING)
@pytest.mark.filterwarnings("ignore:A column-vector y was passed")
def test_missing_labels_name_their_rows(case):
    with pytest.raises(ValueError, match=r"Input y contains NaN, None or .* in the rows \[1\]\."):
        check_labels(MISSING[case], "y")


def test_many_missing_labels_are_not_all_listed():
    with pytest.raises(ValueError, match=r"in the rows \[0, 1, 2, 3, 4\] and more\. Drop these"):
        check_labels(np.full(9, np.nan), "y_val")


def test_integers_of_any_library_stay_integers():
    for y in (
        pd.Series([1, 2], dtype=pd.ArrowDtype(pa.int8())),
        pd.Categorical([1, 2]),
        pl.Series([1, 2]),
        pa.array([1, 2]),
        np.ma.masked_array([1, 2], mask=[False, False]),
    ):
        labels = check_labels(y, "y")
        assert labels.dtype.kind == "i"
        assert labels.tolist() == [1, 2]


def test_two_label_columns_have_a_way_out(X, y, make_mlp):
    both = np.column_stack([y, y > 4])
    net = make_mlp(epochs=1)
    with pytest.raises(ValueError, match=r"sklearn\.multioutput\.MultiOutputClassifier"):
        net.fit(X, both)
    assert MultiOutputClassifier(net).fit(X, both).predict(X).shape == both.shape


def test_classes_of_partial_fit_are_checked_as_labels_are(X, y, make_mlp):
    net = make_mlp()
    with pytest.raises(ValueError, match="Input classes contains NaN, None"):
        net.partial_fit(X, y, classes=[*range(10), None])
    names = pl.Series([f"digit {label}" for label in y])
    assert net.partial_fit(X, names, classes=names.unique()).classes_[3] == "digit 3"


# Weights ------------------------------------------------------------------------------------------


def test_class_weight_may_have_classes_that_a_fold_lacks(X, y, make_mlp):
    check_class_weight({0: 1.0, 1: 2.0, 2: 3.0}, np.array([0, 1]))
    check_class_weight({0: 1.0}, np.array([0, 1]))
    order = np.argsort(y, kind="stable")  # sorted by class, each fold lacks some
    net = make_mlp(epochs=1, class_weight={label: 1.0 + label for label in range(10)})
    cv = KFold(5)
    scores = cross_val_score(
        net, X[order], y[order], cv=cv, scoring=lambda *_: 1.0, error_score="raise"
    )
    assert scores.tolist() == [1.0] * 5


def test_sample_weights_have_a_mean_of_one(X):
    images = X[:4]
    for scale in (1.0, 0.25, 3e38, 5e307, 1e-300):
        weights = check_weights(scale * np.array([1.0, 3.0, 0.0, 2.0]), images)
        assert weights.dtype == np.float32
        np.testing.assert_array_equal(weights, np.array([0.5, 1.5, 0, 1], dtype=np.float32))
        np.testing.assert_array_equal(check_weights(np.full(4, scale), images), np.ones(4))
    smallest = np.finfo(np.float32).tiny
    weights = check_weights([1.0, 1e-50, 0.0, 1.0], images)
    np.testing.assert_array_equal(weights, np.array([1.5, smallest, 0, 1.5], dtype=np.float32))


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ("balanced", "sample_weight has dtype <U8; expected numbers"),
        (np.array([1j, 1j]), "sample_weight is not valid: Complex data not supported"),
        (np.full(2, np.datetime64("2026-11-27")), r"sample_weight has dtype datetime64\[D\]; exp"),
        ([[1.0], [1.0, 2.0]], "sample_weight is not valid: .*inhomogeneous"),
        (np.ma.array([1.0, 2.0], mask=[0, 1]), r"sample_weight has masked .*filled\(1\)"),
        ([1.0, np.nan], "Input sample_weight contains NaN"),
        ([0, 0], "sample_weight is zero for all rows"),
        ([1, -1], "Negative values in data passed to `sample_weight`"),
    ],
)
def test_bad_weights_are_named(weights, message):
    with pytest.raises(ValueError, match=message):
        check_weights(weights, np.zeros((2, 4)))


def test_equal_weights_train_like_no_weights(X, y, make_mlp):
    expected = make_mlp().fit(X, y).model_.get_weights()
    for weight in (1, 1 / len(y)):
        fitted = make_mlp().fit(X, y, sample_weight=np.full(len(y), weight))
        parts = make_mlp(learning_rate_schedule="constant")
        without = make_mlp(learning_rate_schedule="constant")
        parts.partial_fit(X, y, np.arange(10), np.full(len(y), weight))
        without.partial_fit(X, y, np.arange(10))
        pairs = [
            *zip(fitted.model_.get_weights(), expected, strict=True),
            *zip(parts.model_.get_weights(), without.model_.get_weights(), strict=True),
        ]
        for one, other in pairs:
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("make", ["make_mlp", "make_cnn"])
def test_boosting_with_sgd_learns(make, X, y, request):
    """Its weights sum to 1."""
    net = request.getfixturevalue(make)(optimizer="sgd", optimizer__learning_rate=0.1, epochs=10)
    boosted = AdaBoostClassifier(net, n_estimators=2, random_state=0).fit(X, y)
    assert boosted.score(X, y) > 0.8


@pytest.mark.parametrize("class_weight", [{label: 1.0 + label for label in range(10)}, "balanced"])
def test_validation_rows_are_weighted_as_held_out_rows_are(class_weight, X, y, make_mlp):
    # An even number of each class: "balanced" is the same on all rows and on half of them.
    rows = np.concatenate([np.flatnonzero(y == label)[: 24 + label % 2 * 2] for label in range(10)])
    X, y = X[rows], y[rows]
    net = make_mlp(class_weight=class_weight, early_stopping=True, validation_fraction=0.5)
    held_out_history = net.fit(X, y).history_
    kept, held_out = hold_out(y, 0.5, net.seed_)
    net.fit(X[kept], y[kept], X_val=X[held_out], y_val=y[held_out])
    assert net.history_ == held_out_history
    net.set_params(class_weight=None).fit(X[kept], y[kept], X_val=X[held_out], y_val=y[held_out])
    assert net.history_["val_loss"] != held_out_history["val_loss"]


def test_balanced_validation_rows_count_the_training_labels():
    y_train = np.array([0, 0, 0, 1])
    weights = combine_weights(None, "balanced", np.array([1, 1, 0]), y_train=y_train)
    np.testing.assert_allclose(weights, [2, 2, 2 / 3])
    with pytest.raises(ValueError, match="makes the weights of all rows for validation zero"):
        combine_weights(None, {0: 0, 1: 1}, np.array([0, 0]), y_train=y_train)
