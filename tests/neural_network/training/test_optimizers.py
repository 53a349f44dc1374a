"""Optimizers by name or from an instance, and the schedules of their learning rates."""

import inspect

import keras
import pytest

from skmnist.neural_network.training._optimizers import (
    OPTIMIZERS,
    Constant,
    Cosine,
    fresh_optimizer,
)

STAY = Constant(10)


def made(optimizer, learning_rate, weight_decay=None, schedule=STAY):
    return fresh_optimizer(
        optimizer, learning_rate=learning_rate, weight_decay=weight_decay, schedule=schedule
    )


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_fresh_optimizer_from_a_name(name):
    default = inspect.signature(OPTIMIZERS[name]).parameters["learning_rate"].default
    optimizer = made(name, learning_rate=None)
    assert float(optimizer.learning_rate) == pytest.approx(default)
    optimizer = made(name, learning_rate=0.25)
    assert float(optimizer.learning_rate) == 0.25
    optimizer = made(name, learning_rate=None)
    assert float(optimizer.learning_rate) == pytest.approx(default)


def test_fresh_optimizer_from_an_instance_is_a_copy():
    own = keras.optimizers.SGD(0.5, momentum=0.75)
    copy = made(own, learning_rate=0.25)
    assert copy is not own
    assert (copy.momentum, float(copy.learning_rate), float(own.learning_rate)) == (0.75, 0.25, 0.5)


def test_cosine_falls_to_zero_unless_there_is_a_schedule():
    optimizer = made("sgd", learning_rate=0.5, schedule=Cosine(10))
    schedule = optimizer.get_config()["learning_rate"]["config"]
    assert (schedule["initial_learning_rate"], schedule["decay_steps"]) == (0.5, 10)
    own = keras.optimizers.schedules.ExponentialDecay(0.5, 3, 0.9)
    kept = made("sgd", learning_rate=own, schedule=Cosine(10)).get_config()
    assert kept["learning_rate"]["class_name"] == "ExponentialDecay"


def rates_of(optimizer, steps):
    schedule = keras.optimizers.schedules.deserialize(optimizer.get_config()["learning_rate"])
    return [float(schedule(step)) for step in steps]


def test_warm_up_is_a_straight_line_to_the_rate_where_the_cosine_begins():
    optimizer = made("sgd", learning_rate=0.5, schedule=Cosine(100, 0.2))
    assert rates_of(optimizer, [0, 10, 20, 60, 100]) == pytest.approx([0, 0.25, 0.5, 0.25, 0])
    plain = made("sgd", learning_rate=0.5, schedule=Cosine(100))
    assert rates_of(plain, [0, 50, 100]) == pytest.approx([0.5, 0.25, 0])


@pytest.mark.parametrize("n_steps", [1, 2, 4])
def test_warm_up_leaves_a_step_to_the_cosine(n_steps):
    optimizer = made("sgd", learning_rate=0.5, schedule=Cosine(n_steps, 0.99))
    rates = rates_of(optimizer, range(n_steps + 1))
    assert rates[n_steps - 1] == pytest.approx(0.5)
    assert rates[n_steps] == pytest.approx(0, abs=1e-6)


def make_schedules():
    """Make schedules of which Keras itself cannot make copies."""

    class Local(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.1 / (1.0 + keras.ops.cast(step, "float32"))

    class WithConfig(Local):
        def get_config(self):
            return {}

    return [Local(), WithConfig()]


@pytest.mark.parametrize("schedule", make_schedules())
def test_fresh_optimizer_with_a_custom_schedule(schedule):
    given = keras.optimizers.SGD(schedule, momentum=0.9)
    for optimizer, rate in ((given, None), ("adam", schedule)):
        fresh = made(optimizer, learning_rate=rate)
        assert fresh is not optimizer
        assert fresh._learning_rate is schedule
    assert made(given, learning_rate=None).momentum == 0.9
    assert given._learning_rate is schedule


def test_optimizers_that_cannot_be_copied_are_refused():
    class Scaled(keras.optimizers.SGD):
        def __init__(self, learning_rate=0.1, factor=1.0, **kwargs):
            super().__init__(learning_rate, **kwargs)
            self.factor = factor

    class Narrow(keras.optimizers.SGD):
        def __init__(self, learning_rate=0.1):
            super().__init__(learning_rate)

    class Complete(Scaled):
        def get_config(self):
            return {**super().get_config(), "factor": self.factor}

    with pytest.raises(ValueError, match=r"optimizer=Scaled cannot .* get_config\(\) lacks \['fa"):
        made(Scaled(factor=2.0), learning_rate=None)
    with pytest.raises(
        ValueError, match=r"optimizer=Narrow .* which its constructor lacks\. Define"
    ):
        made(Narrow(), learning_rate=None)
    assert made(Complete(factor=2.0), learning_rate=None).factor == 2


def test_wrapping_optimizers_are_refused():
    wrapped = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam())
    with pytest.raises(ValueError, match=r"optimizer=LossScaleOptimizer wraps another optimizer"):
        made(wrapped, learning_rate=None)


def test_warm_up_leaves_a_constant_rate_and_a_schedule():
    constant = made("sgd", learning_rate=0.5, schedule=Constant(10, 0.2))
    assert float(constant.learning_rate) == 0.5
    own = keras.optimizers.schedules.ExponentialDecay(0.5, 3, 0.9)
    kept = made("sgd", learning_rate=own, schedule=Cosine(10, 0.2))
    assert kept.get_config()["learning_rate"]["class_name"] == "ExponentialDecay"


def test_weight_decay_of_the_parameter_or_of_the_optimizer():
    own = keras.optimizers.AdamW(weight_decay=0.25)
    for given, expected in ((None, 0.25), (0.5, 0.5), (0.0, 0.0)):
        copy = made(own, learning_rate=None, weight_decay=given)
        assert copy.weight_decay == expected
    assert own.weight_decay == 0.25
