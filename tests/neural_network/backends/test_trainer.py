"""Trainers: the fast ones compute what Keras' own steps compute; precision and memory."""

import gc
import os
import zipfile

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
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

from skmnist.neural_network._samples import Samples
from skmnist.neural_network.backends import _precision
from skmnist.neural_network.backends._chosen import ChosenTrainer
from skmnist.neural_network.backends._keras import Trainer
from skmnist.neural_network.backends._precision import training_precision, with_precision
from skmnist.neural_network.backends._process import has_fast_bfloat16
from skmnist.neural_network.training._losses import LOSSES

# The fast trainer of a back end computes what Keras' own steps compute ----------------------------

WARMUP_AND_COSINE = keras.optimizers.schedules.CosineDecay(
    0.0, 20, warmup_target=0.01, warmup_steps=5
)


@pytest.mark.parametrize(
    "optimizer",
    [
        keras.optimizers.Adam(0.01),
        keras.optimizers.Adam(0.01, beta_1=0.8, beta_2=0.9, epsilon=1e-3),
        keras.optimizers.Adam(0.01, weight_decay=0.1, clipnorm=0.5),
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, 20)),
        keras.optimizers.Adam(WARMUP_AND_COSINE, weight_decay=0.1),
        keras.optimizers.Adam(WARMUP_AND_COSINE, weight_decay=0.1, gradient_accumulation_steps=2),
        keras.optimizers.AdamW(0.01, weight_decay=0.1),
        keras.optimizers.Adam(0.01, amsgrad=True),
        keras.optimizers.SGD(0.1, momentum=0.5),
        keras.optimizers.RMSprop(0.01),
        keras.optimizers.SGD(0.1, loss_scale_factor=1024.0),
        keras.optimizers.Adam(0.01, gradient_accumulation_steps=2),
        keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5),
    ],
    ids=["adam", "adam with constants", "adam with decay", "cosine", "cosine and decay",
         "cosine, decay and accumulation", "adamw", "amsgrad", "sgd", "rmsprop", "loss scale",
         "accumulation", "moving averages"],
)  # fmt: skip
def test_both_trainers_agree(optimizer):
    check_agreement_of_mlps(optimizer, np.linspace(0.1, 2, 50, dtype=np.float32))


@needs_tensorflow
def test_the_learning_rate_is_computed_once_per_step(monkeypatch):
    """Keras computes it for each weight that decays."""
    model = make_mlp_model(hidden_layer_sizes=(8, 8))
    optimizer = keras.optimizers.Adam(WARMUP_AND_COSINE, weight_decay=0.1)
    trainer = ChosenTrainer(model, optimizer, keras.losses.CategoricalCrossentropy(), "float32")
    calls = []
    schedule_class = type(trainer.optimizer._learning_rate)
    compute = schedule_class.__call__
    monkeypatch.setattr(
        schedule_class, "__call__", lambda self, step: calls.append(step) or compute(self, step)
    )
    train(trainer, model)
    assert len(calls) == 1


@needs_tensorflow
@pytest.mark.parametrize("alpha", [0.0, 0.25])
@pytest.mark.parametrize(
    "warmup",
    [
        {},
        {"warmup_steps": 3},
        {"warmup_target": 0.07, "warmup_steps": 5},
        {"warmup_target": 0.07, "warmup_steps": 0},
    ],
    ids=str,
)
def test_cosines_have_the_rates_of_keras(warmup, alpha):
    schedule = keras.optimizers.schedules.CosineDecay(0.03, 11, alpha=alpha, **warmup)
    optimizer = keras.optimizers.SGD(schedule)
    trainer = ChosenTrainer(make_mlp_model(), optimizer, None, "float32")
    own = trainer.optimizer._learning_rate
    assert type(own) is not type(schedule)
    steps = range(20)
    tf = pytest.importorskip("tensorflow")
    tf.debugging.enable_check_numerics()
    try:
        rates = [own(step) for step in steps]
    finally:
        tf.debugging.disable_check_numerics()
    assert_array_equal(rates, [schedule(step) for step in steps])


