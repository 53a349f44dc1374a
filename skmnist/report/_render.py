"""Reports as text: an HTML page that loads nothing, and Markdown without figures."""

import re
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, NamedTuple

import pandas as pd

from skmnist._utils import import_optional
from skmnist.report._parts import Section

_SPECIAL_IN_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~#&$])")


class Column(NamedTuple):
    """The head of a column; numbers are aligned on the right."""

    name: str
    is_number: bool


def render(template: str, title: str, sections: Sequence[Section]) -> str:
    """Fill a template of this package.

    Parameters
    ----------
    template : str
        Name of the file. In a file with ``.html`` in its name, every text is escaped.
    title : str
        The title of the report.
    sections : sequence of Section
        The sections.

    Returns
    -------
    str
        The text.

    Raises
    ------
    MissingDependencyError
        If Jinja is not installed.
    """
    jinja2 = import_optional("jinja2", purpose="A report", extra="report")
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("skmnist.report"),
        autoescape=lambda name: ".html" in name,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(columns=columns, rows=rows, fence=fence, in_markdown=in_markdown)
    return environment.get_template(template).render(title=title, sections=sections)


def columns(data: pd.DataFrame) -> list[Column]:
    """Return the heads of the columns of a table."""
    are_numbers = [pd.api.types.is_numeric_dtype(dtype) for dtype in data.dtypes]
    return [Column(str(name), flag) for name, flag in zip(data.columns, are_numbers, strict=True)]


def rows(data: pd.DataFrame) -> list[list[str]]:
    """Return the cells of a table as text."""
    return [[as_text(cell) for cell in row] for row in data.itertuples(index=False, name=None)]


def as_text(cell: Any) -> str:
    """Return a cell as text: floats with four digits, and a hyphen for a missing one."""
    if cell is None or cell is pd.NA or cell != cell:
        return "-"
    if isinstance(cell, Real) and not isinstance(cell, Integral):
        number = float(cell)
        return f"{number:.4f}" if number == 0 or 1e-3 <= abs(number) < 10 else f"{number:.4g}"
    return str(cell)


def in_markdown(text: str) -> str:
    """Escape text for one line of Markdown, in or outside a table."""
    return _SPECIAL_IN_MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def fence(code: str) -> str:
    """Return a code fence that is longer than any run of backticks in the code."""
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    return "`" * max(3, longest + 1)
