"""The contract of the networks with scikit-learn and with their users."""

import hashlib
import os
import pickle
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import joblib
import keras
import numpy as np
import pandas as pd
import pytest
import sklearn
from keras.initializers import HeNormal
from scikeras.wrappers import KerasClassifier
from sklearn.base import clone, is_classifier
from sklearn.ensemble import VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.metrics import ConfusionMatrixDisplay, log_loss
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedKFold,
    check_cv,
    cross_val_score,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils import get_tags

from skmnist._utils import estimator_dataclass
from skmnist.exceptions import (
    ImageShapeError,
    ValueRangeError,
    ValueRangeWarning,
)
from skmnist.neural_network import (
    BaseImageClassifier,
    CNNClassifier,
    DenseNetClassifier,
    MLPClassifier,
    ResNetClassifier,
)
from skmnist.noise import GaussianNoise
from skmnist.preprocessing import PixelScaler

NETWORKS = [MLPClassifier, CNNClassifier, ResNetClassifier, DenseNetClassifier]


def weights_of(net):
    return [w.copy() for w in net.model_.get_weights()]


def assert_equal_weights(a, b):
    assert len(a) == len(b)
    for one, other in zip(a, b, strict=True):
        np.testing.assert_array_equal(one, other)


class InterruptAt(keras.callbacks.Callback):
    def __init__(self, epoch):
        super().__init__()
        self.epoch, self.now = epoch, 0

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.now == self.epoch:
            raise KeyboardInterrupt


# scikit-learn sees a classifier -------------------------------------------------------------------


@pytest.mark.parametrize("network", NETWORKS)
def test_is_classifier_everywhere(network):
    net = network()
    pipeline = make_pipeline(GaussianNoise(), PixelScaler(), net)
    search = GridSearchCV(pipeline, {})
    assert isinstance(net, KerasClassifier)
    for estimator in (net, pipeline, search):
        assert is_classifier(estimator)
        cv = check_cv(5, np.repeat([0, 1], 10), classifier=is_classifier(estimator))
        assert isinstance(cv, StratifiedKFold)


@pytest.mark.parametrize("network", NETWORKS)
def test_no_tag_switches_a_check_off(network):
    tags = get_tags(network())
    switched_off = (tags.no_validation, tags.non_deterministic, tags._skip_test)
    assert not any((*switched_off, tags.classifier_tags.poor_score))
    assert tags.target_tags.required


def test_cross_validation_stratifies(X, y, make_mlp):
    order = np.argsort(y, kind="stable")  # sorted by class, plain folds would hold unseen classes
    scores = cross_val_score(make_mlp(epochs=10), X[order], y[order], cv=3)
    assert scores.min() > 0.5


def test_grid_search_over_flat_parameters(X, y, make_mlp):
    pipeline = Pipeline([("noise", GaussianNoise(0.1, random_state=0)), ("net", make_mlp())])
    grid = {"net__hidden_layer_sizes": [(4,), (32,)], "net__optimizer__learning_rate": [0.01]}
    search = GridSearchCV(pipeline, grid, cv=2).fit(X, y)
    assert search.best_params_["net__hidden_layer_sizes"] == (32,)
    assert search.best_estimator_["net"].optimizer__learning_rate == 0.01


def test_voting_and_confusion_matrix_accept_it(X, y, mlp, make_mlp):
    voting = VotingClassifier([("a", make_mlp()), ("b", make_mlp(random_state=1))], voting="soft")
    assert voting.fit(X, y).predict(X).shape == y.shape
    display = ConfusionMatrixDisplay.from_estimator(mlp, X, y)
    assert display.confusion_matrix.sum() == len(y)


def test_clone_and_parameters_keep_everything(make_cnn):
    net = make_cnn(optimizer__learning_rate=0.5, callbacks=[keras.callbacks.Callback()])
    params, cloned = net.get_params(), clone(net).get_params()
    assert cloned.keys() == params.keys()
    changed = {name for name in params if params[name] != cloned[name]}
    assert changed == {"callbacks"}  # an object, copied
    assert net.set_params(optimizer__learning_rate=0.25, epochs=7).epochs == 7
    assert net.optimizer__learning_rate == 0.25
    assert "optimizer__learning_rate=0.25" in repr(net)


