"""Training: validation, weights, interruption, and the same bits for a seed."""

import pickle
import random
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import keras
import numpy as np
import pytest
import sklearn
from sklearn.base import clone
from sklearn.metrics import log_loss
from sklearn.model_selection import (
    GridSearchCV,
    cross_val_score,
)
from sklearn.pipeline import Pipeline
from weights import assert_equal_weights, weights_of

from skmnist.neural_network import (
    MLPClassifier,
)
from skmnist.preprocessing import PixelScaler


class InterruptAt(keras.callbacks.Callback):
    def __init__(self, epoch):
        super().__init__()
        self.epoch, self.now = epoch, 0

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.now == self.epoch:
            raise KeyboardInterrupt


# Training -----------------------------------------------------------------------------------------


def test_mlp_without_hidden_layers_is_logistic_regression(X, y):
    """An oracle: the same convex problem, solved by scikit-learn."""
    from sklearn.linear_model import LogisticRegression

    images, labels = X[y < 2] / 255.0, y[y < 2]
    net = MLPClassifier((), epochs=300, optimizer="sgd", optimizer__learning_rate=1.0,
                        batch_size=100, random_state=0).fit(images, labels)  # fmt: skip
    kernel, _ = net.model_.layers[-1].get_weights()
    reference = LogisticRegression(C=1e6, solver="newton-cg").fit(images, labels)
    assert net.score(images, labels) == reference.score(images, labels) == 1
    direction = kernel[:, 1] - kernel[:, 0]
    cosine = direction @ reference.coef_[0] / np.linalg.norm(direction)
    assert cosine / np.linalg.norm(reference.coef_) > 0.8


def test_history_is_plain_data(fitted, X, y, make_mlp):
    assert sorted(fitted.history_) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    lengths = {len(values) for values in fitted.history_.values()}
    assert lengths == {fitted.current_epoch}
    assert type(fitted.history_) is dict
    assert sorted(make_mlp().fit(X, y).history_) == ["accuracy", "loss"]


def test_early_stopping_stops(X, y, make_mlp):
    net = make_mlp(early_stopping=True, n_iter_no_change=2, epochs=60)
    net.set_params(optimizer__learning_rate=0.05, learning_rate_schedule="constant").fit(X, y)
    losses = net.history_["val_loss"]
    assert 3 <= len(losses) < 60
    assert int(np.argmin(losses)) == len(losses) - 3


def test_given_validation_rows_are_used(X, y, make_mlp):
    net = make_mlp(early_stopping=True).fit(X[:200], y[:200], X_val=X[200:], y_val=y[200:])
    loss = log_loss(y[200:], net.predict_proba(X[200:]), labels=net.classes_)
    accuracy = net.score(X[200:], y[200:])
    best = int(np.argmin(net.history_["val_loss"]))
    assert loss == pytest.approx(net.history_["val_loss"][best], rel=1e-5)
    assert accuracy == pytest.approx(net.history_["val_accuracy"][best])


def test_validation_rows_pass_through_a_pipeline(X, y, make_mlp):
    with sklearn.config_context(enable_metadata_routing=True):
        pipeline = Pipeline(
            [("scaler", PixelScaler()), ("net", make_mlp())], transform_input=["X_val"]
        )
        pipeline.fit(X[:200], y[:200], X_val=X[200:], y_val=y[200:])
    # Unscaled validation pixels would have been refused: the network was trained on [0, 1].
    alone = make_mlp().fit(X[:200] / 255, y[:200], X_val=X[200:] / 255, y_val=y[200:])
    assert pipeline["net"].history_["val_loss"] == pytest.approx(alone.history_["val_loss"])


def test_zero_weight_rows_are_dropped_before_split_and_shuffle(X, y, make_mlp):
    weights = np.ones(len(y))
    weights[::3] = 0
    X_changed = X.copy()
    X_changed[::3] = 255
    kept = weights > 0
    for early_stopping in (False, True):
        net = make_mlp(early_stopping=early_stopping).fit(X_changed, y, sample_weight=weights)
        without = make_mlp(early_stopping=early_stopping).fit(
            X[kept], y[kept], sample_weight=weights[kept]
        )
        assert_equal_weights(weights_of(net), weights_of(without))


def test_weights_matter(X, y, make_mlp):
    binary = (y > 4).astype(int)
    heavy = make_mlp(epochs=5, class_weight={0: 1000.0, 1: 1.0}).fit(X, binary)
    assert (heavy.predict(X) == 0).mean() > 0.95
    # Of both classes 140 rows, so that the sample weights are scaled to the class weights.
    rows = np.concatenate([np.flatnonzero(binary == label)[:140] for label in (0, 1)])
    by_class = make_mlp(class_weight={0: 1.75, 1: 0.25}).fit(X[rows], binary[rows])
    for scale in (1.0, 1000.0, 1e-300):
        weights = scale * np.where(binary[rows], 1.0, 7.0)
        by_sample = make_mlp().fit(X[rows], binary[rows], sample_weight=weights)
        assert_equal_weights(weights_of(by_sample), weights_of(by_class))
    balanced = make_mlp(epochs=1, class_weight="balanced").fit(X, binary)
    assert np.isfinite(balanced.history_["loss"]).all()


