"""Networks as pure functions: numbers in, an uncompiled keras.Model out."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import keras

from skmnist.neural_network._layers import (
    FLOAT32,
    INITIALIZER,
    LAYOUT,
    POOLINGS,
    POSITIVE_INT,
    RATE,
    Seeds,
    activated,
    activation_layer,
    as_layers,
    dense_layers,
    dropout_layers,
    input_layers,
    normalization_layers,
    output_layer,
    per_layer,
)


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
    layers = input_layers(image_shape, value_range)
    layers.append(keras.layers.Flatten(name="flatten", **LAYOUT))
    layers += dense_layers(n_classes, Seeds(seed), **dense)
    return _in_float32(keras.Sequential(layers, name="mlp"))


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
    seeds = Seeds(seed)
    layers = input_layers(image_shape, value_range)
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
                **LAYOUT,
                **kwargs,
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
        n_classes, seeds, activation=activation, batch_normalization=batch_normalization, **dense
    )
    return _in_float32(keras.Sequential(layers, name="cnn"))


def build_resnet(
    image_shape: tuple[int, int, int],
    n_classes: int,
    *,
    value_range: tuple[float, float],
    seed: int,
    filters: Any,
    n_blocks: Any,
    kernel_size: int,
    stem_kernel_size: int,
    stem_stride: int,
    activation: str,
    normalization: str,
    stochastic_depth: float,
    pooling: str,
    dropout: float,
    kernel_initializer: str,
    output_kernel_initializer: str,
) -> keras.Model:
    """Build a residual network: a stem, stages of residual blocks, global pooling, the output.

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
    filters, n_blocks, kernel_size, stem_kernel_size, stem_stride, activation, normalization, \
stochastic_depth, pooling, dropout, kernel_initializer, output_kernel_initializer
        The parameters of `ResNetClassifier`.

    Returns
    -------
    keras.Model
        Maps pixels of shape (n, height, width, 1) to probabilities of shape (n, n_classes).
    """
    filters = as_layers("filters", filters, POSITIVE_INT)
    depths = per_layer("n_blocks", n_blocks, len(filters), POSITIVE_INT)
    seeds = Seeds(seed)

    conv = _same_convolutions(seeds, normalization, kernel_initializer)

    def normalize(n_filters: int, name: str, **kwargs: Any) -> list[keras.Layer]:
        return normalization_layers(normalization, n_filters, f"{name}_normalization", **kwargs)

    pixels, to_unit_range = input_layers(image_shape, value_range)
    stem = [
        to_unit_range,
        conv(filters[0], stem_kernel_size, "stem", stem_stride),
        *normalize(filters[0], "stem"),
        activation_layer(activation, "stem"),
    ]
    maps = _chain(pixels, stem)
    n_before, n_all = 0, sum(depths)
    for stage, (n_filters, depth) in enumerate(zip(filters, depths, strict=True), 1):
        for block in range(1, depth + 1):
            name = f"stage_{stage}_block_{block}"
            stride = 2 if stage > 1 and block == 1 else 1
            n_before += 1
            residual = [
                conv(n_filters, kernel_size, f"{name}_conv_1", stride),
                *normalize(n_filters, f"{name}_conv_1"),
                activation_layer(activation, f"{name}_conv_1"),
                conv(n_filters, kernel_size, f"{name}_conv_2"),
                # With gammas of zero, a block begins as its shortcut.
                *normalize(n_filters, f"{name}_conv_2", gamma_initializer="zeros"),
                *_drop_path(stochastic_depth * n_before / n_all, seeds, name),
            ]
            shortcut = []
            if stride > 1 or maps.shape[-1] != n_filters:
                shortcut = [
                    conv(n_filters, 1, f"{name}_shortcut", stride),
                    *normalize(n_filters, f"{name}_shortcut"),
                ]
            branches = [_chain(maps, residual), _chain(maps, shortcut)]
            maps = activation_layer(activation, name)(
                keras.layers.Add(name=f"{name}_sum", **FLOAT32)(branches)
            )
    head = [
        POOLINGS[pooling](name="pooling", **LAYOUT),
        *dropout_layers(dropout, seeds, "pooling"),
        output_layer(n_classes, seeds, output_kernel_initializer),
    ]
    return _in_float32(keras.Model(pixels, _chain(maps, head), name="resnet"))


def build_densenet(
    image_shape: tuple[int, int, int],
    n_classes: int,
    *,
    value_range: tuple[float, float],
    seed: int,
    n_layers: Any,
    growth_rate: int,
    bottleneck: bool,
    compression: float,
    kernel_size: int,
    stem_kernel_size: int,
    stem_stride: int,
    activation: str,
    normalization: str,
    conv_dropout: float,
    pooling: str,
    dropout: float,
    kernel_initializer: str,
    output_kernel_initializer: str,
) -> keras.Model:
    """Build a densely connected network: each layer of a block sees the maps of all before it.

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
    n_layers, growth_rate, bottleneck, compression, kernel_size, stem_kernel_size, stem_stride, \
