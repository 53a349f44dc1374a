"""Trainers that several fits share."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
from keras.optimizers.schedules import CosineDecay
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from small_trainers import (
    LATE_FREEZING,
    borrow,
    make_cnn_model,
    make_mlp_model,
    make_samples,
    needs_bfloat16,
    needs_tensorflow,
    train,
)
from weights import assert_equal_weights, weights_of

from skmnist.neural_network import (
    CNNClassifier,
    DenseNetClassifier,
    MLPClassifier,
    ResNetClassifier,
)
from skmnist.neural_network.backends import _pool
from skmnist.neural_network.backends._architecture import architecture_key
from skmnist.neural_network.backends._keras import Trainer
from skmnist.neural_network.training._optimizers import (
    OPTIMIZERS,
    Constant,
    Cosine,
    fresh_optimizer,
)


def test_equal_architectures_share_a_trainer_one_after_the_other():
    with borrow(make_mlp_model(seed=0)) as first, borrow(make_mlp_model(seed=1)) as beside:
        assert beside is not first
    with borrow(make_mlp_model(seed=2)) as later:
        assert later is first


@pytest.mark.parametrize(
    "net",
    [
        MLPClassifier((8,), batch_normalization=True),
        CNNClassifier((4,), hidden_layer_sizes=(8,), activation="gelu"),
        ResNetClassifier((4,), stochastic_depth=0.25, pooling="max"),
        DenseNetClassifier((1,), normalization="group", conv_dropout=0.25),
    ],
    ids=lambda net: type(net).__name__,
)
def test_two_fits_of_a_network_share_a_trainer(net, X, y):
    trainers = []
    for seed in (0, 1):
        net.set_params(epochs=1, random_state=seed).fit(X, y)
        ((_, trainer),) = _pool._idle
        trainers.append(trainer)
    assert trainers[0] is trainers[1]


@pytest.mark.parametrize("schedule", [Constant(10), Cosine(10, 0.5)], ids=repr)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_trainers_with_optimizers_by_name_are_shared(name, schedule):
    optimizer = fresh_optimizer(name, learning_rate=None, weight_decay=0.5, schedule=schedule)
    assert architecture_key(make_mlp_model(), optimizer) is not None


@pytest.mark.parametrize(
    "other",
    [
        {"model": make_mlp_model(hidden_layer_sizes=(9,))},
        {"model": make_mlp_model(dropout=0.3)},
        {"model": make_mlp_model(activation="elu")},
        {"model": make_cnn_model()},
        {"optimizer": "sgd"},
        {"optimizer": keras.optimizers.Adam(beta_1=0.5)},
        {"optimizer": keras.optimizers.Adam(CosineDecay(0.1, 10))},
        {"loss": "categorical_focal_crossentropy"},
        {"loss": keras.losses.CategoricalCrossentropy(label_smoothing=0.1)},
        {"label_smoothing": 0.1},
        {"precision": "bfloat16"},
    ],
)
def test_what_differs_has_another_trainer(other):
    with borrow(make_mlp_model()) as first:
        pass
    with borrow(**{"model": make_mlp_model(), **other}) as second:
        assert second is not first


@pytest.mark.parametrize(
    ("first", "second"),
    [(keras.layers.MaxPooling2D, keras.layers.AveragePooling2D), ("plain", "residual")],
)
def test_equal_settings_of_other_layers_or_wiring_are_another_architecture(first, second):
    def build(kind):
        inputs = x = keras.Input((4, 4, 1))
        if isinstance(kind, str):
            y = keras.layers.Conv2D(1, 1, name="conv")(x)
            x = keras.layers.Add(name="add")([x, x] if kind == "plain" else [x, y])
        else:
            x = kind(2, name="pool")(x)
        x = keras.layers.Flatten(name="flatten")(x)
        return keras.Model(inputs, keras.layers.Dense(3, "softmax", name="out")(x))

    with borrow(build(first)) as trainer:
        pass
    with borrow(build(second)) as other:
        assert other is not trainer


class OwnOptimizer(keras.optimizers.SGD):
    pass


class OwnSchedule(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.1


@pytest.mark.parametrize(
    "instance",
    [
        {"optimizer": OwnOptimizer(0.1)},
        {"optimizer": keras.optimizers.SGD(OwnSchedule())},
        {"loss": keras.losses.CategoricalCrossentropy()},
    ],
)
def test_custom_classes_and_loss_instances_are_not_shared(instance):
    with borrow(make_mlp_model(), **instance) as first:
        pass
    with borrow(make_mlp_model(), **instance) as second:
        assert second is not first
    assert not _pool._idle


class Scaled(keras.losses.Loss):
    factor = 1.0

    def call(self, y_true, y_pred):
        return self.factor * keras.losses.categorical_crossentropy(y_true, y_pred)


def relu(x):
    """A custom activation with the name of Keras' activation."""
    return keras.ops.tanh(x)


class OwnLayer(keras.layers.Dropout):
    pass


def changed_call():
    layer = keras.layers.Dropout(0.1)
    layer.call = lambda inputs, training=None: inputs
    return layer


