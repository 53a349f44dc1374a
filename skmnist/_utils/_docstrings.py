"""Paragraphs shared by the docstrings of several classes."""

import inspect
from collections.abc import Mapping


def fill_docstring(docstring: str, paragraphs: Mapping[str, str]) -> str:
    """Replace the markers in a docstring by paragraphs.

    Parameters
    ----------
    docstring : str
        The docstring; each marker is a line.
    paragraphs : mapping of str to str
        Markers such as "{common parameters}", and their texts.

    Returns
    -------
    str
        The docstring, without indentation.
    """
    lines = inspect.cleandoc(docstring).splitlines()
    return "\n".join(paragraphs.get(line, line) for line in lines) + "\n"
