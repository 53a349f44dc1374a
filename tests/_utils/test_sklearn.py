"""Only one module imports private names of scikit-learn, and must follow their changes."""

import ast
from pathlib import Path

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


def test_one_module_imports_private_names():
    importers = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(private_imports(path.read_text(encoding="utf-8")))
    }
    assert importers == {"_utils/_sklearn.py"}
