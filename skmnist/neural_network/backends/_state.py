"""Copies of models, and their architecture and weights as plain data, for pickles."""

import json
import zlib
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import keras

from skmnist.exceptions import ModelFileError


def backend_versions() -> dict[str, str]:
    """Return the versions of Keras and of its back end."""
    backend = keras.backend.backend()
    try:
        return {"keras": keras.__version__, backend: version(backend)}
    except PackageNotFoundError:  # a variant such as tensorflow-cpu
        return {"keras": keras.__version__, backend: "unknown"}


def copy_variables(source: keras.Model, target: keras.Model) -> None:
    """Copy all variables to a model of equal architecture: weights, and the seeds of dropout."""
    for old, new in zip(target.variables, source.variables, strict=True):
        old.assign(keras.ops.copy(new))  # JAX reuses the memory of trained weights


def copy_model(model: keras.Model) -> keras.Model:
    """Return a copy of a model with variables of its own, not compiled."""
    copied = keras.models.clone_model(model)
    copied.dtype_policy = model.dtype_policy
    copy_variables(model, copied)
    return copied


def pack_model(model: keras.Model) -> dict[str, Any]:
    """Return the architecture and the weights of a model, without optimizer and loss."""
    architecture = keras.saving.serialize_keras_object(model)
    architecture.pop("compile_config", None)
    # Compressed, because the text would be a tenth of the file of a deep network with few weights.
    text = zlib.compress(json.dumps(architecture).encode())
    return {"architecture": text, "weights": model.get_weights()}


def unpack_model(packed: dict[str, Any], versions: dict[str, str]) -> keras.Model:
    """Build a model from its architecture and its weights.

    Parameters
    ----------
    packed : dict
        The result of `pack_model`.
    versions : dict
        The versions of the packages that packed it.

    Returns
    -------
    keras.Model
        The model, not compiled.

    Raises
    ------
    ModelFileError
        If this version of Keras cannot build it.
    """
    try:
        architecture = json.loads(zlib.decompress(packed["architecture"]))
        model = keras.saving.deserialize_keras_object(architecture)
        model.set_weights(packed["weights"])
    except MemoryError:
        raise
    except Exception as error:
        here = ", ".join(f"{name} {number}" for name, number in backend_versions().items())
        there = ", ".join(f"{name} {number}" for name, number in versions.items())
        raise ModelFileError(
            f"The saved network cannot be built by {here}: {type(error).__name__}: {error}. It was "
            f"saved by {there or 'unknown versions'}: install these, or train and save it again."
        ) from error
    return model
