"""Layers that several architectures share, and checks of the parameters that describe layers.

Every random part of a network has its own explicit seed, so that building a network neither reads
nor changes a global generator.
"""

import math
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import keras
import numpy as np

from skmnist._utils import as_python, did_you_mean
from skmnist.neural_network._limits import within_limit

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

# Every layer sets these, because Keras would otherwise read them from process-wide settings.
FLOAT32 = {"dtype": "float32"}
LAYOUT = {"data_format": "channels_last", **FLOAT32}  # X is (n, height, width, 1)

PADDINGS = ("same", "valid")

POOLINGS: dict[str, type[keras.Layer]] = {
    "average": keras.layers.GlobalAveragePooling2D,
    "max": keras.layers.GlobalMaxPooling2D,
}

NORMALIZATIONS = ("batch", "group", "layer", "none")

# Conditions on the entries of per-layer parameters: (test, description for the message).
_Condition = tuple[Callable[[Any], bool], str]
POSITIVE_INT: _Condition = (
    lambda v: isinstance(v, int) and not isinstance(v, bool) and 0 < v < 2**31,
    "positive integers below 2**31",
)
RATE: _Condition = (
    lambda v: isinstance(v, int | float) and 0 <= v < 1,
    "numbers in [0, 1)",
)
INITIALIZER: _Condition = (
    lambda v: isinstance(v, str) and v in INITIALIZERS,
    f"names among {sorted(INITIALIZERS)}",
)


def as_layers(
    name: str, value: Any, condition: _Condition, *, may_be_empty: bool = False
) -> tuple[Any, ...]:
    """Return a parameter that lists layers, such as `filters`, as a checked tuple."""
    value = as_python(value)
    entries = value if isinstance(value, tuple) else (value,)
    is_fine, expected = condition
    bad = [entry for entry in entries if not is_fine(entry)]
    if bad or not (entries or may_be_empty):
        hint = did_you_mean(bad[0], INITIALIZERS) if condition is INITIALIZER else ""
        raise ValueError(
            f"{name}={value!r} is not valid; expected {expected}, one per layer"
            f"{'' if bad else ', and at least one layer'}.{hint}"
        )
    return entries


def per_layer(name: str, value: Any, n_layers: int, condition: _Condition) -> tuple[Any, ...]:
    """Return a parameter with one entry per layer; a scalar applies to all layers."""
    value = as_python(value)
    entries = as_layers(name, value, condition, may_be_empty=True)
    if not isinstance(value, tuple):
        return entries * n_layers
    if len(entries) != n_layers:
        raise ValueError(
            f"{name}={value!r} has {len(entries)} entries, but there are {n_layers} such layers. "
            "Pass one entry per layer, or one value for all."
        )
    return entries


