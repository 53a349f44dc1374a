"""scikit-learn estimators for noisy images of handwritten digits.

The public names are loaded when they are first used (PEP 562), so that ``import skmnist`` loads
neither Keras nor TensorFlow. ``__init__.pyi`` lists the same names for type checkers and editors.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0.dev0"

# Public name: the module that defines it.
_HOME_OF = {
    "CNNClassifier": "neural_network",
    "DenseNetClassifier": "neural_network",
    "GaussianNoise": "noise",
    "MLPClassifier": "neural_network",
    "PixelScaler": "preprocessing",
    "RandomAffine": "noise",
    "RandomBrightness": "noise",
    "RandomNoise": "noise",
    "ReferenceNoise": "noise",
    "ResNetClassifier": "neural_network",
    "SaltAndPepperNoise": "noise",
    "SelectiveClassifier": "selective",
    "compare_robustness": "robustness",
    "fetch_mnist": "datasets",
    "load_mnist_sample": "datasets",
    "make_noise": "noise",
    "make_noisy": "datasets",
    "make_suite": "noise",
    "reference_architectures": "model_selection",
    "robustness_scores": "robustness",
    "show_versions": "_show_versions",
}
_SUBPACKAGES = (
    "datasets",
    "exceptions",
    "export",
    "model_selection",
    "neural_network",
    "noise",
    "persistence",
    "preprocessing",
    "report",
    "robustness",
    "selective",
)

__all__ = ["__version__", *sorted(_HOME_OF), *_SUBPACKAGES]


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(import_module(f"skmnist.{_HOME_OF[name]}"), name)
    if name in _SUBPACKAGES:
        return import_module(f"skmnist.{name}")
    raise AttributeError(f"module 'skmnist' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
