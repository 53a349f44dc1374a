"""Precision of the training: bfloat16 where it is faster."""

from collections.abc import Mapping
from typing import Any

import keras

from skmnist.neural_network.backends._process import has_fast_bfloat16, is_denied_bfloat16

PRECISIONS = ("auto", "bfloat16", "float32")


def training_precision(precision: str) -> str:
    """Return "float32" or "bfloat16" for a value of the parameter `precision`."""
    on_tensorflow = keras.backend.backend() == "tensorflow"
    if precision == "bfloat16" and on_tensorflow and is_denied_bfloat16():
        raise ValueError(
            "precision='bfloat16' is not possible in this process: the environment variable "
            "ONEDNN_MAX_CPU_ISA keeps oneDNN, which TensorFlow calls for bfloat16 on this "
            "processor, from using AVX-512. Unset the variable, or pass precision='auto', which is "
            "'float32' here."
        )
    if precision != "auto":
        return precision
    return "bfloat16" if on_tensorflow and has_fast_bfloat16() else "float32"


def with_precision(
    model: keras.Model, precision: str, classes: Mapping[type, Any] | None = None
) -> keras.Model:
    """Return a copy of a model that computes in a precision.

    The weights are float32. With "bfloat16", the layers between the scaling of the pixels and the
    probabilities compute in bfloat16.

    Parameters
    ----------
    model : keras.Model
        A built network.
    precision : {"float32", "bfloat16"}
        The precision.
    classes : mapping of type to type, default=None
        Classes of layers, and the subclasses that replace them in the copy.

    Returns
    -------
    keras.Model
        The copy, with weights of its own.
    """
    float32_layers = (keras.layers.InputLayer, keras.layers.Rescaling)
    classes = classes or {}

    def copy_of(layer: keras.Layer) -> keras.Layer:
        config = layer.get_config()
        keeps = layer is model.layers[-1] or isinstance(layer, float32_layers)
        config["dtype"] = "float32" if keeps or precision == "float32" else "mixed_bfloat16"
        return classes.get(type(layer), type(layer)).from_config(config)

    return keras.models.clone_model(model, clone_function=copy_of)
