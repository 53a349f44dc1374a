"""``skmnist report``: one file about a model."""

import click

from skmnist._cli import _options
from skmnist._cli._inputs import read_data, read_model


@click.command()
@_options.model
@_options.data
@click.option(
    "--suite",
    default="mnist_c",
    show_default=True,
    metavar="NAME",
    help="Suite of noises, or a noise.",
)
@_options.seed
@click.option(
    "--output",
    default="report.html",
    show_default=True,
    metavar="FILE",
    callback=_options.report_file,
    help="File of the report: .html or .md.",
)
@_options.as_json
def report(
    model: str,
    trusted: bool,
    data: str,
    data_home: str | None,
    rows: int | None,
    suite: str,
    seed: int,
    output: str,
    as_json: bool,
) -> None:
    """Write a report about MODEL.

    It shows scores, errors, calibration and robustness on test images.

    \b
    Example:
      skmnist report digits.skmnist --data mnist --output digits.html
    """
    fitted = read_model(model, trusted=trusted)
    X, y = read_data(data, "test", data_home=data_home, rows=rows)

    from skmnist.report import make_report

    make_report(fitted, X, y, suite=suite, random_state=seed).save(output)
    if as_json:
        _options.print_json(report=output)
    else:
        click.echo(f"report: {output}")
