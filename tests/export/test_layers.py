"""Every layer and activation gives the same numbers in ONNX Runtime as in Keras."""

import keras
import numpy as np
import onnx
import onnxruntime
import pytest

from skmnist.export._graph import Graph
from skmnist.export._layers import LAYERS, add_network
from skmnist.neural_network._layers import ACTIVATIONS, NORMALIZATIONS, POOLINGS
from skmnist.neural_network.architectures._cnn import build_cnn
from skmnist.neural_network.architectures._densenet import build_densenet
from skmnist.neural_network.architectures._mlp import build_mlp
from skmnist.neural_network.architectures._resnet import build_resnet

SHARED = {
    "n_classes": 3, "seed": 0, "value_range": (0.0, 255.0), "dropout": 0.1,
    "kernel_initializer": "he_normal", "output_kernel_initializer": "glorot_uniform",
}  # fmt: skip
DENSE = SHARED | {"hidden_layer_sizes": (6, 5)}
CONV = DENSE | {
    "filters": (3, 4), "kernel_size": 3, "pool_size": 2, "conv_dropout": 0.1,
    "conv_kernel_initializer": "he_normal",
}  # fmt: skip
DEEP = SHARED | {"kernel_size": 3, "stem_kernel_size": 5}
RESIDUAL = DEEP | {"filters": (8, 16), "n_blocks": (1, 2), "stochastic_depth": 0.1}
DENSELY = DEEP | {
    "n_layers": (1, 2), "growth_rate": 4, "bottleneck": True, "compression": 0.5,
    "conv_dropout": 0.1,
}  # fmt: skip


def gap(network, image_shape, n=5):
    """Return the largest difference between Keras and ONNX Runtime, with random weights."""
    rng = np.random.default_rng(0)
    for weight in network.weights:
        if "seed" not in weight.path:
            value = weight.numpy() + rng.normal(scale=0.1, size=weight.shape)
            weight.assign(np.abs(value) + 0.1 if weight.name == "moving_variance" else value)
    height, width, _ = image_shape
    graph = Graph()
    output = add_network(graph, network, "pixels")
    model = graph.to_model(
        {"pixels": (np.dtype(np.float32), ("n", 1, height, width))},
        {"out": (output, np.dtype(np.float32), ("n", network.output_shape[1]))},
        {},
    )
    session = onnxruntime.InferenceSession(model.SerializeToString())
    images = rng.uniform(0, 255, (n, *image_shape)).astype(np.float32)
    (values,) = session.run(None, {"pixels": images.transpose(0, 3, 1, 2)})
    assert np.ptp(values, axis=0).max() > 1e-4, "a constant network proves nothing"
    return np.abs(values - np.asarray(network(images))).max()


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("batch_normalization", [False, True])
def test_each_activation(activation, batch_normalization):
    options = {"activation": activation, "batch_normalization": batch_normalization}
    assert gap(build_mlp((4, 5, 1), **DENSE, **options), (4, 5, 1)) < 1e-5


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("image_shape", [(1, 2, 1), (1, 10, 1), (9, 8, 1)])
def test_convolutional_networks(padding, image_shape):
    options = {"activation": "gelu", "batch_normalization": True, "padding": padding}
    assert gap(build_cnn(image_shape, **CONV, **options), image_shape) < 1e-5


@pytest.mark.parametrize("pooling", sorted(POOLINGS))
@pytest.mark.parametrize("normalization", NORMALIZATIONS)
@pytest.mark.parametrize(("build", "params"), [(build_resnet, RESIDUAL), (build_densenet, DENSELY)])
def test_deep_networks(build, params, normalization, pooling):
    options = {"activation": "silu", "normalization": normalization, "pooling": pooling}
    for image_shape, stride in [((9, 8, 1), 2), ((7, 10, 1), 1)]:
        network = build(image_shape, **params, **options, stem_stride=stride)
        assert gap(network, image_shape) < 1e-5


def test_the_table_has_every_layer_of_the_architectures():
    options = {"activation": "relu", "normalization": "group", "stem_stride": 1}
    networks = [
        build_cnn((8, 8, 1), **CONV, activation="relu", padding="same", batch_normalization=True),
        build_resnet((8, 8, 1), **RESIDUAL, **options, pooling="max"),
        build_densenet((8, 8, 1), **DENSELY, **options, pooling="average"),
    ]
    kinds = {type(layer).__name__ for network in networks for layer in network.layers}
    assert kinds - {"InputLayer"} == LAYERS.keys()


def network_of(*layers):
    return keras.Sequential([keras.Input((4, 4, 1)), *layers])


def test_another_layer():
    network = network_of(keras.layers.ZeroPadding2D(name="pad"))
    with pytest.raises(ValueError, match=r"layer 'pad' of model is of type ZeroPadding2D.*Dense"):
        add_network(Graph(), network, "pixels")


def test_another_activation():
    network = network_of(keras.layers.Activation("hard_tanh", name="last"))
    with pytest.raises(ValueError, match=r"activation 'hard_tanh' of the layer 'last'.*relu"):
        add_network(Graph(), network, "pixels")


def test_the_model_needs_no_newer_operators_than_it_says():
    graph = Graph()
    out = graph.add("Gelu", "pixels")
    info = np.dtype(np.float32), ("n",)
    model = graph.to_model({"pixels": info}, {"out": (out, *info)}, {"key": "value"})
    assert [(opset.domain, opset.version) for opset in model.opset_import] == [("", 20)]
    assert {entry.key: entry.value for entry in model.metadata_props} == {"key": "value"}
    onnx.checker.check_model(model, full_check=True)
