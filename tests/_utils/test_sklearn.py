"""Only two modules import private names of scikit-learn, and must follow their changes."""

import ast
import inspect
from pathlib import Path

import pytest
from sklearn.base import BaseEstimator

import skmnist

PACKAGE = Path(skmnist.__file__).parent


def private_imports(source):
    """Yield the private names and modules of scikit-learn that a module imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            if name.startswith("sklearn.") and "._" in name:
                yield name


def test_the_search_finds_private_names():
    source = "import sklearn._loss\nfrom sklearn.utils import _tags, Bunch\nimport skmnist._utils"
    assert list(private_imports(source)) == ["sklearn._loss", "sklearn.utils._tags"]


def test_two_modules_import_private_names():
    importers = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(private_imports(path.read_text(encoding="utf-8")))
    }
    assert importers == {"_utils/_sklearn.py", "_utils/_sklearn_parts.py"}


PAGES = Path(__file__).parents[2] / "docs" / "api.rst"
ESTIMATORS = {
    f"{package}.{name}": item
    for package in ("neural_network", "noise", "preprocessing")
    for name, item in inspect.getmembers(getattr(skmnist, package), inspect.isclass)
    if issubclass(item, BaseEstimator) and not inspect.isabstract(item)
}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_estimators_link_to_their_pages(name):
    link = ESTIMATORS[name]()._get_doc_link()
    assert link.endswith(f"/api/generated/skmnist.{name}.html")
    assert f"   {name}\n" in PAGES.read_text()


def test_subclasses_of_users_have_no_link():
    class OwnScaler(skmnist.PixelScaler):
        pass

    assert OwnScaler()._get_doc_link() == ""
