"""Faster training and prediction on TensorFlow; the only module that imports TensorFlow.

Prediction is one compiled call, and so is training on many batches. Adam and the batch
normalization of feature maps are one operation each.
"""

import math
from collections.abc import Callable, Hashable
from contextlib import nullcontext
from functools import cached_property, partial
from threading import Lock
from typing import Any, ClassVar

import keras
import numpy as np
import tensorflow as tf

from skmnist.neural_network._samples import Samples
from skmnist.neural_network.backends._architecture import architecture_key
from skmnist.neural_network.backends._interruption import interrupts_wait
from skmnist.neural_network.backends._keras import (
    Predictor,
    Trainer,
    is_softmax_layer,
    softmax_layer,
)
from skmnist.neural_network.backends._process import convolves_one_image_by_itself
from skmnist.neural_network.backends._settings import default_floats

# Maximum number of compiled forward passes that are kept; the last used one is at the end.
_MAX_COMPILED = 8
_compiled: dict[Hashable, Any] = {}
_lock = Lock()


class TensorFlowPredictor(Predictor):
    """A predictor that compiles once for batches of any length.

    `keras.Model.predict` takes about 40 ms per call for any batch; this predictor takes less than a
    millisecond for one image.
    """

    @cached_property
    def _forward(self) -> Callable[[np.ndarray], np.ndarray]:
        """The function that maps float32 images to outputs."""
        return compiled_forward(self._model)

    @cached_property
    def _log_sum_exp(self) -> Callable[[np.ndarray], np.ndarray]:
        """The function that maps float32 images to the log-sum-exp of their logits."""
        softmax_layer(self._model)
        return compiled_forward(self._model, _log_sum_exp)


def _probabilities(logits: tf.Tensor) -> tf.Tensor:
    return tf.cast(tf.nn.softmax(logits), tf.float32)


def _log_sum_exp(logits: tf.Tensor) -> tf.Tensor:
    return tf.reduce_logsumexp(logits, axis=1)


def compiled_forward(
    model: keras.Model, of_logits: Callable[[tf.Tensor], tf.Tensor] = _probabilities
) -> Callable[[np.ndarray], np.ndarray]:
    """Compile the forward pass of a network, once for batches of any length.

    Networks of equal architecture share what has been compiled.

    The result is a function of the float64 logits, by default the probabilities, if the last layer
    is dense with softmax; otherwise it is the output of the network.
    """
    architecture = architecture_key(model)
    if architecture is None:
        compiled = _trace_forward(model, of_logits, [])
        weights = compiled.captured_inputs
    else:
        key = architecture, of_logits
        compiled = _compiled.get(key) or _trace_forward(model, of_logits, model.weights)
        with _lock:
            _compiled.pop(key, None)
            _compiled[key] = compiled
            for oldest in list(_compiled)[:-_MAX_COMPILED]:
                del _compiled[oldest]
        weights = [weight.value.handle for weight in model.weights]
    dtypes = [output.dtype for output in compiled.outputs]

    def forward(images: np.ndarray) -> np.ndarray:
        # To call `compiled` itself takes up to 2.7 times as long for one image.
        outputs = tf.raw_ops.StatefulPartitionedCall(
            args=[tf.constant(images), *weights], Tout=dtypes, f=compiled
        )
        return outputs[0].numpy()

    return forward


def _trace_forward(
    model: keras.Model,
    of_logits: Callable[[tf.Tensor], tf.Tensor],
    variables: list[keras.Variable],
) -> Any:
    """Return a compiled function of images, and of values of variables of a network.

    For a single image, TensorFlow may choose other kernels, which round differently. The image is
    therefore computed twice, in a batch of two. If only matrix products have such kernels, the
    doubling begins at the hidden dense layers.
    """
    body, hidden, head = _parts(model, of_logits)
    n_dense = sum(isinstance(layer, keras.layers.Dense) for layer in model.layers)
    doubles_images = convolves_one_image_by_itself() or (n_dense > 1 and not hidden)

    @tf.function(autograph=False)
    def forward(images: tf.Tensor, *others: tf.Variable) -> tf.Tensor:
        mapping = [(old, new.value()) for old, new in zip(variables, others, strict=True)]
        # In the scope no layer can update its variables, which layers not of Keras may do.
        with keras.StatelessScope(mapping) if mapping else nullcontext():
            n = tf.shape(images)[0]
            if doubles_images:
                images = _doubled_if_single(images)
            features = body(images, training=False)
            if hidden and not doubles_images:
                features = _doubled_if_single(features)
            for layer in hidden:
                features = layer(features, training=False)
            return head(features)[:n]

    values = [variable.value for variable in variables]
    with interrupts_wait():
        return forward.get_concrete_function(tf.TensorSpec(model.input_shape, tf.float32), *values)


