import itertools
import random

import keras
import numpy as np
import pytest

from skmnist.neural_network._layers import (
    ACTIVATIONS,
    INITIALIZERS,
    NORMALIZATIONS,
    POOLINGS,
    POSITIVE_INT,
    RATE,
    per_layer,
)
from skmnist.neural_network.architectures._cnn import build_cnn
from skmnist.neural_network.architectures._densenet import build_densenet
from skmnist.neural_network.architectures._mlp import build_mlp
from skmnist.neural_network.architectures._resnet import build_resnet

DENSE = {
    "hidden_layer_sizes": (6,),
    "activation": "relu",
    "dropout": 0.0,
    "batch_normalization": False,
    "kernel_initializer": "he_uniform",
    "output_kernel_initializer": "glorot_uniform",
}
CONV = {
    "filters": (3, 4),
    "kernel_size": 3,
    "padding": "same",
    "pool_size": 2,
    "conv_dropout": 0.0,
    "conv_kernel_initializer": "he_uniform",
}


def mlp(**params):
    params = {"image_shape": (8, 8, 1), "value_range": (0.0, 1.0), "seed": 0} | DENSE | params
    return build_mlp(n_classes=3, **params)


def cnn(**params):
    params = (
        {"image_shape": (8, 8, 1), "value_range": (0.0, 1.0), "seed": 0} | DENSE | CONV | params
    )
    return build_cnn(n_classes=3, **params)


DEEP = {
    "kernel_size": 3,
    "stem_kernel_size": 3,
    "stem_stride": 1,
    "activation": "relu",
    "normalization": "batch",
    "pooling": "average",
    "dropout": 0.0,
    "kernel_initializer": "he_normal",
    "output_kernel_initializer": "glorot_uniform",
}
RESIDUAL = {"filters": (3, 4), "n_blocks": 1, "stochastic_depth": 0.0}
DENSELY_CONNECTED = {
    "n_layers": (1, 2),
    "growth_rate": 2,
    "bottleneck": False,
    "compression": 0.5,
    "conv_dropout": 0.0,
}


def resnet(**params):
    params = (
        {"image_shape": (8, 8, 1), "value_range": (0.0, 1.0), "seed": 0} | DEEP | RESIDUAL | params
    )
    return build_resnet(n_classes=3, **params)


def densenet(**params):
    given = {"image_shape": (8, 8, 1), "value_range": (0.0, 1.0), "seed": 0}
    return build_densenet(n_classes=3, **given | DEEP | DENSELY_CONNECTED | params)


BUILDERS = [mlp, cnn, resnet, densenet]


def maps_of(model, images, *names):
    """Return the outputs of layers of a network for images."""
    outputs = [model.get_layer(name).output for name in names]
    return [np.asarray(maps) for maps in keras.Model(model.input, outputs)(images)]


def kinds(model):
    return [type(layer).__name__ for layer in model.layers]


def test_order_of_layers():
    assert kinds(mlp(hidden_layer_sizes=(6, 5), dropout=(0, 0.5), batch_normalization=True)) == [
        "Rescaling", "Flatten", "Dense", "BatchNormalization", "Activation",
        "Dense", "BatchNormalization", "Activation", "Dropout", "Dense",
    ]  # fmt: skip
    assert kinds(cnn(conv_dropout=(0.1, 0), dropout=0.2)) == [
        "Rescaling", "Conv2D", "MaxPooling2D", "Dropout", "Conv2D", "MaxPooling2D",
        "Flatten", "Dense", "Dropout", "Dense",
    ]  # fmt: skip


def test_no_hidden_layers_is_logistic_regression():
    assert kinds(mlp(hidden_layer_sizes=())) == ["Rescaling", "Flatten", "Dense"]


def test_value_range_is_mapped_inside_the_graph():
    images = np.random.default_rng(0).random((5, 8, 8, 1), dtype=np.float32)
    for build in BUILDERS:
        unit = build()(images)
        wide = build(value_range=(-1.0, 3.0))(images * 4 - 1)
        np.testing.assert_allclose(wide, unit, atol=1e-6)


