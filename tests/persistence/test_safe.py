"""Files that run no code: estimators come back, and what they cannot hold is named."""

import os
import pickle
from pathlib import Path

import keras
import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from sklearn.neural_network import MLPClassifier as MultilayerPerceptron
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC

from skmnist.exceptions import ModelFileError, ModelVersionWarning
from skmnist.export import OnnxClassifier
from skmnist.neural_network import CNNClassifier, MLPClassifier
from skmnist.noise import GaussianNoise, RandomAffine, RandomNoise
from skmnist.persistence import describe, dump, load
from skmnist.persistence._classes import find_class, public_estimators
from skmnist.preprocessing import DigitNormalizer, PixelScaler
from skmnist.selective import SelectiveClassifier
from skmnist.selective._scores import SCORES

DATA = Path(__file__).parent / "data"


def loaded_again(estimator, tmp_path):
    return load(dump(estimator, tmp_path / "model", format="safe"), format="safe")


def test_networks(network, X, tmp_path):
    loaded = loaded_again(network, tmp_path)
    np.testing.assert_array_equal(loaded.predict_proba(X), network.predict_proba(X))
    np.testing.assert_array_equal(loaded.predict(X), network.predict(X))
    assert repr(loaded.get_params()) == repr(network.get_params())
    assert loaded.model_.get_config() == network.model_.get_config()


