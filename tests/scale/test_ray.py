"""Folds on Ray: the scores of ``n_jobs=1``, bit for bit."""

import joblib
import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from skmnist.neural_network import MLPClassifier
from skmnist.noise import GaussianNoise

ray = pytest.importorskip("ray", reason="needs the extra 'ray'")

# Of Ray's own code, also while it shuts down.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def cluster():
    from ray.util.joblib import register_ray

    ray.init(
        num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=80_000_000
    )
    register_ray()
    yield
    ray.shutdown()


def test_folds(cluster):
    X, y = load_digits(return_X_y=True)
    X, y = X[:240].astype(np.uint8) * 15, y[:240]
    network = MLPClassifier((16,), epochs=2, batch_size=32, random_state=0)
    model = make_pipeline(GaussianNoise(random_state=0), network)
    expected = cross_val_score(model, X, y, cv=3, n_jobs=1)
    with joblib.parallel_config("ray"):
        scores = cross_val_score(model, X, y, cv=3)
    np.testing.assert_array_equal(scores, expected)