@pytest.mark.parametrize("name", ["no_such", "optimizer__momentum", "fit__batch_size"])
def test_unknown_parameter_is_refused_and_changes_nothing(name):
    net = MLPClassifier()
    with pytest.raises(ValueError, match=rf"Invalid parameter '{name}' for estimator MLPClass"):
        net.set_params(epochs=3, **{name: 1})
    assert net.get_params() == MLPClassifier().get_params()


class OwnNetwork(BaseImageClassifier):
    """A network of a user, with a constructor of its own.

    Parameters
    ----------
    n_units : int, default=?
        Number of units.
    """

    def __init__(self, n_units=4, *, epochs=2, random_state=None):
        self.n_units = n_units
        self.epochs = epochs
        self.random_state = random_state

    def _build_model(self, n_classes):
        return keras.Sequential([
            keras.layers.Input(self.image_shape_),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Flatten(),
            keras.layers.Dense(self.n_units, "relu", kernel_initializer=HeNormal(self.seed_)),
            keras.layers.Dense(n_classes, "softmax", kernel_initializer=HeNormal(self.seed_)),
        ])  # fmt: skip


class OwnCNN(CNNClassifier):
    """A CNN with a constructor of its own.

    Parameters
    ----------
    filters : tuple of int, default=?
        Filters.
    """

    def __init__(self, filters=(4,), epochs=2, random_state=None):
        super().__init__(filters, hidden_layer_sizes=(8,), epochs=epochs, random_state=random_state)


@estimator_dataclass
class OwnDefaults(MLPClassifier):
    """An MLP with other defaults.

    Parameters
    ----------
    {dense parameters}
    epochs : int, default=?
        Epochs.
    """

    hidden_layer_sizes = (8,)
    epochs = 2


@pytest.mark.parametrize(
    ("net", "params", "documented"),
    [
        (OwnNetwork(random_state=0), {"n_units", "epochs", "random_state"}, "int, default=4"),
        (OwnCNN(random_state=0), {"filters", "epochs", "random_state"}, "of int, default=(4,)"),
        (
            OwnDefaults(random_state=0),
            MLPClassifier().get_params().keys(),
            "epochs : int, default=2",
        ),
    ],
    ids=["network", "constructor", "defaults"],
)
def test_subclasses_of_users(net, params, documented, X, y):
    assert net.get_params().keys() == params
    assert documented in net.__doc__
    again = clone(net).fit(X, y)
    assert again.current_epoch == 2
    assert_equal_weights(weights_of(again), weights_of(net.fit(X, y)))
    loaded = pickle.loads(pickle.dumps(net))
    np.testing.assert_array_equal(loaded.predict_proba(X), net.predict_proba(X))


def test_a_docstring_of_what_is_not_a_parameter():
    with pytest.raises(TypeError, match="the docstring describes 'no_such', which is not a param"):

        class Wrong(MLPClassifier):
            """A network.

            Parameters
            ----------
            no_such : int, default=?
                Nothing.
            """


# Forms of input -----------------------------------------------------------------------------------


def forms_of(X, tmp_path):
    np.save(tmp_path / "X.npy", X)
    yield X.reshape(-1, 8, 8).astype(np.float64)
    yield X.reshape(-1, 8, 8, 1).astype(np.float32)
    yield X.astype(np.int64)
    yield pd.DataFrame(X)
    yield np.load(tmp_path / "X.npy", mmap_mode="r")
    yield np.asfortranarray(X)
    yield X.tolist()


def test_all_forms_of_the_same_images_predict_the_same(X, fitted, tmp_path):
    expected = fitted.predict_proba(X)
    for form in forms_of(X, tmp_path):
        np.testing.assert_array_equal(fitted.predict_proba(form), expected)


def test_all_forms_of_the_same_images_train_the_same(X, y, make_cnn, tmp_path):
    expected = weights_of(make_cnn(epochs=1).fit(X, y))
    for form in forms_of(X, tmp_path):
        net = make_cnn(epochs=1).fit(form, y)
        assert (net.n_features_in_, net.image_shape_, net.value_range_) == (64, (8, 8, 1), (0, 255))
        assert_equal_weights(weights_of(net), expected)


def test_feature_names_are_checked(X, y, make_mlp):
    frame = pd.DataFrame(X).add_prefix("pixel_")
    net = make_mlp(epochs=1).fit(frame, y)
    assert net.feature_names_in_[0] == "pixel_0"
    with pytest.raises(ValueError, match="feature names should match"):
        net.predict(frame[frame.columns[::-1]])


