import pytest
from sklearn.base import BaseEstimator

from skmnist.utils import unchanged_on_failure


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
def test_attributes_are_put_back(failure):
    estimator = BaseEstimator()
    estimator.kept_, estimator.lost_ = 1, 2

    def fail():
        estimator.kept_, estimator.new_ = 3, 4
        del estimator.lost_
        raise failure

    with pytest.raises(failure), unchanged_on_failure(estimator):
        fail()
    assert vars(estimator) == {"kept_": 1, "lost_": 2}


def test_success_is_kept():
    estimator = BaseEstimator()
    with unchanged_on_failure(estimator):
        estimator.new_ = 1
    assert vars(estimator) == {"new_": 1}
