"""Scores on validation rows in each epoch."""

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline

from skmnist._utils._sklearn import HAS_CALLBACKS
from skmnist.exceptions import MissingDependencyError
from skmnist.neural_network import ValidationMonitor
from skmnist.noise import GaussianNoise, Inversion

needs_callbacks = pytest.mark.skipif(
    not HAS_CALLBACKS, reason="scikit-learn has callbacks since 1.9"
)


@pytest.mark.skipif(HAS_CALLBACKS, reason="this scikit-learn has callbacks")
def test_an_older_scikit_learn():
    with pytest.raises(MissingDependencyError, match="ValidationMonitor needs the callbacks of"):
        ValidationMonitor()


def scores_of(monitor, name="accuracy"):
    """Return the scores of the epochs, and the score of the weights that are kept."""
    table = monitor.get_logs().data_as_pandas
    in_epochs = table["task_name"] == "epoch"
    (kept,) = table[name][~in_epochs]
    return table[name][in_epochs].tolist(), kept


@needs_callbacks
def test_the_scores_of_held_out_rows_are_those_of_the_history(X, y, make_mlp):
    monitor = ValidationMonitor()
    net = make_mlp(early_stopping=True, n_iter_no_change=1, epochs=9).set_callbacks(monitor)
    net.fit(X, y)
    in_epochs, kept = scores_of(monitor)
    np.testing.assert_allclose(in_epochs, net.history_["val_accuracy"], rtol=1e-6)
    assert kept == in_epochs[np.argmin(net.history_["val_loss"])]


@needs_callbacks
@pytest.mark.parametrize("with_names", [False, True])
def test_several_scores_of_rows_of_the_caller(with_names, X, y, make_mlp):
    labels = np.array([f"digit {label}" for label in y])
    X = pd.DataFrame(X).add_prefix("pixel ") if with_names else X
    monitor = ValidationMonitor(scoring=["accuracy", "neg_log_loss"])
    net = make_mlp().set_callbacks(monitor)
    net.fit(X[:200], labels[:200], X_val=X[200:], y_val=labels[200:])
    assert scores_of(monitor)[1] == net.score(X[200:], labels[200:])
    losses, _ = scores_of(monitor, "neg_log_loss")
    np.testing.assert_allclose(losses, -np.array(net.history_["val_loss"]), rtol=1e-4)


@needs_callbacks
@pytest.mark.filterwarnings("ignore:Most pixels at the border")
def test_scores_under_noise(X, y, make_mlp):
    inverted = ValidationMonitor(noise=Inversion(), scoring="accuracy")
    noisy = ValidationMonitor(noise=[GaussianNoise(0.3), GaussianNoise(0.3)])
    net = make_mlp(epochs=1).set_callbacks(inverted, noisy)
    validation = {"X_val": X[200:], "y_val": y[200:]}
    net.fit(X[:200], y[:200], **validation)
    assert scores_of(inverted)[1] == net.score(255 - X[200:], y[200:])
    first = scores_of(noisy)
    net.fit(X[:200], y[:200], **validation)
    assert scores_of(noisy) == first
    assert first[0][0] == first[1], "the noise must be the same in each epoch"


@needs_callbacks
def test_no_validation_rows(X, y, make_mlp):
    net = make_mlp().set_callbacks(ValidationMonitor())
    before = dict(vars(net))
    with pytest.raises(ValueError, match=r"(?s)no rows to score: this MLP.*Pass X_val and y_val"):
        net.fit(X, y)
    assert vars(net) == before


@needs_callbacks
def test_another_estimator(X, y, make_mlp):
    pipeline = make_pipeline(make_mlp()).set_callbacks(ValidationMonitor())
    with pytest.raises(TypeError, match=r"set on a Pipeline; expected a network .* In a Pipeline"):
        pipeline.fit(X, y)


@needs_callbacks
def test_what_is_not_a_noise():
    with pytest.raises(TypeError, match=r"noise holds 0\.3; expected noises such as"):
        ValidationMonitor(noise=0.3)