@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
def test_scaler_in_front_changes_nothing(X, y, make_cnn, dtype):
    X = X.astype(dtype)
    alone = make_cnn().fit(X, y)
    scaled = make_pipeline(PixelScaler(), make_cnn()).fit(X, y)
    np.testing.assert_allclose(scaled.predict_proba(X), alone.predict_proba(X), atol=1e-5)


def test_scaler_in_front_of_another_range(X, y, make_mlp):
    X = X / 64 - 1
    alone = make_mlp(value_range=(-1, 3)).fit(X, y)
    scaled = make_pipeline(PixelScaler(value_range=(-1, 3)), make_mlp()).fit(X, y)
    np.testing.assert_allclose(scaled.predict_proba(X), alone.predict_proba(X), atol=1e-3)


def test_nothing_of_the_caller_is_written_to(X, y, make_mlp):
    weights, class_weight = np.ones(len(y)), dict.fromkeys(range(10), 2.0)
    weights.setflags(write=False)
    X_val, y_val = X[:50], y[:50]  # read-only, as X and y are
    make_mlp(class_weight=class_weight, epochs=1).fit(X, y, weights, X_val=X_val, y_val=y_val)
    assert class_weight == dict.fromkeys(range(10), 2.0)
    assert weights.sum() == len(y)


@pytest.mark.parametrize(
    "labels",
    [list("abcdefghij"), [f"digit {i}" for i in range(10)], list(range(-5, 5))],
    ids=["characters", "strings", "negative"],
)
def test_labels_come_back_as_they_went_in(X, y, make_mlp, labels):
    y_own = np.array(labels)[y]
    net = make_mlp(epochs=10).fit(X, y_own)
    assert net.classes_.tolist() == sorted(labels)
    predicted = net.predict(X)
    assert predicted.dtype == y_own.dtype
    assert net.score(X, y_own) == np.mean(predicted == y_own) > 0.5


def test_boolean_labels(X, y, make_mlp):
    net = make_mlp(epochs=5).fit(X, y > 4)
    assert net.predict_proba(X).shape == (len(X), 2)
    assert net.predict(X).dtype == bool


def test_probabilities(X, fitted):
    probabilities = fitted.predict_proba(X)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(fitted.predict_log_proba(X), np.log(probabilities), rtol=1e-5)
    np.testing.assert_array_equal(fitted.predict(X), fitted.classes_[probabilities.argmax(1)])


def test_log_probabilities_are_finite(X, y, make_mlp):
    net = make_mlp(epochs=1).fit(X, y)
    net.model_.set_weights([w * 1e4 for w in net.model_.get_weights()])
    assert net.predict_proba(X).min() == 0
    assert np.isfinite(net.predict_log_proba(X)).all()


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


def test_validation_rows_are_the_callers(X, y, make_mlp):
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
    """Return how many steps the optimizer that the network goes on with has taken."""
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


def test_learning_rate_change_is_heeded_on_warm_start(X, y, make_mlp):
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
    """Holds a training until it is let go."""

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

IN_ANOTHER_PROCESS = """
import sys, hashlib, numpy as np
from skmnist.neural_network import CNNClassifier
X, y = np.load(sys.argv[1]), np.load(sys.argv[2])
net = CNNClassifier().set_params(**eval(sys.argv[3])).fit(X, y)
print(hashlib.sha256(b"".join(w.tobytes() for w in net.model_.get_weights())).hexdigest())
"""


@pytest.fixture
def digest_in_another_process(X, y, tmp_path):
    """Return a function that fits a CNN in a new process and returns the digest of its weights."""
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", y)

    def fit(net, n_threads):
        names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
        environment = os.environ | dict.fromkeys(names, str(n_threads))
        arguments = [tmp_path / "X.npy", tmp_path / "y.npy", repr(net.get_params())]
        program = [sys.executable, "-c", IN_ANOTHER_PROCESS, *arguments]
        run = subprocess.run(program, capture_output=True, text=True, check=True, env=environment)
        return run.stdout.strip()

    return fit


def test_same_seed_gives_bit_identical_weights(X, y, make_cnn, digest_in_another_process):
    net = make_cnn(dropout=0.4, random_state=7)
    expected = weights_of(net.fit(X, y))
    assert_equal_weights(weights_of(net.fit(X, y)), expected)
    assert_equal_weights(weights_of(clone(net).fit(X, y)), expected)
    other = weights_of(clone(net).set_params(random_state=8).fit(X, y))
    assert not np.array_equal(other[0], expected[0])
    assert digest_in_another_process(net, n_threads=1) == digest_of(expected)


