"""``skmnist train``: train a model, and write its file and its report."""

import time
from typing import Any

import click

from skmnist._cli import _options
from skmnist._cli._inputs import read_data

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
@click.option("--severity", type=click.IntRange(1, 5), help="Severity of the noise.")
@click.option("--epochs", type=click.IntRange(1), help="Number of epochs.")
@click.option("--folds", type=click.IntRange(2), help="Also cross-validate in this many folds.")
@click.option(
    "--target-risk",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
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
    """Train a model for images of digits of any size, and write it to a file.

    The images are brought to the form of MNIST first. The file runs no code when it is loaded.
    Without --recipe, --network and --search, a default CNN is trained.

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

    from sklearn.model_selection import GridSearchCV, cross_val_score

    from skmnist import model_selection
    from skmnist.persistence import dump

    X, y = read_data(data, "train", data_home=data_home, rows=rows)
    X_test, y_test = read_data(data, "test", data_home=data_home, rows=rows)
    net = _network(recipe, network or search or "cnn", seed)
    if epochs is not None:
        net.set_params(epochs=epochs)
    model: Any = _pipeline(net, noise, severity, target_risk, seed)
    if search:
        prefix = "network__estimator__" if target_risk else "network__"
        grid = getattr(model_selection, f"{search}_param_grid")(prefix)
        model = GridSearchCV(model, grid, cv=3)
    start = time.perf_counter()
    scores = None if folds is None else cross_val_score(model, X, y, cv=folds)
    model.fit(X, y)
    seconds = time.perf_counter() - start
    fitted = model.best_estimator_ if search else model
    dump(fitted, output, format="safe")
    accuracy = fitted.score(X_test, y_test)
    if report:
        from skmnist.report import make_report

        make_report(model, X_test, y_test, folds=scores, random_state=seed).save(report)

    if as_json:
        _options.print_json(
            model=output,
            report=report,
            rows=len(X),
            seconds=round(seconds, 1),
            folds=scores,
            test_rows=len(X_test),
            test_accuracy=accuracy,
            best_params=model.best_params_ if search else None,
        )
        return
    click.echo(f"trained on {len(X):,} images in {seconds:.0f} s")
    if search:
        click.echo(f"best parameters: {model.best_params_}")
    if scores is not None:
        click.echo(f"{folds} folds: {scores.mean():.2%} ± {scores.std():.2%}")
    click.echo(f"accuracy on {len(X_test):,} test images: {accuracy:.2%}")
    click.echo(f"model: {output}")
    if report:
        click.echo(f"report: {report}")


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

    from skmnist.noise import make_noise
    from skmnist.preprocessing import DigitNormalizer
    from skmnist.selective import SelectiveClassifier

    steps: list[tuple[str, Any]] = [("normalizer", DigitNormalizer())]
    if noise is not None:
        steps.append(("noise", make_noise(noise, severity, when="fit", random_state=seed)))
    if target_risk is not None:
        network = SelectiveClassifier(network, target_risk=target_risk, random_state=seed)
    return Pipeline([*steps, ("network", network)])
