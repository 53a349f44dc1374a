import pytest
from sklearn.base import BaseEstimator

from skmnist._utils import refitted, snapshot


def change(estimator):
    estimator.kept_, estimator.new_ = 3, 4
    del estimator.lost_


@pytest.fixture
def estimator():
    estimator = BaseEstimator()
    estimator.kept_, estimator.lost_ = 1, 2
    return estimator


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
def test_a_failure_changes_nothing(estimator, failure):
    def fail(draft):
        change(draft)
        raise failure

    with pytest.raises(failure), refitted(estimator) as draft:
        fail(draft)
    assert vars(estimator) == {"kept_": 1, "lost_": 2}


def test_success_replaces_all_attributes_at_once(estimator):
    before = snapshot(estimator)
    with refitted(estimator) as draft:
        change(draft)
        assert type(draft) is BaseEstimator
        assert vars(estimator) == {"kept_": 1, "lost_": 2}
    assert vars(estimator) == {"kept_": 3, "new_": 4}
    assert vars(before) == {"kept_": 1, "lost_": 2}
