"""The layers of Keras as ONNX nodes. Feature maps are channels-first in ONNX.

Layers are identified by the names of their classes, so that this module does not import Keras.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from skmnist.export._graph import Graph

# Activation -> the operator and its attributes. Keras' defaults differ from ONNX in some of them.
_ACTIVATIONS: dict[str, tuple[str, dict[str, float]]] = {
    "elu": ("Elu", {}),
    "gelu": ("Gelu", {}),
    "leaky_relu": ("LeakyRelu", {"alpha": 0.2}),
    "mish": ("Mish", {}),
    "relu": ("Relu", {}),
    "selu": ("Selu", {}),
    "sigmoid": ("Sigmoid", {}),
    "softmax": ("Softmax", {"axis": -1}),
    "softplus": ("Softplus", {}),
    "tanh": ("Tanh", {}),
}


def add_network(graph: Graph, network: Any, pixels: str) -> str:
    """Add the layers of a network to a graph.

    Parameters
    ----------
    graph : Graph
        The graph.
    network : keras.Model
        A network of the layers in `LAYERS` with one input and one output.
    pixels : str
        Name of the tensor of shape (n, 1, height, width), float32.

    Returns
    -------
    str
        Name of the tensor that the network returns.

    Raises
    ------
    ValueError
        If the network has other layers.
    """
    names = {id(network.inputs[0]): pixels}
    for layer in network.layers:
        kind = type(layer).__name__
        if kind == "InputLayer":
            continue
        if kind not in LAYERS:
            raise ValueError(
                f"The layer {layer.name!r} of model is of type {kind}, which cannot be exported; "
                f"expected {', '.join(sorted(LAYERS))}. Save the model by skmnist.persistence.dump "
                "instead."
            )
        inputs = layer.input if isinstance(layer.input, list) else [layer.input]
        tensors = [names[id(tensor)] for tensor in inputs]
        names[id(layer.output)] = LAYERS[kind](graph, layer, *tensors)
    return names[id(network.outputs[0])]


def _weights(layer: Any) -> dict[str, np.ndarray]:
    """Return the weights of a layer as float32 arrays by their names."""
    return {w.name: np.asarray(w.numpy(), dtype=np.float32) for w in layer.weights}


def _activate(graph: Graph, layer: Any, maps: str) -> str:
    """Add the activation of a layer."""
    name = layer.get_config()["activation"]
    if name == "linear":
        return maps
    if name == "silu":
        return graph.add("Mul", maps, graph.add("Sigmoid", maps))
    if name not in _ACTIVATIONS:
        expected = ", ".join(sorted([*_ACTIVATIONS, "linear", "silu"]))
        raise ValueError(
            f"The activation {name!r} of the layer {layer.name!r} of model cannot be exported; "
            f"expected one of {expected}. Save the model by skmnist.persistence.dump instead."
        )
    operator, attributes = _ACTIVATIONS[name]
    return graph.add(operator, maps, **attributes)


def _same(graph: Graph, layer: Any, maps: str) -> str:
    """Add a layer that does nothing in prediction."""
    return maps


def _rescaling(graph: Graph, layer: Any, maps: str) -> str:
    config = layer.get_config()
    scaled = graph.add_floats("Mul", maps, config["scale"])
    return graph.add_floats("Add", scaled, config["offset"])


def _flatten(graph: Graph, layer: Any, maps: str) -> str:
    if len(layer.input.shape) == 4:  # Keras flattens with the channels last
        maps = graph.add("Transpose", maps, perm=[0, 2, 3, 1])
    return graph.add("Flatten", maps)


def _dense(graph: Graph, layer: Any, maps: str) -> str:
    weights = _weights(layer)
    product = graph.add("Gemm", maps, *weights.values())
    return _activate(graph, layer, product)


def _conv(graph: Graph, layer: Any, maps: str) -> str:
    config, weights = layer.get_config(), _weights(layer)
    kernel = np.ascontiguousarray(weights.pop("kernel").transpose(3, 2, 0, 1))
    convolved = graph.add(
        "Conv",
        maps,
        kernel,
        *weights.values(),
        kernel_shape=kernel.shape[2:],
        dilations=config["dilation_rate"],
        group=config["groups"],
        **_window(config),
    )
    return _activate(graph, layer, convolved)


def _window(config: dict[str, Any]) -> dict[str, Any]:
    """Return strides and padding; TensorFlow pads more at the end if the padding is odd."""
    auto_pad = "SAME_UPPER" if config["padding"] == "same" else "VALID"
    return {"strides": config["strides"], "auto_pad": auto_pad}


def _pool(operator: str) -> Callable[[Graph, Any, str], str]:
    def add(graph: Graph, layer: Any, maps: str) -> str:
        config = layer.get_config()
        return graph.add(operator, maps, kernel_shape=config["pool_size"], **_window(config))

    return add


def _global_pool(operator: str) -> Callable[[Graph, Any, str], str]:
    def add(graph: Graph, layer: Any, maps: str) -> str:
        return graph.add("Flatten", graph.add(operator, maps))

    return add


def _batch_normalization(graph: Graph, layer: Any, maps: str) -> str:
    weights = _weights(layer)
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    return graph.add(
        "BatchNormalization",
        maps,
        *(weights[name] for name in names),
        epsilon=layer.get_config()["epsilon"],
    )


def _group_normalization(graph: Graph, layer: Any, maps: str) -> str:
    config, weights = layer.get_config(), _weights(layer)
    _, height, width, n_channels = layer.output.shape
    n_groups = config["groups"]
    grouped = graph.add("Reshape", maps, np.array([0, n_groups, -1]))
    normalized = graph.add(
        "InstanceNormalization",
        grouped,
        np.ones(n_groups, dtype=np.float32),
        np.zeros(n_groups, dtype=np.float32),
        epsilon=config["epsilon"],
    )
    maps = graph.add("Reshape", normalized, np.array([0, n_channels, height, width]))
    scaled = graph.add_floats("Mul", maps, weights["gamma"].reshape(-1, 1, 1))
    return graph.add_floats("Add", scaled, weights["beta"].reshape(-1, 1, 1))


def _add(graph: Graph, layer: Any, *maps: str) -> str:
    return graph.add("Sum", *maps)


def _concatenate(graph: Graph, layer: Any, *maps: str) -> str:
    return graph.add("Concat", *maps, axis=1)


# Class of a layer -> the function that adds its nodes and returns the name of its output.
LAYERS: dict[str, Callable[..., str]] = {
    "Activation": _activate,
    "Add": _add,
    "AveragePooling2D": _pool("AveragePool"),
    "BatchNormalization": _batch_normalization,
    "Concatenate": _concatenate,
    "Conv2D": _conv,
    "Dense": _dense,
    "Dropout": _same,
    "Flatten": _flatten,
    "GlobalAveragePooling2D": _global_pool("GlobalAveragePool"),
    "GlobalMaxPooling2D": _global_pool("GlobalMaxPool"),
    "GroupNormalization": _group_normalization,
    "MaxPooling2D": _pool("MaxPool"),
    "Rescaling": _rescaling,
}
