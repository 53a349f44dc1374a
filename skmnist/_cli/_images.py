"""The images that a command is given: files, folders and standard input."""

import os
import sys
import tempfile
from collections.abc import Iterator
from typing import Any, NamedTuple

import click

# What is read from standard input is refused beyond it.
_MAX_BYTES = 2**28


class Image(NamedTuple):
    """A gray image of a file."""

    pixels: Any
    file: str
    page: int
    """Number of the image in the file, from 0."""

    def __str__(self) -> str:
        name = click.format_filename(self.file)
        return f"{name}[{self.page}]" if self.page else name


def each_image(ctx: click.Context, paths: tuple[str, ...]) -> Iterator[Image]:
    """Yield images one at a time; what cannot be read is named on standard error."""
    from skmnist.preprocessing import iter_images

    for path in paths:
        source = _file_of_stdin(ctx) if path == "-" else path
        for pixels, file, page, error in iter_images(source):
            name = "-" if path == "-" else file
            if error is None:
                yield Image(pixels, name, page)
            else:
                fail(ctx, click.format_filename(name), error)


def fail(ctx: click.Context, name: object, error: object) -> None:
    """Say on standard error what is wrong with an image; the exit code becomes 1."""
    click.echo(f"{name}: {error}", err=True)
    ctx.obj = 1


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
