"""Digits, a fitted classifier, and networks with and without views."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from skmnist.datasets import load_mnist_sample
from skmnist.neural_network import MLPClassifier
from skmnist.noise import GaussianNoise


@pytest.fixture(scope="session")
def data():
    """Return X_train, y_train, X, y: 1,000 and 2,000 flat digits in [0, 1], read-only."""
    X, y = load_mnist_sample(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(X))[:3000]
    X, y = X[order] / 255, y[order]
    X.flags.writeable = False
    return X[:1000], y[:1000], X[1000:], y[1000:]


@pytest.fixture(scope="session")
def linear(data):
    X_train, y_train, _, _ = data
    return LogisticRegression(C=0.1, max_iter=300).fit(X_train, y_train)


@pytest.fixture(scope="session")
def network(data):
    """Return a small network with three views."""
    X_train, y_train, _, _ = data
    network = MLPClassifier(
        (16,), epochs=3, augment=GaussianNoise(0.2), test_time_views=3, random_state=0
    )
    return network.fit(X_train, y_train)
