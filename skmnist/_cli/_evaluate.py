"""``skmnist evaluate``: test scores of a model, also under noise."""

import click

from skmnist._cli import _options
from skmnist._cli._inputs import read_data, read_model


@click.command()
@_options.model
@_options.data
@click.option("--suite", metavar="NAME", help="Also score under noises: mnist_c, scan or a noise.")
@click.option("--severities", metavar="N,...|all", help="Severities of these noises.")
@_options.seed
@_options.as_json
def evaluate(
    model: str,
    trusted: bool,
    data: str,
    data_home: str | None,
    rows: int | None,
    suite: str | None,
    severities: str | None,
    seed: int,
    as_json: bool,
) -> None:
    """Score MODEL on test images, clean and under noise.

    A row is printed for each noise and severity: the accuracy and its standard error.

    \b
    Examples:
      skmnist evaluate digits.skmnist
      skmnist evaluate digits.skmnist --data mnist --suite mnist_c --severities 1,3,5
    """
    if severities is not None and suite is None:
        raise click.UsageError("--severities needs --suite.")
    levels = _severities(severities)
    fitted = read_model(model, trusted=trusted)
    X, y = read_data(data, "test", data_home=data_home, rows=rows)

    from skmnist.noise import list_noises
    from skmnist.robustness import robustness_scores

    noises = [suite] if suite in list_noises() else (suite or [])
    result = robustness_scores(
        fitted, X, y, suite=noises, severities=levels, random_state=seed, verbose=0
    )
    for row in result.scores.itertuples():
        if as_json:
            _options.print_json(
                noise=row.corruption,
                severity=row.severity,
                accuracy=row.value,
                standard_error=row.standard_error,
            )
        else:
            name = f"{row.corruption} {row.severity}" if row.severity else row.corruption
            click.echo(f"{name:20} {row.value:8.2%} ± {row.standard_error:.2%}")


def _severities(text: str | None) -> str | list[int] | None:
    if text is None or text == "all":
        return text
    try:
        return [int(number) for number in text.split(",")]
    except ValueError:
        message = f"{text!r} is neither 'all' nor numbers such as 1,3,5."
        raise click.BadParameter(message, param_hint="--severities") from None
