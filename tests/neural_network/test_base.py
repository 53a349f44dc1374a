"""The interface of the networks: parameters, subclasses, input, files."""

import pickle

import joblib
import keras
import numpy as np
import pandas as pd
import pytest
from keras.initializers import HeNormal
from scikeras.wrappers import KerasClassifier
from sklearn.base import clone, is_classifier
from sklearn.ensemble import VotingClassifier
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedKFold,
    check_cv,
    cross_val_score,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils import get_tags
from weights import assert_equal_weights, weights_of

from skmnist._utils import estimator_dataclass
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


@pytest.mark.parametrize(
    "net",
    [
        MLPClassifier((512, 256)),
        CNNClassifier((32, 64)),
        ResNetClassifier((96,)),
        DenseNetClassifier((5,), growth_rate=32),
    ],
    ids=str,
)
def test_the_file_is_about_as_large_as_the_weights(net, X, y, tmp_path):
    net.set_params(epochs=1, random_state=0).fit(X, y)
    joblib.dump(net, tmp_path / "net.joblib")
    n_bytes = sum(w.nbytes for w in net.model_.get_weights())
    assert (tmp_path / "net.joblib").stat().st_size < 1.1 * n_bytes


def test_unfitted_network_can_be_pickled(make_cnn, tmp_path):
    joblib.dump(make_cnn(), tmp_path / "net.joblib")
    assert joblib.load(tmp_path / "net.joblib").get_params() == make_cnn().get_params()


def test_parallel_workers_agree(X, y, make_mlp, two_workers):
    net = make_mlp(epochs=1)
    alone = cross_val_score(net, X, y, cv=2, n_jobs=1)
    np.testing.assert_allclose(cross_val_score(net, X, y, cv=2), alone, atol=0.02)