def test_a_copy_for_validation_is_built_when_it_is_needed():
    model = make_mlp_model()
    loss = keras.losses.CategoricalCrossentropy()
    trainer = ChosenTrainer(model, keras.optimizers.Adam(), loss, "bfloat16")
    trainer.load(model, None)
    assert "_exact" not in vars(trainer)
    logs = trainer.evaluate(make_samples())
    assert {layer.compute_dtype for layer in vars(trainer)["_exact"].layers} == {"float32"}
    exact = ChosenTrainer(model, keras.optimizers.Adam(), loss, "float32")
    exact.load(model, None)
    assert logs == exact.evaluate(make_samples())


def test_both_trainers_agree_without_weights():
    check_agreement_of_mlps(keras.optimizers.Adam(0.01), weights=None)


def check_agreement_of_mlps(optimizer, weights):
    check_agreement(
        lambda: make_mlp_model(dropout=0.0, batch_normalization=False),
        optimizer,
        samples=Samples(make_samples().images, make_samples().targets, weights),
        n_epochs=3,
    )


def check_agreement(
    make_model, optimizer, precision="float32", *, rtol=1e-3, atol=1e-5, logs_rtol=1e-4, **training
):
    """Train a network by both trainers, which must agree; return the fast trainer."""
    results = []
    for trainer_class in (Trainer, ChosenTrainer):
        model = make_model()
        own = type(optimizer).from_config(optimizer.get_config())
        trainer = trainer_class(model, own, keras.losses.CategoricalCrossentropy(), precision)
        trainer.network.run_eagerly = trainer_class is Trainer  # for few steps, compiling is slower
        results.append(train(trainer, model, **training))
    (weights, logs), (fast_weights, fast_logs) = results
    assert fast_logs == pytest.approx(logs, rel=logs_rtol)
    for weight, other in zip(fast_weights, weights, strict=True):
        assert_allclose(weight, other, rtol=rtol, atol=atol)
    return trainer


HE_NORMAL = keras.initializers.HeNormal(0)


def make_normalized_model(normalization):
    """Return a network that normalizes maps in a given and in the usual way."""
    return keras.Sequential([
        keras.layers.Input((4, 4, 1)),
        keras.layers.Conv2D(3, 3, kernel_initializer=HE_NORMAL),
        normalization,
        keras.layers.MaxPooling2D(),
        keras.layers.BatchNormalization(momentum=0.5),
        keras.layers.Flatten(),
        keras.layers.Dense(3, "softmax", kernel_initializer=keras.initializers.GlorotUniform(1)),
    ])  # fmt: skip


class Shifted(keras.layers.BatchNormalization):
    def call(self, inputs, training=None, mask=None):
        return super().call(inputs, training=training, mask=mask) + 1


NORMALIZATIONS = {
    "usual": lambda: keras.layers.BatchNormalization(momentum=0.9, epsilon=0.01),
    "unscaled": lambda: keras.layers.BatchNormalization(scale=False),
    "uncentered": lambda: keras.layers.BatchNormalization(center=False),
    "of rows": lambda: keras.layers.BatchNormalization(axis=1),
    "frozen": lambda: keras.layers.BatchNormalization(trainable=False),
    "of a subclass": Shifted,
}


@needs_tensorflow
@pytest.mark.parametrize(
    ("kind", "precision", "tolerance"),
    [
        *((kind, "float32", {"rtol": 1e-3, "atol": 1e-5}) for kind in NORMALIZATIONS),
        pytest.param("usual", "bfloat16", {"rtol": 0.03, "atol": 0.02}, marks=needs_bfloat16),
    ],
)
def test_both_trainers_normalize_maps_alike(kind, precision, tolerance):
    """The last batch is one image."""
    check_agreement(
        lambda: make_normalized_model(NORMALIZATIONS[kind]()),
        keras.optimizers.SGD(0.1),
        precision,
        **tolerance,
        logs_rtol=tolerance["rtol"],
        samples=make_samples(49),
    )


