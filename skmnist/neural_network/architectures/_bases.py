"""Base classes with the parameters that several architectures share."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar

from skmnist._utils import estimator_dataclass
from skmnist._utils._sklearn import Interval, StrOptions
from skmnist.neural_network._base import BaseImageClassifier
from skmnist.neural_network._layers import ACTIVATIONS, INITIALIZERS, NORMALIZATIONS, POOLINGS


@estimator_dataclass
class DenseLayersClassifier(BaseImageClassifier):
    """Base class of the networks that end in dense layers."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "activation": [StrOptions(set(ACTIVATIONS))],
        "hidden_layer_sizes": ["array-like", Integral],
        "dropout": ["array-like", Real],
        "batch_normalization": ["boolean"],
        "kernel_initializer": [StrOptions(set(INITIALIZERS)), "array-like"],
        "output_kernel_initializer": [StrOptions(set(INITIALIZERS))],
    }

    activation: str = "relu"
    dropout: float | Sequence[float] = 0.5
    batch_normalization: bool = False
    kernel_initializer: str | Sequence[str] = "he_normal"
    output_kernel_initializer: str = "glorot_uniform"


@estimator_dataclass
class GlobalPoolingClassifier(BaseImageClassifier):
    """Base class of the networks of convolutions that end in global pooling."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "kernel_size": [Interval(Integral, 1, None, closed="left")],
        "stem_kernel_size": [Interval(Integral, 1, None, closed="left")],
        "stem_stride": [Interval(Integral, 1, None, closed="left")],
        "activation": [StrOptions(set(ACTIVATIONS))],
        "normalization": [StrOptions(set(NORMALIZATIONS))],
        "pooling": [StrOptions(set(POOLINGS))],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "kernel_initializer": [StrOptions(set(INITIALIZERS))],
        "output_kernel_initializer": [StrOptions(set(INITIALIZERS))],
    }
    _rates_of_adam = (0.01, 0.05)

    kernel_size: int = 3
    stem_kernel_size: int = 3
    stem_stride: int = 1
    activation: str = "relu"
    normalization: str = "batch"
    pooling: str = "average"
    dropout: float = 0.0
    kernel_initializer: str = "he_normal"
    output_kernel_initializer: str = "glorot_uniform"
    warmup_fraction = 0.2

    def _normalizes_maps(self) -> bool:
        return self.normalization != "none"
