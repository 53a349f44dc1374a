"""Estimators as dataclasses: signatures, defaults, and what scikit-learn sees."""

import inspect
from typing import ClassVar

from sklearn.base import BaseEstimator, clone

from skmnist._utils import estimator_dataclass, parameter


@estimator_dataclass
class Base(BaseEstimator):
    shared: ClassVar[int] = 3

    when: str = "always"
    seed: int | None = None


class Plain(Base):
    """Not a dataclass itself."""


@estimator_dataclass
class Middle(Plain):
    scale: float = parameter(float, default=0.5)
    rate: float = parameter(None, float, default=0.25)


@estimator_dataclass
class Last(Middle):
    size: int = parameter(int, default=2, kw_only=False)
    width: int = 1
    rate = 0.75
    when = "fit"


@estimator_dataclass
class Larger(Last):
    depth: int = 4
    size = 8
    scale: float = parameter(int, default=0)


def signature_of(cls):
    return str(inspect.signature(cls))


def test_parameters_of_a_class_come_before_those_that_it_inherits():
    assert signature_of(Base) == signature_of(Plain)
    assert signature_of(Last) == (
        "(size: int = 2, *, width: int = 1, scale: float = 0.5, rate: float = 0.75, "
        "when: str = 'fit', seed: int | None = None) -> None"
    )


def test_a_default_without_an_annotation_changes_nothing_else():
    assert signature_of(Larger).startswith(
        "(size: int = 8, *, depth: int = 4, scale: float = 0, width: int = 1, "
    )
    assert Larger._parameter_constraints["size"] == Last._parameter_constraints["size"] == [int]
    assert (Larger().size, Larger(3).size, Last().size) == (8, 3, 2)
    assert (Last().when, Base().when) == ("fit", "always")


def test_scikit_learn_sees_an_estimator():
    estimator = Last(3, scale=0.125)
    assert repr(estimator) == "Last(scale=0.125, size=3)"
    assert clone(estimator).get_params() == estimator.get_params()
    assert estimator.get_params().keys() == {"when", "seed", "scale", "rate", "size", "width"}
    assert Last(3) != Last(3)
    assert {Last(), Last()}


def test_constraints_are_those_of_the_parameters():
    """A plain field has none."""
    assert Middle._parameter_constraints == {"scale": [float], "rate": [None, float]}
    assert Larger._parameter_constraints == {"scale": [int], "rate": [None, float], "size": [int]}


def test_a_parameter_without_a_default_is_required():
    @estimator_dataclass
    class Wrapper(BaseEstimator):
        inner: object = parameter(object, kw_only=False)

    assert signature_of(Wrapper) == "(inner: object) -> None"
    assert Wrapper(3).inner == 3


def test_an_explicit_constructor_is_kept():
    class Own(Last):
        def __init__(self, size=7):
            self.size = size

    assert signature_of(Own) == "(size=7)"
    assert Own().get_params() == {"size": 7}