def _doubled_if_single(rows: tf.Tensor) -> tf.Tensor:
    n_more = tf.cast(tf.shape(rows)[0] == 1, tf.int32)
    return tf.concat([rows, rows[:n_more]], axis=0)


def _parts(
    model: keras.Model, of_logits: Callable[[tf.Tensor], tf.Tensor]
) -> tuple[keras.Model, list[keras.Layer], Callable[[tf.Tensor], tf.Tensor]]:
    """Split a network into its body, its hidden dense layers (if it is a chain), and its head.

    The head is global average pooling and the softmax layer, in float64, rounded once at the end.
    In float32, the order in which TensorFlow sums the pixels of a map depends on the position of
    the row, and the rounding of the last layer causes most of the difference between two batches.
    """
    layers = [x for x in model.layers if not isinstance(x, keras.layers.Dropout)]
    *_, pooling, last = layers
    if not is_softmax_layer(last):
        return model, [], tf.identity
    pools = type(pooling) is keras.layers.GlobalAveragePooling2D

    def head(features: tf.Tensor) -> tf.Tensor:
        features, kernel, bias = (tf.cast(x, tf.float64) for x in (features, *last.weights))
        if pools:
            features = tf.reduce_mean(features, axis=(1, 2))
        # TensorFlow tries to fuse a product of plain matrices with the sum, and reports on stderr
        # that it cannot in float64.
        return of_logits((features[tf.newaxis] @ kernel)[0] + bias)

    end = pooling if pools else last
    hidden = []
    if isinstance(model, keras.Sequential):
        is_dense = [isinstance(layer, keras.layers.Dense) for layer in layers]
        hidden = layers[is_dense.index(True) : -1]
    return keras.Model(model.inputs, [*hidden, end][0].input), hidden, head


# What replaces classes of Keras in training has their `__module__` and `__name__`, so that files
# saved by callbacks load without skmnist.


class _FusedStep(keras.optimizers.Optimizer):
    """Updates each weight by one operation instead of a dozen; base class of Adam and AdamW.

    Keras computes a scheduled learning rate once for each weight that decays; here it is computed
    once per step.
    """

    _rate_of_step: Any = None

    def _get_current_learning_rate(self) -> Any:
        rate = self._rate_of_step
        return super()._get_current_learning_rate() if rate is None else rate

    def _backend_apply_gradients(
        self, gradients: list[tf.Tensor], variables: list[keras.Variable]
    ) -> None:
        if not self.gradient_accumulation_steps:  # which computes the rate inside of a branch
            self._rate_of_step = self.learning_rate
        try:
            super()._backend_apply_gradients(gradients, variables)
        finally:
            self._rate_of_step = None

    def _backend_update_step(
        self,
        gradients: list[tf.Tensor],
        variables: list[keras.Variable],
        learning_rate: tf.Tensor,
    ) -> None:
        if self.amsgrad or self.gradient_accumulation_steps is not None:
            super()._backend_update_step(gradients, variables, learning_rate)
            return
        step = tf.cast(self.iterations.value, tf.float32) + 1
        update = partial(
            tf.raw_ops.ResourceApplyAdam,
            beta1_power=tf.pow(float(self.beta_1), step),
            beta2_power=tf.pow(float(self.beta_2), step),
            lr=tf.cast(learning_rate, tf.float32),
            beta1=tf.constant(float(self.beta_1)),
            beta2=tf.constant(float(self.beta_2)),
            epsilon=tf.constant(float(self.epsilon)),
        )
        for gradient, variable in zip(gradients, variables, strict=True):
            index = self._get_variable_index(variable)
            update(
                var=variable.value.handle,
                m=self._momentums[index].value.handle,
                v=self._velocities[index].value.handle,
                grad=tf.cast(gradient, tf.float32),
            )


