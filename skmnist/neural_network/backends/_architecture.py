"""Keys of architectures: networks with equal keys compute the same from equal weights.

Such networks share what TensorFlow compiles, which often takes longer than to train or to predict.
"""

import json
from collections.abc import Collection, Hashable, Mapping
from typing import Any

import keras


def architecture_key(
    model: keras.Model, *parts: Any, free: Mapping[str, Collection[str]] | None = None
) -> Hashable | None:
    """Return a key of a network, and of further parts of its training step.

    Parameters
    ----------
    model : keras.Model
        A built network.
    *parts : object of Keras
        Objects with a config, such as an optimizer.
    free : mapping of str to collection of str, default=None
        Names of classes, and the settings of each that may differ if they are numbers or None.

    Returns
    -------
    hashable or None
        The key. None if something is not Keras' own, because its config may not describe all that
        it computes.
    """
    if not all(map(_config_tells_all, (*model.layers, *parts))):
        return None
    try:
        configs = json.dumps([_compared(part, free or {}) for part in (model, *parts)])
    except TypeError:  # a number or an object that JSON cannot hold
        return None
    return tuple(map(type, (model, *model.layers, *parts))), configs


def is_of_keras(thing: Any) -> bool:
    """Return whether a function, or the class of another object, is Keras' own."""
    return str(getattr(thing, "__module__", "")).partition(".")[0] == "keras"


def _config_tells_all(part: Any) -> bool:
    """Return whether the config of a part of a network describes all that it computes.

    A config contains functions, such as a custom activation, by name only; so may the configs of
    nested layers.
    """
    functions = filter(callable, vars(part).values())
    nested = isinstance(part, keras.Model | keras.layers.Wrapper)
    return is_of_keras(part) and not nested and all(map(is_of_keras, functions))


def _compared(part: Any, free: Mapping[str, Collection[str]]) -> Any:
    """Return the config without the part's own name, all seeds and all numbers that are free."""

    def reduced(value: Any, free_here: Collection[str] = ()) -> Any:
        if isinstance(value, list):
            return [reduced(item) for item in value]
        if not isinstance(value, dict):
            return value
        free_inside = free.get(value.get("class_name", ""), ())
        return {
            key: reduced(item, free_inside if key == "config" else ())
            for key, item in value.items()
            if key != "seed" and not (key in free_here and isinstance(item, int | float | None))
        }

    config = {key: value for key, value in part.get_config().items() if key != "name"}
    return reduced(config, free.get(type(part).__name__, ()))
