"""What the pages of ``docs/`` say about a benchmark script: its docstring."""

import ast
from pathlib import Path

FOLDER = Path(__file__).parent


def heading(script: str) -> list[str]:
    """Return the lines that open the section of a script: its name, description and command."""
    docstring = ast.get_docstring(ast.parse((FOLDER / f"{script}.py").read_text())) or ""
    description, _, usage = docstring.rpartition("::\n\n")
    description = description.replace("``", "`")
    return [f"## {script}.py\n", f"{description}:\n", *usage.splitlines(), ""]
