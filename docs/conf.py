"""Configuration of Sphinx: ``sphinx-build -W docs docs/_build``."""

import skmnist

project = "skmnist"
copyright = "2026, The skmnist developers"  # noqa: A001
release = version = skmnist.__version__

extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc"]
templates_path = ["templates"]
exclude_patterns = ["_build"]
autosummary_generate = True
autodoc_typehints = "none"  # the docstrings give the types
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_theme = "pydata_sphinx_theme"
html_title = "skmnist"
html_sidebars = {"user_guide": []}
html_theme_options = {"show_prev_next": False, "secondary_sidebar_items": ["page-toc"]}