@pytest.mark.parametrize(
    "layer",
    [
        keras.layers.Activation(relu),
        keras.layers.Dense(4, activation=relu),
        OwnLayer(0.1),
        changed_call(),
        keras.Sequential([keras.layers.Input((16,)), keras.layers.Dropout(0.1)]),
    ],
    ids=["activation", "activation of a layer", "layer", "method", "nested model"],
)
def test_networks_with_custom_parts_are_not_shared(layer):
    inputs = [keras.Input((4, 4, 1)), keras.layers.Flatten()]
    model = keras.Sequential([*inputs, layer, keras.layers.Dense(3, "softmax")])
    with borrow(model) as first:
        pass
    with borrow(model) as second:
        assert second is not first
    assert not _pool._idle


def test_a_schedule_that_changes_later_does_not_change_the_trainer():
    schedule = CosineDecay(0.1, 1000)
    with borrow(make_mlp_model(), optimizer=keras.optimizers.SGD(schedule)) as first:
        schedule.decay_steps = 5
        assert first.optimizer._learning_rate.decay_steps == 1000
    with borrow(make_mlp_model(), optimizer=keras.optimizers.SGD(schedule)) as second:
        assert second.optimizer._learning_rate.decay_steps == 5


@pytest.mark.parametrize("make_optimizer", [keras.optimizers.Adam, keras.optimizers.SGD])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (0.01, 0.1),
        pytest.param(CosineDecay(0.1, 4), CosineDecay(0.01, 20), marks=needs_tensorflow),
        pytest.param(
            CosineDecay(0.1, 4),
            CosineDecay(0.01, 5, warmup_target=0.1, warmup_steps=4),
            marks=needs_tensorflow,
        ),
    ],
    ids=["constant", "cosine", "warm-up and cosine"],
)
def test_other_learning_rates_share_a_trainer(first, second, make_optimizer):
    with borrow(make_mlp_model(), make_optimizer(first)) as trainer:
        train(trainer, make_mlp_model())
    optimizer = make_optimizer(second)
    with borrow(make_mlp_model(), optimizer) as used:
        assert used is trainer
        weights, logs = train(used, make_mlp_model())
        if isinstance(second, CosineDecay):
            assert used.optimizer._learning_rate.get_config() == second.get_config()
    _pool._idle.clear()
    with borrow(make_mlp_model(), optimizer) as new:
        expected, expected_logs = train(new, make_mlp_model())
    assert logs == expected_logs
    assert_equal_weights(weights, expected)


@needs_tensorflow
@pytest.mark.parametrize("precision", ["float32", pytest.param("bfloat16", marks=needs_bfloat16)])
def test_other_ranges_share_a_trainer(precision):
    def train_and_evaluate(trainer, value_range):
        weights, logs = train(trainer, make_mlp_model(value_range=value_range))
        return weights, [logs, trainer.evaluate(make_samples())]

    first, second = (0, 255), (-9, 260)
    with borrow(make_mlp_model(value_range=first), precision=precision) as trainer:
        train_and_evaluate(trainer, first)
    with borrow(make_mlp_model(value_range=second), precision=precision) as used:
        assert used is trainer
        weights, logs = train_and_evaluate(used, second)
        scaling = [layer.get_config() for layer in used.network.layers if "range" in layer.name]
        assert [config["scale"] for config in scaling] == [1 / 269]
    _pool._idle.clear()
    with borrow(make_mlp_model(value_range=second), precision=precision) as new:
        expected, expected_logs = train_and_evaluate(new, second)
    assert logs == expected_logs
    assert_equal_weights(weights, expected)


@needs_tensorflow
def test_every_network_follows_the_range(fitted, X, y):
    floats = X.astype(np.float32)
    clone(fitted).set_params(value_range=(-5, 300)).fit(floats, y)
    _, trainer = _pool._idle[-1]
    again = clone(fitted).set_params(value_range=(0, 255)).fit(floats, y)
    assert _pool._idle[-1][1] is trainer
    assert again.history_ == fitted.history_
    assert_equal_weights(weights_of(again), weights_of(fitted))


def test_other_schedules_have_another_trainer():
    schedules = [
        CosineDecay(0.1, 10),
        CosineDecay(0.1, 10, alpha=0.5),
        keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5),
        keras.optimizers.schedules.ExponentialDecay(0.1, 20, 0.5),
    ]
    trainers = set()
    for schedule in schedules:
        with borrow(make_mlp_model(), keras.optimizers.SGD(schedule)) as trainer:
            trainers.add(trainer)
    assert len(trainers) == len(schedules)


def test_long_arrays_of_a_schedule_are_distinguished():
    trainers = []
    for last in (0.1, 0.2):
        values = np.append(np.full(2000, 0.1), [last, *[0.1] * 2000])
        schedule = keras.optimizers.schedules.PiecewiseConstantDecay(np.arange(4000), values)
        with borrow(make_mlp_model(), optimizer=keras.optimizers.SGD(schedule)) as trainer:
            trainers.append(trainer)
    assert trainers[0] is not trainers[1]


