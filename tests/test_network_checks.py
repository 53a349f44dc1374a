"""scikit-learn's own checks of the networks."""

from collections import Counter

import pytest
import sklearn
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.fixes import parse_version

import skmnist.neural_network
from skmnist.neural_network import (
    CNNClassifier,
    DenseNetClassifier,
    MLPClassifier,
    ResNetClassifier,
)

# Quick to train, and still able to learn the blobs of the checks. A CNN sees rows of two pixels.
NETWORKS = {
    "MLPClassifier": MLPClassifier(
        (16,), dropout=0, epochs=10, batch_size=8, optimizer__learning_rate=0.03
    ),
    "CNNClassifier": CNNClassifier(
        (16,),
        hidden_layer_sizes=(32,),
        dropout=0,
        batch_normalization=False,
        epochs=10,
        batch_size=8,
        optimizer__learning_rate=0.02,
    ),
    "ResNetClassifier": ResNetClassifier(
        (16,),
        normalization="none",
        pooling="max",
        epochs=10,
        batch_size=8,
        optimizer__learning_rate=0.01,
    ),
    "DenseNetClassifier": DenseNetClassifier(
        (1,),
        growth_rate=8,
        bottleneck=False,
        stem_stride=1,
        normalization="none",
        pooling="max",
        epochs=10,
        batch_size=8,
        optimizer__learning_rate=0.01,
    ),
}

_SCIKERAS_LAYOUT = "scikeras' KerasClassifier, which the networks must subclass, is laid out so: "
EXPECTED_FAILURES = {
    "check_mixin_order": _SCIKERAS_LAYOUT + "BaseEstimator stands left of ClassifierMixin",
    "check_estimator_tags_renamed": _SCIKERAS_LAYOUT + "it defines _more_tags",
    "check_sample_weight_equivalence_on_dense_data": (
        "in mini-batch gradient descent a row of weight 2 is one step, two equal rows are two; "
        "scikit-learn's SGD estimators declare the same"
    ),
}

# scikit-learn 1.9 added a check that needs SCIPY_ARRAY_API=1, set before SciPy is imported.
IS_1_9 = parse_version(sklearn.__version__) >= parse_version("1.9")
SKIPPED = {"check_array_api_input"} if IS_1_9 else set()
LEAST_PASSED = 59  # of 63


def test_every_network_is_checked():
    networks = {name for name in skmnist.neural_network.__all__ if name.endswith("Classifier")}
    networks -= {"BaseImageClassifier"}
    assert NETWORKS.keys() == networks, "add each network to NETWORKS"


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.filterwarnings("ignore::skmnist.exceptions.ImageShapeWarning")  # rows, not images
@pytest.mark.filterwarnings("ignore::skmnist.exceptions.ValueRangeWarning")  # blobs, not pixels
def test_scikit_learn_checks(name):
    results = check_estimator(
        NETWORKS[name], expected_failed_checks=EXPECTED_FAILURES, on_skip=None, on_fail=None
    )
    names_of = {
        status: {r["check_name"] for r in results if r["status"] == status}
        for status in ("failed", "skipped", "xfail")
    }
    failures = {r["check_name"]: r["exception"] for r in results if r["status"] == "failed"}
    assert not failures
    assert names_of["xfail"] == EXPECTED_FAILURES.keys()
    assert names_of["skipped"] == SKIPPED
    assert Counter(r["status"] for r in results)["passed"] >= LEAST_PASSED