@pytest.mark.parametrize("build", BUILDERS)
def test_seed_decides_all_weights_and_no_global_generator_is_touched(build):
    before = random.getstate(), np.random.get_state()[1].tolist(), keras.config.floatx()
    weights = [build(seed=seed, dropout=0.5).get_weights() for seed in (0, 0, 1)]
    assert (random.getstate(), np.random.get_state()[1].tolist(), keras.config.floatx()) == before
    assert all(np.array_equal(a, b) for a, b in zip(weights[0], weights[1], strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(weights[0], weights[2], strict=True))


def test_layers_of_equal_shape_get_different_kernels():
    model = mlp(hidden_layer_sizes=(6, 6, 6))
    first, second = (model.get_layer(f"dense_{i}").kernel.numpy() for i in (2, 3))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("name", sorted(INITIALIZERS))
def test_each_initializer(name):
    assert np.std(mlp(kernel_initializer=name).get_layer("dense_1").kernel) > 0


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("batch_normalization", [True, False])
def test_each_activation(name, batch_normalization):
    model = cnn(activation=name, batch_normalization=batch_normalization)
    assert np.isfinite(model(np.ones((1, 8, 8, 1), dtype=np.float32))).all()


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("image_shape", [(1, 1, 1), (1, 2, 1), (1, 10, 1), (3, 2, 1), (28, 28, 1)])
def test_kernels_and_pools_shrink_to_tiny_images(image_shape, padding):
    model = cnn(image_shape=image_shape, padding=padding, filters=(2,) * 4, kernel_size=5)
    output = model(np.zeros((2, *image_shape), dtype=np.float32))
    np.testing.assert_allclose(np.sum(output, axis=1), 1, atol=1e-6)


# Residual networks --------------------------------------------------------------------------------


def test_order_of_layers_in_a_residual_network():
    names = [layer.name for layer in resnet(dropout=0.1, stochastic_depth=0.5).layers]
    first, second = "stage_1_block_1", "stage_2_block_1"
    assert [name for name in names if "_normalization" not in name] == [
        "pixels", "to_unit_range", "stem", "stem_activation",
        f"{first}_conv_1", f"{first}_conv_1_activation", f"{first}_conv_2",
        f"{first}_stochastic_depth", f"{first}_sum", f"{first}_activation",
        f"{second}_conv_1", f"{second}_conv_1_activation", f"{second}_conv_2",
        f"{second}_shortcut", f"{second}_stochastic_depth", f"{second}_sum",
        f"{second}_activation", "pooling", "pooling_dropout", "probabilities",
    ]  # fmt: skip


def test_stages_halve_the_maps_and_blocks_keep_them():
    model = resnet(filters=(3, 4, 5), n_blocks=(1, 2, 1), stem_stride=2, image_shape=(28, 28, 1))
    shapes = [layer.output.shape[1:] for layer in model.layers if layer.name.endswith("_sum")]
    assert shapes == [(14, 14, 3), (7, 7, 4), (7, 7, 4), (4, 4, 5)]


def test_a_block_begins_as_its_shortcut():
    images = np.random.default_rng(0).random((5, 8, 8, 1), dtype=np.float32)
    model = resnet(filters=(3,), n_blocks=3)
    stem, last = maps_of(model, images, "stem_activation", "stage_1_block_3_activation")
    np.testing.assert_allclose(last, stem, atol=1e-6)


def test_stochastic_depth_grows_and_drops_whole_images():
    model = resnet(filters=(3,), n_blocks=4, stochastic_depth=0.8)
    drops = [layer for layer in model.layers if layer.name.endswith("stochastic_depth")]
    assert [layer.rate for layer in drops] == pytest.approx([0.2, 0.4, 0.6, 0.8])
    maps = np.asarray(drops[1](np.ones((200, 8, 8, 3), dtype=np.float32), training=True))
    assert set(np.unique(maps.round(5))) <= {0.0, np.float32(1 / 0.6).round(5)}
    assert np.ptp(maps, axis=(1, 2, 3)).max() == 0  # an image is kept or dropped as a whole
    assert 0.25 < np.mean(maps == 0) < 0.55


# Densely connected networks -----------------------------------------------------------------------


def test_dense_layers_add_maps_and_transitions_compress_them():
    model = densenet(n_layers=(2, 3), growth_rate=4, compression=0.5, image_shape=(28, 28, 1))
    joins = [layer.output.shape[1:] for layer in model.layers if layer.name.endswith("_join")]
    assert joins == [(28, 28, 12), (28, 28, 16), (14, 14, 12), (14, 14, 16), (14, 14, 20)]
    assert model.get_layer("transition_1").output.shape[-1] == 8


def test_each_layer_sees_all_maps_before_it():
    images = np.random.default_rng(0).random((5, 8, 8, 1), dtype=np.float32)
    model = densenet(n_layers=(3,))
    maps = maps_of(model, images, "stem", "stage_1_layer_1_join", "stage_1_layer_3_join")
    for fewer, more in itertools.pairwise(maps):
        np.testing.assert_allclose(more[..., : fewer.shape[-1]], fewer, atol=1e-6)


def test_bottleneck_is_a_small_kernel_of_four_times_the_growth():
    kernels = {
        layer.name: layer.kernel.shape
        for layer in densenet(bottleneck=True, growth_rate=3).layers
        if hasattr(layer, "kernel")
    }
    assert kernels["stage_1_layer_1_bottleneck"] == (1, 1, 6, 12)
    assert kernels["stage_1_layer_1_conv"] == (3, 3, 12, 3)


# What the deep networks share ---------------------------------------------------------------------


@pytest.mark.parametrize("build", [resnet, densenet])
@pytest.mark.parametrize("name", NORMALIZATIONS)
def test_each_normalization(build, name):
    model = build(normalization=name)
    expected = {
        "batch": "BatchNormalization", "group": "GroupNormalization", "layer": "GroupNormalization",
    }.get(name)  # fmt: skip
    assert {kind for kind in kinds(model) if "Normalization" in kind} == {expected} - {None}
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert {layer.use_bias for layer in convolutions} == {name == "none"}
    assert np.isfinite(model(np.ones((1, 8, 8, 1), dtype=np.float32))).all()


@pytest.mark.parametrize("build", [resnet, densenet])
@pytest.mark.parametrize("name", sorted(POOLINGS))
def test_each_pooling(build, name):
    assert isinstance(build(pooling=name).get_layer("pooling"), POOLINGS[name])


@pytest.mark.parametrize("build", [resnet, densenet])
@pytest.mark.parametrize("stem_stride", [1, 2])
@pytest.mark.parametrize("image_shape", [(1, 1, 1), (1, 2, 1), (1, 10, 1), (3, 2, 1), (28, 28, 1)])
def test_deep_networks_take_images_of_any_size(build, image_shape, stem_stride):
    stages = {"filters": (2,) * 4} if build is resnet else {"n_layers": (1,) * 4}
    model = build(image_shape=image_shape, stem_stride=stem_stride, kernel_size=5, **stages)
    output = model(np.zeros((2, *image_shape), dtype=np.float32))
    np.testing.assert_allclose(np.sum(output, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "value", "condition", "message"),
    [
        ("dropout", (0.1, 0.2), RATE, r"dropout=\(0.1, 0.2\) has 2 entries, but there are 3"),
        ("dropout", 1.0, RATE, r"dropout=1.0 is not valid; expected numbers in \[0, 1\)"),
        ("dropout", (0, 0, "a"), RATE, r"expected numbers in \[0, 1\)"),
        ("filters", (8, 0, 8), POSITIVE_INT, "expected positive integers"),
        ("filters", (8, True, 8), POSITIVE_INT, "expected positive integers"),
        ("filters", (8, 8, 2**31), POSITIVE_INT, r"expected positive integers below 2\*\*31"),
        ("kernel_size", 2.5, POSITIVE_INT, "expected positive integers"),
    ],
)
def test_bad_entries_of_per_layer_parameters(name, value, condition, message):
    with pytest.raises(ValueError, match=message):
        per_layer(name, value, 3, condition)
