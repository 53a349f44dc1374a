"""Prediction by one compiled call, which networks of equal architecture share."""

from collections.abc import Callable, Hashable
from contextlib import nullcontext
from functools import cached_property
from threading import Lock
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from skmnist.neural_network.backends._architecture import architecture_key
from skmnist.neural_network.backends._interruption import interrupts_wait
from skmnist.neural_network.backends._keras import Predictor, is_softmax_layer, softmax_layer
from skmnist.neural_network.backends._process import convolves_one_image_by_itself

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
