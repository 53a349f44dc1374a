"""What the commands read: models and data sets."""

from pathlib import Path
from typing import Any

import click

Rows = tuple[Any, Any]


def read_model(path: str, *, trusted: bool) -> Any:
    """Load a model: an ONNX file, or a file of `skmnist.persistence`."""
    if Path(path).suffix.lower() == ".onnx":
        from skmnist.export import OnnxClassifier

        return OnnxClassifier(path)
    from skmnist.persistence import load

    return load(path, format="any" if trusted else "safe")


def read_data(name: str, subset: str, *, data_home: str | None, rows: int | None) -> Rows:
    """Return images and labels of the training or the test rows of a data set.

    The last 1,000 digits of the sample are its test rows.
    """
    from skmnist import datasets

    if name == "sample":
        X, y = datasets.load_mnist_sample(return_X_y=True)
        part = slice(4000) if subset == "train" else slice(4000, None)
        return X[part][:rows], y[part][:rows]
    names = [function.removeprefix("fetch_") for function in datasets.list_datasets()]
    if name not in names or name == "mnist_c":
        choices = ", ".join(["sample", *(n for n in names if n != "mnist_c")])
        raise click.BadParameter(f"{name!r} is not one of {choices}.", param_hint="--data")
    options = {"image_size": 28} if name == "usps" else {}
    fetch = getattr(datasets, f"fetch_{name}")
    X, y = fetch(subset=subset, data_home=data_home, return_X_y=True, **options)
    return X[:rows], y[:rows]
