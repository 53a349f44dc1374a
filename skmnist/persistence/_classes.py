"""The classes that a safe file may hold: public estimators, and a few parts of theirs."""

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from sklearn.base import BaseEstimator

from skmnist._utils._sklearn_parts import PLAIN_CLASSES

# package.subpackage.Class, without private parts
_NAME = re.compile(r"(skmnist|sklearn)\.([a-z]\w*)\.([A-Z]\w*)", re.ASCII)


def name_of(cls: type) -> str | None:
    """Return the public name of a class, such as ``sklearn.pipeline.Pipeline``.

    Files hold public names, so that the private module of an estimator can change.

    Parameters
    ----------
    cls : type
        The class.

    Returns
    -------
    str or None
        The name; None if a safe file may not hold the class.
    """
    module = str(cls.__module__)
    for name in (f"{module}.{cls.__qualname__}", ".".join([*module.split(".")[:2], cls.__name__])):
        if may_hold(name) and find_class(name) is cls:
            return name
    return None


def may_hold(name: Any) -> bool:
    """Return whether a safe file may hold a class of this name; the class is not imported.

    Parameters
    ----------
    name : object
        What a file says.

    Returns
    -------
    bool
        Whether it is a public name in a public package of skmnist or of scikit-learn, or one of a
        few private classes of scikit-learn.
    """
    if isinstance(name, str) and name in PLAIN_CLASSES:
        return True
    match = _NAME.fullmatch(name) if isinstance(name, str) else None
    return match is not None and match[2] in import_module(match[1]).__all__


def find_class(name: str) -> type | None:
    """Import the class of a name.

    Parameters
    ----------
    name : str
        A name that `may_hold` accepts.

    Returns
    -------
    type or None
        The class; None if there is none, or it is not an estimator.
    """
    home, _, class_name = name.rpartition(".")
    try:
        module = import_module(home)
    except ModuleNotFoundError as error:
        if error.name == home:  # a public function, such as sklearn.clone
            return None
        raise
    found = vars(module).get(class_name)
    if name in PLAIN_CLASSES:
        return found
    is_estimator = (
        inspect.isclass(found)
        and issubclass(found, BaseEstimator)
        and not inspect.isabstract(found)
        and f"{found.__module__}.".startswith(f"{home}.")
    )
    return found if is_estimator else None


def public_estimators() -> Iterator[type]:
    """Yield the public estimators of skmnist.

    Yields
    ------
    type
        A class.
    """
    skmnist = import_module("skmnist")
    for subpackage in skmnist._SUBPACKAGES:
        module = import_module(f"skmnist.{subpackage}")
        for name in module.__all__:
            cls = find_class(f"skmnist.{subpackage}.{name}")
            if cls is not None:
                yield cls


def trusted_types() -> list[str]:
    """Return the names of skmnist's estimators for the argument `trusted` of `skops.io.load`.

    skops is another format that runs no code; `dump` with ``format="safe"`` needs no such list.

    Returns
    -------
    list of str
        Names of the classes with their private modules, sorted. Only classes of skmnist; skops
        trusts many of scikit-learn's itself.

    See Also
    --------
    dump : Write a file that runs no code, without skops.

    Examples
    --------
    >>> from skmnist.persistence import trusted_types
    >>> "skmnist.preprocessing._scaler.PixelScaler" in trusted_types()
    True
    """
    return sorted({f"{cls.__module__}.{cls.__qualname__}" for cls in public_estimators()})