@needs_tensorflow
@pytest.mark.parametrize(("kind", "n_fused"), [(k, 1 + (k == "usual")) for k in NORMALIZATIONS])
def test_fused_normalization_is_used_for_the_usual_settings(kind, n_fused):
    """The second normalization always has them; the first one depends on `kind`."""
    model = make_normalized_model(NORMALIZATIONS[kind]())
    loss = keras.losses.CategoricalCrossentropy()
    trainer = ChosenTrainer(model, keras.optimizers.SGD(0.1), loss, "float32")
    train(trainer, model)
    operations = [node.op for node in nodes(trainer)]
    assert operations.count("FusedBatchNormV3") == n_fused


@needs_tensorflow
def test_masked_maps_are_left_to_keras():
    from skmnist.neural_network.backends._tensorflow._layers import BatchNormalization

    maps = np.random.default_rng(0).random((6, 4, 4, 1), dtype=np.float32)
    mask = np.arange(6 * 4 * 4).reshape(6, 4, 4) % 3 > 0
    classes = (keras.layers.BatchNormalization, BatchNormalization)
    assert_array_equal(*(layer()(maps, training=True, mask=mask) for layer in classes))


def nodes(trainer):
    """Yield the nodes of the compiled training."""
    (compiled,) = trainer._compiled.values()
    graph = compiled.graph.as_graph_def()
    yield from graph.node
    for function in graph.library.function:
        yield from function.node_def