class Seeds:
    """A fresh seed for each random part of a network."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    def __call__(self) -> int:
        return int(self._generator.integers(2**31))

    def initializer(self, name: str) -> keras.initializers.Initializer:
        return within_limit(INITIALIZERS[name](seed=self()))


def input_layers(
    image_shape: tuple[int, int, int], value_range: tuple[float, float]
) -> list[keras.Layer]:
    """Return the input and the layer that maps pixels from their value range to [0, 1]."""
    low, high = value_range
    span = high - low
    return [
        keras.layers.Input(image_shape, name="pixels", **FLOAT32),
        keras.layers.Rescaling(1 / span, offset=-low / span, name="to_unit_range", **FLOAT32),
    ]


def normalization_layers(kind: str, n_channels: int, name: str, **kwargs: Any) -> list[keras.Layer]:
    """Return the normalization of feature maps, one of `NORMALIZATIONS`, as a list of layers."""
    if kind == "batch":
        # With Keras' default momentum of 0.99, the averages would need hundreds of steps to become
        # usable for prediction: several epochs on a few thousand digits.
        return [keras.layers.BatchNormalization(momentum=0.9, name=name, **FLOAT32, **kwargs)]
    if kind == "none":
        return []
    n_groups = 1 if kind == "layer" else math.gcd(8, n_channels)
    return [keras.layers.GroupNormalization(n_groups, name=name, **FLOAT32, **kwargs)]


def activation_layer(activation: str, name: str) -> keras.Layer:
    return keras.layers.Activation(activation, name=f"{name}_activation", **FLOAT32)


def activated(
    layer_of: Callable[..., keras.Layer], name: str, activation: str, batch_normalization: bool
) -> list[keras.Layer]:
    """Return a linear layer and its activation, with or without batch normalization between."""
    if not batch_normalization:
        return [layer_of(name=name, activation=activation)]
    return [
        layer_of(name=name, use_bias=False),
        *normalization_layers("batch", 0, f"{name}_normalization"),
        activation_layer(activation, name),
    ]


def dropout_layers(rate: float, seeds: Seeds, name: str) -> list[keras.Layer]:
    if not rate:
        return []
    return [keras.layers.Dropout(rate, seed=seeds(), name=f"{name}_dropout", **FLOAT32)]


def output_layer(n_classes: int, seeds: Seeds, kernel_initializer: str) -> keras.Layer:
    """Return the softmax layer."""
    return keras.layers.Dense(
        n_classes,
        activation="softmax",
        kernel_initializer=seeds.initializer(kernel_initializer),
        name="probabilities",
        **FLOAT32,
    )


def dense_layers(
    n_classes: int,
    seeds: Seeds,
    *,
    hidden_layer_sizes: Any,
    activation: str,
    dropout: Any,
    batch_normalization: bool,
    kernel_initializer: Any,
    output_kernel_initializer: str,
) -> list[keras.Layer]:
    """Return the dense layers at the end of a network, including the softmax layer."""
    sizes = as_layers("hidden_layer_sizes", hidden_layer_sizes, POSITIVE_INT, may_be_empty=True)
    rates = per_layer("dropout", dropout, len(sizes), RATE)
    initializers = per_layer("kernel_initializer", kernel_initializer, len(sizes), INITIALIZER)
    layers: list[keras.Layer] = []
    for i, (size, rate, initializer) in enumerate(zip(sizes, rates, initializers, strict=True), 1):
        kernel = seeds.initializer(initializer)
        dense = partial(keras.layers.Dense, size, kernel_initializer=kernel, **FLOAT32)
        layers += activated(dense, f"dense_{i}", activation, batch_normalization)
        layers += dropout_layers(rate, seeds, f"dense_{i}")
    return [*layers, output_layer(n_classes, seeds, output_kernel_initializer)]


def convolutions(
    seeds: Seeds, normalization: str, kernel_initializer: str
) -> Callable[..., keras.Layer]:
    """Return a function that makes convolutions with padding; a bias only without normalization."""

    def conv(n_filters: int, size: int, name: str, stride: int = 1) -> keras.Layer:
        return keras.layers.Conv2D(
            n_filters,
            size,
            strides=stride,
            padding="same",
            use_bias=normalization == "none",
            kernel_initializer=seeds.initializer(kernel_initializer),
            name=name,
            **LAYOUT,
        )

    return conv


def pooled_output_layers(
    n_classes: int, seeds: Seeds, pooling: str, dropout: float, output_kernel_initializer: str
) -> list[keras.Layer]:
    """Return global pooling, dropout and the softmax layer."""
    return [
        POOLINGS[pooling](name="pooling", **LAYOUT),
        *dropout_layers(dropout, seeds, "pooling"),
        output_layer(n_classes, seeds, output_kernel_initializer),
    ]


def chain(maps: Any, layers: Iterable[keras.Layer]) -> Any:
    """Apply layers one after the other."""
    for layer in layers:
        maps = layer(maps)
    return maps


def in_float32(model: keras.Model) -> keras.Model:
    """Set the policy of a model to float32, whatever Keras' global policy is, and return it."""
    model.dtype_policy = keras.DTypePolicy("float32")  # the constructor has no such argument
    return model
