"""Training on many batches by one compiled call."""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

import keras
import numpy as np
import tensorflow as tf

from skmnist.neural_network._samples import Samples
from skmnist.neural_network.backends._interruption import interrupts_wait
from skmnist.neural_network.backends._keras import Trainer
from skmnist.neural_network.backends._settings import default_floats
from skmnist.neural_network.backends._tensorflow import _layers, _optimizers
from skmnist.neural_network.backends._tensorflow._prediction import TensorFlowPredictor


class TensorFlowTrainer(Trainer):
    """A trainer that selects, casts and trains on batches inside one graph."""

    _predictor_class = TensorFlowPredictor
    _faster: ClassVar = {
        keras.layers.BatchNormalization: _layers.BatchNormalization,
        keras.layers.Conv2D: _layers.Conv2D,
        keras.layers.Rescaling: _layers.Rescaling,
        keras.optimizers.Adam: _optimizers.Adam,
        keras.optimizers.AdamW: _optimizers.AdamW,
        keras.optimizers.schedules.CosineDecay: _optimizers.CosineDecay,
    }

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
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