@needs_tensorflow
@pytest.mark.parametrize(
    ("n_channels", "kernel_size", "steps"), [(5, 1, {1}), (16, 1, {2}), (5, 2, {2})]
)
def test_kernels_of_one_pixel_and_few_channels_have_no_strides(n_channels, kernel_size, steps):
    """There, oneDNN writes past its memory, which often ends the process."""
    strided = {"strides": 2, "padding": "same", "kernel_initializer": HE_NORMAL}

    def make_model():
        return keras.Sequential([
            keras.layers.Input((4, 4, 1)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(n_channels, 3, kernel_initializer=HE_NORMAL),
            keras.layers.Conv2D(3, kernel_size, name="strided", **strided),
            keras.layers.Flatten(),
            keras.layers.Dense(3, "softmax", kernel_initializer=HE_NORMAL),
        ])  # fmt: skip

    trainer = check_agreement(make_model, keras.optimizers.SGD(0.1))
    gradients = (node for node in nodes(trainer) if node.op == "Conv2DBackpropFilter")
    of_strided = [node.attr["strides"].list.i for node in gradients if "strided" in node.name]
    assert of_strided
    assert set().union(*of_strided) - {1} == steps - {1}


@needs_tensorflow
def test_no_gradient_of_the_scaling_is_traced():
    layers = [
        keras.layers.Input((4, 4, 1)),
        keras.layers.Rescaling(1 / 255, name="scaling"),
        keras.layers.Flatten(),
        keras.layers.Dense(3, "softmax", name="classes"),
    ]
    model, loss = keras.Sequential(layers), keras.losses.CategoricalCrossentropy()
    trainer = ChosenTrainer(model, keras.optimizers.SGD(), loss, "float32")
    train(trainer, model)
    gradients = {node.name for node in nodes(trainer) if "gradient" in node.name}
    assert any("classes" in name for name in gradients)
    assert not any("scaling" in name for name in gradients)


class FreezeTheNormalization(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        for layer in self.model.layers:
            layer.trainable = "normalization" not in layer.name


def test_frozen_normalization_keeps_its_averages(X, y, make_cnn):
    if keras.backend.backend() == "jax":
        pytest.skip(LATE_FREEZING)
    net = make_cnn(batch_normalization=True, callbacks=FreezeTheNormalization()).fit(X, y)
    averages = [v for v in net.model_.variables if "moving_mean" in v.path]
    assert averages
    assert not any(np.any(average) for average in averages)


def test_a_callback_saves_a_network_that_keras_loads(X, y, make_cnn, tmp_path):
    path = tmp_path / "network.keras"
    saves = keras.callbacks.ModelCheckpoint(path, save_best_only=False)
    net = make_cnn(
        batch_normalization=True,
        precision="float32",
        learning_rate_schedule="cosine",
        warmup_fraction=0.5,
        callbacks=saves,
    ).fit(X, y)
    network = keras.models.load_model(path)
    images = X.reshape(-1, 8, 8, 1).astype("float32")
    assert_allclose(network.predict(images, verbose=0), net.predict_proba(X), rtol=0, atol=1e-5)
    assert type(network.optimizer) is keras.optimizers.Adam
    rate = network.optimizer._learning_rate
    assert type(rate) is keras.optimizers.schedules.CosineDecay
    assert rate.decay_steps == 19
    with zipfile.ZipFile(path) as file:
        assert "skmnist" not in file.read("config.json").decode()


def test_moving_averages_are_the_final_weights():
    results = []
    for use_ema in (False, True):
        model = make_mlp_model()
        with borrow(model, optimizer=keras.optimizers.SGD(0.1, use_ema=use_ema)) as trainer:
            results.append(train(trainer, model)[0])
    assert not np.array_equal(results[0][0], results[1][0])


def test_regularizers_count():
    def build(strength):
        regularizer = keras.regularizers.L2(strength)
        layers = [
            keras.Input((4, 4, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(3, "softmax", kernel_regularizer=regularizer),
        ]
        return keras.Sequential(layers)

    results = []
    for trainer_class in (ChosenTrainer, Trainer):
        model = build(0.5)
        model.set_weights([np.full((16, 3), 0.1), np.zeros(3)])
        optimizer = keras.optimizers.SGD(1e-5)
        trainer = trainer_class(model, optimizer, keras.losses.CategoricalCrossentropy(), "float32")
        results.append(train(trainer, model, n_epochs=1)[1]["loss"])
    assert results[0] == pytest.approx(results[1], rel=1e-3)


@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_label_smoothing_equals_that_of_keras(loss):
    samples = make_samples(20)
    model = make_mlp_model()
    with borrow(model, loss=loss, label_smoothing=0.3) as trainer:
        trainer.load(model, None)
        smoothed = trainer.evaluate(samples)["loss"]
    images = samples.images.astype("float32")
    probabilities = keras.ops.convert_to_numpy(model(images, training=False))
    expected = LOSSES[loss](label_smoothing=0.3)(samples.targets, probabilities)
    assert smoothed == pytest.approx(float(expected), rel=1e-5)
    assert smoothed != pytest.approx(float(LOSSES[loss]()(samples.targets, probabilities)))


def test_validation_is_weighted_like_the_training():
    samples = make_samples(20)
    weights = np.linspace(0, 2, 20, dtype=np.float32)
    model = make_mlp_model()
    with borrow(model) as trainer:
        trainer.load(model, None)
        plain = trainer.evaluate(samples)
        weighted = trainer.evaluate(Samples(samples.images, samples.targets, weights))
    images = samples.images.astype("float32")
    probabilities = keras.ops.convert_to_numpy(model(images, training=False))
    losses = -np.log((probabilities * samples.targets).sum(axis=1))
    assert plain["loss"] == pytest.approx(losses.mean(), rel=1e-5)
    assert weighted["loss"] == pytest.approx((weights * losses).mean(), rel=1e-5)
    assert weighted["accuracy"] == plain["accuracy"]


def test_pixels_of_any_dtype_train_alike():
    weights = []
    for dtype in ("uint8", "float32", "float64", "int64"):
        model = make_cnn_model()
        with borrow(model) as trainer:
            weights.append(train(trainer, model, samples=make_samples(dtype=dtype))[0])
    for others in weights[1:]:
        for weight, other in zip(weights[0], others, strict=True):
            assert_array_equal(weight, other)


@needs_bfloat16
def test_evaluation_equals_that_of_the_saved_network():
    model, samples = make_cnn_model(), make_samples()
    with borrow(model, precision="bfloat16") as trainer:
        train(trainer, model)
        scores = trainer.evaluate(samples)
    images = samples.images.astype("float32")
    probabilities = keras.ops.convert_to_numpy(model(images, training=False))
    likelihood = (probabilities * samples.targets).sum(axis=1)
    assert scores["loss"] == pytest.approx(-np.log(likelihood).mean(), rel=1e-5)
    hits = probabilities.argmax(axis=1) == samples.targets.argmax(axis=1)
    assert scores["accuracy"] == hits.mean()


# Precision ----------------------------------------------------------------------------------------


def test_bfloat16_is_between_the_pixels_and_the_probabilities():
    model = make_cnn_model()
    lowered, exact = with_precision(model, "bfloat16"), with_precision(model, "float32")
    computed = [layer.compute_dtype for layer in lowered.layers]
    assert computed[0] == computed[-1] == "float32"
    assert set(computed[1:-1]) == {"bfloat16"}
    assert {layer.compute_dtype for layer in exact.layers} == {"float32"}
    assert {weight.dtype for weight in lowered.weights} == {"float32"}
    assert keras.config.dtype_policy().name == "float32"


def test_auto_is_bfloat16_where_it_is_faster(monkeypatch):
    assert training_precision("float32") == "float32"
    expected = "bfloat16" if has_fast_bfloat16() else "float32"
    if keras.backend.backend() == "tensorflow":
        assert training_precision("auto") == expected
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    assert training_precision("auto") == "float32"
    assert training_precision("bfloat16") == "bfloat16"


@needs_tensorflow
def test_bfloat16_that_onednn_refuses_is_an_error(X, y, make_cnn, monkeypatch):
    net = make_cnn(precision="bfloat16")
    monkeypatch.setattr(_precision, "is_denied_bfloat16", lambda: True)
    with pytest.raises(ValueError, match=r"precision='bfloat16' is not possible .* Unset"):
        net.fit(X, y)
    assert training_precision("auto") in ("bfloat16", "float32")
    monkeypatch.setattr(_precision, "is_denied_bfloat16", lambda: False)
    assert training_precision("bfloat16") == "bfloat16"


@needs_bfloat16
def test_precision_takes_effect_and_prediction_is_float32(X, y, make_cnn):
    exact, lowered = (make_cnn(precision=p).fit(X, y) for p in ("float32", "bfloat16"))
    assert {layer.compute_dtype for layer in lowered.model_.layers} == {"float32"}
    difference = np.abs(exact.predict_proba(X) - lowered.predict_proba(X))
    assert 0 < difference.mean() < 0.2
    one_by_one = np.concatenate([lowered.predict_proba(X[i : i + 1]) for i in range(9)])
    assert_allclose(one_by_one, lowered.predict_proba(X[:9]), atol=1e-6)


# Memory -------------------------------------------------------------------------------------------


def resident_megabytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="no /proc to read memory from")
def test_memory_stays_flat(X, y, make_cnn):
    """The short form of benchmarks/memory.py."""
    net = make_cnn(epochs=1)
    for _ in range(5):
        net.fit(X, y).predict(X[:1])
    gc.collect()
    before = resident_megabytes()
    for _ in range(15):
        net.fit(X, y)
    for _ in range(1000):
        net.predict(X[:1])
    gc.collect()
    assert resident_megabytes() - before < 20
