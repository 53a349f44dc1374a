"""Networks as scikit-learn classifiers; the only package that imports Keras."""

from skmnist.neural_network._base import BaseImageClassifier
from skmnist.neural_network._cnn import CNNClassifier
from skmnist.neural_network._mlp import MLPClassifier

__all__ = ["BaseImageClassifier", "CNNClassifier", "MLPClassifier"]
