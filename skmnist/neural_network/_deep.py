"""What the networks without hidden layers share: convolutions, global pooling, the output."""

from numbers import Integral, Real
from typing import Any, ClassVar

from skmnist._utils._sklearn import Interval, StrOptions
from skmnist.neural_network._base import BaseImageClassifier
from skmnist.neural_network._layers import INITIALIZERS, NORMALIZATIONS, POOLINGS


class BaseDeepClassifier(BaseImageClassifier):
    """Base class of the networks that pool their last maps into one number each."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseImageClassifier._parameter_constraints,
        "kernel_size": [Interval(Integral, 1, None, closed="left")],
        "stem_kernel_size": [Interval(Integral, 1, None, closed="left")],
        "stem_stride": [Interval(Integral, 1, None, closed="left")],
        "normalization": [StrOptions(set(NORMALIZATIONS))],
        "pooling": [StrOptions(set(POOLINGS))],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "kernel_initializer": [StrOptions(set(INITIALIZERS))],
    }
    _rates_of_adam = (0.01, 0.05)

    def _normalizes_maps(self) -> bool:
        return self.normalization != "none"

    def _deep_params(self) -> dict[str, Any]:
        """Return the parameters that the deep networks share, as the builders take them."""
        return self._values(
            "kernel_size",
            "stem_kernel_size",
            "stem_stride",
            "activation",
            "normalization",
            "pooling",
            "dropout",
            "kernel_initializer",
            "output_kernel_initializer",
        )
