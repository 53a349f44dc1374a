"""``skmnist train``: train a model, and write its file and its report."""

import os
import sys
import time
from contextlib import redirect_stdout
from typing import Any

import click

from skmnist._cli import _options
from skmnist._cli._inputs import make_noise, read_data

# Name of a recipe: the function of skmnist.model_selection.
RECIPES = {
    "best": "best_network",
    "best-mlp": "best_mlp",
    "fast": "fast_network",
    "n-mnist": "n_mnist_network",
    "real-digits": "real_digits_network",
    "robust": "robust_network",
}
NETWORKS = {
    "mlp": "MLPClassifier",
    "cnn": "CNNClassifier",
    "resnet": "ResNetClassifier",
    "densenet": "DenseNetClassifier",
}


@click.command()
@click.option("--recipe", type=click.Choice(list(RECIPES)), help="Train a tuned network.")
@click.option("--network", type=click.Choice(list(NETWORKS)), help="Train a default network.")
@click.option(
    "--search",
    type=click.Choice(list(NETWORKS)),
    help="Choose the sizes and the learning rate of a network by a grid search in 3 folds.",
)
@_options.data
@click.option("--noise", metavar="NAME", help="Train on images with this noise.")
@_options.severity
@click.option("--epochs", type=click.IntRange(1), help="Number of epochs.")
@click.option("--folds", type=click.IntRange(2), help="Also cross-validate in this many folds.")
@click.option(
    "--target-risk",
    type=_options.FloatRange(0, 1, min_open=True, max_open=True),
    help="Reject images so that at most this share of the answers is wrong.",
)
@_options.seed
@click.option(
    "--output",
    default="model.skmnist",
    show_default=True,
    metavar="FILE",
    callback=_options.new_file,
    help="File of the model.",
)
@click.option(
    "--report",
    metavar="FILE",
    callback=_options.report_file,
    help="Also write a report: .html or .md.",
)
@_options.as_json
def train(
    recipe: str | None,
    network: str | None,
    search: str | None,
    data: str,
    data_home: str | None,
    rows: int | None,
    noise: str | None,
    severity: int | None,
    epochs: int | None,
    folds: int | None,
    target_risk: float | None,
    seed: int,
    output: str,
    report: str | None,
    as_json: bool,
) -> None:
    """Train a model, and write it to a file.

    It classifies images of digits of any size, which are brought to the form of MNIST first. The
    file runs no code when it is loaded. Without --recipe, --network and --search, a default CNN is
    trained.

    \b
    Examples:
      skmnist train --recipe real-digits --output digits.skmnist
      skmnist train --network cnn --data mnist --noise gaussian_noise --folds 5
      skmnist train --search mlp --target-risk 0.01 --report report.html
    """
    if sum(choice is not None for choice in (recipe, network, search)) > 1:
        raise click.UsageError("Pass only one of --recipe, --network and --search.")
    if severity is not None and noise is None:
        raise click.UsageError("--severity needs --noise.")
    if output.lower().endswith(".onnx"):
        raise click.UsageError(
            "--output is a safe file of skmnist; skmnist.export.to_onnx writes .onnx files."
        )
    if report is not None and os.path.realpath(report) == os.path.realpath(output):
        raise click.UsageError("--output and --report name the same file.")

    from sklearn.model_selection import GridSearchCV, cross_val_score

    from skmnist import model_selection
    from skmnist.persistence import dump

    net = _network(recipe, network or search or "cnn", seed)
    if epochs is not None:
        net.set_params(epochs=epochs)
    model: Any = _pipeline(net, noise, severity, target_risk, seed)
    X, y = read_data(data, "train", data_home=data_home, rows=rows)
    X_test, y_test = read_data(data, "test", data_home=data_home, rows=rows)
    if search:
        prefix = "network__" if target_risk is None else "network__estimator__"
        grid = getattr(model_selection, f"{search}_param_grid")(prefix)
        model = GridSearchCV(model, grid, cv=3)
    start = time.perf_counter()
    scores = None if folds is None else cross_val_score(model, X, y, cv=folds)
    fitted = model.fit(X, y).best_estimator_ if search else _fit_with_progress(model, X, y)
    seconds = time.perf_counter() - start
    dump(fitted, output, format="safe")
    results = {
        "model": output,
        "report": report,
        "rows": len(X),
        "seconds": round(seconds, 1),
        "best_params": model.best_params_ if search else None,
        "folds": scores,
        "test_rows": len(X_test),
        **_test(fitted, X_test, y_test),
    }
    if report:
        from skmnist.report import make_report

        make_report(model, X_test, y_test, folds=scores, random_state=seed).save(report)
    if as_json:
        _options.print_json(**results)
    else:
        _print(results)


def _network(recipe: str | None, name: str, seed: int) -> Any:
    """Return an unfitted network."""
    from skmnist import model_selection, neural_network

    if recipe is not None:
        return getattr(model_selection, RECIPES[recipe])(random_state=seed)
    return getattr(neural_network, NETWORKS[name])(random_state=seed)


def _pipeline(
    network: Any, noise: str | None, severity: int | None, target_risk: float | None, seed: int
) -> Any:
    """Return a Pipeline that normalizes, adds noise in `fit` only, and classifies."""
    from sklearn.pipeline import Pipeline

    from skmnist.preprocessing import DigitNormalizer
    from skmnist.selective import SelectiveClassifier

    steps: list[tuple[str, Any]] = [("normalizer", DigitNormalizer())]
    if noise is not None:
        steps.append(("noise", make_noise(noise, severity, when="fit", random_state=seed)))
    if target_risk is not None:
        network = SelectiveClassifier(network, target_risk=target_risk, random_state=seed)
    return Pipeline([*steps, ("network", network)])


def _fit_with_progress(model: Any, X: Any, y: Any) -> Any:
    """Fit a Pipeline, while its network writes a line per epoch to standard error."""
    last = model[-1]
    getattr(last, "estimator", last).set_params(verbose=1)
    with redirect_stdout(sys.stderr):
        model.fit(X, y)
    for name in ("estimator", "estimator_"):
        getattr(last, name, last).set_params(verbose=0)
    return model


def _test(model: Any, X: Any, y: Any) -> dict[str, float]:
    """Return scores on test images: coverage and risk of a model that rejects, or accuracy."""
    if hasattr(model[-1], "selective_scores"):
        return model[-1].selective_scores(model[:-1].transform(X), y)
    return {"accuracy": model.score(X, y)}


def _print(results: dict[str, Any]) -> None:
    """Print the results for a person."""
    n = f"{results['test_rows']:,} test images"
    click.echo(f"trained on {results['rows']:,} images in {results['seconds']:.0f} s")
    if results["best_params"]:
        click.echo(f"best parameters: {results['best_params']}")
    if results["folds"] is not None:
        folds = results["folds"]
        click.echo(f"{len(folds)} folds: {folds.mean():.2%} ± {folds.std():.2%}")
    if "risk" in results:
        click.echo(f"answered of {n}: {results['coverage']:.2%}, wrong: {results['risk']:.2%}")
    else:
        click.echo(f"accuracy on {n}: {results['accuracy']:.2%}")
    for name in ("model", "report"):
        if results[name]:
            click.echo(f"{name}: {results[name]}")