def test_changes_of_a_loss_take_effect(X, y, make_mlp):
    net = make_mlp(loss=Scaled())
    first = net.fit(X, y).history_["loss"]
    net.loss.factor = 3.0
    assert net.fit(X, y).history_["loss"] != first


def test_fits_at_once_keep_their_trainers():
    with borrow(make_mlp_model()) as first, borrow(make_mlp_model()) as second:
        pass
    with borrow(make_mlp_model()) as third, borrow(make_mlp_model()) as fourth:
        assert {third, fourth} == {first, second}


def test_many_networks_do_not_count_as_retracing(X, y, make_mlp, caplog):
    for size in range(3, 9):  # the warning comes with the sixth
        make_mlp(hidden_layer_sizes=(size,), epochs=1, early_stopping=True).fit(X, y).predict(X)
    assert "retracing" not in caplog.text


@pytest.fixture
def built(monkeypatch):
    """A list with an entry for each trainer that is built."""
    built, build = [], _pool._new_trainer
    monkeypatch.setattr(_pool, "_new_trainer", lambda *args: built.append(1) or build(*args))
    return built


@needs_tensorflow
def test_a_search_over_learning_rates_builds_one_trainer(X, y, make_mlp, built):
    grid = {"optimizer__learning_rate": [0.01, 0.1], "warmup_fraction": [0.0, 0.5]}
    GridSearchCV(make_mlp(), grid, cv=2).fit(X, y)  # folds of 150 rows, then a fit on 300
    assert len(built) == 1


@needs_tensorflow
@pytest.mark.filterwarnings("ignore::skmnist.exceptions.ValueRangeWarning")  # each fold has its own
def test_folds_of_standardized_images_build_one_trainer(X, y, make_mlp, built):
    model = make_pipeline(StandardScaler(), make_mlp(epochs=1))
    cross_validate(model, X, y, cv=3, error_score="raise")
    assert len(built) == 1


def test_fits_in_threads_build_no_more_trainers_than_threads(X, y, make_mlp, built):
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda seed: make_mlp(random_state=seed).fit(X, y), range(9)))
    assert len(built) <= 3


def test_a_failed_trainer_is_not_used_again():
    with pytest.raises(ZeroDivisionError), borrow(make_mlp_model()) as first:
        _ = 1 / 0
    with borrow(make_mlp_model()) as second:
        assert second is not first


class FreezeTheLastLayer(keras.callbacks.Callback):
    def __init__(self, error=None):
        super().__init__()
        self.error = error

    def on_train_begin(self, logs=None):
        self.model.layers[-1].trainable = False
        if self.error:
            raise self.error


@pytest.mark.parametrize("error", [None, OSError("disk full")])
def test_the_effect_of_a_callback_ends_with_its_fit(X, y, make_mlp, error):
    if keras.backend.backend() == "jax" and error is None:
        pytest.skip(LATE_FREEZING)
    expected = make_mlp().fit(X, y).model_.get_weights()
    frozen = make_mlp(callbacks=FreezeTheLastLayer(error))
    if error:
        with pytest.raises(OSError, match="disk full"):
            frozen.fit(X, y)
    else:
        assert not np.array_equal(frozen.fit(X, y).model_.get_weights()[-1], expected[-1])
    assert_equal_weights(weights_of(make_mlp().fit(X, y)), expected)


def test_few_idle_trainers_are_kept(monkeypatch):
    monkeypatch.setattr(_pool, "_MAX_IDLE", 2)
    for size in (3, 4, 5):
        with borrow(make_mlp_model(hidden_layer_sizes=(size,))) as last:
            pass
    assert len(_pool._idle) == 2
    assert _pool._idle[-1][1] is last


@pytest.mark.parametrize("precision", ["float32", pytest.param("bfloat16", marks=needs_bfloat16)])
@pytest.mark.parametrize("make", [make_mlp_model, make_cnn_model])
def test_a_used_trainer_trains_like_a_new_one(make, precision):
    with borrow(make(seed=0), precision=precision) as trainer:
        expected, logs = train(trainer, make(seed=0))
    with borrow(make(seed=1), precision=precision) as used:
        assert used is trainer
        train(used, make(seed=1))
        again, logs_again = train(used, make(seed=0))
    assert logs_again == logs
    assert_equal_weights(again, expected)


def test_a_trainer_traces_once(monkeypatch):
    traces = []
    trace = keras.losses.CategoricalCrossentropy.call
    monkeypatch.setattr(
        keras.losses.CategoricalCrossentropy,
        "call",
        lambda self, *pair: traces.append(1) or trace(self, *pair),
    )
    with borrow(make_mlp_model()) as trainer:
        if type(trainer) is Trainer:
            pytest.skip("Keras' own steps trace as they like")
        for n in (50, 49, 7):
            for batch_size in (1, 16, 64):
                train(
                    trainer, make_mlp_model(seed=n), samples=make_samples(n), batch_size=batch_size
                )
    assert len(traces) == 1


def test_the_rows_are_released_after_training():
    samples = make_samples()
    images = weakref.ref(samples.images)
    with borrow(make_mlp_model()) as trainer:
        train(trainer, make_mlp_model(), samples=samples)
        del samples
        gc.collect()
        assert images() is None