def test_a_trained_network_with_noisy_views(trained, X, y, tmp_path):
    loaded = loaded_again(trained, tmp_path)
    np.testing.assert_array_equal(loaded.predict_proba(X), trained.predict_proba(X))
    assert loaded.history_ == trained.history_
    again = [pickle.loads(pickle.dumps(trained)), loaded]
    weights = [net.partial_fit(X, y).model_.get_weights() for net in again]
    for first, second in zip(*weights, strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("method", SCORES)
def test_selective_classifiers(method, digits, tmp_path):
    net = MLPClassifier((8,), epochs=2, augment=GaussianNoise(0.1), test_time_views=2)
    selective = SelectiveClassifier(
        net, target_coverage=0.5, calibration_fraction=0.5, score_method=method, random_state=0
    )
    model = make_pipeline(DigitNormalizer(stroke_width=3.0), selective)
    model.fit(digits[:80], np.arange(80) % 4)
    loaded = loaded_again(model, tmp_path)
    photos = [np.pad(image, 9) for image in digits[80:120]]
    np.testing.assert_array_equal(loaded.predict(photos), model.predict(photos))
    np.testing.assert_array_equal(loaded.decision_function(photos), model.decision_function(photos))
    np.testing.assert_array_equal(loaded.predict_proba(photos), model.predict_proba(photos))
    assert loaded[-1].threshold_ == model[-1].threshold_
    assert (loaded.predict(photos) == loaded[-1].reject_label_).any()


PIPELINES = [
    make_pipeline(GaussianNoise(0.2, when="fit"), PixelScaler(), LogisticRegression()),
    make_pipeline(
        RandomNoise([("affine", RandomAffine())], random_state=1), PCA(4, random_state=0)
    ),
    make_pipeline(PCA(3), KNeighborsClassifier(n_neighbors=3)),
    make_pipeline(KNeighborsClassifier(algorithm="ball_tree", p=3)),
    make_pipeline(
        StandardScaler(), RandomForestClassifier(3, random_state=np.random.RandomState(0))
    ),
    VotingClassifier([("bayes", GaussianNB()), ("svc", SVC(kernel="rbf"))]),
    ColumnTransformer([("scale", StandardScaler(), slice(0, 9)), ("codes", OneHotEncoder(), [9])]),
    make_pipeline("passthrough", GaussianNB(priors=(0.25,) * 4)),
    CalibratedClassifierCV(GaussianNB(), cv=2),
    MultilayerPerceptron((4,), max_iter=200, tol=1.0, random_state=0),
]


@pytest.mark.parametrize("model", PIPELINES, ids=lambda model: str(model)[:40])
def test_estimators_of_scikit_learn(model, X, y, tmp_path):
    model.fit(X, y)
    loaded = loaded_again(model, tmp_path)
    for method in ("predict", "predict_proba", "transform"):
        if hasattr(model, method):
            results = [getattr(estimator, method)(X) for estimator in (model, loaded)]
            results = [r.toarray() if hasattr(r, "toarray") else r for r in results]
            np.testing.assert_array_equal(*results)


def with_defaults():
    for cls in public_estimators():
        if cls is OnnxClassifier:  # reads its own kind of file
            continue
        try:
            yield cls()
        except TypeError:  # a meta-estimator needs another one
            yield cls(GaussianNB())


@pytest.mark.parametrize("estimator", list(with_defaults()), ids=lambda e: type(e).__name__)
def test_every_estimator_without_a_fit(estimator, tmp_path):
    loaded = loaded_again(estimator, tmp_path)
    assert type(loaded) is type(estimator)
    assert repr(loaded.get_params()) == repr(estimator.get_params())


def test_the_file_is_as_large_as_the_weights(tmp_path):
    images = np.zeros((20, 28, 28), dtype=np.uint8)
    net = CNNClassifier((32, 64, 128, 256), hidden_layer_sizes=(512, 256), random_state=0)
    net.initialize(images, np.arange(20) % 10)
    size = dump(net, tmp_path / "net", format="safe").stat().st_size
    assert size < 1.05 * sum(array.nbytes for array in net.model_.get_weights())


def test_the_same_estimator_gives_the_same_bytes(trained, safe_file, tmp_path):
    assert dump(trained, tmp_path / "model", format="safe").read_bytes() == safe_file


# --- what a file cannot hold


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"callbacks": [keras.callbacks.EarlyStopping()]},
            r"MLPClassifier\.callbacks holds .*: call set_params\(callbacks=None\) first, or pass",
        ),
        (
            {"optimizer": keras.optimizers.SGD()},
            r"MLPClassifier\.optimizer holds .*set_params\(optimizer=\.\.\.\), first, or pass",
        ),
        (
            {"optimizer__learning_rate": keras.optimizers.schedules.CosineDecay(0.1, 5)},
            r"\.optimizer__learning_rate holds .*set_params\(optimizer__learning_rate='auto'\)",
        ),
        ({"loss": keras.losses.CategoricalHinge()}, r"\.loss holds .*pass the name of a loss, by"),
        (
            {"augment": [len]},
            r"MLPClassifier\.augment holds <built-in function len>, of the class ",
        ),
    ],
)
def test_objects_of_keras_are_refused(params, message, tmp_path):
    (tmp_path / "model").write_bytes(b"old")
    model = make_pipeline(PixelScaler(), MLPClassifier(**params))
    with pytest.raises(
        TypeError, match=f'(?s){message}.*format="joblib", whose files can run code'
    ):
        dump(model, tmp_path / "model", format="safe")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("model", b"old")]


class OfAUser(PixelScaler):
    """A class outside skmnist."""


def test_other_classes_and_functions_are_refused(X, y, tmp_path):
    with pytest.raises(TypeError, match="estimator holds OfAUser"):
        dump(OfAUser(), tmp_path / "model", format="safe")
    with pytest.raises(TypeError, match=r"SelectKBest\.score_func holds <function f_classif"):
        dump(SelectKBest(), tmp_path / "model", format="safe")
    search = GridSearchCV(GaussianNB(), {"var_smoothing": [0.1, 1.0]}, cv=2).fit(X, y)
    with pytest.raises(
        TypeError, match=r"GridSearchCV.* pass its best_estimator_, or pass format="
    ):
        dump([search], tmp_path / "model", format="safe")
    best = loaded_again(search.best_estimator_, tmp_path)
    np.testing.assert_array_equal(best.predict(X), search.predict(X))


