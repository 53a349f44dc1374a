"""The residual network."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import keras

from skmnist._utils import estimator_dataclass, parameter
from skmnist._utils._sklearn import Interval
from skmnist.neural_network._layers import (
    FLOAT32,
    POSITIVE_INT,
    Seeds,
    activation_layer,
    as_layers,
    chain,
    convolutions,
    in_float32,
    input_layers,
    normalization_layers,
    per_layer,
    pooled_output_layers,
)
from skmnist.neural_network.architectures._bases import GlobalPoolingClassifier


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
    """Build a residual network: a convolution, stages of residual blocks, global pooling, softmax.

    Parameters
    ----------
    image_shape, n_classes, value_range, seed
        Attributes that `fit` learns.
    filters, n_blocks, kernel_size, stem_kernel_size, stem_stride, activation, normalization, \
stochastic_depth, pooling, dropout, kernel_initializer, output_kernel_initializer
        Parameters of `ResNetClassifier`.

    Returns
    -------
    keras.Model
        Maps pixels of shape (n, height, width, 1) to probabilities of shape (n, n_classes).
    """
    filters = as_layers("filters", filters, POSITIVE_INT)
    depths = per_layer("n_blocks", n_blocks, len(filters), POSITIVE_INT)
    seeds = Seeds(seed)

    conv = convolutions(seeds, normalization, kernel_initializer)

    def normalize(n_filters: int, name: str, **kwargs: Any) -> list[keras.Layer]:
        return normalization_layers(normalization, n_filters, f"{name}_normalization", **kwargs)

    pixels, to_unit_range = input_layers(image_shape, value_range)
    stem = [
        to_unit_range,
        conv(filters[0], stem_kernel_size, "stem", stem_stride),
        *normalize(filters[0], "stem"),
        activation_layer(activation, "stem"),
    ]
    maps = chain(pixels, stem)
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
                # Gammas of zero make a new block equal to its shortcut.
                *normalize(n_filters, f"{name}_conv_2", gamma_initializer="zeros"),
                *_drop_path(stochastic_depth * n_before / n_all, seeds, name),
            ]
            shortcut = []
            if stride > 1 or maps.shape[-1] != n_filters:
                shortcut = [
                    conv(n_filters, 1, f"{name}_shortcut", stride),
                    *normalize(n_filters, f"{name}_shortcut"),
                ]
            branches = [chain(maps, residual), chain(maps, shortcut)]
            maps = activation_layer(activation, name)(
                keras.layers.Add(name=f"{name}_sum", **FLOAT32)(branches)
            )
    head = pooled_output_layers(n_classes, seeds, pooling, dropout, output_kernel_initializer)
    return in_float32(keras.Model(pixels, chain(maps, head), name="resnet"))


def _drop_path(rate: float, seeds: Seeds, name: str) -> list[keras.Layer]:
    """Return stochastic depth, which drops the whole branch of an image at random."""
    if rate == 0:
        return []
    whole_image = (None, 1, 1, 1)
    name = f"{name}_stochastic_depth"
    return [keras.layers.Dropout(rate, whole_image, seed=seeds(), name=name, **FLOAT32)]


@estimator_dataclass
class ResNetClassifier(GlobalPoolingClassifier):
    """Residual network for small gray images, trained with Keras.

    A convolution, stages of residual blocks, and global pooling. A block is two convolutions and a
    shortcut around them; each stage but the first halves the height and the width of the feature
    maps.

    Parameters
    ----------
    filters : tuple of int, default=(16, 32, 64)
        Number of filters of the convolutions in each stage.
    n_blocks : int or tuple of int, default=1
        Number of residual blocks of each stage, or one number per stage.
    {stem parameters}
    stochastic_depth : float, default=0.0
        Probability, in [0, 1), that the last block is skipped for an image in training. The
        probability grows linearly from the first block to the last.
    {map parameters}
    {training parameters}

    {attributes}

    See Also
    --------
    DenseNetClassifier : Densely connected network, slower.
    CNNClassifier : Convolutional network without shortcuts, faster.

    {notes}

    References
    ----------
    He, K., Zhang, X., Ren, S. and Sun, J. (2016). Deep Residual Learning for Image Recognition.
    CVPR. :arxiv:`1512.03385`

    Huang, G., Sun, Y., Liu, Z., Sedra, D. and Weinberger, K. (2016). Deep Networks with Stochastic
    Depth. ECCV. :arxiv:`1603.09382`

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.neural_network import ResNetClassifier
    >>> X = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8)
    >>> y = np.where(X[:, :4].mean(axis=(1, 2)) > X[:, 4:].mean(axis=(1, 2)), "top", "bottom")
    >>> net = ResNetClassifier((4, 8), epochs=1, random_state=0).fit(X, y)
    >>> net.predict_proba(X).shape
    (40, 2)
    """

    filters: Sequence[int] = parameter("array-like", Integral, default=(16, 32, 64), kw_only=False)
    n_blocks: int | Sequence[int] = parameter("array-like", Integral, default=1)
    kernel_size: int = 3
    stem_kernel_size: int = 3
    stem_stride: int = 1
    stochastic_depth: float = parameter(Interval(Real, 0, 1, closed="left"), default=0.0)

    def _build_model(self, n_classes: int) -> keras.Model:
        return self._built_by(build_resnet, n_classes)
