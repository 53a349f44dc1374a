"""What the commands read: models, data sets, and the names of noises."""

from pathlib import Path
from typing import Any

import click


def read_model(path: str, *, trusted: bool, method: str = "predict") -> Any:
    """Load a classifier that has a method: an ONNX file, or a file of `skmnist.persistence`."""
    if Path(path).suffix.lower() == ".onnx":
        from skmnist.export import OnnxClassifier

        model = OnnxClassifier(path)
        model.classes_  # noqa: B018 - reads the file, so that errors come first
        return model

    from skmnist.persistence import load
    from skmnist.persistence._safe import is_safe_file

    if not (trusted or is_safe_file(Path(path))):
        raise ValueError(
            f"{path} is not a model of `skmnist train`. If it is a joblib file that you trust, "
            "pass --trusted: loading it can run any code."
        )
    model = load(path)
    if not hasattr(model, method):
        raise ValueError(
            f"{path} holds a {type(model).__name__} without {method}; expected a fitted classifier."
        )
    return model


def read_data(name: str, subset: str, *, data_home: str | None, rows: int | None) -> Any:
    """Return images and labels of the training or the test rows of a data set.

    The last 1,000 digits of the sample are its test rows.
    """
    from skmnist import datasets

    if name == "sample":
        X, y = datasets.load_mnist_sample(return_X_y=True)
        part = slice(4000) if subset == "train" else slice(4000, None)
        return X[part][:rows], y[part][:rows]
    names = dataset_names()
    names.remove("mnist_c")  # it needs the name of a corruption
    check_dataset_name(name, ["sample", *names], "--data")
    options = {"image_size": 28} if name == "usps" else {}
    fetch = getattr(datasets, f"fetch_{name}")
    X, y = fetch(subset=subset, data_home=data_home, return_X_y=True, **options)
    return X[:rows], y[:rows]


def dataset_names() -> list[str]:
    """Return the names of the data sets that can be downloaded."""
    from skmnist.datasets import list_datasets

    return [function.removeprefix("fetch_") for function in list_datasets()]


def check_dataset_name(name: str, names: list[str], argument: str) -> None:
    """Raise a usage error unless a data set has one of the names."""
    if name not in names:
        message = f"{name!r} is not one of {', '.join(names)}."
        raise click.BadParameter(message, param_hint=argument)


def make_noise(name: str, severity: int | None, **params: Any) -> Any:
    """Return the noise of a name and a severity, unfitted."""
    from skmnist import noise
    from skmnist._utils import did_you_mean

    if name not in noise.list_noises():
        hint = did_you_mean(name, noise.list_noises())
        raise click.UsageError(f"{name!r} is not a noise.{hint} `skmnist noise --list` names all.")
    if severity is not None and noise.list_severities(name) == [None]:
        raise click.BadParameter(f"{name} has no severities.", param_hint="--severity")
    return noise.make_noise(name, severity, **params)
