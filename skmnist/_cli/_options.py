"""Arguments and options that several commands share."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click


class FloatRange(click.FloatRange):
    """A number in a range; click's own class lets NaN pass."""

    def convert(self, value: Any, *args: Any) -> Any:
        """Convert the text of an option."""
        number = super().convert(value, *args)
        return number if number == number else self.fail(f"{value} is not a number.", *args)


_Function = TypeVar("_Function", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
seed = click.option("--seed", default=0, show_default=True, help="Seed of all that is random.")
severity = click.option("--severity", type=click.IntRange(1, 5), help="Severity of the noise.")
paths = click.argument("paths", nargs=-1, required=True, metavar="PATH...")


def model(function: _Function) -> _Function:
    """Add the argument MODEL, and the option that it needs."""
    trusted = click.option(
        "--trusted",
        is_flag=True,
        help="Also load joblib files. They can run any code: load those only that you trust.",
    )
    return click.argument("model", type=click.Path(exists=True, dir_okay=False))(trusted(function))


def data(function: _Function) -> _Function:
    """Add the options of the data set."""
    for option in (
        click.option("--rows", type=click.IntRange(1), help="Use this number of rows only."),
        click.option("--data-home", metavar="FOLDER", help="Folder of the downloaded data sets."),
        click.option(
            "--data",
            default="sample",
            show_default=True,
            metavar="NAME",
            help="Data set: sample (5,000 digits of MNIST, no download), or one that "
            "`skmnist datasets list` names.",
        ),
    ):
        function = option(function)
    return function


def new_file(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Check that a file can be written later, before the work of minutes starts."""
    if value is not None:
        if Path(value).is_dir():
            raise click.BadParameter(f"{value} is a folder; expected a file.")
        if Path(value).exists() and not Path(value).is_file():
            raise click.BadParameter(f"{value} is a pipe or a device; expected a file.")
        if not Path(value).parent.is_dir():
            raise click.BadParameter(f"The folder {Path(value).parent} does not exist.")
    return value


def report_file(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Check the ending of a report too."""
    if value is not None and Path(value).suffix.lower() not in {".html", ".htm", ".md"}:
        raise click.BadParameter(f"{value} ends neither in .html nor in .md.")
    return new_file(ctx, parameter, value)


def print_json(**values: Any) -> None:
    """Print a JSON object as one line; it may hold numbers and labels of numpy."""
    click.echo(json.dumps(values, default=_plain, allow_nan=False))


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else str(value)
