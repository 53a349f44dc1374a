"""scikit-learn's own checks of SelectiveClassifier."""

import pytest
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.fixes import parse_version

from skmnist.selective import SelectiveClassifier

_AS_OUTLIER_DETECTORS = (
    "decision_function is one number per row, negative for rejected rows, as in scikit-learn's "
    "outlier detectors; the check requires a number per class"
)
EXPECTED_FAILURES = dict.fromkeys(
    ("check_classifiers_classes", "check_classifiers_train"), _AS_OUTLIER_DETECTORS
)
IS_1_9 = parse_version(sklearn.__version__) >= parse_version("1.9")
SKIPPED = {"check_array_api_input"} if IS_1_9 else set()  # needs SCIPY_ARRAY_API=1


class WithoutDecisionFunction(SelectiveClassifier):
    """The rest of the class, which must pass all checks."""

    @property
    def decision_function(self):
        raise AttributeError


# The checks require a label for every row, so the target is a coverage of 1.
@pytest.mark.parametrize(
    ("cls", "expected"),
    [(SelectiveClassifier, EXPECTED_FAILURES), (WithoutDecisionFunction, {})],
)
def test_scikit_learn_checks(cls, expected):
    results = check_estimator(
        cls(LogisticRegression(), target_coverage=1.0),
        expected_failed_checks=expected,
        on_skip=None,
        on_fail=None,
    )
    names_of = {
        status: {r["check_name"] for r in results if r["status"] == status}
        for status in ("failed", "skipped", "xfail")
    }
    assert not {r["check_name"]: r["exception"] for r in results if r["status"] == "failed"}
    assert names_of["xfail"] == expected.keys()
    assert names_of["skipped"] == SKIPPED
    assert sum(r["status"] == "passed" for r in results) >= 50
