"""Configuration of Sphinx: ``sphinx-build -W docs docs/_build``."""

import zlib
from numbers import Real
from pathlib import Path

import skmnist
from skmnist.noise._severities import CORRUPTIONS, SUITES

project = "skmnist"
copyright = "2026, The skmnist developers"  # noqa: A001
release = version = skmnist.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.extlinks",
    "sphinx.ext.intersphinx",
    "myst_parser",
    "numpydoc",
]
extlinks = {
    "arxiv": ("https://arxiv.org/abs/%s", "arXiv:%s"),
    "doi": ("https://doi.org/%s", "doi:%s"),
}
templates_path = ["templates"]
exclude_patterns = ["_build"]
autosummary_generate = True
autodoc_typehints = "none"  # the docstrings give the types
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

GENERATED = Path(__file__).parent / "api" / "generated"
PROJECTS = {  # Keras has no inventory
    "joblib": "https://joblib.readthedocs.io/en/stable",
    "numpy": "https://numpy.org/doc/stable",
    "pandas": "https://pandas.pydata.org/docs",
    "python": "https://docs.python.org/3",
    "scipy": "https://docs.scipy.org/doc/scipy",
    "sklearn": "https://scikit-learn.org/stable",
}
# Sphinx warns if it can read none of the inventories of a project. Without a network it reads our
# own, with the labels in inherited docstrings; other links into the project are plain text then.
LABELS = {
    "sklearn": "accuracy_score std:label -1 modules/model_evaluation.html#accuracy-score accuracy\n"
}
intersphinx_mapping = {
    name: (url, (None, f"api/generated/{name}.inv")) for name, url in PROJECTS.items()
}
intersphinx_timeout = 5  # seconds

html_theme = "pydata_sphinx_theme"
html_title = "skmnist"
SINGLE_PAGES = ("accuracy", "benchmarks", "contributing", "noise", "serving", "user_guide")
html_sidebars: dict[str, list[str]] = {page: [] for page in SINGLE_PAGES}
html_theme_options = {
    "github_url": "https://github.com/skmnist/skmnist",
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": False,
}


def write_inventories() -> None:
    """Write the inventories that are read without a network."""
    head = "# Sphinx inventory version 2\n# Project: none\n# Version: none\n"
    head += "# The remainder of this file is compressed using zlib.\n"
    for name in PROJECTS:
        content = head.encode() + zlib.compress(LABELS.get(name, "").encode())
        (GENERATED / f"{name}.inv").write_bytes(content)


def write_table_of_corruptions() -> None:
    """Write the table of names, classes and severities that noise.rst includes."""
    suite_of = {name: suite for suite, names in SUITES.items() for name in names}
    lines = [".. list-table::", "   :header-rows: 1", ""]
    head = ("name", "suite", "class", "parameters at severity 1 to 5", "published severity")
    for row in [head, *(describe(name, suite_of.get(name, "none")) for name in CORRUPTIONS)]:
        first, *others = row
        lines += [f"   * - {first}", *(f"     - {cell}" for cell in others)]
    (GENERATED / "corruptions.inc").write_text("\n".join(lines) + "\n")


def describe(name: str, suite: str) -> tuple[str, ...]:
    """Return the row of a corruption; a value that all severities share is given once."""
    noise, severities, official = CORRUPTIONS[name]
    params = []
    for key in severities[0]:
        values = [as_text(level[key]) for level in severities]
        params.append(f"{key} {' '.join(values if len(set(values)) > 1 else values[:1])}")
    link = f":class:`~skmnist.noise.{noise.__name__}`"
    return f"``{name}``", suite, link, "; ".join(params) or "defaults", str(official or "none")


def as_text(value: object) -> str:
    """Return a parameter as text; numbers are rounded to four digits."""
    if isinstance(value, Real) and not isinstance(value, bool):
        return f"{value:.4g}"
    return str(value)


def setup(app: object) -> None:
    """Write the files that the pages and the extensions read."""
    GENERATED.mkdir(parents=True, exist_ok=True)
    write_inventories()
    write_table_of_corruptions()
