import inspect

import keras
import numpy as np
import pytest
from joblib import Parallel, delayed

from skmnist.exceptions import InterruptedFitWarning
from skmnist.neural_network._training import (
    OPTIMIZERS,
    Samples,
    ShuffledBatches,
    check_callbacks,
    fresh_optimizer,
    join_histories,
    train,
)


def make_samples(n=50, weights=None):
    generator = np.random.default_rng(0)
    images = generator.random((n, 4, 4, 1), dtype=np.float32)
    return Samples(images, np.eye(2, dtype=np.float32)[(images.mean((1, 2, 3)) > 0.5) * 1], weights)


def make_model(learning_rate=0.01):
    layers = [
        keras.Input((4, 4, 1)),
        keras.layers.Flatten(),
        keras.layers.Dense(2, activation="softmax"),
    ]
    model = keras.Sequential(layers)
    model.compile(
        keras.optimizers.SGD(learning_rate), "categorical_crossentropy", metrics=["accuracy"]
    )
    return model


def run(model, **changes):
    params = {
        "samples": make_samples(),
        "validation": make_samples(20),
        "batch_size": 10,
        "epochs": 3,
        "initial_epoch": 0,
        "n_iter_no_change": None,
        "callbacks": [],
        "seed": 0,
        "verbose": 0,
    }
    return train(model, **params | changes)


class ValidationLosses(keras.callbacks.Callback):
    """Replaces the validation loss by a given list, and keeps the weights of each epoch."""

    weights_of_epoch: list = []  # noqa: RUF012 - shared on purpose: train() copies its callbacks

    def __init__(self, losses):
        super().__init__()
        self.losses = losses

    def on_epoch_end(self, epoch, logs=None):
        logs["val_loss"] = self.losses[epoch]
        self.weights_of_epoch.append(self.model.get_weights())


class InterruptAt(keras.callbacks.Callback):
    """Raises KeyboardInterrupt in the given epoch, as Ctrl-C does."""

    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch
        self.now = 0

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.now == self.epoch:
            raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def forget_weights():
    ValidationLosses.weights_of_epoch.clear()


def test_batches_cover_each_row_once_in_an_order_of_seed_and_epoch():
    samples = make_samples(25)

    def order(seed, epoch):
        batches = ShuffledBatches(samples, batch_size=10, seed=seed)
        batches.shuffle(epoch)
        assert [len(batches[i][0]) for i in range(len(batches))] == [10, 10, 5]
        return np.concatenate([batches[i][0] for i in range(len(batches))])

    rows = order(seed=0, epoch=0)
    assert sorted(rows.sum((1, 2, 3))) == sorted(samples.images.sum((1, 2, 3)))
    np.testing.assert_array_equal(rows, order(0, 0))
    assert not np.array_equal(rows, order(0, 1))
    assert not np.array_equal(rows, order(1, 0))


def test_batches_are_float32_with_their_own_weights():
    weights = np.arange(25, dtype=np.float32)
    samples = Samples(
        np.repeat(np.arange(25, dtype=np.uint8), 16).reshape(25, 4, 4, 1),
        np.eye(25, dtype=np.float32),
        weights,
    )
    images, targets, batch_weights = ShuffledBatches(samples, batch_size=10, seed=3)[1]
    assert images.dtype == np.float32
    np.testing.assert_array_equal(images[:, 0, 0, 0], batch_weights)
    np.testing.assert_array_equal(targets.argmax(1), batch_weights)


def test_training_sees_the_orders_of_its_epochs(monkeypatch):
    epochs = []
    shuffle = ShuffledBatches.shuffle
    monkeypatch.setattr(
        ShuffledBatches, "shuffle", lambda self, epoch: epochs.append(epoch) or shuffle(self, epoch)
    )
    history = run(make_model(), initial_epoch=4)
    assert epochs == [0, 4, 5, 6]  # 0 when it is made
    assert {len(values) for values in history.values()} == {3}


def test_history_holds_floats():
    history = run(make_model())
    assert sorted(history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert all(type(value) is float for values in history.values() for value in values)
    assert sorted(run(make_model(), validation=None)) == ["accuracy", "loss"]


def test_early_stopping_restores_the_best_weights():
    model = make_model()
    losses = [3.0, 1.0, 2.0, 2.0, 2.0, 0.0]
    callbacks = [ValidationLosses(losses)]
    history = run(model, callbacks=callbacks, epochs=6, n_iter_no_change=3)
    assert len(history["loss"]) == 5  # three epochs after the best
    best = ValidationLosses.weights_of_epoch[1]
    assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), best, strict=True))


