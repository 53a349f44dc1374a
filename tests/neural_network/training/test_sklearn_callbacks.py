"""scikit-learn's callbacks on a network, alone and in a Pipeline or a search."""

import copy
import pickle

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from weights import assert_equal_weights, weights_of

from skmnist._utils._sklearn import HAS_CALLBACKS
from skmnist.neural_network import ValidationMonitor, _prediction
from skmnist.neural_network.backends import _pool
from skmnist.noise import GaussianNoise
from skmnist.preprocessing import PixelScaler

if HAS_CALLBACKS:
    from sklearn.callback import ProgressBar, ScoringMonitor

pytestmark = pytest.mark.skipif(not HAS_CALLBACKS, reason="scikit-learn has callbacks since 1.9")


class Recorder:
    """A callback that notes what is called; its hooks can be replaced."""

    def __init__(self):
        self.calls = []

    def setup(self, estimator, context):
        self.calls.append("setup")

    def teardown(self, estimator, context):
        self.calls.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.calls.append(f"begin {context.task_name}")

    def on_fit_task_end(self, estimator, context):
        self.calls.append(f"end {context.task_name}")


class StopAfter(Recorder):
    """Stops the training after the epoch with the given index."""

    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch

    def on_fit_task_end(self, estimator, context):
        return context.task_name == "epoch" and context.task_id == self.epoch


class Keep(Recorder):
    """Keeps the fitted copies of the network, and what they predict at that time."""

    def __init__(self, X):
        super().__init__()
        self.X = X
        self.fitted, self.probabilities = [], []

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        self.fitted.append(fitted_estimator)
        self.probabilities.append(fitted_estimator.predict_proba(self.X))


class Look(Recorder):
    """Looks at the fitted copies of the network, but keeps only their loss."""

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        self.calls.append(fitted_estimator.history_["loss"][-1])


class FailAt(Recorder):
    """Raises an error in one of its hooks."""

    def __init__(self, hook, task=""):
        super().__init__()
        self.task = task
        setattr(self, hook, self.fail)

    def fail(self, estimator, context):
        if self.task in context.task_name:
            raise OSError("disk full")


def test_each_epoch_is_a_task(X, y, make_mlp):
    recorder = Recorder()
    make_mlp(epochs=2).set_callbacks(recorder).fit(X, y)
    epoch = ["begin epoch", "end epoch"]
    assert recorder.calls == ["setup", "begin fit", *epoch, *epoch, "end fit", "teardown"]


def test_callbacks_change_no_bit(X, y, make_mlp):
    plain = make_mlp(dropout=0.4, early_stopping=True).fit(X, y)
    callbacks = [ProgressBar(), ScoringMonitor(scoring="accuracy"), Keep(X[:5]), Look()]
    watched = make_mlp(dropout=0.4, early_stopping=True).set_callbacks(*callbacks).fit(X, y)
    assert_equal_weights(weights_of(watched), weights_of(plain))
    assert watched.history_ == plain.history_


def test_the_hooks_get_the_arguments_of_fit(X, y, make_mlp):
    weights, seen = np.arange(len(y)) % 3, []

    class See(Recorder):
        def on_fit_task_end(self, estimator, context, *, X=None, y=None, metadata=None):
            seen.append((estimator, X, y, metadata["sample_weight"]))

    net = make_mlp(epochs=1).set_callbacks(See())
    net.fit(X, y, sample_weight=weights)
    assert len(seen) == 2
    for call in seen:
        assert all(got is given for got, given in zip(call, (net, X, y, weights), strict=True))


def test_scores_of_the_training_rows(X, y, make_mlp):
    monitor = ScoringMonitor(scoring="accuracy")
    net = make_mlp().set_callbacks(monitor).fit(X, y)
    table = monitor.get_logs().data_as_pandas
    assert table["task_name"].tolist() == ["fit", "epoch", "epoch"]
    assert table["accuracy"][0] == table["accuracy"][2] == net.score(X, y)
    assert table["accuracy"][1] < table["accuracy"][2]


