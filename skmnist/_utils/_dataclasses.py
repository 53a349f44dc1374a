"""Estimators as dataclasses: each parameter is one line, a field."""

import inspect
from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

_Class = TypeVar("_Class", bound=type)


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(field,))
def estimator_dataclass(cls: _Class) -> _Class:
    """Write the constructor of an estimator: a dataclass whose fields are its parameters.

    Fields are keyword-only; write ``field(default=..., kw_only=False)`` for one that may be passed
    by position. Estimators are compared by identity and have the ``repr`` of scikit-learn, as
    always. In the signature, the parameters of a class come before the ones that it inherits.

    Parameters
    ----------
    cls : type
        The class of an estimator; its fields have annotations, as in any dataclass.

    Returns
    -------
    type
        The same class, with a constructor that assigns and does nothing else.
    """
    dataclass(kw_only=True, eq=False, repr=False, match_args=False)(cls)
    init = vars(cls)["__init__"]
    signature = inspect.signature(init)
    fields = [inspect.get_annotations(base) for base in cls.__mro__]

    def place(parameter: inspect.Parameter) -> tuple[int, int]:
        distances = (n for n, names in enumerate(fields) if parameter.name in names)
        return parameter.kind, next(distances, -1)  # -1: self comes first

    in_order = sorted(signature.parameters.values(), key=place)
    init.__signature__ = signature.replace(parameters=in_order)
    return cls
