"""Layers that replace Keras' own in training.

They have the `__module__` and `__name__` of the replaced ones, so that files saved by callbacks
load without skmnist.
"""

from typing import Any, ClassVar

import keras
import numpy as np
import tensorflow as tf


class BatchNormalization(keras.layers.BatchNormalization):
    """Batch normalization that is one operation for feature maps in training.

    Keras uses a dozen operations, which take as long as the convolutions.
    """

    __module__ = "keras.layers"

    def call(
        self, inputs: tf.Tensor, training: bool | None = None, mask: tf.Tensor | None = None
    ) -> tf.Tensor:
        """Normalize maps of shape (n, height, width, n_channels) over all but the channels."""
        in_training = training and self.trainable
        if not in_training or mask is not None or not self._normalizes_plain_maps():
            return super().call(inputs, training=training, mask=mask)
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=self.gamma,
            offset=self.beta,
            mean=tf.zeros([0]),
            variance=tf.zeros([0]),
            epsilon=self.epsilon,
            is_training=True,
        )
        # Keras averages the biased variance.
        n_values = tf.cast(tf.reduce_prod(tf.shape(inputs)[:-1]), tf.float32)
        variance *= (n_values - 1) / n_values
        for average, value in ((self.moving_mean, mean), (self.moving_variance, variance)):
            average.assign(self.momentum * average + (1 - self.momentum) * value)
        return outputs

    def _normalizes_plain_maps(self) -> bool:
        """Return whether the inputs are feature maps and the settings are the usual ones."""
        usual = {"axis": -1, "center": True, "scale": True, "renorm": False, "synchronized": False}
        config = usual | self.get_config()  # older releases of Keras have no renorm
        return self.input_spec.ndim == 4 and all(config[key] == usual[key] for key in usual)


class Conv2D(keras.layers.Conv2D):
    """Convolution that skips pixels first if its kernel is one pixel of few channels.

    In the gradient of such a kernel with strides, oneDNN writes past its memory: with fewer than 8
    channels, or 16 with AVX-512 (https://github.com/uxlfoundation/oneDNN/issues/6035). TensorFlow
    2.21 then crashes on processors without AVX-512.
    """

    __module__ = "keras.layers"

    def convolution_op(self, inputs: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        """Convolve maps of shape (n, height, width, n_channels)."""
        *size, n_channels, _ = kernel.shape
        rows, columns = self.strides
        skips = max(size) == 1 < max(rows, columns) and n_channels < 16
        if not skips or self.data_format != "channels_last":
            return super().convolution_op(inputs, kernel)
        return tf.nn.conv2d(inputs[:, ::rows, ::columns], kernel, strides=1, padding="VALID")


class Rescaling(keras.layers.Rescaling):
    """Scaling of pixels that can change after its training is compiled, so that ranges share it."""

    __module__ = "keras.layers"
    free_numbers: ClassVar = ("scale", "offset")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Not trainable, or TensorFlow would trace the gradients of both.
        self._factor, self._summand = (
            tf.Variable(number, trainable=False) for number in self._numbers()
        )

    def _numbers(self) -> list[np.ndarray]:
        return [np.asarray(number, dtype=np.float32) for number in (self.scale, self.offset)]

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """Scale images; in prediction the numbers are constants, as in Keras."""
        if not training or any(number.ndim for number in self._numbers()):
            return super().call(inputs)
        return tf.cast(inputs, tf.float32) * self._factor + self._summand

    def follow(self, layer: keras.layers.Rescaling) -> bool:
        """Take over the numbers of a layer; return whether they are others."""
        before = self.get_config()
        self.scale, self.offset = layer.scale, layer.offset
        for variable, number in zip((self._factor, self._summand), self._numbers(), strict=True):
            variable.assign(number)
        return self.get_config() != before
