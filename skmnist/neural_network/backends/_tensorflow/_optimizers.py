"""Optimizers and schedules that replace Keras' own in training.

They have the `__module__` and `__name__` of the replaced ones, so that files saved by callbacks
load without skmnist.
"""

import math
from functools import partial
from typing import Any, ClassVar

import keras
import tensorflow as tf


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
    free_numbers: ClassVar = (
        "initial_learning_rate",
        "decay_steps",
        "warmup_target",
        "warmup_steps",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # First rate, highest rate, steps up to the highest, steps from there to the end.
        self._curve = tf.Variable(tf.zeros(4), trainable=False)
        self.follow(self)

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """Compute the learning rate of a step, in float32."""
        step = tf.cast(step, tf.float32)
        start, peak, rise, fall = tf.unstack(self._curve)
        # Without a warm-up, nothing rises; TensorFlow's checks of numbers would see 0 / 0.
        rising = (peak - start) * (step / tf.maximum(rise, 1)) + start
        done = tf.minimum(step - rise, fall) / fall
        cosine = 0.5 * (1 + tf.cos(math.pi * done))
        falling = peak * ((1 - self.alpha) * cosine + self.alpha)
        return tf.where(step < rise, rising, falling)

    def follow(self, schedule: keras.optimizers.schedules.CosineDecay) -> None:
        """Take over the rates and the steps of a schedule."""
        for name in self.free_numbers:
            setattr(self, name, getattr(schedule, name))
        start = peak = self.initial_learning_rate
        rise = 0
        if self.warmup_target is not None:
            peak, rise = self.warmup_target, self.warmup_steps
        self._curve.assign([start, peak, rise, self.decay_steps])
