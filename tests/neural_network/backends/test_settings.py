"""No network depends on Keras' process-wide settings."""

import hashlib
import pickle
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import keras
import numpy as np
import pytest

from skmnist.neural_network import (
    CNNClassifier,
    DenseNetClassifier,
    MLPClassifier,
    ResNetClassifier,
)
from skmnist.neural_network._samples import Samples
from skmnist.neural_network.backends import _pool
from skmnist.neural_network.backends._keras import Trainer
from skmnist.neural_network.backends._settings import default_floats

NETWORKS = {
    "mlp": MLPClassifier((8,), activation="gelu", dropout=0.25),
    "cnn": CNNClassifier((4,), hidden_layer_sizes=(8,), loss="categorical_focal_crossentropy"),
    "resnet": ResNetClassifier((4, 8), n_blocks=1, normalization="group", stochastic_depth=0.25),
    "densenet": DenseNetClassifier((1, 1), growth_rate=4, optimizer="nadam", dropout=0.25),
}
FAST = {"epochs": 2, "batch_size": 32, "random_state": 0, "early_stopping": True}

SETTINGS = {
    "floatx": ("float64", keras.config.set_floatx, keras.config.floatx),
    "epsilon": (0.25, keras.config.set_epsilon, keras.config.epsilon),
    "layout": (
        "channels_first", keras.config.set_image_data_format, keras.config.image_data_format,
    ),
    "policy": ("mixed_bfloat16", keras.config.set_dtype_policy, keras.config.dtype_policy),
    "other policy": ("mixed_float16", keras.config.set_dtype_policy, keras.config.dtype_policy),
    "wide policy": ("float64", keras.config.set_dtype_policy, keras.config.dtype_policy),
}  # fmt: skip


@contextmanager
def setting(name):
    """Change a process-wide setting of Keras, without trainers from before."""
    value, set_it, get_it = SETTINGS[name]
    before = get_it()
    _pool._idle.clear()
    set_it(value)
    try:
        yield value, get_it
    finally:
        set_it(before)
        _pool._idle.clear()


def digests(net, X, y):
    """Return digests of what a network learns, of its probabilities, and of those from a file."""
    net.set_params(**FAST).fit(X, y)
    numbers = [
        *net.model_.get_weights(),
        *map(np.array, net.history_.values()),
        net.predict_proba(X),
        pickle.loads(pickle.dumps(net)).predict_proba(X),
    ]
    return [hashlib.sha256(array.tobytes()).hexdigest() for array in numbers]


def fresh(name):
    return pickle.loads(pickle.dumps(NETWORKS[name]))


@pytest.fixture(scope="module")
def expected(X, y):
    return {name: digests(fresh(name), X, y) for name in NETWORKS}


@pytest.mark.parametrize("name", SETTINGS)
def test_training_and_prediction_do_not_depend_on_a_setting(name, X, y, expected):
    with setting(name) as (value, get_it):
        assert digests(fresh("cnn"), X, y) == expected["cnn"]
        assert getattr(get_it(), "name", get_it()) == value  # the user's, still


ALL_AT_ONCE = """
import sys
import keras
keras.config.set_floatx("float64")
keras.config.set_epsilon(0.25)
keras.config.set_image_data_format("channels_first")
keras.config.set_dtype_policy("mixed_float16")
import pickle
import numpy as np
sys.path.insert(0, sys.argv[1])
from test_settings import NETWORKS, digests
X, y = pickle.load(sys.stdin.buffer)
print({name: digests(net, X, y) for name, net in NETWORKS.items()})
"""


def test_another_process_with_all_settings_at_once(X, y, expected):
    program = [sys.executable, "-c", ALL_AT_ONCE, Path(__file__).parent]
    rows = pickle.dumps((X, y))
    run = subprocess.run(program, input=rows, capture_output=True, check=True)
    assert eval(run.stdout) == expected


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("network", NETWORKS)
def test_architecture_does_not_depend_on_a_setting(network, name, X, y):
    net = fresh(network).set_params(random_state=0)
    expected = net.initialize(X, y).model_.get_config()
    with setting(name):
        assert net.initialize(X, y).model_.get_config() == expected


@pytest.mark.parametrize("name", SETTINGS)
def test_training_by_keras_own_steps(name, X, y, mlp):
    """As on other back ends."""
    samples = Samples(X.reshape(-1, 8, 8, 1), np.eye(10, dtype=np.float32)[y], None)

    def step():
        loss = keras.losses.CategoricalCrossentropy(dtype="float32")
        trainer = Trainer(mlp.model_, keras.optimizers.SGD(0.1), loss, "float32")
        trainer.load(mlp.model_, None)
        trainer.begin_epoch()
        logs = trainer.train_on(samples, np.arange(32), 16)
        return logs, trainer.network.get_weights()

    expected_logs, expected_weights = step()
    with setting(name):
        logs, weights = step()
    assert logs == expected_logs
    for one, other in zip(weights, expected_weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_loss_that_computes_in_float64(X, y, make_mlp):
    net = make_mlp(loss=keras.losses.CategoricalCrossentropy(dtype="float64")).fit(X, y)
    assert net.history_["loss"] == pytest.approx(make_mlp().fit(X, y).history_["loss"], rel=1e-4)


def test_settings_come_back_after_an_error_and_after_overlapping_bodies():
    entered, leave = Event(), Event()

    def stay_inside():
        with default_floats():
            entered.set()
            leave.wait(60)

    with setting("floatx"):
        with pytest.raises(ZeroDivisionError, match="float32"), default_floats():
            raise ZeroDivisionError(keras.config.floatx())
        assert keras.config.floatx() == "float64"
        with default_floats():
            other = Thread(target=stay_inside)
            other.start()
            assert entered.wait(60)
        assert keras.config.floatx() == "float32"  # the other thread is still inside
        leave.set()
        other.join()
        assert keras.config.floatx() == "float64"
