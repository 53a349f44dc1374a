"""What TensorFlow does faster than Keras' own methods.

Prediction is one compiled call, and so is the training on many batches; Adam and the batch
normalisation of maps are one operation each.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from skmnist.neural_network._interruption import interrupts_wait
from skmnist.neural_network._runtime import convolves_one_image_by_itself
from skmnist.neural_network._samples import Samples
from skmnist.neural_network._settings import default_floats
from skmnist.neural_network._trainer import Trainer


def compiled_forward(model: keras.Model) -> Callable[[np.ndarray], np.ndarray]:
    """Compile the forward pass of a network, once for batches of any length.

    Where TensorFlow computes a single image by other kernels, which round differently, the image is
    computed twice: only from the hidden dense layers on, if its convolutions have no such kernels.
    """
    body, hidden, head = _parts(model)
    n_dense = sum(isinstance(layer, keras.layers.Dense) for layer in model.layers)
    doubles_images = convolves_one_image_by_itself() or (n_dense > 1 and not hidden)

    @tf.function(input_signature=[tf.TensorSpec(model.input_shape, tf.float32)], autograph=False)
    def forward(images: tf.Tensor) -> tf.Tensor:
        n = tf.shape(images)[0]
        if doubles_images:
            images = _doubled_if_single(images)
        features = body(images, training=False)
        if hidden and not doubles_images:
            features = _doubled_if_single(features)
        for layer in hidden:
            features = layer(features, training=False)
        return head(features)[:n]

    with interrupts_wait():
        compiled = forward.get_concrete_function()
    return lambda images: compiled(tf.constant(images)).numpy()


def _doubled_if_single(rows: tf.Tensor) -> tf.Tensor:
    n_more = tf.cast(tf.shape(rows)[0] == 1, tf.int32)
    return tf.concat([rows, rows[:n_more]], axis=0)


def _parts(
    model: keras.Model,
) -> tuple[keras.Model, list[keras.Layer], Callable[[tf.Tensor], tf.Tensor]]:
    """Split a network into its body, its hidden dense layers, if it is a chain, and its head.

    The head is global average pooling and the softmax layer, in float64, rounded once. In float32,
    TensorFlow sums the pixels of a map in an order that depends on the place of the row, and the
    rounding of the last layer would be most of what differs between two batches.
    """
    layers = [x for x in model.layers if not isinstance(x, keras.layers.Dropout)]
    *_, pooling, last = layers
    if type(last) is not keras.layers.Dense or last.activation is not keras.activations.softmax:
        return model, [], tf.identity
    pools = type(pooling) is keras.layers.GlobalAveragePooling2D

    def head(features: tf.Tensor) -> tf.Tensor:
        features, kernel, bias = (tf.cast(x, tf.float64) for x in (features, *last.weights))
        if pools:
            features = tf.reduce_mean(features, axis=(1, 2))
        # A product of plain matrices would be fused with the sum, but not in float64, which
        # TensorFlow reports on stderr.
        logits = (features[tf.newaxis] @ kernel)[0] + bias
        return tf.cast(tf.nn.softmax(logits), tf.float32)

    end = pooling if pools else last
    hidden = []
    if isinstance(model, keras.Sequential):
        is_dense = [isinstance(layer, keras.layers.Dense) for layer in layers]
        hidden = layers[is_dense.index(True) : -1]
    return keras.Model(model.inputs, [*hidden, end][0].input), hidden, head


def fuse_adam(optimizer: keras.optimizers.Optimizer) -> None:
    """Let Adam update each weight by one operation in the place of a dozen.

    The optimizer is changed in place and stays of Keras' class, so that files of callbacks name it.
    """
    is_adam = type(optimizer) in (keras.optimizers.Adam, keras.optimizers.AdamW)
    is_plain = is_adam and not optimizer.amsgrad
    if is_plain and optimizer.gradient_accumulation_steps is None:
        optimizer.update_step = partial(_update_by_adam, optimizer)


def _update_by_adam(
    optimizer: keras.optimizers.Adam,
    gradient: tf.Tensor,
    variable: tf.Variable,
    learning_rate: tf.Tensor,
) -> None:
    """Update one variable."""
    index = optimizer._get_variable_index(variable)
    step = tf.cast(optimizer.iterations.value, tf.float32) + 1
    tf.raw_ops.ResourceApplyAdam(
        var=variable.handle,
        m=optimizer._momentums[index].value.handle,
        v=optimizer._velocities[index].value.handle,
        beta1_power=tf.pow(float(optimizer.beta_1), step),
        beta2_power=tf.pow(float(optimizer.beta_2), step),
        lr=tf.cast(learning_rate, tf.float32),
        beta1=float(optimizer.beta_1),
        beta2=float(optimizer.beta_2),
        epsilon=float(optimizer.epsilon),
        grad=tf.cast(gradient, tf.float32),
    )


def fuse_normalization(network: keras.Model) -> None:
    """Let the batch normalisation of feature maps be one operation in training.

    Keras' own is a dozen, which take as long as the convolutions. The layers of the network are
    changed in place and stay of Keras' class, so that callbacks can save it.
    """
    for layer in network.layers:
        if type(layer) is keras.layers.BatchNormalization and _normalizes_plain_maps(layer):
            layer.call = partial(_normalize_maps, layer)


def _normalizes_plain_maps(layer: keras.layers.BatchNormalization) -> bool:
    """Tell whether a layer is batch normalisation of channels in its usual form."""
    usual = {"axis": -1, "center": True, "scale": True, "renorm": False, "synchronized": False}
    config = usual | layer.get_config()  # older releases of Keras have no renorm
    return layer.input_spec.ndim == 4 and all(config[key] == usual[key] for key in usual)


def _normalize_maps(
    layer: keras.layers.BatchNormalization,
    inputs: tf.Tensor,
    training: bool = False,
    mask: tf.Tensor | None = None,
) -> tf.Tensor:
    """Do what the layer does with maps of shape (n, height, width, n_channels)."""
    if not (training and layer.trainable) or mask is not None:
        return type(layer).call(layer, inputs, training=training, mask=mask)
    outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=inputs,
        scale=layer.gamma,
        offset=layer.beta,
        mean=tf.zeros([0]),
        variance=tf.zeros([0]),
        epsilon=layer.epsilon,
        is_training=True,
    )
    # Keras averages the biased variance.
    n_values = tf.cast(tf.reduce_prod(tf.shape(inputs)[:-1]), tf.float32)
    variance *= (n_values - 1) / n_values
    for average, value in ((layer.moving_mean, mean), (layer.moving_variance, variance)):
        average.assign(layer.momentum * average + (1 - layer.momentum) * value)
    return outputs


class TensorFlowTrainer(Trainer):
    """A trainer whose batches are picked, cast and trained on inside one graph."""

    def __init__(
        self,
        model: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        loss: keras.losses.Loss,
        precision: str,
    ) -> None:
        fuse_adam(optimizer)
        super().__init__(model, optimizer, loss, precision)
        fuse_normalization(self.network)
        self._compiled: dict[np.dtype, Any] = {}
        self._release()

    def _compiled_for(self, pixel_dtype: np.dtype) -> Any:
        """Return the compiled training, one for pixels of uint8 and one for those of float32."""
        if pixel_dtype not in self._compiled:
            signature = [
                tf.TensorSpec(self.network.input_shape, pixel_dtype),
                tf.TensorSpec(self.network.output_shape, tf.float32),
                tf.TensorSpec([None], tf.float32),
                tf.TensorSpec([None], tf.int32),
                tf.TensorSpec([], tf.int32),
            ]
            traced = tf.function(self._train_on_rows, input_signature=signature, autograph=False)
            # The concrete function: several architectures in a row would count as retracing.
            with interrupts_wait():
                self._compiled[pixel_dtype] = traced.get_concrete_function()
        return self._compiled[pixel_dtype]

    def _holding(self, samples: Samples) -> Callable[..., Any]:
        """Return the compiled training, which holds the rows; uint8 is cast batch by batch."""
        images = samples.images
        if images.dtype != np.uint8:
            images = images.astype(np.float32, copy=False)
        weights = samples.weights
        if weights is None:
            weights = np.ones(len(images), dtype=np.float32)
        rows = [tf.constant(array) for array in (images, samples.targets, weights)]
        return partial(self._compiled_for(images.dtype), *rows)

    def _release(self) -> None:
        """Forget the training rows."""
        self._held: Samples | None = None
        self._train_on_batches: Callable[..., Any] | None = None

    def _step_through(
        self, samples: Samples, rows: np.ndarray, batch_size: int
    ) -> tuple[float, float]:
        """Take a step for each batch of rows; return the sums of their losses and hits."""
        if samples is not self._held or self._train_on_batches is None:
            self._train_on_batches = self._holding(samples)
            self._held = samples
        rows = tf.constant(rows.astype(np.int32))
        loss_sum, n_hits = self._train_on_batches(rows, tf.constant(batch_size))
        return float(loss_sum), float(n_hits)

    @default_floats()
    def _train_on_rows(
        self,
        images: tf.Tensor,
        targets: tf.Tensor,
        weights: tf.Tensor,
        rows: tf.Tensor,
        batch_size: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the sums of the losses and of the hits over all rows."""
        n_rows = tf.size(rows)

        def train_on_batch(start: tf.Tensor, loss_sum: tf.Tensor, n_hits: tf.Tensor) -> Any:
            batch = rows[start : tf.minimum(start + batch_size, n_rows)]
            pixels = tf.cast(tf.gather(images, batch), tf.float32)
            target = tf.gather(targets, batch)
            with tf.GradientTape() as tape:
                probabilities = self.network(pixels, training=True)
                loss = self.loss(target, probabilities, sample_weight=tf.gather(weights, batch))
                loss = tf.cast(loss, tf.float32)  # an instance may compute in float64
                loss += sum(self.network.losses)  # of regularizers
                scaled_loss = self.optimizer.scale_loss(loss)
            gradients = tape.gradient(scaled_loss, self.network.trainable_variables)
            self.optimizer.apply(gradients, self.network.trainable_variables)
            hits = tf.equal(tf.argmax(probabilities, axis=1), tf.argmax(target, axis=1))
            n_batch = tf.cast(tf.size(batch), tf.float32)
            n_hits += tf.reduce_sum(tf.cast(hits, tf.float32))
            return start + batch_size, loss_sum + loss * n_batch, n_hits

        _, loss_sum, n_hits = tf.while_loop(
            lambda start, *_: start < n_rows,
            train_on_batch,
            (0, 0.0, 0.0),
            parallel_iterations=1,
        )
        return loss_sum, n_hits
