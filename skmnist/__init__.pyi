from skmnist import (
    datasets,
    exceptions,
    export,
    model_selection,
    neural_network,
    noise,
    persistence,
    preprocessing,
    report,
    robustness,
    selective,
)
from skmnist._show_versions import show_versions
from skmnist.datasets import fetch_mnist, load_mnist_sample, make_noisy
from skmnist.model_selection import reference_architectures
from skmnist.neural_network import (
    CNNClassifier,
    DenseNetClassifier,
    MLPClassifier,
    ResNetClassifier,
)
from skmnist.noise import (
    GaussianNoise,
    RandomAffine,
    RandomBrightness,
    RandomNoise,
    ReferenceNoise,
    SaltAndPepperNoise,
    make_noise,
    make_suite,
)
from skmnist.preprocessing import PixelScaler
from skmnist.robustness import compare_robustness, robustness_scores
from skmnist.selective import SelectiveClassifier

__all__ = [
    "CNNClassifier",
    "DenseNetClassifier",
    "GaussianNoise",
    "MLPClassifier",
    "PixelScaler",
    "RandomAffine",
    "RandomBrightness",
    "RandomNoise",
    "ReferenceNoise",
    "ResNetClassifier",
    "SaltAndPepperNoise",
    "SelectiveClassifier",
    "__version__",
    "compare_robustness",
    "datasets",
    "exceptions",
    "export",
    "fetch_mnist",
    "load_mnist_sample",
    "make_noise",
    "make_noisy",
    "make_suite",
    "model_selection",
    "neural_network",
    "noise",
    "persistence",
    "preprocessing",
    "reference_architectures",
    "report",
    "robustness",
    "robustness_scores",
    "selective",
    "show_versions",
]

__version__: str
