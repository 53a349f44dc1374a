"""The densely connected network."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import keras

from skmnist._utils import estimator_dataclass, parameter
from skmnist._utils._sklearn import Interval
from skmnist.neural_network._layers import (
    FLOAT32,
    LAYOUT,
    POSITIVE_INT,
    Seeds,
    activation_layer,
    as_layers,
    chain,
    convolutions,
    dropout_layers,
    in_float32,
    input_layers,
    normalization_layers,
    pooled_output_layers,
)
from skmnist.neural_network.architectures._bases import GlobalPoolingClassifier


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
    """Build a densely connected network: a convolution, stages, global pooling, softmax.

    Parameters
    ----------
    image_shape, n_classes, value_range, seed
        Attributes that `fit` learns.
    n_layers, growth_rate, bottleneck, compression, kernel_size, stem_kernel_size, stem_stride, \
activation, normalization, conv_dropout, pooling, dropout, kernel_initializer, \
output_kernel_initializer
        Parameters of `DenseNetClassifier`.

    Returns
    -------
    keras.Model
        Maps pixels of shape (n, height, width, 1) to probabilities of shape (n, n_classes).
    """
    depths = as_layers("n_layers", n_layers, POSITIVE_INT)
    seeds = Seeds(seed)

    conv = convolutions(seeds, normalization, kernel_initializer)

    def activated_maps(n_maps: int, name: str) -> list[keras.Layer]:
        return [
            *normalization_layers(normalization, n_maps, f"{name}_normalization"),
            activation_layer(activation, name),
        ]

    pixels, to_unit_range = input_layers(image_shape, value_range)
    stem = conv(2 * growth_rate, stem_kernel_size, "stem", stem_stride)
    maps = chain(pixels, [to_unit_range, stem])
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
            new_maps = chain(maps, layers)
            maps = keras.layers.Concatenate(name=f"{name}_join", **FLOAT32)([maps, new_maps])
        if stage < len(depths):
            name, n_maps = f"transition_{stage}", maps.shape[-1]
            pool = tuple(min(2, side) for side in maps.shape[1:3])
            transition = [
                *activated_maps(n_maps, name),
                conv(max(1, int(compression * n_maps)), 1, name),
                keras.layers.AveragePooling2D(pool, name=f"{name}_pool", **LAYOUT),
            ]
            maps = chain(maps, transition)
    head = [
        *activated_maps(maps.shape[-1], "last"),
        *pooled_output_layers(n_classes, seeds, pooling, dropout, output_kernel_initializer),
    ]
    return in_float32(keras.Model(pixels, chain(maps, head), name="densenet"))


@estimator_dataclass
class DenseNetClassifier(GlobalPoolingClassifier):
    """Densely connected network for small gray images, trained with Keras.

    A convolution, stages of densely connected layers, and global pooling. A layer takes all feature
    maps before it in its stage and adds `growth_rate` maps to them. Between two
    stages, the number of maps falls by `compression`, and their height and width halve.

    Parameters
    ----------
    n_layers : tuple of int, default=(2, 2, 2)
        Number of layers of each stage.
    growth_rate : int, default=12
        Number of feature maps that a layer adds; the first convolution has twice this number.
    bottleneck : bool, default=True
        Whether a 1x1 convolution first reduces the input of a layer to 4 times `growth_rate` maps.
    compression : float, default=0.5
        Share of the maps, in (0, 1], that are kept between two stages.
    conv_dropout : float, default=0.0
        Dropout rate in [0, 1) for the maps that a layer adds.
    {stem parameters}
    {map parameters}
    {training parameters}

    {attributes}

    See Also
    --------
    ResNetClassifier : Residual network, faster.
    CNNClassifier : Convolutional network without shortcuts, the fastest.

    {notes}

    References
    ----------
    Huang, G., Liu, Z., van der Maaten, L. and Weinberger, K. Q. (2017). Densely Connected
    Convolutional Networks. CVPR. :arxiv:`1608.06993`

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.neural_network import DenseNetClassifier
    >>> X = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8)
    >>> y = np.where(X[:, :4].mean(axis=(1, 2)) > X[:, 4:].mean(axis=(1, 2)), "top", "bottom")
    >>> net = DenseNetClassifier((1, 1), epochs=1, random_state=0).fit(X, y)
    >>> net.predict_proba(X).shape
    (40, 2)
    """

    n_layers: Sequence[int] = parameter("array-like", Integral, default=(2, 2, 2), kw_only=False)
    growth_rate: int = parameter(Interval(Integral, 1, None, closed="left"), default=12)
    bottleneck: bool = parameter("boolean", default=True)
    compression: float = parameter(Interval(Real, 0, 1, closed="right"), default=0.5)
    conv_dropout: float = parameter(Interval(Real, 0, 1, closed="left"), default=0.0)
    stem_stride = 2

    def _build_model(self, n_classes: int) -> keras.Model:
        return self._built_by(build_densenet, n_classes)
