"""Networks as pure functions: numbers in, an uncompiled keras.Model out.

Every random part of a network gets its own explicit seed, so that building one neither reads nor
changes a global generator.
"""

import math
from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any

import keras
import numpy as np

ACTIVATIONS = (
    "elu",
    "gelu",
    "leaky_relu",
    "linear",
    "mish",
    "relu",
    "selu",
    "sigmoid",
    "silu",
    "softplus",
    "tanh",
)

INITIALIZERS: dict[str, Callable[..., keras.initializers.Initializer]] = {
    "glorot_normal": keras.initializers.GlorotNormal,
    "glorot_uniform": keras.initializers.GlorotUniform,
    "he_normal": keras.initializers.HeNormal,
    "he_uniform": keras.initializers.HeUniform,
    "lecun_normal": keras.initializers.LecunNormal,
    "lecun_uniform": keras.initializers.LecunUniform,
    "orthogonal": keras.initializers.Orthogonal,
    "random_normal": keras.initializers.RandomNormal,
    "random_uniform": keras.initializers.RandomUniform,
    "truncated_normal": keras.initializers.TruncatedNormal,
}

# Whatever Keras' global configuration says: X is (n, height, width, 1).
_LAYOUT = {"data_format": "channels_last"}

PADDINGS = ("same", "valid")

# Conditions that the entries of per-layer parameters meet: (test, description for the message).
_Condition = tuple[Callable[[Any], bool], str]
POSITIVE_INT: _Condition = (
    lambda v: isinstance(v, int | np.integer) and not isinstance(v, bool) and bool(v > 0),
    "positive integers",
)
RATE: _Condition = (
    lambda v: isinstance(v, Real) and 0 <= float(v) < 1,
    "numbers in [0, 1)",
)
INITIALIZER: _Condition = (
    lambda v: isinstance(v, str) and v in INITIALIZERS,
    f"names among {sorted(INITIALIZERS)}",
)


def as_layers(name: str, value: Any, condition: _Condition) -> tuple[Any, ...]:
    """Return a parameter that lists layers, such as `filters`, as a checked tuple."""
    entries = tuple(value) if isinstance(value, Sequence | np.ndarray) else (value,)
    is_fine, expected = condition
    if not all(is_fine(entry) for entry in entries):
        raise ValueError(f"{name}={value!r} is not valid; expected {expected}, one per layer.")
    return entries


def per_layer(name: str, value: Any, n_layers: int, condition: _Condition) -> tuple[Any, ...]:
    """Return a parameter with one entry per layer; a scalar counts for all layers."""
    if isinstance(value, str) or not isinstance(value, Sequence | np.ndarray):
        return as_layers(name, [value], condition) * n_layers
    entries = as_layers(name, value, condition)
    if len(entries) != n_layers:
        raise ValueError(
            f"{name}={value!r} has {len(entries)} entries, but there are {n_layers} such layers. "
            "Pass one entry per layer, or one value for all."
        )
    return entries


