"""Paragraphs that stand in the docstrings of several classes, written once."""

import inspect
from collections.abc import Mapping


def fill_docstring(docstring: str, paragraphs: Mapping[str, str]) -> str:
    """Put paragraphs in the place of their markers, each a line of its own.

    Parameters
    ----------
    docstring : str
        A docstring as it stands in the source.
    paragraphs : mapping of str to str
        Markers such as "{common parameters}", and the texts that take their places.

    Returns
    -------
    str
        The docstring, without indentation.
    """
    lines = inspect.cleandoc(docstring).splitlines()
    return "\n".join(paragraphs.get(line, line) for line in lines) + "\n"