def n_steps_of(net):
    """Return the number of steps in the optimizer state that the network keeps."""
    _, (n_steps, *_) = net._optimizer
    return n_steps


def test_partial_fit_is_one_epoch_and_keeps_the_optimizer(X, y, make_mlp):
    net = make_mlp(early_stopping=True)
    net.partial_fit(X[:100], y[:100], classes=np.arange(10))
    first = weights_of(net)
    assert n_steps_of(net) == 7  # batches of 16
    net.partial_fit(X[100:], y[100:])
    assert n_steps_of(net) == 7 + 13
    assert len(net.history_["loss"]) == net.current_epoch == 2
    assert any(not np.array_equal(a, b) for a, b in zip(first, weights_of(net), strict=True))
    assert "val_loss" not in net.history_


def test_partial_fit_goes_on_after_fit(X, y, make_mlp):
    net = make_mlp(epochs=3).fit(X, y)
    before = weights_of(net)
    net.partial_fit(X, y)
    assert net.current_epoch == 4
    assert any(not np.array_equal(a, b) for a, b in zip(before, weights_of(net), strict=True))


def test_warm_start_goes_on_and_cold_start_does_not(X, y, make_mlp):
    net = make_mlp(epochs=2, warm_start=True).fit(X, y)
    first = net.history_["loss"]
    net.fit(X, y)
    assert len(net.history_["loss"]) == 4
    assert net.history_["loss"][:2] == first
    assert net.history_["loss"][2] < first[0]
    net.set_params(warm_start=False).fit(X, y)
    assert net.history_["loss"] == first


def test_learning_rate_change_takes_effect_on_warm_start(X, y, make_mlp):
    net = make_mlp(warm_start=True, learning_rate_schedule="constant").fit(X, y)
    assert n_steps_of(net) == 2 * 19
    assert n_steps_of(net.fit(X, y)) == 4 * 19
    net.set_params(optimizer__learning_rate=0.5).fit(X, y)
    _, (n_steps, learning_rate, *_) = net._optimizer
    assert (n_steps, learning_rate) == (2 * 19, 0.5)  # a new one


def test_initialize_builds_without_training(X, y, make_mlp):
    net = make_mlp().initialize(X, y)
    assert net.predict(X).shape == y.shape
    assert net.current_epoch == 0


def test_interruption_keeps_a_usable_network(X, y, make_mlp):
    net = make_mlp(epochs=5, callbacks=InterruptAt(2))
    with pytest.raises(KeyboardInterrupt) as interruption:
        net.fit(X, y)
    assert "after 2 of 5 epochs" in interruption.value.__notes__[0]
    assert net.current_epoch == 2
    assert net.predict(X).shape == y.shape


def test_interruption_ends_a_loop_over_seeds(X, y, make_mlp):
    net, finished = make_mlp(epochs=3, callbacks=InterruptAt(1)), []

    def study():
        for seed in range(3):
            finished.append(net.set_params(random_state=seed).fit(X, y).seed_)

    with pytest.raises(KeyboardInterrupt):
        study()
    assert not finished


class WaitInEpoch(keras.callbacks.Callback):
    """Pauses a training until it is released."""

    started, go_on = Event(), Event()

    def on_epoch_end(self, epoch, logs=None):
        self.started.set()
        assert self.go_on.wait(60)


def test_predictions_during_a_refit_are_those_of_the_old_fit(X, y, make_mlp):
    net = make_mlp().fit(X, y)
    expected, names = net.predict_proba(X), np.array([f"digit {label}" for label in y])
    net.set_params(callbacks=WaitInEpoch(), random_state=1)
    with ThreadPoolExecutor(1) as thread:
        refit = thread.submit(net.fit, X, names)
        assert WaitInEpoch.started.wait(60)
        try:
            np.testing.assert_array_equal(net.predict_proba(X), expected)
            assert net.predict(X).dtype == y.dtype
        finally:
            WaitInEpoch.go_on.set()
        refit.result()
    assert net.predict(X)[0].startswith("digit")


def test_interruption_ends_a_search(X, y, make_mlp):
    net = make_mlp(epochs=3, callbacks=[InterruptAt(2)])
    with pytest.raises(KeyboardInterrupt):
        GridSearchCV(net, {"batch_size": [16, 32]}, cv=2).fit(X, y)
    with pytest.raises(KeyboardInterrupt):
        cross_val_score(net, X, y, cv=2)


# Reproducibility ----------------------------------------------------------------------------------


def test_same_seed_gives_bit_identical_weights(X, y, make_cnn):
    """In other processes too: see the tests of settings."""
    net = make_cnn(dropout=0.4, random_state=7)
    expected = weights_of(net.fit(X, y))
    assert_equal_weights(weights_of(net.fit(X, y)), expected)
    assert_equal_weights(weights_of(clone(net).fit(X, y)), expected)
    other = weights_of(clone(net).set_params(random_state=8).fit(X, y))
    assert not np.array_equal(other[0], expected[0])


