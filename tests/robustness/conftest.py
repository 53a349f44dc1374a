"""Small data, fitted classifiers, and classifiers whose predictions are planted."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from skmnist.datasets import load_mnist_sample


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="session")
def data():
    """Return X_train, X_test, y_train, y_test: 400 and 300 flat digits in [0, 1]."""
    X, y = load_mnist_sample(return_X_y=True)
    X = X[:700] / 255
    X.flags.writeable = False
    return X[:400], X[400:], y[:400], y[400:700]


@pytest.fixture(scope="session")
def model(data):
    X_train, _, y_train, _ = data
    return LogisticRegression(C=0.1, max_iter=300).fit(X_train, y_train)


@pytest.fixture(scope="session")
def neighbors(data):
    X_train, _, y_train, _ = data
    return KNeighborsClassifier(3).fit(X_train, y_train)


class Planted(ClassifierMixin, BaseEstimator):
    """A fitted classifier of images that hold their row number, with given predictions."""

    def __init__(self, y_prob, y_pred=None):
        self.y_prob, self.y_pred = y_prob, y_pred
        self.classes_ = np.arange(y_prob.shape[1])

    def fit(self, X, y):
        return self

    def predict(self, X):
        y_pred = self.y_prob.argmax(axis=1) if self.y_pred is None else self.y_pred
        return y_pred[self._rows(X)]

    def predict_proba(self, X):
        return self.y_prob[self._rows(X)]

    @staticmethod
    def _rows(X):
        return X[:, :3].astype(int) @ [1, 256, 256**2]

    @staticmethod
    def images(n):
        """Return uint8 images of 2x2 pixels."""
        rows = np.arange(n)
        parts = [rows % 256, rows // 256 % 256, rows // 256**2, 0 * rows]
        return np.stack(parts, axis=1).astype(np.uint8)


@pytest.fixture(scope="session")
def planted():
    return Planted