activation, normalization, conv_dropout, pooling, dropout, kernel_initializer, \
output_kernel_initializer
        The parameters of `DenseNetClassifier`.

    Returns
    -------
    keras.Model
        Maps pixels of shape (n, height, width, 1) to probabilities of shape (n, n_classes).
    """
    depths = as_layers("n_layers", n_layers, POSITIVE_INT)
    seeds = Seeds(seed)

    conv = _same_convolutions(seeds, normalization, kernel_initializer)

    def activated_maps(n_maps: int, name: str) -> list[keras.Layer]:
        return [
            *normalization_layers(normalization, n_maps, f"{name}_normalization"),
            activation_layer(activation, name),
        ]

    pixels, to_unit_range = input_layers(image_shape, value_range)
    stem = conv(2 * growth_rate, stem_kernel_size, "stem", stem_stride)
    maps = _chain(pixels, [to_unit_range, stem])
    for stage, depth in enumerate(depths, 1):
        for i in range(1, depth + 1):
            name = f"stage_{stage}_layer_{i}"
            layers = activated_maps(maps.shape[-1], name)
            if bottleneck:
                n_maps = 4 * growth_rate
                layers.append(conv(n_maps, 1, f"{name}_bottleneck"))
                layers += activated_maps(n_maps, f"{name}_bottleneck")
            layers.append(conv(growth_rate, kernel_size, f"{name}_conv"))
            layers += dropout_layers(conv_dropout, seeds, name)
            new_maps = _chain(maps, layers)
            maps = keras.layers.Concatenate(name=f"{name}_join", **FLOAT32)([maps, new_maps])
        if stage < len(depths):
            name, n_maps = f"transition_{stage}", maps.shape[-1]
            pool = tuple(min(2, side) for side in maps.shape[1:3])
            transition = [
                *activated_maps(n_maps, name),
                conv(max(1, int(compression * n_maps)), 1, name),
                keras.layers.AveragePooling2D(pool, name=f"{name}_pool", **LAYOUT),
            ]
            maps = _chain(maps, transition)
    head = [
        *activated_maps(maps.shape[-1], "last"),
        POOLINGS[pooling](name="pooling", **LAYOUT),
        *dropout_layers(dropout, seeds, "pooling"),
        output_layer(n_classes, seeds, output_kernel_initializer),
    ]
    return _in_float32(keras.Model(pixels, _chain(maps, head), name="densenet"))


def _in_float32(model: keras.Model) -> keras.Model:
    """Return a model whose own policy, which takes no argument, is not that of the process."""
    model.dtype_policy = keras.DTypePolicy("float32")
    return model


def _same_convolutions(
    seeds: Seeds, normalization: str, kernel_initializer: str
) -> Callable[..., keras.Layer]:
    """Return a function that makes convolutions which keep the size of the maps, or divide it."""

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


def _chain(maps: Any, layers: Iterable[keras.Layer]) -> Any:
    """Apply layers one after the other."""
    for layer in layers:
        maps = layer(maps)
    return maps


def _drop_path(rate: float, seeds: Seeds, name: str) -> list[keras.Layer]:
    """Drop the whole branch of an image at random: stochastic depth."""
    if rate == 0:
        return []
    whole_image = (None, 1, 1, 1)
    name = f"{name}_stochastic_depth"
    return [keras.layers.Dropout(rate, whole_image, seed=seeds(), name=name, **FLOAT32)]
