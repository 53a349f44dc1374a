"""Configuration of Sphinx: ``sphinx-build -W docs docs/_build``."""

from numbers import Real
from pathlib import Path

import skmnist
from skmnist.noise._severities import CORRUPTIONS, SUITES

project = "skmnist"
copyright = "2026, The skmnist developers"  # noqa: A001
release = version = skmnist.__version__

extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.extlinks", "numpydoc"]
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

html_theme = "pydata_sphinx_theme"
html_title = "skmnist"
html_sidebars = {"noise": [], "user_guide": []}
html_theme_options = {"show_prev_next": False, "secondary_sidebar_items": ["page-toc"]}


def write_table_of_corruptions(_: object) -> None:
    """Write the table of names, classes and severities that noise.rst includes."""
    suite_of = {name: suite for suite, names in SUITES.items() for name in names}
    lines = [".. list-table::", "   :header-rows: 1", ""]
    head = ("name", "suite", "class", "parameters at severity 1 to 5", "published severity")
    for row in [head, *(describe(name, suite_of.get(name, "none")) for name in CORRUPTIONS)]:
        first, *others = row
        lines += [f"   * - {first}", *(f"     - {cell}" for cell in others)]
    path = Path(__file__).parent / "api" / "generated" / "corruptions.inc"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


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
    """Connect the table to the build."""
    app.connect("builder-inited", write_table_of_corruptions)
