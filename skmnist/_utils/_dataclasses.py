"""Estimators as dataclasses: each parameter is one field."""

import inspect
from dataclasses import dataclass, field, is_dataclass
from typing import Any, TypeVar, dataclass_transform

_Class = TypeVar("_Class", bound=type)


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(field,))
def estimator_dataclass(cls: _Class) -> _Class:
    """Turn an estimator into a dataclass whose fields are its parameters.

    Fields are keyword-only; write ``field(default=..., kw_only=False)`` for one that may be passed
    by position. Estimators are compared by identity and have the ``repr`` of scikit-learn. In the
    signature, the keyword-only parameters of a class come before those that it inherits.

    A class changes the default of an inherited parameter by ``name = value``, without an
    annotation; the parameter then keeps its place in the signature.

    Parameters
    ----------
    cls : type
        The class of an estimator; its fields have annotations, as in any dataclass.

    Returns
    -------
    type
        The same class, with a constructor that only assigns.
    """
    own = inspect.get_annotations(cls)
    inherited = {
        name: parameter
        for base in reversed(cls.__bases__)
        if is_dataclass(base)
        for name, parameter in inspect.signature(base).parameters.items()
    }
    changed = inherited.keys() & vars(cls).keys() - own.keys()
    cls.__annotations__ = own | {name: inherited[name].annotation for name in changed}
    for name in changed:
        by_keyword = inherited[name].kind is inspect.Parameter.KEYWORD_ONLY
        setattr(cls, name, field(default=vars(cls)[name], kw_only=by_keyword))
    dataclass(kw_only=True, eq=False, repr=False, match_args=False)(cls)

    order = ["self", *own, *inherited]
    constructor = vars(cls)["__init__"]
    signature = inspect.signature(constructor)

    def place(parameter: inspect.Parameter) -> tuple[int, int]:
        by_keyword = parameter.kind is inspect.Parameter.KEYWORD_ONLY
        return parameter.kind, order.index(parameter.name) if by_keyword else 0

    in_order = sorted(signature.parameters.values(), key=place)
    constructor.__signature__ = signature.replace(parameters=in_order)
    return cls


def inherit_constraints(cls: Any) -> None:
    """Add the `_parameter_constraints` of the base classes to those of a class.

    Parameters
    ----------
    cls : type
        A class that defines the constraints of its own parameters, or none.
    """
    inherited = super(cls, cls)._parameter_constraints
    cls._parameter_constraints = inherited | cls._parameter_constraints
