"""A trained model: copied, or rebuilt from the parameters of its network and its weights."""

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

import keras
import numpy as np

from skmnist.exceptions import ModelFileError
from skmnist.neural_network._limits import limited_to, restore_initializers


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


def rebuild_model(
    build: Callable[[], keras.Model], weights: list[np.ndarray], versions: dict[str, str]
) -> keras.Model:
    """Build a model from the parameters of its network, and set its weights.

    No stored architecture is read, so that only the code of the network decides what is built.

    Parameters
    ----------
    build : callable
        Builds the model, with any weights.
    weights : list of ndarray
        The weights; the kernels of a larger model are not created.
    versions : dict
        The versions of the packages that saved it.

    Returns
    -------
    keras.Model
        The model, not compiled.

    Raises
    ------
    ModelFileError
        If the model cannot be built, or the weights do not fit.
    """
    try:
        with limited_to(weights):
            model = build()
        model.set_weights(weights)
        restore_initializers(model)
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
