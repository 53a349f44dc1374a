"""The images that a command is given: files, folders and standard input."""

import os
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

import click

# A gray image, its file, and its number in the file.
Image = tuple[Any, str, int]

# What is read from standard input is refused beyond it.
_MAX_BYTES = 2**28


def each_image(ctx: click.Context, paths: tuple[str, ...]) -> Iterator[Image]:
    """Yield images with their file and page, one at a time.

    What cannot be read is named on standard error, and makes the exit code 1.
    """
    from skmnist.preprocessing import iter_images

    for path in paths:
        source = _file_of_stdin(ctx) if path == "-" else path
        for image, file, page, error in iter_images(source):
            name = "-" if path == "-" else file
            if error is not None:
                click.echo(f"{name}: {error}", err=True)
                ctx.obj = 1
            else:
                yield image, name, page


def _file_of_stdin(ctx: click.Context) -> str:
    """Return the name of a temporary file with the bytes of standard input."""
    content = sys.stdin.buffer.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise ValueError(f"Standard input has more than {_MAX_BYTES:,} bytes; pass a file.")
    folder = ctx.with_resource(tempfile.TemporaryDirectory())
    path = os.path.join(folder, "stdin")
    with open(path, "wb") as file:
        file.write(content)
    return path