# Stopping -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("early_stopping", [False, True])
def test_stopping_keeps_the_best_weights(early_stopping, X, y, make_mlp):
    # With such steps the validation loss rises at some time.
    params = {"epochs": 8, "optimizer__learning_rate": 0.3, "early_stopping": early_stopping}
    validation = {} if early_stopping else {"X_val": X[200:], "y_val": y[200:]}
    keep = Keep(X)
    net = make_mlp(**params).set_callbacks(StopAfter(5), keep).fit(X[:200], y[:200], **validation)
    losses = net.history_["val_loss"]
    assert len(losses) == 6
    best = int(np.argmin(losses))
    assert best < 5, "the test needs a validation loss that rises"
    np.testing.assert_array_equal(net.predict_proba(X), keep.probabilities[best])


def test_stopping_without_validation_rows_keeps_the_last_weights(X, y, make_mlp):
    keep = Keep(X)
    net = make_mlp(epochs=9).set_callbacks(keep, StopAfter(1)).fit(X, y)
    assert net.current_epoch == 2
    np.testing.assert_array_equal(net.predict_proba(X), keep.probabilities[1])


# Fitted copies ------------------------------------------------------------------------------------


def test_kept_copies_do_not_change(X, y, make_mlp):
    keep = Keep(X)
    net = make_mlp(epochs=3, dropout=0.4).set_callbacks(keep).fit(X, y)
    np.testing.assert_array_equal(net.predict_proba(X), keep.probabilities[-1])
    net.partial_fit(X, y)
    for fitted, probabilities in zip(keep.fitted, keep.probabilities, strict=True):
        np.testing.assert_array_equal(fitted.predict_proba(X), probabilities)
    assert [fitted.current_epoch for fitted in keep.fitted] == [1, 2, 3, 3]
    loaded = pickle.loads(pickle.dumps(keep.fitted[0]))
    np.testing.assert_array_equal(loaded.predict_proba(X), keep.probabilities[0])
    assert vars(loaded).keys() == vars(clone(net).fit(X, y)).keys() - {"_skl_callbacks"}


def test_a_kept_copy_goes_on_training_like_the_network(X, y, make_mlp):
    keep = Keep(X[:5])
    params = {"dropout": 0.4, "learning_rate_schedule": "constant"}
    net = make_mlp(**params, epochs=2).set_callbacks(keep).fit(X, y)
    goes_on = copy.deepcopy(keep.fitted[0]).partial_fit(X, y)
    assert_equal_weights(weights_of(goes_on), weights_of(net))


def test_no_model_is_built_for_copies_that_nobody_keeps(X, y, make_mlp, monkeypatch):
    def no_copies(model):
        raise AssertionError("the model was copied")

    monkeypatch.setattr(_prediction, "copy_model", no_copies)
    net = make_mlp(early_stopping=True).set_callbacks(Look(), ScoringMonitor(scoring="accuracy"))
    net.fit(X, y)


def test_nothing_is_copied_unless_a_callback_asks(X, y, make_mlp, monkeypatch):
    saved = []
    trainer_class = _pool.ChosenTrainer
    save = trainer_class.save_to
    monkeypatch.setattr(
        trainer_class, "save_to", lambda self, model: saved.append(1) or save(self, model)
    )
    make_mlp(epochs=3).set_callbacks(Recorder(), ProgressBar()).fit(X, y)
    assert len(saved) == 1


@pytest.mark.parametrize("failure", [None, "fit"])
def test_a_warm_start_leaves_the_network_until_it_has_succeeded(failure, X, y, make_mlp):
    keep = Keep(X)
    net = make_mlp(warm_start=True).fit(X, y)
    before, expected = dict(vars(net)), net.predict_proba(X)

    class Compare(Recorder):
        def on_fit_task_end(self, estimator, context):
            np.testing.assert_array_equal(estimator.predict_proba(X), expected)

    net.set_callbacks(Compare(), keep, *([FailAt("on_fit_task_end", failure)] if failure else []))
    if failure:
        with pytest.raises(OSError, match="disk full"):
            net.fit(X, y)
        np.testing.assert_array_equal(net.predict_proba(X), expected)
        assert net.model_ is before["model_"]
        assert net.history_ == before["history_"]
    else:
        net.fit(X, y)
        np.testing.assert_array_equal(net.predict_proba(X), keep.probabilities[-1])
        assert net.current_epoch == 4