TWO_FITS = """
import pickle, sys
from numpy.testing import assert_array_equal
net, X, y = pickle.load(sys.stdin.buffer)
first = net.fit(X, y).model_.get_weights()
for weight, other in zip(net.fit(X, y).model_.get_weights(), first, strict=True):
    assert_array_equal(weight, other)
"""


def test_same_seed_with_two_threads(X, y, make_cnn, run_with_two_threads):
    net = make_cnn(filters=(16, 32), dropout=0.4, batch_size=64, epochs=3)
    run_with_two_threads("-c", TWO_FITS, input=pickle.dumps((net, X, y)))


def test_global_state_is_untouched(X, y, make_cnn):
    import tensorflow as tf
    from tensorflow.python.framework import config

    tf.random.set_seed(5)
    expected = tf.random.uniform([3]).numpy().tolist()
    tf.random.set_seed(5)
    before = random.getstate(), np.random.get_state()[1].tolist(), np.random.get_state()[2]
    make_cnn(dropout=0.4, early_stopping=True).fit(X, y).predict(X)
    after = random.getstate(), np.random.get_state()[1].tolist(), np.random.get_state()[2]
    assert before == after
    assert tf.random.uniform([3]).numpy().tolist() == expected
    assert not config.is_op_determinism_enabled()


def test_random_state_none_differs_and_can_be_repeated(X, y, make_mlp):
    one, other = (make_mlp(random_state=None, epochs=1).fit(X, y) for _ in range(2))
    assert one.seed_ != other.seed_
    again = make_mlp(random_state=one.seed_, epochs=1).fit(X, y)
    assert_equal_weights(weights_of(one), weights_of(again))


def test_random_state_instance_is_advanced(X, y, make_mlp):
    state = np.random.RandomState(0)
    seeds = [make_mlp(random_state=state, epochs=1).fit(X, y).seed_ for _ in range(2)]
    assert seeds[0] != seeds[1]


def test_partial_fit_errors_change_nothing(X, y, make_mlp):
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        make_mlp().partial_fit(X, y)
    net = make_mlp().partial_fit(X, y, classes=np.arange(10))
    weights, history = weights_of(net), net.history_
    with pytest.raises(ValueError, match="is not the same as on the last call"):
        net.partial_fit(X, y, classes=[1, 2])
    with pytest.raises(ValueError, match=r"y has the labels \[77\]"):
        net.partial_fit(X, np.where(y == 1, 77, y))
    with pytest.raises(KeyboardInterrupt):
        net.set_params(callbacks=InterruptAt(1)).partial_fit(X, y)
    assert_equal_weights(weights_of(net), weights)
    assert net.history_ == history


def test_partial_fit_interrupted_after_its_epoch(X, y, make_mlp):
    class InterruptAtTheEnd(keras.callbacks.Callback):
        def on_train_end(self, logs=None):
            raise KeyboardInterrupt

    net = make_mlp(callbacks=InterruptAtTheEnd())
    with pytest.raises(KeyboardInterrupt):
        net.partial_fit(X, y, classes=np.arange(10))
    assert len(net.history_["loss"]) == 1


def test_failed_warm_start_does_not_swap_the_optimizer(X, y, make_mlp):
    net = make_mlp(warm_start=True, learning_rate_schedule="constant").fit(X, y)
    net.set_params(optimizer__learning_rate=0.5, callbacks=InterruptAt(2))
    with pytest.raises(KeyboardInterrupt):
        net.fit(X, y)
    net.set_params(optimizer__learning_rate=0.02, callbacks=None).fit(X, y)
    assert n_steps_of(net) == 4 * 19


@pytest.mark.parametrize("failure", ["divergence", "callback", "labels"])
def test_training_after_a_failure_equals_training_without_it(X, y, make_mlp, failure):
    def start():
        net = make_mlp(dropout=0.4, optimizer="adam")
        return net.partial_fit(X, y, classes=np.arange(10))

    expected = weights_of(start().partial_fit(X, y))
    net = start()
    arguments = {"X": X, "y": y}
    if failure == "divergence":
        net.set_params(optimizer__learning_rate=1e30)
    elif failure == "callback":
        net.set_params(callbacks=InterruptAt(1))
    else:
        arguments["y"] = y + 1
    with pytest.raises((ValueError, KeyboardInterrupt)):
        net.partial_fit(**arguments)
    net.set_params(callbacks=None, optimizer__learning_rate=0.02)
    assert_equal_weights(weights_of(net.partial_fit(X, y)), expected)


def test_interruption_ends_the_refit_of_a_search_too(X, y, make_mlp):
    class InterruptLargeFits(InterruptAt):
        def on_train_batch_end(self, batch, logs=None):
            if self.now == self.epoch and self.params["steps"] > 10:
                raise KeyboardInterrupt

    net = make_mlp(epochs=3, callbacks=[InterruptLargeFits(2)])
    with pytest.raises(KeyboardInterrupt):  # half of 300 rows are 10 steps of 16, all are 19
        GridSearchCV(net, {"epochs": [3]}, cv=2).fit(X, y)
