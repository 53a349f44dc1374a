import random

import keras
import numpy as np
import pytest

from skmnist.neural_network._builders import (
    ACTIVATIONS,
    INITIALIZERS,
    POSITIVE_INT,
    RATE,
    build_cnn,
    build_mlp,
    per_layer,
)

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
    for build in (mlp, cnn):
        unit = build()(images)
        wide = build(value_range=(-1.0, 3.0))(images * 4 - 1)
        np.testing.assert_allclose(wide, unit, atol=1e-6)


@pytest.mark.parametrize("build", [mlp, cnn])
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
def test_each_initialiser(name):
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


@pytest.mark.parametrize(
    ("name", "value", "condition", "message"),
    [
        ("dropout", (0.1, 0.2), RATE, r"dropout=\(0.1, 0.2\) has 2 entries, but there are 3"),
        ("dropout", 1.0, RATE, r"dropout=\[1.0\] is not valid; expected numbers in \[0, 1\)"),
        ("dropout", (0, 0, "a"), RATE, r"expected numbers in \[0, 1\)"),
        ("filters", (8, 0, 8), POSITIVE_INT, "expected positive integers"),
        ("filters", (8, True, 8), POSITIVE_INT, "expected positive integers"),
        ("kernel_size", 2.5, POSITIVE_INT, "expected positive integers"),
    ],
)
def test_bad_entries_of_per_layer_parameters(name, value, condition, message):
    with pytest.raises(ValueError, match=message):
        per_layer(name, value, 3, condition)