class _Seeds:
    """A fresh seed for each random part of a network."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    def __call__(self) -> int:
        return int(self._generator.integers(2**31))

    def initializer(self, name: str) -> keras.initializers.Initializer:
        return INITIALIZERS[name](seed=self())


def _input_layers(
    image_shape: tuple[int, int, int], value_range: tuple[float, float]
) -> list[keras.Layer]:
    """Take pixels in their value range and map them to [0, 1] inside the graph."""
    low, high = value_range
    span = high - low
    return [
        keras.layers.Input(image_shape, name="pixels"),
        keras.layers.Rescaling(1 / span, offset=-low / span, name="to_unit_range"),
    ]


def _activated(
    layer_of: Callable[..., keras.Layer], name: str, activation: str, batch_normalization: bool
) -> list[keras.Layer]:
    """Follow a linear layer by its activation, with batch normalisation in between if wanted."""
    if not batch_normalization:
        return [layer_of(name=name, activation=activation)]
    # Keras' own momentum of 0.99 needs hundreds of steps before its averages can predict, which is
    # several epochs of some thousand digits.
    return [
        layer_of(name=name, use_bias=False),
        keras.layers.BatchNormalization(momentum=0.9, name=f"{name}_normalization"),
        keras.layers.Activation(activation, name=f"{name}_activation"),
    ]


def _dropout(rate: float, seeds: _Seeds, name: str) -> list[keras.Layer]:
    return [keras.layers.Dropout(rate, seed=seeds(), name=f"{name}_dropout")] if rate else []


def _dense_layers(
    n_classes: int,
    seeds: _Seeds,
    *,
    hidden_layer_sizes: Any,
    activation: str,
    dropout: Any,
    batch_normalization: bool,
    kernel_initializer: Any,
    output_kernel_initializer: str,
) -> list[keras.Layer]:
    """Stack the dense layers that end a network, softmax included."""
    sizes = as_layers("hidden_layer_sizes", hidden_layer_sizes, POSITIVE_INT)
    rates = per_layer("dropout", dropout, len(sizes), RATE)
    initializers = per_layer("kernel_initializer", kernel_initializer, len(sizes), INITIALIZER)
    layers: list[keras.Layer] = []
    for i, (size, rate, initializer) in enumerate(zip(sizes, rates, initializers, strict=True), 1):
        name, kernel = f"dense_{i}", seeds.initializer(initializer)

        def dense(
            size: int = size, kernel: keras.initializers.Initializer = kernel, **kwargs: Any
        ) -> keras.Layer:
            return keras.layers.Dense(size, kernel_initializer=kernel, **kwargs)

        layers += _activated(dense, name, activation, batch_normalization)
        layers += _dropout(rate, seeds, name)
    output = keras.layers.Dense(
        n_classes,
        activation="softmax",
        kernel_initializer=seeds.initializer(output_kernel_initializer),
        name="probabilities",
        dtype="float32",  # whatever Keras' global policy says
    )
    return [*layers, output]


def build_mlp(
    image_shape: tuple[int, int, int],
    n_classes: int,
    *,
    value_range: tuple[float, float],
    seed: int,
    **dense: Any,
) -> keras.Model:
    """Build a multi-layer perceptron.

    Parameters
    ----------
    image_shape : tuple of int
        (height, width, 1) of the images.
    n_classes : int
        Number of outputs.
    value_range : (low, high)
        Pixel values that are mapped to 0 and 1.
    seed : int
        Seed of all random parts.
    **dense : dict
        The parameters of `MLPClassifier` that describe the dense layers.

    Returns
    -------
    keras.Model
        Maps pixels of shape (n, height, width, 1) to probabilities of shape (n, n_classes).
    """
    layers = _input_layers(image_shape, value_range)
    layers.append(keras.layers.Flatten(name="flatten"))
    layers += _dense_layers(n_classes, _Seeds(seed), **dense)
    return keras.Sequential(layers, name="mlp")


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
    activation: str,
    batch_normalization: bool,
    **dense: Any,
) -> keras.Model:
    """Build a convolutional network: blocks of convolution and max pooling, then dense layers.

    A kernel or a pool that is larger than the feature map it meets shrinks to it, so that images of
    any size can be classified.

    Parameters
    ----------
    image_shape : tuple of int
        (height, width, 1) of the images.
    n_classes : int
        Number of outputs.
    value_range : (low, high)
        Pixel values that are mapped to 0 and 1.
    seed : int
        Seed of all random parts.
    filters, kernel_size, padding, pool_size, conv_dropout, conv_kernel_initializer
        The parameters of `CNNClassifier` that describe the convolutions.
    activation, batch_normalization
        Shared by the convolutions and the dense layers.
    **dense : dict
        The parameters of `CNNClassifier` that describe the dense layers.

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
    seeds = _Seeds(seed)
    layers = _input_layers(image_shape, value_range)
    size = image_shape[:2]
    for i in range(n_blocks):
        name, kernel = f"conv_{i + 1}", seeds.initializer(initializers[i])
        kernel_shape = tuple(min(kernels[i], side) for side in size)

        def conv(
            i: int = i,
            kernel_shape: tuple[int, ...] = kernel_shape,
            kernel: keras.initializers.Initializer = kernel,
            **kwargs: Any,
        ) -> keras.Layer:
            return keras.layers.Conv2D(
                filters[i],
                kernel_shape,
                padding=padding,
                kernel_initializer=kernel,
                **_LAYOUT,
                **kwargs,
            )

        layers += _activated(conv, name, activation, batch_normalization)
        if padding == "valid":
            size = tuple(side - k + 1 for side, k in zip(size, kernel_shape, strict=True))
        pool_shape = tuple(min(pools[i], side) for side in size)
        if math.prod(pool_shape) > 1:
            layers.append(keras.layers.MaxPooling2D(pool_shape, name=f"{name}_pool", **_LAYOUT))
            size = tuple(side // pool for side, pool in zip(size, pool_shape, strict=True))
        layers += _dropout(rates[i], seeds, name)
    layers.append(keras.layers.Flatten(name="flatten"))
    layers += _dense_layers(
        n_classes, seeds, activation=activation, batch_normalization=batch_normalization, **dense
    )
    return keras.Sequential(layers, name="cnn")
