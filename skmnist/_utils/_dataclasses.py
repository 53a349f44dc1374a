"""Estimators as dataclasses: each parameter is one field."""

import inspect
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from typing import Any, TypeVar, dataclass_transform

_Class = TypeVar("_Class", bound=type)


def parameter(*accepted: Any, default: Any = MISSING, kw_only: bool = True) -> Any:
    """Return the field of one parameter of an estimator.

    Parameters
    ----------
    *accepted : objects
        What the parameter may be: constraints as in scikit-learn's `_parameter_constraints`.
    default : object
        The default; none by default.
    kw_only : bool, default=True
        Whether the parameter can be passed by name only.

    Returns
    -------
    dataclasses.Field
        The field, for an estimator that is decorated by `estimator_dataclass`.
    """
    return field(default=default, kw_only=kw_only, metadata={"accepted": list(accepted)})


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(field, parameter))
def estimator_dataclass(cls: _Class) -> _Class:
    """Turn an estimator into a dataclass whose fields are its parameters.

    Estimators are compared by identity and have the ``repr`` of scikit-learn. In the signature, the
    keyword-only parameters of a class come before those that it inherits.

    A class changes the default of an inherited parameter by ``name = value``, without an
    annotation; the parameter then keeps its constraints and its place in the signature. With an
    annotation, ``name: type = value``, it keeps its constraints only.

    Parameters
    ----------
    cls : type
        The class of an estimator; each of its parameters is an annotated `parameter`.

    Returns
    -------
    type
        The same class, with a constructor that only assigns, and with the constraints of its
        parameters in `_parameter_constraints`.
    """
    own = inspect.get_annotations(cls)
    inherited = {
        name: argument
        for base in reversed(cls.__bases__)
        if is_dataclass(base)
        for name, argument in inspect.signature(base).parameters.items()
    }
    changed = inherited.keys() & vars(cls).keys() - own.keys()
    cls.__annotations__ = own | {name: inherited[name].annotation for name in changed}
    for name in changed:
        by_keyword = inherited[name].kind is inspect.Parameter.KEYWORD_ONLY
        (metadata,) = (each.metadata for each in fields(cls) if each.name == name)
        changed_field = field(default=vars(cls)[name], kw_only=by_keyword, metadata=metadata)
        setattr(cls, name, changed_field)
    dataclass(kw_only=True, eq=False, repr=False, match_args=False)(cls)
    estimator: Any = cls
    estimator._parameter_constraints = getattr(cls, "_parameter_constraints", {}) | {
        each.name: each.metadata["accepted"] for each in fields(cls) if each.metadata
    }

    order = ["self", *own, *inherited]
    constructor = vars(cls)["__init__"]
    signature = inspect.signature(constructor)

    def place(argument: inspect.Parameter) -> tuple[int, int]:
        by_keyword = argument.kind is inspect.Parameter.KEYWORD_ONLY
        return argument.kind, order.index(argument.name) if by_keyword else 0

    in_order = sorted(signature.parameters.values(), key=place)
    constructor.__signature__ = signature.replace(parameters=in_order)
    return cls
