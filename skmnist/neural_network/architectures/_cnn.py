"""The convolutional network."""

import math
from collections.abc import Sequence
from functools import partial
from numbers import Integral, Real
from typing import Any

import keras

from skmnist._utils import estimator_dataclass, parameter
from skmnist._utils._sklearn import StrOptions
from skmnist.neural_network._layers import (
    INITIALIZER,
    INITIALIZERS,
    LAYOUT,
    PADDINGS,
    POSITIVE_INT,
    RATE,
    Seeds,
    activated,
    as_layers,
    dense_layers,
    dropout_layers,
    in_float32,
    input_layers,
    per_layer,
)
from skmnist.neural_network.architectures._bases import DenseLayersClassifier


def build_cnn(
    image_shape: tuple[int, int, int],
    n_classes: int,
    *,
    value_range: tuple[float, float],
    seed: int,
    filters: Any,
    kernel_size: Any,
    padding: str,
    pool_size: Any,
    conv_dropout: Any,
    conv_kernel_initializer: Any,
    hidden_layer_sizes: Any,
    activation: str,
    dropout: Any,
    batch_normalization: bool,
    kernel_initializer: Any,
    output_kernel_initializer: str,
) -> keras.Model:
    """Build a convolutional network: blocks of convolution and max pooling, then dense layers.

    Kernels and pools larger than their feature map shrink to it, so that images of any size can be
    classified.

    Parameters
    ----------
    image_shape, n_classes, value_range, seed
        Attributes that `fit` learns.
    filters, kernel_size, padding, pool_size, conv_dropout, conv_kernel_initializer, \
hidden_layer_sizes, activation, dropout, batch_normalization, kernel_initializer, \
output_kernel_initializer
        Parameters of `CNNClassifier`.

    Returns
    -------
    keras.Model
        Maps pixels of shape (n, height, width, 1) to probabilities of shape (n, n_classes).
    """
    filters = as_layers("filters", filters, POSITIVE_INT)
    n_blocks = len(filters)
    kernels = per_layer("kernel_size", kernel_size, n_blocks, POSITIVE_INT)
    pools = per_layer("pool_size", pool_size, n_blocks, POSITIVE_INT)
    rates = per_layer("conv_dropout", conv_dropout, n_blocks, RATE)
    initializers = per_layer(
        "conv_kernel_initializer", conv_kernel_initializer, n_blocks, INITIALIZER
    )
    seeds = Seeds(seed)
    layers = input_layers(image_shape, value_range)
    size = image_shape[:2]
    for i in range(n_blocks):
        name, kernel_shape = f"conv_{i + 1}", tuple(min(kernels[i], side) for side in size)
        conv = partial(
            keras.layers.Conv2D,
            filters[i],
            kernel_shape,
            padding=padding,
            kernel_initializer=seeds.initializer(initializers[i]),
            **LAYOUT,
        )
        layers += activated(conv, name, activation, batch_normalization)
        if padding == "valid":
            size = tuple(side - k + 1 for side, k in zip(size, kernel_shape, strict=True))
        pool_shape = tuple(min(pools[i], side) for side in size)
        if math.prod(pool_shape) > 1:
            layers.append(keras.layers.MaxPooling2D(pool_shape, name=f"{name}_pool", **LAYOUT))
            size = tuple(side // pool for side, pool in zip(size, pool_shape, strict=True))
        layers += dropout_layers(rates[i], seeds, name)
    layers.append(keras.layers.Flatten(name="flatten", **LAYOUT))
    layers += dense_layers(
        n_classes,
        seeds,
        hidden_layer_sizes=hidden_layer_sizes,
        activation=activation,
        dropout=dropout,
        batch_normalization=batch_normalization,
        kernel_initializer=kernel_initializer,
        output_kernel_initializer=output_kernel_initializer,
    )
    return in_float32(keras.Sequential(layers, name="cnn"))


@estimator_dataclass
class CNNClassifier(DenseLayersClassifier):
    """Convolutional network for gray images, trained with Keras.

    Parameters
    ----------
    filters : tuple of int, default=(32, 64, 128)
        Number of filters of each convolution.
    kernel_size : int or tuple of int, default=3
        Side of the square kernels, in pixels, or one per convolution. A kernel that is larger than
        its feature map shrinks to it.
    padding : {"same", "valid"}, default="same"
        Whether a convolution keeps the size of the map or drops the border.
    pool_size : int or tuple of int, default=2
        Side of the max pooling after each convolution, in pixels, or one per convolution; 1 skips
        the pooling.
    conv_dropout : float or tuple of float, default=0.0
        Dropout rate in [0, 1) after each pooling, or one per pooling.
    conv_kernel_initializer : str or tuple of str, default="he_normal"
        Initializer of the kernels of the convolutions, or one per convolution.
    hidden_layer_sizes : tuple of int, default=(128,)
        Number of units of each dense hidden layer after the convolutions.
    {dense parameters}
    {training parameters}

    {attributes}

    See Also
    --------
    MLPClassifier : Multilayer perceptron, faster and less accurate.

    {notes}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.neural_network import CNNClassifier
    >>> X = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8)
    >>> y = np.where(X[:, :4].mean(axis=(1, 2)) > X[:, 4:].mean(axis=(1, 2)), "top", "bottom")
    >>> net = CNNClassifier((4,), hidden_layer_sizes=(8,), epochs=1, random_state=0).fit(X, y)
    >>> net.predict_proba(X).shape
    (40, 2)
    """

    _rates_of_adam = (0.005, 0.05)

    filters: int | Sequence[int] = parameter(
        "array-like", Integral, default=(32, 64, 128), kw_only=False
    )
    kernel_size: int | Sequence[int] = parameter("array-like", Integral, default=3)
    padding: str = parameter(StrOptions(set(PADDINGS)), default="same")
    pool_size: int | Sequence[int] = parameter("array-like", Integral, default=2)
    conv_dropout: float | Sequence[float] = parameter("array-like", Real, default=0.0)
    conv_kernel_initializer: str | Sequence[str] = parameter(
        StrOptions(set(INITIALIZERS)), "array-like", default="he_normal"
    )
    hidden_layer_sizes: int | Sequence[int] = parameter("array-like", Integral, default=(128,))
    dropout = 0.4
    batch_normalization = True
    warmup_fraction = 0.2
    epochs = 15

    def _normalizes_maps(self) -> bool:
        return self.batch_normalization

    def _build_model(self, n_classes: int) -> keras.Model:
        return self._built_by(build_cnn, n_classes)
