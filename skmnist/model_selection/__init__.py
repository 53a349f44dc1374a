"""Reference architectures and search grids, as data for scikit-learn's model selection."""

from skmnist.model_selection._architectures import reference_architectures
from skmnist.model_selection._grids import (
    cnn_param_grid,
    densenet_param_grid,
    mlp_param_grid,
    resnet_param_grid,
)

__all__ = [
    "cnn_param_grid",
    "densenet_param_grid",
    "mlp_param_grid",
    "reference_architectures",
    "resnet_param_grid",
]