def test_a_head_that_load_would_reject_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr("skmnist.persistence._safe._MAX_HEAD", 1000)
    with pytest.raises(ValueError, match=r"take 1\d+ bytes as JSON; a safe file can hold 1000"):
        dump(["a" * 1000], tmp_path / "model", format="safe")
    assert list(tmp_path.iterdir()) == []


def test_a_tree_of_neighbors_elsewhere_is_not_lost(X, tmp_path):
    neighbors = NearestNeighbors(algorithm="kd_tree").fit(X)
    np.testing.assert_array_equal(
        loaded_again(neighbors, tmp_path).kneighbors(X)[1], neighbors.kneighbors(X)[1]
    )
    neighbors.other = neighbors._tree
    with pytest.raises(TypeError, match=r"NearestNeighbors.other holds <sklearn\.neighbors\._kd"):
        dump(neighbors, tmp_path / "model", format="safe")


# --- versions


def test_a_file_of_another_version_warns(tmp_path, monkeypatch):
    monkeypatch.setattr("skmnist.__version__", "0.0.9")
    path = dump(PixelScaler(), tmp_path / "model", format="safe")
    monkeypatch.undo()
    assert describe(path).versions["skmnist"] == "0.0.9"
    with pytest.warns(ModelVersionWarning, match=r"PixelScaler was saved by skmnist 0\.0\.9"):
        assert isinstance(load(path), PixelScaler)


@pytest.mark.parametrize("read", [load, describe])
def test_a_newer_format_is_refused(tmp_path, monkeypatch, read):
    monkeypatch.setattr("skmnist.persistence._safe._MINOR", 9)
    path = dump(PixelScaler(), tmp_path / "model", format="safe")
    assert describe(path).format == "1.9"
    monkeypatch.setattr("skmnist.persistence._safe._MAJOR", 2)
    path = dump(PixelScaler(), tmp_path / "model", format="safe")
    monkeypatch.undo()
    with pytest.raises(
        ModelFileError, match=r"it has the format 2\.9, and skmnist .* reads the form.*: install"
    ):
        read(path)


def test_a_version_that_is_not_known(tmp_path, monkeypatch):
    from skmnist.persistence import _safe

    def version(package):
        raise _safe.PackageNotFoundError

    monkeypatch.setattr(_safe, "version", version)
    path = dump(PixelScaler(), tmp_path / "model", format="safe")
    assert describe(path).versions["keras"] == "unknown"


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.InconsistentVersionWarning")
def test_files_of_older_releases_load():
    """Never replace the files: add one per release that changes the format or an estimator."""
    for path in DATA.glob("*.skm"):
        expected = np.load(path.with_suffix(".npz"))
        model = load(path, format="safe")
        np.testing.assert_allclose(model.predict_proba(expected["X"]), expected["p"], atol=1e-6)
        assert path.stat().st_size < 30_000


def test_describe(safe_file, tmp_path):
    (tmp_path / "model").write_bytes(safe_file)
    description = describe(tmp_path / "model")
    assert description.format == "1.0"
    assert list(description.versions) == ["skmnist", "scikit-learn", "keras", "numpy"]
    assert description.versions["keras"] == keras.__version__
    assert description.classes == (
        "skmnist.neural_network.MLPClassifier",
        "skmnist.noise.RandomNoise",
        "skmnist.noise.GaussianNoise",
    )
    assert description.n_arrays == 5
    assert description.n_bytes == len(safe_file)


def test_public_names_lead_to_classes():
    for cls in public_estimators():
        assert find_class(".".join([*cls.__module__.split(".")[:2], cls.__name__])) is cls


@pytest.mark.skipif(os.name != "posix", reason="links are POSIX")
def test_links_and_folders(tmp_path):
    (tmp_path / "link").symlink_to("model")
    dump(PixelScaler(), tmp_path / "link", format="safe")
    assert (tmp_path / "link").is_symlink()
    assert isinstance(load(tmp_path / "model"), PixelScaler)
    for action in (load, describe, lambda path: dump(PixelScaler(), path, format="safe")):
        with pytest.raises(IsADirectoryError, match="is a folder; expected a file"):
            action(tmp_path)
