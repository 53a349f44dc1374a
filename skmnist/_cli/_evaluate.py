"""``skmnist evaluate``: test scores of a model, also under noise."""

from collections.abc import Iterator
from typing import Any

import click

from skmnist._cli import _options
from skmnist._cli._inputs import read_data, read_model


@click.command()
@_options.model
@_options.data
@click.option(
    "--suite",
    metavar="NAME",
    help="Also score under noise: a suite (mnist_c, mnist_c_extra, n_mnist, reference, scan) or "
    "the name of a noise.",
)
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
      skmnist evaluate digits.skmnist --suite mnist_c --severities 1,3,5
    """
    if severities is not None and suite is None:
        raise click.UsageError("--severities needs --suite.")
    levels = _severities(severities)
    fitted = read_model(model, trusted=trusted)
    X, y = read_data(data, "test", data_home=data_home, rows=rows)

    for name, level, accuracy, error in _scores(fitted, X, y, suite, levels, seed):
        if as_json:
            _options.print_json(noise=name, severity=level, accuracy=accuracy, standard_error=error)
        else:
            text = name if not level else f"{name} {level}"
            spread = "" if error is None else f" ± {error:.2%}"
            click.echo(f"{text:20} {accuracy:8.2%}{spread}")


def _scores(
    model: Any, X: Any, y: Any, suite: str | None, levels: Any, seed: int
) -> Iterator[tuple[str, Any, Any, Any]]:
    """Yield noise, severity, accuracy and standard error; None if there is none."""
    if suite is None:
        from sklearn.utils.multiclass import unique_labels

        predicted = model.predict(X)
        unique_labels(y, predicted)  # an error if their types differ
        correct = predicted == y
        error = correct.std(ddof=1) / len(y) ** 0.5 if len(y) > 1 else None
        yield "clean", 0, correct.mean(), error
        return

    import pandas as pd

    from skmnist.robustness import robustness_scores

    result = robustness_scores(
        model, X, y, suite=suite, severities=levels, random_state=seed, verbose=1
    )
    columns = result.scores[["corruption", "severity", "value", "standard_error"]]
    for name, *numbers in columns.itertuples(index=False):
        level, accuracy, error = (None if pd.isna(number) else number for number in numbers)
        yield name, level, accuracy, error


def _severities(text: str | None) -> str | list[int] | None:
    if text is None or text == "all":
        return text
    try:
        return [int(number) for number in text.split(",")]
    except ValueError:
        message = f"{text!r} is neither 'all' nor numbers such as 1,3,5."
        raise click.BadParameter(message, param_hint="--severities") from None