# Errors and files ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hook", "task"),
    [
        ("setup", ""),
        ("on_fit_task_begin", "fit"),
        ("on_fit_task_begin", "epoch"),
        ("on_fit_task_end", "epoch"),
        ("on_fit_task_end", "fit"),
        ("teardown", ""),
    ],
)
def test_a_failing_callback_changes_nothing(hook, task, X, y, make_mlp):
    recorder = Recorder()
    net = make_mlp(epochs=1).set_callbacks(recorder, FailAt(hook, task))
    before = dict(vars(net))
    with pytest.raises(OSError, match="disk full"):
        net.fit(X, y)
    assert vars(net) == before
    assert recorder.calls[-1] == "teardown"


def test_an_error_in_the_data_tears_the_callbacks_down(X, y, make_mlp):
    recorder = Recorder()
    net = make_mlp().set_callbacks(recorder)
    with pytest.raises(ValueError, match="X has 300 rows, but y has 299"):
        net.fit(X, y[1:])
    assert recorder.calls == ["setup", "begin fit", "teardown"]


class InterruptAt(keras.callbacks.Callback):
    """Raises KeyboardInterrupt in the given epoch, as Ctrl-C does."""

    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epoch:
            raise KeyboardInterrupt


def test_an_interruption_tears_down_and_keeps_the_network(X, y, make_mlp):
    recorder = Recorder()
    net = make_mlp(epochs=3, callbacks=InterruptAt(1)).set_callbacks(recorder)
    with pytest.raises(KeyboardInterrupt):
        net.fit(X, y)
    assert net.current_epoch == 1
    assert recorder.calls[-2:] == ["end epoch", "teardown"]


def test_callbacks_stay_out_of_the_files_of_fitted_networks(X, y, make_mlp):
    ballast = Recorder()
    ballast.calls = [bytes(10**6)]
    plain = pickle.dumps(make_mlp(epochs=1).fit(X, y))
    net = make_mlp(epochs=1).set_callbacks(ballast)
    assert len(pickle.dumps(net)) > 10**6, "joblib's workers need the callbacks"
    assert len(pickle.dumps(net.fit(X, y))) == len(plain)
    assert clone(net)._skl_callbacks is copy.deepcopy(net)._skl_callbacks is net._skl_callbacks


def test_trainers_are_shared_with_callbacks_too(X, y, make_mlp, monkeypatch):
    monkeypatch.setattr(_pool, "_idle", [])
    net = make_mlp(epochs=1).set_callbacks(Look())
    trainers = []
    for _ in range(2):
        net.fit(X, y)
        ((_, trainer),) = _pool._idle
        trainers.append(trainer)
    assert trainers[0] is trainers[1]


# Pipelines and searches ---------------------------------------------------------------------------


def test_progress_of_a_search(X, y, make_mlp, capsys):
    check_progress(X, y, make_mlp, capsys)


def test_progress_of_a_parallel_search(X, y, make_mlp, capsys, two_workers):
    check_progress(X, y, make_mlp, capsys)


def check_progress(X, y, make_mlp, capsys):
    monitors = [ScoringMonitor(scoring="accuracy"), ValidationMonitor()]
    net = make_mlp(epochs=1, early_stopping=True).set_callbacks(*monitors)
    pipeline = make_pipeline(GaussianNoise(0.1, random_state=0), PixelScaler(), net)
    search = GridSearchCV(pipeline, {"mlpclassifier__batch_size": [8, 64]}, cv=2)
    search.set_callbacks(ProgressBar(max_propagation_depth=None)).fit(X, y)
    shown = capsys.readouterr().out
    for name in ("GridSearchCV - fit", "Pipeline - fit", "GaussianNoise", "MLPClassifier - fit"):
        assert name in shown
    assert " 0%" not in shown.splitlines()[-1]
    for monitor in monitors:
        table = monitor.get_logs().data_as_pandas
        assert (table["task_name"] == "epoch").sum() == 2 * 2 + 1
        assert table["accuracy"].between(0, 1).all()
    assert pickle.loads(pickle.dumps(search)).predict(X).shape == y.shape


def test_candidates_have_names(X, y, make_mlp):
    monitor = ScoringMonitor(scoring="accuracy")
    net = make_mlp(epochs=1).set_callbacks(monitor)
    GridSearchCV(net, {"batch_size": [11, 22]}, cv=2, refit=False).fit(X, y)
    table = monitor.get_logs().data_as_pandas
    names = table["task_name"][table["task_name"] != "epoch"]
    sizes = names.str.extract(r"^fit \(batch_size=(\d+), ")[0]
    assert sizes.tolist() == ["11", "11", "22", "22"]
    assert names.str.len().max() <= 64
