"""numpydoc's validation of every public name, including the methods that skmnist defines."""

import ast
import importlib
import inspect
import pkgutil
import re

import pytest
from numpydoc.docscrape import NumpyDocString
from numpydoc.validate import validate

import skmnist

IGNORED = {
    "ES01",  # an extended summary is not always needed
    "EX01",  # examples stand on the class, not on each method
    "GL01",  # the summary starts on the line of the quotes
    "SA01",  # not everything has a relative
    "SA04",  # and most relatives need no description
    "RT02",  # a name for the returned value may help the reader
}


def public_names():
    yield "skmnist.show_versions"
    for package in skmnist._SUBPACKAGES:
        module = importlib.import_module(f"skmnist.{package}")
        for name in module.__all__:
            path, thing = f"skmnist.{package}.{name}", getattr(module, name)
            if name != "BaseImageClassifier":  # its constructor is its subclasses' own
                yield path
            if inspect.isclass(thing) and not issubclass(thing, Exception):
                for method, function in inspect.getmembers(thing, inspect.isfunction):
                    if not method.startswith("_") and function.__module__.startswith("skmnist."):
                        yield f"{path}.{method}"


@pytest.mark.parametrize("path", sorted(public_names()))
def test_docstring(path):
    errors = validate(path)["errors"]
    assert not [error for error in errors if error[0] not in IGNORED]


@pytest.mark.parametrize("path", sorted(public_names()))
def test_names_in_backticks_are_marked_up(path):
    """Behind any other character, such as ±, the pages would show the backticks."""
    text = re.sub(r"``.*?``", "", pkgutil.resolve_name(path).__doc__ or "", flags=re.DOTALL)
    assert re.findall(r"[^\s:/'\"<(\[{-]`\w[^`]*`", text) == []


def test_defaults_in_docstrings_are_those_of_the_code():
    wrong = []
    for path in public_names():
        thing = pkgutil.resolve_name(path)
        if inspect.isclass(thing) and issubclass(thing, Exception):
            continue
        types = {p.name: p.type for p in NumpyDocString(inspect.getdoc(thing))["Parameters"]}
        for name, parameter in inspect.signature(thing).parameters.items():
            described = types.get(name, "")
            if parameter.default is parameter.empty or described == "ignored":
                continue
            default = described.partition("default=")[2]
            if not default or ast.literal_eval(default) != parameter.default:
                wrong.append(f"{path}({name}={parameter.default!r}): {described}")
    assert not wrong


@pytest.mark.parametrize("package", skmnist._SUBPACKAGES)
def test_public_functions_and_estimators_have_examples(package):
    module = importlib.import_module(f"skmnist.{package}")
    for name in module.__all__:
        thing = getattr(module, name)
        is_base = name.startswith("Base") or package == "exceptions"
        if callable(thing) and not is_base:
            assert ">>>" in inspect.getdoc(thing), name
