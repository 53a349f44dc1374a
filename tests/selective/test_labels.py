import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmnist.selective._labels import check_reject_label, with_rejections


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ([0, 1], -1),
        ([0.5, 1.5], -1),
        ([-1, 1], -2),
        ([-2.5, 1.5], -4),
        ([False, True], -1),
        (["a", "b"], "rejected"),
        (np.array(["a", "b"], dtype=object), "rejected"),
    ],
)
def test_the_default_has_the_type_of_the_classes(classes, expected):
    assert check_reject_label(None, np.asarray(classes)) == expected


@pytest.mark.parametrize(
    ("label", "classes"), [(None, ["no", "rejected"]), (1, [0, 1]), ("b", ["a", "b"])]
)
def test_a_class_is_not_a_label_for_rejected_rows(label, classes):
    with pytest.raises(ValueError, match=r"reject_label=.* is one of the classes .*; pass a label"):
        check_reject_label(label, np.array(classes))


@pytest.mark.parametrize(
    ("labels", "reject_label", "dtype"),
    [
        (np.array([3, 4]), -1, np.int64),
        (np.array([3, 4], dtype=np.uint8), -1, np.int16),
        (np.array([3, 4], dtype=np.uint8), 255, np.uint8),
        (np.array([False, True]), -1, np.int8),
        (np.array(["a", "b"]), "rejected", np.dtype("U8")),
        (np.array(["a", "b"], dtype=object), "rejected", object),
        (np.array([3, 4]), "rejected", object),
        (np.array(["a", "b"]), -1, object),
        (np.array(["a", "b"]), None, object),
    ],
)
@pytest.mark.parametrize("rejected", [[False, True], [False, False]])
def test_the_dtype_holds_labels_and_rejections(labels, reject_label, dtype, rejected):
    given = labels.copy()
    result = with_rejections(labels, np.array(rejected), reject_label)
    assert result.dtype == dtype
    second = reject_label if rejected[1] else labels[1]
    assert_array_equal(result, np.array([labels[0], second], dtype=object))
    assert_array_equal(labels, given)