def test_same_seed_with_two_threads(make_cnn, digest_in_another_process):
    net = make_cnn(filters=(16, 32), dropout=0.4, batch_size=64, epochs=3)
    digests = {digest_in_another_process(net, n_threads=2) for _ in range(2)}
    assert len(digests) == 1


def digest_of(weights):
    return hashlib.sha256(b"".join(w.tobytes() for w in weights)).hexdigest()


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


# Errors -------------------------------------------------------------------------------------------


def changed(array, index, value):
    array = np.array(array, dtype=np.float64)
    array[index] = value
    return array


BAD_FITS = {
    "NaN pixels": (lambda X, y: (changed(X, (0, 0), np.nan), y), "Input X contains NaN"),
    "infinite pixels": (lambda X, y: (changed(X, (0, 0), np.inf), y), "Input X contains infinity"),
    "complex pixels": (lambda X, y: (X + 1j, y), "Complex data not supported"),
    "words for pixels": (lambda X, y: (X.astype(str), y), "numeric|numbers"),
    "objects for pixels": (lambda X, y: (np.full(X.shape, {}, object), y), "number"),
    "empty X": (lambda X, y: (X[:0], y[:0]), "0 sample"),
    "lengths": (lambda X, y: (X, y[:-1]), "X has 300 rows, but y has 299; expected one label"),
    "one class": (lambda X, y: (X, y * 0), r"y has one class only, \[0\]; expected at least two"),
    "no y": (lambda X, y: (X, None), "requires y to be passed, but the target y is None"),
    "one-hot y": (lambda X, y: (X, np.eye(10)[y]), r"looks one-hot.*pass `y.argmax\(1\)`"),
    "continuous y": (lambda X, y: (X, y + 0.5), r"Unknown label type.*`y.argmax\(1\)`"),
    "NaN y": (lambda X, y: (X, changed(y, 0, np.nan)), "Input y contains NaN"),
    "colors": (
        lambda X, y: (np.repeat(X.reshape(-1, 8, 8, 1), 3, axis=3), y),
        "X has 3 channels .*grey only",
    ),
    "5-D": (lambda X, y: (X.reshape(-1, 2, 4, 8, 1), y), "X has 5 dimensions"),
}


@pytest.mark.parametrize("case", BAD_FITS)
def test_bad_training_data_is_refused_and_changes_nothing(case, X, y, make_mlp):
    spoil, message = BAD_FITS[case]
    net = make_mlp(epochs=1).fit(X, y)
    before, weights = vars(net).copy(), weights_of(net)
    with pytest.raises((ValueError, TypeError), match=f"(?s){message}"):
        net.fit(*spoil(X, y))
    assert vars(net) == before
    assert_equal_weights(weights_of(net), weights)


def test_sparse_pixels_are_refused(X, y, make_mlp):
    from scipy.sparse import csr_array

    with pytest.raises(TypeError, match=r"Sparse data was passed.*dense data is required"):
        make_mlp().fit(csr_array(X), y)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sample_weight": -1.0}, "Negative values in data passed to `sample_weight`"),
        ({"sample_weight": 0.0}, "sample_weight is zero for all rows"),
        ({"sample_weight": [1.0, 2.0]}, "sample_weight.shape == .*expected"),
        ({"X_val": 1}, "y_val is missing; pass X_val and y_val together"),
        ({"y_val": 1}, "X_val is missing; pass X_val and y_val together"),
    ],
)
def test_bad_fit_arguments(arguments, message, X, y, make_mlp):
    if isinstance(arguments.get("sample_weight"), float):
        arguments = {"sample_weight": np.full(len(y), arguments["sample_weight"])}
    with pytest.raises(ValueError, match=message):
        make_mlp().fit(X, y, **arguments)


def test_unknown_label_in_y_val(X, y, make_mlp):
    with pytest.raises(ValueError, match=r"y_val has the labels \[77\]"):
        make_mlp().fit(X, y, X_val=X[:3], y_val=[77, 1, 2])


