"""Numbers of fewer bits for training: bfloat16 where the processor computes with it."""

import keras

from skmnist.neural_network._runtime import has_bfloat16

PRECISIONS = ("auto", "bfloat16", "float32")


def training_precision(precision: str) -> str:
    """Return "float32" or "bfloat16" for a value of the parameter `precision`."""
    if precision != "auto":
        return precision
    return "bfloat16" if keras.backend.backend() == "tensorflow" and has_bfloat16() else "float32"


def with_precision(model: keras.Model, precision: str) -> keras.Model:
    """Return a new model with the layers of another, computing in a precision.

    The weights are float32 in any case; with "bfloat16", the layers between the scaling of the
    pixels and the probabilities multiply in bfloat16.

    Parameters
    ----------
    model : keras.Model
        A model of `_builders`.
    precision : {"float32", "bfloat16"}
        The precision.

    Returns
    -------
    keras.Model
        The model; its weights are not those of the other one.
    """
    float32_layers = (keras.layers.InputLayer, keras.layers.Rescaling)

    def copy_of(layer: keras.Layer) -> keras.Layer:
        config = layer.get_config()
        keeps = layer is model.layers[-1] or isinstance(layer, float32_layers)
        config["dtype"] = "float32" if keeps or precision == "float32" else "mixed_bfloat16"
        return type(layer).from_config(config)

    return keras.models.clone_model(model, clone_function=copy_of)
