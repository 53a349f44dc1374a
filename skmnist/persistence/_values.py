"""Estimators and plain data as JSON and arrays, and back.

JSON's null, booleans, numbers, strings and lists represent themselves. Any other value is an object
whose only key is its tag: ``{"tuple": [784, 10]}``, ``{"array": 3}``. Arrays are kept apart.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils import Bunch

from skmnist._utils._sklearn_parts import (
    Tree,
    grow_neighbors,
    pack_neighbors,
    pack_tree,
    unpack_tree,
)
from skmnist.exceptions import ModelFileError
from skmnist.persistence._classes import find_class, may_hold, name_of

# Kinds of NumPy's dtypes whose bytes are plain data; V is a record.
_PLAIN_KINDS = "biufcmMSUV"
_MAX_POSITION = 624  # of the Mersenne Twister; NumPy reads beyond its state without a check

# Advice for parameters of the networks that Keras' objects can be passed to.
_ADVICE = {
    "callbacks": "call set_params(callbacks=None) first",
    "loss": "pass the name of a loss, by set_params(loss=...), first",
    "optimizer": "pass the name of an optimizer, by set_params(optimizer=...), first",
    "optimizer__learning_rate": "call set_params(optimizer__learning_rate='auto') first",
}


class _Codec(NamedTuple):
    """How values of a type become simpler values, and back."""

    tag: str
    to_simple: Callable[[Any], Any]
    from_simple: Callable[[Any], Any]


def _to_items(mapping: dict[Any, Any]) -> list[list[Any]]:
    return [list(item) for item in mapping.items()]


def _sorted(values: set[Any] | frozenset[Any]) -> list[Any]:
    return sorted(values, key=repr)  # the same bytes in every process


def _to_scalar(parts: list[str]) -> Any:
    dtype, content = parts
    (scalar,) = np.frombuffer(bytes.fromhex(content), np.dtype(dtype))
    return scalar


def _to_objects(parts: list[Any]) -> np.ndarray:
    shape, entries = parts
    objects = np.empty(len(entries), dtype=object)
    objects[:] = entries
    return objects.reshape(shape)


def _to_random_state(state: dict[str, Any]) -> np.random.RandomState:
    if not 0 <= state["state"]["pos"] <= _MAX_POSITION:
        raise ValueError(f"the position of a RandomState is {state['state']['pos']!r}")
    random_state = np.random.RandomState(0)
    random_state.set_state(state)
    return random_state


_FLOAT = _Codec("float", str, float)  # not finite, which JSON cannot hold
_SCALAR = _Codec("scalar", lambda v: [v.dtype.str, v.tobytes().hex()], _to_scalar)
_OBJECTS = _Codec("objects", lambda array: [list(array.shape), array.ravel().tolist()], _to_objects)
_DTYPE = _Codec("dtype", lambda dtype: dtype.str, np.dtype)
_SCALAR_TYPE = _Codec("scalar type", lambda t: t.__name__, lambda name: np.dtype(name).type)
_CODECS = {
    tuple: _Codec("tuple", list, tuple),
    set: _Codec("set", _sorted, set),
    frozenset: _Codec("frozenset", _sorted, frozenset),
    dict: _Codec("dict", _to_items, dict),
    Bunch: _Codec("Bunch", _to_items, lambda items: Bunch(**dict(items))),
    slice: _Codec("slice", lambda s: [s.start, s.stop, s.step], lambda parts: slice(*parts)),
    np.random.RandomState: _Codec(
        "RandomState", lambda state: state.get_state(legacy=False), _to_random_state
    ),
    Tree: _Codec("Tree", pack_tree, unpack_tree),
}
_BY_TAG = {
    codec.tag: codec
    for codec in (_FLOAT, _SCALAR, _OBJECTS, _DTYPE, _SCALAR_TYPE, *_CODECS.values())
}


def _codec_of(value: Any) -> _Codec | None:
    """Return the codec of a value that is not an estimator, or None."""
    if type(value) in _CODECS:
        return _CODECS[type(value)]
    if type(value) is float:
        return _FLOAT
    if isinstance(value, np.generic) and value.dtype.kind in _PLAIN_KINDS.replace("V", ""):
        return _SCALAR
    if type(value) is np.ndarray and value.dtype == object:
        return _OBJECTS
    if isinstance(value, np.dtype) and value.kind in _PLAIN_KINDS and value.names is None:
        return _DTYPE
    if isinstance(value, type) and issubclass(value, np.generic):
        return _SCALAR_TYPE
    return None


def encode(estimator: Any) -> tuple[Any, list[np.ndarray]]:
    """Convert an estimator into what JSON can hold, and arrays.

    Parameters
    ----------
    estimator : estimator
        An estimator of skmnist or of scikit-learn, or plain data.

    Returns
    -------
    tree : object
        What JSON can hold.
    arrays : list of ndarray
        The arrays. `tree` holds the index of each once.

    Raises
    ------
    TypeError
        If the estimator holds anything else, such as a function or an object of Keras.
    """
    arrays: list[np.ndarray] = []

    def encoded(value: Any, place: str) -> Any:
        if value is None or type(value) in (bool, int, str):
            return value
        if type(value) is float and math.isfinite(value):
            return value
        if type(value) is list:
            return [encoded(entry, place) for entry in value]
        if isinstance(value, np.ndarray) and _is_plain(value):
            arrays.append(value)
            return {"array": len(arrays) - 1}
        codec = _codec_of(value)
        if codec is not None:
            return {codec.tag: encoded(codec.to_simple(value), place)}
        name = name_of(type(value))
        if name is None or hasattr(value, "best_estimator_"):
            raise TypeError(_refusal(value, place))
        state = pack_neighbors(value.__getstate__())
        owner = type(value).__name__
        items = [[key, encoded(part, f"{owner}.{key}")] for key, part in state.items()]
        return {"estimator": [name, items]}

    try:
        return encoded(estimator, "estimator"), arrays
    except RecursionError as error:
        raise TypeError(
            f"{type(estimator).__name__} is nested too deeply, or contains itself, so a safe file "
            'cannot hold it; pass format="joblib".'
        ) from error


def _is_plain(array: np.ndarray) -> bool:
    """Return whether an array can be written as it is; subclasses would lose their attributes."""
    is_plain = array.dtype.kind in _PLAIN_KINDS and not array.dtype.hasobject
    return is_plain and type(array) in (np.ndarray, np.memmap)


def _refusal(value: Any, place: str) -> str:
    kind = type(value)
    advice = _ADVICE.get(place.rpartition(".")[2])
    if hasattr(value, "best_estimator_"):
        advice = "pass its best_estimator_"
    advice = f"{advice}, or " if advice else ""
    return (
        f"{place} holds {value!r:.200}, of the class {kind.__module__}.{kind.__qualname__}. A safe "
        "file can hold estimators of skmnist and of scikit-learn, and plain data: "
        f'{advice}pass format="joblib", whose files can run code.'
    )


def class_names(tree: Any) -> Iterator[Any]:
    """Yield the names of the classes of estimators, also where they are not valid.

    Parameters
    ----------
    tree : object
        What `encode` returned.

    Yields
    ------
    object
        A name; in a malicious file, it can be any value.
    """
    parts = [tree]
    while parts:  # not recursive: a malicious file can be nested deeply
        part = parts.pop()
        if isinstance(part, dict):
            if "estimator" in part:
                yield part["estimator"][0]
            parts += reversed(part.values())
        elif isinstance(part, list):
            parts += reversed(part)


def decode(tree: Any, read_array: Callable[[Any], np.ndarray]) -> Any:
    """Build an estimator from what `encode` returned.

    All classes are checked before the first estimator is built.

    Parameters
    ----------
    tree : object
        What JSON held.
    read_array : callable
        Returns the array of an index.

    Returns
    -------
    estimator
        The estimator.

    Raises
    ------
    ModelFileError
        If a class is not a public estimator of skmnist or scikit-learn.
    Exception
        Any other error, if `tree` is not a result of `encode`.
    """
    names = set(map(_checked, class_names(tree)))
    classes = {name: find_class(name) for name in names}
    for name, found in classes.items():
        if found is None:
            raise ModelFileError(f"the installed versions have no estimator {name}")

    def decoded(part: Any) -> Any:
        if isinstance(part, list):
            return [decoded(entry) for entry in part]
        if not isinstance(part, dict):
            return part
        ((tag, content),) = part.items()
        if tag == "estimator":
            return built(*content)
        return read_array(content) if tag == "array" else _BY_TAG[tag].from_simple(decoded(content))

    def built(name: str, items: list[list[Any]]) -> Any:
        cls: Any = classes[name]
        estimator = cls.__new__(cls)
        set_state = getattr(estimator, "__setstate__", vars(estimator).update)
        set_state({key: decoded(part) for key, part in items})
        grow_neighbors(estimator)
        return estimator

    return decoded(tree)


def _checked(name: Any) -> str:
    if not may_hold(name):
        raise ModelFileError(
            f"it names the class {name!r:.200}; expected public estimators of skmnist and of "
            "scikit-learn only"
        )
    return str(name)
