"""The parts of a report: data that the templates render."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, eq=False)
class Table:
    """A table with a caption; its index is not shown."""

    caption: str
    data: pd.DataFrame


@dataclass(frozen=True)
class Figure:
    """A figure, as a data URI."""

    caption: str
    description: str  # for readers who do not see the figure
    uri: str


@dataclass(frozen=True, eq=False)
class Section:
    """A section: paragraphs, code, figures and tables, all optional."""

    title: str
    paragraphs: tuple[str, ...] = ()
    code: str | None = None
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