BAD_PARAMETERS = {
    "activation": "swoosh",
    "augment": "fog",
    "batch_normalization": "yes",
    "batch_size": 0,
    "callbacks": "stop",
    "bottleneck": "yes",
    "class_weight": "balance",
    "compression": 0.0,
    "conv_dropout": 1.5,
    "conv_kernel_initializer": "he",
    "dropout": -0.1,
    "early_stopping": 3,
    "epochs": 0,
    "filters": (0,),
    "growth_rate": 0,
    "hidden_layer_sizes": (-3,),
    "image_shape": 64,
    "kernel_initializer": "she_uniform",
    "kernel_size": 0,
    "label_smoothing": 1.0,
    "learning_rate_schedule": "sine",
    "loss": "mse",
    "n_blocks": 0,
    "n_iter_no_change": 0,
    "n_layers": (0,),
    "normalization": "bach",
    "optimizer": "adammm",
    "optimizer__learning_rate": 0.0,
    "optimizer__weight_decay": -0.1,
    "output_kernel_initializer": 3,
    "padding": "sama",
    "pool_size": (2, 2, 2, 2, 2),
    "pooling": "sum",
    "precision": "float16",
    "random_state": "seed",
    "stem_kernel_size": 0,
    "stem_stride": 0,
    "stochastic_depth": 1.0,
    "test_time_views": -1,
    "validation_fraction": 1.0,
    "value_range": 3,
    "verbose": 9,
    "warmup_fraction": 1.0,
    "warm_start": "no",
}


@pytest.mark.parametrize("network", NETWORKS)
def test_every_parameter_refuses_a_bad_value(network, X, y):
    names = set(network().get_params())
    assert set(network._parameter_constraints) == names
    assert names <= BAD_PARAMETERS.keys()
    for name in names:
        net = network(**{name: BAD_PARAMETERS[name]})
        with pytest.raises((ValueError, TypeError), match=name):
            net.fit(X, y)
        assert not hasattr(net, "model_")


@pytest.mark.parametrize(
    ("net", "expected"),
    [
        (MLPClassifier(), (None, None)),
        (CNNClassifier(), (0.005, 0.05)),
        (ResNetClassifier(), (0.01, 0.05)),
        (DenseNetClassifier(), (0.01, 0.05)),
        (CNNClassifier(batch_normalization=False), (None, None)),
        (ResNetClassifier(normalization="none"), (None, None)),
        (CNNClassifier(optimizer="sgd"), (None, None)),
        (CNNClassifier(optimizer=keras.optimizers.Adam(0.5)), (None, None)),
        (CNNClassifier(optimizer__learning_rate=0.1), (0.1, 0.05)),
        (CNNClassifier(optimizer__weight_decay=0.0), (0.005, 0.0)),
        (CNNClassifier(optimizer__learning_rate=None), (None, 0.05)),
        (CNNClassifier(optimizer__weight_decay=None), (0.005, None)),
        (CNNClassifier(optimizer__learning_rate=np.str_("auto")), (0.005, 0.05)),
    ],
)
def test_tuned_rates_are_for_adam_by_name_on_normalized_maps(net, expected):
    assert net._rates() == expected


def test_tuned_rates_are_documented():
    for network in NETWORKS[1:]:
        rate, decay = network._rates_of_adam
        for value in (rate, decay):
            assert f'"auto" is {value} for "adam" on normalized maps' in network.__doc__
    assert '"adam" on' not in MLPClassifier.__doc__


def test_label_smoothing_is_not_for_an_instance_of_a_loss(X, y, make_mlp):
    net = make_mlp(loss=keras.losses.CategoricalCrossentropy(), label_smoothing=0.1)
    with pytest.raises(ValueError, match=r"label_smoothing=0.1 .* CategoricalCrossentropy\(label"):
        net.fit(X, y)


def test_bad_callback_in_a_list(X, y, make_mlp):
    with pytest.raises(TypeError, match=r"callbacks holds 'stop'; expected instances of keras"):
        make_mlp(callbacks=["stop"]).fit(X, y)


@pytest.mark.parametrize("fraction", [0, 1.5, -0.1])
def test_validation_fraction_outside_its_range(fraction, X, y, make_mlp):
    with pytest.raises(ValueError, match=r"'validation_fraction' .* in the range \(0.0, 1.0\)"):
        make_mlp(validation_fraction=fraction).fit(X, y)


def test_unknown_label_in_class_weight(X, y, make_mlp):
    with pytest.raises(ValueError, match=r"class_weight has the labels \['3'\]"):
        make_mlp(class_weight={"3": 1.0}).fit(X, y)


