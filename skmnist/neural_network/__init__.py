"""Networks as scikit-learn classifiers; the only package that imports Keras."""

from skmnist.neural_network.backends._process import (
    silence_startup_lines,
    use_onednn_where_it_helps,
    use_threads_of_joblib,
)

# Before TensorFlow is imported.
silence_startup_lines()
use_threads_of_joblib()
use_onednn_where_it_helps()

from skmnist.neural_network._base import BaseImageClassifier  # noqa: E402
from skmnist.neural_network._monitor import ValidationMonitor  # noqa: E402
from skmnist.neural_network.architectures._cnn import CNNClassifier  # noqa: E402
from skmnist.neural_network.architectures._densenet import DenseNetClassifier  # noqa: E402
from skmnist.neural_network.architectures._mlp import MLPClassifier  # noqa: E402
from skmnist.neural_network.architectures._resnet import ResNetClassifier  # noqa: E402

__all__ = [
    "BaseImageClassifier",
    "CNNClassifier",
    "DenseNetClassifier",
    "MLPClassifier",
    "ResNetClassifier",
    "ValidationMonitor",
]
