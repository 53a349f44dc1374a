"""Sections of the pages in ``docs/``, from the docstrings of the scripts."""

import ast
from pathlib import Path

BENCHMARKS = Path(__file__).parents[1]
DOCS = BENCHMARKS.parent / "docs"
RESULTS = BENCHMARKS / "results"


def heading(script: str) -> list[str]:
    """Return the lines that open the section of a script: its name, description and command."""
    path = BENCHMARKS / f"{script}.py"
    docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
    description, _, usage = docstring.rpartition("::\n\n")
    description = description.replace("``", "`")
    return [f"## {script}.py\n", f"{description}:\n", *usage.splitlines(), ""]
