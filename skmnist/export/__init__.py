"""Export of fitted models to ONNX, and a classifier that runs them without TensorFlow.

`to_onnx` is loaded when it is first used (PEP 562), so that the classifier starts fast: the export
imports much more of scikit-learn.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from skmnist.export._classifier import OnnxClassifier

if TYPE_CHECKING:
    from skmnist.export._onnx import to_onnx

__all__ = ["OnnxClassifier", "to_onnx"]


def __getattr__(name: str) -> Any:
    if name == "to_onnx":
        return import_module("skmnist.export._onnx").to_onnx
    raise AttributeError(f"module 'skmnist.export' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