def test_early_stopping_restores_the_best_weights_at_the_last_epoch_too():
    model = make_model()
    run(model, callbacks=[ValidationLosses([1.0, 2.0])], epochs=2, n_iter_no_change=9)
    best = ValidationLosses.weights_of_epoch[0]
    assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), best, strict=True))


def test_without_early_stopping_the_last_weights_stay():
    model = make_model()
    history = run(model, callbacks=[ValidationLosses([1.0, 2.0, 3.0])])
    assert len(history["loss"]) == 3
    last = ValidationLosses.weights_of_epoch[-1]
    assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), last, strict=True))


def test_interruption_keeps_the_best_weights_and_warns():
    model = make_model()
    callbacks = [ValidationLosses([1.0, 2.0, 3.0]), InterruptAt(2)]
    with pytest.warns(InterruptedFitWarning, match="interrupted after 2 of 3 epochs"):
        history = run(model, callbacks=callbacks)
    assert len(history["loss"]) == 2
    best = ValidationLosses.weights_of_epoch[0]
    assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), best, strict=True))


def test_interruption_without_validation_keeps_the_weights_at_hand():
    with pytest.warns(InterruptedFitWarning):
        history = run(make_model(), validation=None, callbacks=[InterruptAt(1)])
    assert len(history["loss"]) == 1


def test_interruption_in_the_first_epoch_is_raised():
    with pytest.raises(KeyboardInterrupt):
        run(make_model(), callbacks=[InterruptAt(0)])


def test_interruption_inside_a_search_is_raised():
    with pytest.raises(KeyboardInterrupt):
        Parallel(n_jobs=1)(delayed(run)(make_model(), callbacks=[InterruptAt(2)]) for _ in range(1))


def test_divergence_is_an_error():
    with pytest.raises(ValueError, match=r"(?s)Training diverged.*Lower optimizer__learning_rate"):
        run(make_model(learning_rate=1e38))


def test_callbacks_are_copied():
    callback = InterruptAt(99)
    run(make_model(), callbacks=[callback])
    assert callback.now == 0


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_fresh_optimizer_from_a_name(name):
    optimizer = fresh_optimizer(name, learning_rate=None, cosine_steps=None)
    default = inspect.signature(OPTIMIZERS[name]).parameters["learning_rate"].default
    assert float(optimizer.learning_rate) == pytest.approx(default)
    optimizer = fresh_optimizer(name, learning_rate=0.25, cosine_steps=None)
    assert float(optimizer.learning_rate) == 0.25


def test_fresh_optimizer_from_an_instance_is_a_copy():
    own = keras.optimizers.SGD(0.5, momentum=0.75)
    copy = fresh_optimizer(own, learning_rate=0.25, cosine_steps=None)
    assert copy is not own
    assert (copy.momentum, float(copy.learning_rate), float(own.learning_rate)) == (0.75, 0.25, 0.5)


def test_cosine_falls_to_zero_unless_there_is_a_schedule():
    optimizer = fresh_optimizer("sgd", learning_rate=0.5, cosine_steps=10)
    schedule = optimizer.get_config()["learning_rate"]["config"]
    assert (schedule["initial_learning_rate"], schedule["decay_steps"]) == (0.5, 10)
    own = keras.optimizers.schedules.ExponentialDecay(0.5, 3, 0.9)
    kept = fresh_optimizer("sgd", learning_rate=own, cosine_steps=10).get_config()
    assert kept["learning_rate"]["class_name"] == "ExponentialDecay"


class SpoilWeights(keras.callbacks.Callback):
    def on_train_end(self, logs=None):
        self.model.set_weights([weight * np.nan for weight in self.model.get_weights()])


def test_weights_that_are_not_finite_are_an_error():
    with pytest.raises(ValueError, match="weights are no longer finite"):
        run(make_model(), callbacks=[SpoilWeights()])


def test_divergence_ends_the_training():
    model = make_model(learning_rate=1e38)
    with pytest.raises(ValueError, match="after 1 epochs"):
        run(model, epochs=50)


def test_learning_rate_callbacks_need_a_constant_schedule():
    callback = keras.callbacks.ReduceLROnPlateau()
    assert check_callbacks(callback, sets_learning_rate=True) == [callback]
    with pytest.raises(ValueError, match=r"ReduceLROnPlateau.*learning_rate_schedule=\"constant\""):
        check_callbacks([callback], sets_learning_rate=False)


def test_histories_stay_aligned():
    joined = join_histories({"loss": [3.0, 2.0]}, {"loss": [1.0], "val_loss": [4.0]})
    np.testing.assert_equal(joined, {"loss": [3.0, 2.0, 1.0], "val_loss": [np.nan, np.nan, 4.0]})
    joined = join_histories(joined, {"loss": [0.5]})
    np.testing.assert_equal(joined["val_loss"], [np.nan, np.nan, 4.0, np.nan])
