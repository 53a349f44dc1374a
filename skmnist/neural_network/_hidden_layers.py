"""What the networks with dense hidden layers share."""

from numbers import Integral, Real
from typing import Any, ClassVar

from skmnist._utils._sklearn import StrOptions
from skmnist.neural_network._base import BaseImageClassifier
from skmnist.neural_network._layers import INITIALIZERS


class BaseHiddenLayersClassifier(BaseImageClassifier):
    """Base class of the networks that have dense hidden layers, or end in them."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseImageClassifier._parameter_constraints,
        "hidden_layer_sizes": ["array-like", Integral],
        "dropout": ["array-like", Real],
        "batch_normalization": ["boolean"],
        "kernel_initializer": [StrOptions(set(INITIALIZERS)), "array-like"],
    }

    def _dense_params(self) -> dict[str, Any]:
        """Return the parameters that describe the dense layers, as the builders take them."""
        return self._values(
            "hidden_layer_sizes",
            "activation",
            "dropout",
            "batch_normalization",
            "kernel_initializer",
            "output_kernel_initializer",
        )