class Adam(_FusedStep, keras.optimizers.Adam):
    """Adam with one operation per weight."""

    __module__ = "keras.optimizers"


class AdamW(_FusedStep, keras.optimizers.AdamW):
    """AdamW with one operation per weight."""

    __module__ = "keras.optimizers"


class CosineDecay(keras.optimizers.schedules.CosineDecay):
    """A cosine whose numbers can change after it is compiled, so that fits of any length share it.

    In Keras they are constants of the graph, and the warm-up is a branch.
    """

    __module__ = "keras.optimizers.schedules"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # First rate, highest rate, steps up to the highest, steps from there to the end.
        self._curve = tf.Variable(tf.zeros(4), trainable=False)
        self.follow(self)

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """Compute the learning rate of a step, in float32."""
        step = tf.cast(step, tf.float32)
        start, peak, rise, fall = tf.unstack(self._curve)
        rising = (peak - start) * (step / rise) + start
        done = tf.minimum(step - rise, fall) / fall
        cosine = 0.5 * (1 + tf.cos(math.pi * done))
        falling = peak * ((1 - self.alpha) * cosine + self.alpha)
        return tf.where(step < rise, rising, falling)

    @staticmethod
    def template(
        schedule: keras.optimizers.schedules.CosineDecay,
    ) -> keras.optimizers.schedules.CosineDecay:
        """Return the schedule without the numbers that `follow` can change."""
        return type(schedule)(1.0, 1, alpha=schedule.alpha)

    def follow(self, schedule: keras.optimizers.schedules.CosineDecay) -> None:
        """Take over the rates and the steps of a schedule with an equal template."""
        for name in ("initial_learning_rate", "decay_steps", "warmup_target", "warmup_steps"):
            setattr(self, name, getattr(schedule, name))
        start = peak = self.initial_learning_rate
        rise = 0
        if self.warmup_target is not None:
            peak, rise = self.warmup_target, self.warmup_steps
        self._curve.assign([start, peak, rise, self.decay_steps])


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


class TensorFlowTrainer(Trainer):
    """A trainer that selects, casts and trains on batches inside one graph."""

    _predictor_class = TensorFlowPredictor
    _faster: ClassVar = {
        keras.layers.BatchNormalization: BatchNormalization,
        keras.layers.Conv2D: Conv2D,
        keras.layers.Rescaling: Rescaling,
        keras.optimizers.Adam: Adam,
        keras.optimizers.AdamW: AdamW,
        keras.optimizers.schedules.CosineDecay: CosineDecay,
    }

    def __init__(
        self,
        model: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        loss: keras.losses.Loss,
        precision: str,
    ) -> None:
        super().__init__(model, optimizer, loss, precision)
        self._compiled: dict[np.dtype, Any] = {}
        self._release()

    def _compiled_for(self, pixel_dtype: np.dtype) -> Any:
        """Return the compiled training for uint8 or float32 pixels."""
        if pixel_dtype not in self._compiled:
            signature = [
                tf.TensorSpec(self.network.input_shape, pixel_dtype),
                tf.TensorSpec(self.network.output_shape, tf.float32),
                tf.TensorSpec([None], tf.float32),
                tf.TensorSpec([None], tf.int32),
                tf.TensorSpec([], tf.int32),
            ]
            traced = tf.function(self._train_on_rows, input_signature=signature, autograph=False)
            # Concrete, because tf.function counts calls for several architectures as retracing.
            with interrupts_wait():
                self._compiled[pixel_dtype] = traced.get_concrete_function()
        return self._compiled[pixel_dtype]

    def _holding(self, samples: Samples) -> Callable[..., Any]:
        """Return the compiled training on these rows; uint8 is cast batch by batch."""
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
                loss += sum(self.network.losses)  # regularization
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
