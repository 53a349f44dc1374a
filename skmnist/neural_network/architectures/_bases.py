"""Base classes with the parameters that several architectures share."""

from collections.abc import Sequence
from numbers import Integral, Real

from skmnist._utils import estimator_dataclass, parameter
from skmnist._utils._sklearn import Interval, StrOptions
from skmnist.neural_network._base import BaseImageClassifier
from skmnist.neural_network._layers import ACTIVATIONS, INITIALIZERS, NORMALIZATIONS, POOLINGS


@estimator_dataclass
class DenseLayersClassifier(BaseImageClassifier):
    """Base class of the networks that end in dense layers."""

    activation: str = parameter(StrOptions(set(ACTIVATIONS)), default="relu")
    dropout: float | Sequence[float] = parameter("array-like", Real, default=0.5)
    batch_normalization: bool = parameter("boolean", default=False)
    kernel_initializer: str | Sequence[str] = parameter(
        StrOptions(set(INITIALIZERS)), "array-like", default="he_normal"
    )
    output_kernel_initializer: str = parameter(
        StrOptions(set(INITIALIZERS)), default="glorot_uniform"
    )


@estimator_dataclass
class GlobalPoolingClassifier(BaseImageClassifier):
    """Base class of the networks of convolutions that end in global pooling."""

    _rates_of_adam = (0.01, 0.05)

    kernel_size: int = parameter(Interval(Integral, 1, None, closed="left"), default=3)
    stem_kernel_size: int = parameter(Interval(Integral, 1, None, closed="left"), default=3)
    stem_stride: int = parameter(Interval(Integral, 1, None, closed="left"), default=1)
    activation: str = parameter(StrOptions(set(ACTIVATIONS)), default="relu")
    normalization: str = parameter(StrOptions(set(NORMALIZATIONS)), default="batch")
    pooling: str = parameter(StrOptions(set(POOLINGS)), default="average")
    dropout: float = parameter(Interval(Real, 0, 1, closed="left"), default=0.0)
    kernel_initializer: str = parameter(StrOptions(set(INITIALIZERS)), default="he_normal")
    output_kernel_initializer: str = parameter(
        StrOptions(set(INITIALIZERS)), default="glorot_uniform"
    )
    warmup_fraction = 0.2

    def _normalizes_maps(self) -> bool:
        return self.normalization != "none"
