"""The multilayer perceptron."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import keras

from skmnist._utils import estimator_dataclass, parameter
from skmnist.neural_network._layers import LAYOUT, Seeds, dense_layers, in_float32, input_layers
from skmnist.neural_network.architectures._bases import DenseLayersClassifier


def build_mlp(
    image_shape: tuple[int, int, int],
    n_classes: int,
    *,
    value_range: tuple[float, float],
    seed: int,
    hidden_layer_sizes: Any,
    activation: str,
    dropout: Any,
    batch_normalization: bool,
    kernel_initializer: Any,
    output_kernel_initializer: str,
) -> keras.Model:
    """Build a multilayer perceptron.

    Parameters
    ----------
    image_shape, n_classes, value_range, seed
        Attributes that `fit` learns.
    hidden_layer_sizes, activation, dropout, batch_normalization, kernel_initializer, \
output_kernel_initializer
        Parameters of `MLPClassifier`.

    Returns
    -------
    keras.Model
        Maps pixels of shape (n, height, width, 1) to probabilities of shape (n, n_classes).
    """
    layers = input_layers(image_shape, value_range)
    layers.append(keras.layers.Flatten(name="flatten", **LAYOUT))
    layers += dense_layers(
        n_classes,
        Seeds(seed),
        hidden_layer_sizes=hidden_layer_sizes,
        activation=activation,
        dropout=dropout,
        batch_normalization=batch_normalization,
        kernel_initializer=kernel_initializer,
        output_kernel_initializer=output_kernel_initializer,
    )
    return in_float32(keras.Sequential(layers, name="mlp"))


@estimator_dataclass
class MLPClassifier(DenseLayersClassifier):
    """Multilayer perceptron for gray images, trained with Keras.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int, default=(1024, 512)
        Number of units of each hidden layer.
    {dense parameters}
    {training parameters}

    {attributes}

    See Also
    --------
    CNNClassifier : Convolutional network, more accurate on images.

    {notes}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.neural_network import MLPClassifier
    >>> X = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8)
    >>> y = np.where(X[:, :4].mean(axis=(1, 2)) > X[:, 4:].mean(axis=(1, 2)), "top", "bottom")
    >>> net = MLPClassifier((8,), epochs=1, random_state=0).fit(X, y)
    >>> net.predict_proba(X).shape
    (40, 2)
    """

    _reads_neighbors = False

    hidden_layer_sizes: int | Sequence[int] = parameter(
        "array-like", Integral, default=(1024, 512), kw_only=False
    )
    epochs = 40

    def _build_model(self, n_classes: int) -> keras.Model:
        return self._built_by(build_mlp, n_classes)
