"""Published and tuned networks, noises for training, and grids for scikit-learn's searches."""

from skmnist.model_selection._architectures import reference_architectures
from skmnist.model_selection._grids import (
    cnn_param_grid,
    densenet_param_grid,
    mlp_param_grid,
    resnet_param_grid,
)
from skmnist.model_selection._recipes import (
    best_mlp,
    best_network,
    fast_network,
    n_mnist_network,
    real_digits_network,
    robust_network,
)
from skmnist.model_selection._training_noises import generic_noises, mnist_c_noises

__all__ = [
    "best_mlp",
    "best_network",
    "cnn_param_grid",
    "densenet_param_grid",
    "fast_network",
    "generic_noises",
    "mlp_param_grid",
    "mnist_c_noises",
    "n_mnist_network",
    "real_digits_network",
    "reference_architectures",
    "resnet_param_grid",
    "robust_network",
]
