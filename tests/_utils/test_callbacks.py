"""scikit-learn's callbacks on transformers."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skmnist import SelectiveClassifier
from skmnist._utils._sklearn import HAS_CALLBACKS
from skmnist.noise import GaussianNoise
from skmnist.preprocessing import PixelScaler

pytestmark = pytest.mark.skipif(not HAS_CALLBACKS, reason="scikit-learn has callbacks since 1.9")

X = np.arange(48, dtype=np.uint8).reshape(3, 16) * 5


class Recorder:
    max_propagation_depth = None

    def __init__(self, fails_at=None):
        self.calls, self.fails_at = [], fails_at

    def _record(self, call):
        self.calls.append(call)
        if call == self.fails_at:
            raise OSError("disk full")

    def setup(self, estimator, context):
        self._record("setup")

    def teardown(self, estimator, context):
        self._record("teardown")

    def on_fit_task_begin(self, estimator, context):
        self._record(f"begin {context.task_name}")

    def on_fit_task_end(self, estimator, context, *, X=None, fitted_estimator=None):
        if hasattr(fitted_estimator, "transform"):
            assert fitted_estimator.transform(X).shape == X.shape
        self._record(f"end {context.task_name}")


def make_noise(callback):
    return GaussianNoise(0.1, random_state=0).set_callbacks(callback)


def test_fit_and_fit_transform_are_one_task():
    noise = make_noise(recorder := Recorder())
    assert noise.fit(X) is noise
    assert_array_equal(noise.fit_transform(X), GaussianNoise(0.1, random_state=0).fit_transform(X))
    assert recorder.calls == [
        *("setup", "begin fit", "end fit", "teardown"),
        *("setup", "begin fit-transform", "end fit-transform", "teardown"),
    ]


def test_fit_of_a_selective_classifier_is_one_task():
    X, y = np.arange(200).reshape(-1, 1), np.repeat([0, 1], 100)
    model = SelectiveClassifier(LogisticRegression(), target_coverage=0.5, random_state=0)
    expected = model.fit(X, y, sample_weight=np.ones(200)).predict(X)
    model.set_callbacks(recorder := Recorder())
    assert model.fit(X, y, sample_weight=np.ones(200)) is model
    assert recorder.calls == ["setup", "begin fit", "end fit", "teardown"]
    assert_array_equal(model.predict(X), expected)


@pytest.mark.parametrize("fails_at", ["setup", "begin fit", "end fit", "teardown"])
def test_a_failing_callback_changes_nothing(fails_at):
    noise = make_noise(Recorder(fails_at))
    before = dict(vars(noise))
    with pytest.raises(OSError, match="disk full"):
        noise.fit(X)
    assert vars(noise) == before


def test_callbacks_reach_the_steps_of_a_pipeline():
    pipeline = make_pipeline(GaussianNoise(0.1, random_state=0), PixelScaler())
    pipeline.set_callbacks(recorder := Recorder()).fit_transform(X)
    names = [call.removeprefix("begin ") for call in recorder.calls if call.startswith("begin")]
    assert names == [
        "fit-transform",
        "fit-transform (random_state=0, scale=0.1)",
        "fit",
    ]


def test_callbacks_stay_out_of_the_pickles_of_fitted_transformers():
    noise = make_noise(Recorder())
    assert "_skl_callbacks" in vars(pickle.loads(pickle.dumps(noise)))
    assert "_skl_callbacks" not in vars(pickle.loads(pickle.dumps(noise.fit(X))))
