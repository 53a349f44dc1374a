from threading import Lock

import keras
import numpy as np
import pytest

from skmnist.neural_network._samples import Samples, order_of_epoch
from skmnist.neural_network.backends._chosen import ChosenTrainer
from skmnist.neural_network.backends._keras import Trainer
from skmnist.neural_network.training import _augmentation, _loop
from skmnist.neural_network.training._callbacks import check_callbacks
from skmnist.neural_network.training._loop import join_histories, train
from skmnist.neural_network.training._optimizers import Constant, Cosine, fresh_optimizer


def make_samples(n=50, weights=None):
    generator = np.random.default_rng(0)
    images = generator.random((n, 4, 4, 1), dtype=np.float32)
    return Samples(images, np.eye(2, dtype=np.float32)[(images.mean((1, 2, 3)) > 0.5) * 1], weights)


@pytest.fixture(params=["this back end", "any back end"])
def make_trainer(request):
    """Make trainers of both kinds: of this back end, and with Keras' own steps."""
    trainer_class = ChosenTrainer if request.param == "this back end" else Trainer

    def make(loss=None):
        loss = loss or keras.losses.CategoricalCrossentropy()
        layers = [
            keras.Input((4, 4, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(2, "softmax", kernel_initializer=keras.initializers.Zeros()),
        ]
        model = keras.Sequential(layers)
        trainer = trainer_class(model, keras.optimizers.SGD(0.01), loss, "float32")
        trainer.load(model, None)
        return trainer

    return make


def run(trainer, **changes):
    return run_whole(trainer, **changes).history


def run_whole(trainer, **changes):
    params = {
        "samples": make_samples(),
        "validation": make_samples(20),
        "augmentation": None,
        "batch_size": 10,
        "epochs": 3,
        "initial_epoch": 0,
        "n_iter_no_change": None,
        "callbacks": [],
        "seed": 0,
        "verbose": 0,
    }
    return train(trainer, **params | changes)


class NoNumber(keras.losses.Loss):
    """A NaN loss, so that the weights are NaN after a step."""

    def call(self, y_true, y_pred):
        return keras.ops.mean(y_pred * float("nan"), axis=-1)


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


def test_orders_cover_each_row_once_and_depend_on_seed_and_epoch():
    order = order_of_epoch(25, seed=0, epoch=0)
    assert sorted(order) == list(range(25))
    np.testing.assert_array_equal(order, order_of_epoch(25, seed=0, epoch=0))
    assert not np.array_equal(order, order_of_epoch(25, seed=0, epoch=1))
    assert not np.array_equal(order, order_of_epoch(25, seed=1, epoch=0))


def test_samples_of_rows():
    weights = np.arange(25, dtype=np.float32)
    pixels = np.repeat(np.arange(25, dtype=np.uint8), 16).reshape(25, 4, 4, 1)
    samples = Samples(pixels, np.eye(25, dtype=np.float32), weights)
    images, targets, row_weights = samples.rows(np.array([7, 3, 9])).as_arguments()
    assert images.dtype == np.float32
    np.testing.assert_array_equal(images[:, 0, 0, 0], [7, 3, 9])
    np.testing.assert_array_equal(targets.argmax(1), [7, 3, 9])
    np.testing.assert_array_equal(row_weights, [7, 3, 9])


def test_training_sees_the_orders_of_its_epochs(make_trainer, monkeypatch):
    epochs = []

    def spy(n_rows, *, seed, epoch):
        epochs.append(epoch)
        return order_of_epoch(n_rows, seed=seed, epoch=epoch)

    monkeypatch.setattr(_augmentation, "order_of_epoch", spy)
    history = run(make_trainer(), initial_epoch=4)
    assert epochs == [4, 5, 6]
    assert {len(values) for values in history.values()} == {3}


class CountBatches(keras.callbacks.Callback):
    seen: list = []  # noqa: RUF012 - shared on purpose: train() copies its callbacks

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(batch)


def test_batch_hooks_run_for_each_batch(make_trainer):
    CountBatches.seen.clear()
    run(make_trainer(), callbacks=[CountBatches()], epochs=2)
    assert CountBatches.seen == [0, 1, 2, 3, 4] * 2


def test_batch_hooks_of_an_instance_run_for_each_batch_too(make_trainer):
    seen = []
    callback = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(batch)
    )
    run(make_trainer(), callbacks=[callback], epochs=1)
    assert seen == [0, 1, 2, 3, 4]


class CountTests(keras.callbacks.Callback):
    seen: list = []  # noqa: RUF012 - shared on purpose: train() copies its callbacks

    def on_test_begin(self, logs=None):
        self.seen.append("begin")

    def on_test_end(self, logs=None):
        self.seen.append(sorted(logs))


def test_hooks_of_validation_run(make_trainer):
    CountTests.seen.clear()
    run(make_trainer(), callbacks=[CountTests()], epochs=2)
    assert CountTests.seen == ["begin", ["accuracy", "loss"]] * 2


def test_many_batches_in_one_call_change_nothing(make_trainer, monkeypatch):
    histories = []
    for batches_per_call in (1, 3, 64):
        monkeypatch.setattr(_loop, "_BATCHES_PER_CALL", batches_per_call)
        histories.append(run(make_trainer(), samples=make_samples(57)))
    for history in histories[1:]:
        np.testing.assert_allclose(history["val_loss"], histories[0]["val_loss"], rtol=1e-3)


def test_history_holds_floats(make_trainer):
    history = run(make_trainer())
    assert sorted(history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert all(type(value) is float for values in history.values() for value in values)
    assert sorted(run(make_trainer(), validation=None)) == ["accuracy", "loss"]


def test_early_stopping_restores_the_best_weights(make_trainer):
    trainer = make_trainer()
    losses = [3.0, 1.0, 2.0, 2.0, 2.0, 0.0]
    callbacks = [ValidationLosses(losses)]
    history = run(trainer, callbacks=callbacks, epochs=6, n_iter_no_change=3)
    assert len(history["loss"]) == 5  # three epochs after the best
    best = ValidationLosses.weights_of_epoch[1]
    assert all(
        np.array_equal(a, b) for a, b in zip(trainer.network.get_weights(), best, strict=True)
    )


def test_early_stopping_restores_the_best_weights_at_the_last_epoch_too(make_trainer):
    trainer = make_trainer()
    run(trainer, callbacks=[ValidationLosses([1.0, 2.0])], epochs=2, n_iter_no_change=9)
    best = ValidationLosses.weights_of_epoch[0]
    assert all(
        np.array_equal(a, b) for a, b in zip(trainer.network.get_weights(), best, strict=True)
    )


def test_without_early_stopping_the_last_weights_stay(make_trainer):
    trainer = make_trainer()
    history = run(trainer, callbacks=[ValidationLosses([1.0, 2.0, 3.0])])
    assert len(history["loss"]) == 3
    last = ValidationLosses.weights_of_epoch[-1]
    assert all(
        np.array_equal(a, b) for a, b in zip(trainer.network.get_weights(), last, strict=True)
    )


def interrupted(trainer, **changes):
    """Train until the interruption; return the history and the note on what is kept."""
    history, interruption = run_whole(trainer, **changes)
    assert isinstance(interruption, KeyboardInterrupt)
    (note,) = interruption.__notes__
    return history, note


def test_interruption_keeps_the_best_weights(make_trainer):
    trainer = make_trainer()
    callbacks = [ValidationLosses([1.0, 2.0, 3.0]), InterruptAt(2)]
    history, note = interrupted(trainer, callbacks=callbacks)
    assert len(history["loss"]) == 2
    assert "interrupted after 2 of 3 epochs. The network keeps the weights of the best" in note
    best = ValidationLosses.weights_of_epoch[0]
    assert all(
        np.array_equal(a, b) for a, b in zip(trainer.network.get_weights(), best, strict=True)
    )


def test_interruption_without_validation_keeps_the_last_weights(make_trainer):
    history, note = interrupted(make_trainer(), validation=None, callbacks=[InterruptAt(1)])
    assert len(history["loss"]) == 1
    assert "its last weights" in note


def test_interruption_in_the_first_epoch_is_raised(make_trainer):
    with pytest.raises(KeyboardInterrupt):
        run(make_trainer(), callbacks=[InterruptAt(0)])


def test_interruption_of_a_diverged_training_keeps_nothing(make_trainer):
    class SpoilEachEpoch(SpoilWeights):
        def on_epoch_end(self, epoch, logs=None):
            self.on_train_end()

    with pytest.raises(KeyboardInterrupt) as interruption:
        run(make_trainer(), validation=None, callbacks=[SpoilEachEpoch(), InterruptAt(1)])
    assert not hasattr(interruption.value, "__notes__")


def test_divergence_is_an_error(make_trainer):
    with pytest.raises(ValueError, match=r"(?s)Training diverged.*Lower optimizer__learning_rate"):
        run(make_trainer(loss=NoNumber()))


class HoldLock(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.lock = Lock()


def test_a_callback_that_cannot_be_copied_is_named(make_trainer):
    with pytest.raises(TypeError, match=r"callbacks holds a HoldLock, .* Give this one a __deep"):
        run(make_trainer(), callbacks=[HoldLock()])


def test_callbacks_are_copied(make_trainer):
    callback = InterruptAt(99)
    run(make_trainer(), callbacks=[callback])
    assert callback.now == 0


@pytest.mark.parametrize("optimizer", [keras.optimizers.SGD(0.1), keras.optimizers.Adam(0.1)])
@pytest.mark.parametrize("trainer_class", [ChosenTrainer, Trainer])
def test_kernels_decay_and_biases_and_scales_do_not(optimizer, trainer_class):
    model = keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            keras.layers.Flatten(),
            keras.layers.BatchNormalization(trainable=True),
            keras.layers.Dense(2, "softmax", bias_initializer="ones"),
        ]
    )
    decaying = fresh_optimizer(
        optimizer, learning_rate=0.1, weight_decay=0.5, schedule=Constant(10)
    )

    class Flat(keras.losses.Loss):  # gradients are zero: what changes has decayed
        def call(self, y_true, y_pred):
            return 0.0 * keras.ops.sum(y_pred, axis=-1)

    trainer = trainer_class(model, decaying, Flat(), "float32")
    trainer.load(model, None)
    before = [weight.numpy() for weight in trainer.network.trainable_variables]
    trainer.begin_epoch()
    with trainer.training():
        trainer.train_on(make_samples(10), np.arange(10), 10)
    for weight, old in zip(trainer.network.trainable_variables, before, strict=True):
        factor = 0.95 if old.ndim > 1 else 1.0
        np.testing.assert_allclose(weight.numpy(), factor * old, rtol=1e-5)


class SpoilWeights(keras.callbacks.Callback):
    def on_train_end(self, logs=None):
        self.model.set_weights([weight * np.nan for weight in self.model.get_weights()])


def test_weights_that_are_not_finite_are_an_error(make_trainer):
    with pytest.raises(ValueError, match="weights are no longer finite"):
        run(make_trainer(), callbacks=[SpoilWeights()])


def test_divergence_ends_the_training(make_trainer):
    trainer = make_trainer(loss=NoNumber())
    with pytest.raises(ValueError, match="after 1 epochs"):
        run(trainer, epochs=50)


def test_learning_rate_callbacks_need_a_constant_schedule():
    callback = keras.callbacks.ReduceLROnPlateau()
    assert check_callbacks(callback, Constant(10)) == [callback]
    with pytest.raises(ValueError, match=r"ReduceLROnPlateau.*learning_rate_schedule=\"constant\""):
        check_callbacks([callback], Cosine(10))


def test_histories_stay_aligned():
    joined = join_histories({"loss": [3.0, 2.0]}, {"loss": [1.0], "val_loss": [4.0]})
    np.testing.assert_equal(joined, {"loss": [3.0, 2.0, 1.0], "val_loss": [np.nan, np.nan, 4.0]})
    joined = join_histories(joined, {"loss": [0.5]})
    np.testing.assert_equal(joined["val_loss"], [np.nan, np.nan, 4.0, np.nan])
