"""Export of fitted models to ONNX, and a classifier that runs them without TensorFlow."""

from skmnist.export._classifier import OnnxClassifier
from skmnist.export._onnx import to_onnx

__all__ = ["OnnxClassifier", "to_onnx"]
