"""Configuration of Sphinx: ``sphinx-build -W docs docs/_build``."""

import re
import sys
import zlib
from collections.abc import Sequence
from numbers import Real
from pathlib import Path

import skmnist
from skmnist.datasets._bunch import read_descr
from skmnist.datasets._catalog import CATALOG
from skmnist.datasets._records import DatasetRecord
from skmnist.noise._severities import CORRUPTIONS, SUITES

sys.path.insert(0, str(Path(__file__).parent))
import gallery

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
    "sphinx_gallery.gen_gallery",
]
extlinks = {
    "arxiv": ("https://arxiv.org/abs/%s", "arXiv:%s"),
    "doi": ("https://doi.org/%s", "doi:%s"),
}
templates_path = ["templates"]
exclude_patterns = ["_build", "generated/scripts"]
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
nitpicky = True  # warn of links to names that do not exist
# Without a network, scikit-learn's names are not known.
nitpick_ignore_regex = [("py:.*", r"sklearn\..*|ScoringMonitorLog")]

sphinx_gallery_conf = {
    "examples_dirs": "generated/scripts",
    "gallery_dirs": "generated/examples",
    # serve.py waits for requests: it is shown, but not run.
    "filename_pattern": r"/(?!serve)\w+\.py$",
    "reset_argv": "gallery.arguments",
    "image_scrapers": ("gallery.written_results",),
    "within_subsection_order": "gallery.place",
    "abort_on_example_error": True,
    "capture_repr": (),
    "default_thumb_file": str(gallery.THUMBNAIL),
    "download_all_examples": False,
    "show_signature": False,
    "write_computation_times": False,
    "min_reported_time": 3600,  # seconds: no times, so that two builds have the same pages
    # The functions and classes that the examples use link to their pages.
    "doc_module": ("skmnist",),
    "backreferences_dir": "generated/backreferences",
}

toc_object_entries_show_parents = "hide"
html_theme = "pydata_sphinx_theme"
html_title = "skmnist"
html_static_path = ["static"]
html_css_files = ["style.css"]
SINGLE_PAGES = (
    "accuracy",
    "benchmarks",
    "command_line",
    "contributing",
    "datasets",
    "faq",
    "get_started",
    "migration",
    "scaling",
    "serving",
)
html_sidebars: dict[str, list[str]] = {page: [] for page in SINGLE_PAGES}
html_theme_options = {
    "github_url": "https://github.com/skmnist/skmnist",
    "header_links_before_dropdown": 4,
    "navbar_align": "left",
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
    """Write the table of names, classes and severities that user_guide/noise.rst includes."""
    suite_of = {name: suite for suite, names in SUITES.items() for name in names}
    head = ("name", "suite", "class", "parameters at severity 1 to 5", "published severity")
    rows = [describe(name, suite_of.get(name, "none")) for name in CORRUPTIONS]
    write_table("corruptions.inc", [head, *rows])


def write_catalog() -> None:
    """Write the table of data sets that datasets.rst includes."""
    head = ("function", "variants", "rows", "pixels", "classes", "download, at most", "license")
    records: dict[str, list[DatasetRecord]] = {}
    for record in CATALOG:
        records.setdefault(record.function, []).append(record)
    write_table("datasets.inc", [head, *map(describe_dataset, records.values())])


def describe_dataset(variants: Sequence[DatasetRecord]) -> tuple[str, ...]:
    """Return the row of a data set; a value that differs between its variants is a range."""
    first = variants[0]
    n_rows = [
        sum(
            array.shape[0]
            for file in record.files
            for name, array in file.arrays.items()
            if name.startswith("x_")
        )
        for record in variants
    ]
    largest = max(sum(file.n_bytes for file in record.files) for record in variants)
    (terms,) = re.findall(":License: (.*)", read_descr(first.descr))
    short_name = re.search(r"\((CC .*)\)", terms)
    return (
        f":func:`~skmnist.datasets.{first.function}`",
        str(len(variants)),
        as_range(n_rows),
        "{} x {}".format(*first.image_shape),
        as_range([len(record.target_names) or 10 for record in variants]),
        f"{largest / 1e6:.0f} MB",
        short_name[1] if short_name else terms.partition(" (")[0],
    )


def as_range(values: Sequence[int]) -> str:
    """Return one number, or the smallest and the largest of several."""
    bounds = sorted({min(values), max(values)})
    return " to ".join(f"{value:,}" for value in bounds)


def write_table(name: str, rows: Sequence[tuple[str, ...]]) -> None:
    """Write a table, whose first row is the head, to a file that a page includes."""
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for first, *others in rows:
        lines += [f"   * - {first}", *(f"     - {cell}" for cell in others)]
    (GENERATED / name).write_text("\n".join(lines) + "\n")


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
    write_catalog()
    gallery.copy_examples()
    gallery.draw_thumbnail()