def test_lone_member_under_early_stopping(X, y, make_mlp):
    y_lone = np.where(np.arange(len(y)) == 0, 99, y)
    with pytest.raises(ValueError, match="The class 99 of y has only one member"):
        make_mlp(early_stopping=True).fit(X, y_lone)


@pytest.mark.parametrize("image_shape", [(7, 9), (8, 8, 3), (8,), (8, -8), "88"])
def test_image_shape_that_does_not_fit(image_shape, X, y, make_mlp):
    with pytest.raises(ValueError, match="image_shape"):
        make_mlp(image_shape=image_shape).fit(X, y)


def test_image_shape_is_heeded(X, y, make_cnn):
    net = make_cnn(image_shape=(4, 16), epochs=1).fit(X, y)
    assert net.image_shape_ == (4, 16, 1)
    assert net.model_.input_shape == (None, 4, 16, 1)


def test_bad_input_at_predict(X, fitted):
    with pytest.raises(ValueError, match=r"X has 63 features, but \w+ is expecting 64 features"):
        fitted.predict(X[:, :-1])
    with pytest.raises(ImageShapeError, match=r"images of shape \(4, 16\), but .* \(8, 8\)"):
        fitted.predict(X.reshape(-1, 4, 16))
    for lone in (X[0].reshape(8, 8), X[0].reshape(8, 8, 1)):
        with pytest.raises(ImageShapeError, match=r"one image: pass X\[None\]"):
            fitted.predict(lone)
    with pytest.raises(ValueError, match="Input X contains NaN"):
        fitted.predict(changed(X, (0, 0), np.nan))


def test_values_outside_the_range(X, y, make_mlp):
    net = make_mlp(epochs=1).fit(X / 255, y)
    with pytest.raises(ValueRangeError, match="maximum of 255, which looks like 0-255"):
        net.predict(X)
    np.testing.assert_array_equal(
        net.predict_proba(X / 255 * 1.4), net.predict_proba(np.minimum(X / 255 * 1.4, 1))
    )
    with pytest.raises(ValueRangeError, match="looks like 0-255"):
        make_mlp(value_range=(0, 1)).fit(X, y)
    with pytest.warns(ValueRangeWarning, match=r"maximum of 1, .*pass value_range="):
        make_mlp(epochs=1).fit(X, y).predict(X / 255)


@pytest.mark.parametrize("method", ["predict", "predict_proba", "predict_log_proba"])
def test_not_fitted(method, X):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        getattr(CNNClassifier(), method)(X)


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


# Persistence --------------------------------------------------------------------------------------


def test_dumped_and_loaded_predicts_the_same(X, y, fitted, tmp_path):
    path = tmp_path / "net.joblib"
    joblib.dump(fitted, path)
    loaded = joblib.load(path)
    np.testing.assert_array_equal(loaded.predict_proba(X), fitted.predict_proba(X))
    assert loaded.history_ == fitted.history_
    assert loaded.get_params() == fitted.get_params()
    again = loaded.partial_fit(X, y)  # with a fresh optimizer
    assert again.current_epoch == fitted.current_epoch + 1


@pytest.mark.parametrize("network", NETWORKS)
def test_file_is_about_the_weights(network, X, y, tmp_path):
    net = network(epochs=1, random_state=0).fit(X, y)
    joblib.dump(net, tmp_path / "net.joblib")
    n_bytes = sum(w.nbytes for w in net.model_.get_weights())
    assert (tmp_path / "net.joblib").stat().st_size < 1.1 * n_bytes


def test_unfitted_network_can_be_pickled(make_cnn, tmp_path):
    joblib.dump(make_cnn(), tmp_path / "net.joblib")
    assert joblib.load(tmp_path / "net.joblib").get_params() == make_cnn().get_params()


def test_parallel_workers_agree(X, y, make_mlp):
    net = make_mlp(epochs=1)
    alone = cross_val_score(net, X, y, cv=2)
    np.testing.assert_allclose(cross_val_score(net, X, y, cv=2, n_jobs=2), alone, atol=0.02)


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


def test_faults_of_the_validation_rows_name_them(X, y, make_mlp):
    for X_val, message in (
        (changed(X, (0, 0), np.nan), "X_val is not valid: Input X contains NaN"),
        (X[:, :-1], "X_val is not valid: X has 63 features"),
        (X[:-1], "X_val has 299 rows, but y_val has 300"),
    ):
        with pytest.raises(ValueError, match=message):
            make_mlp().fit(X, y, X_val=X_val, y_val=y)
