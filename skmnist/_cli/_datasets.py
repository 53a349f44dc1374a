"""``skmnist datasets``: what was downloaded."""

from inspect import signature

import click

from skmnist._cli import _options
from skmnist._cli._inputs import check_dataset_name, dataset_names

_data_home = click.option("--data-home", metavar="FOLDER", help="Folder of the downloads.")


@click.group()
def datasets() -> None:
    """List, download and delete data sets."""


@datasets.command("list")
@_data_home
@_options.as_json
def list_(data_home: str | None, as_json: bool) -> None:
    """List the data sets, and how many of their files were downloaded."""
    from skmnist.datasets import get_data_home
    from skmnist.datasets._catalog import CATALOG

    home = get_data_home(data_home)
    if not as_json:
        click.echo(f"{'sample':15} ready")
    for name in dataset_names():
        records = [record for record in CATALOG if record.function == f"fetch_{name}"]
        files = {file.name for record in records for file in record.files}
        n_there = sum((home / file).exists() for file in files)
        if as_json:
            _options.print_json(dataset=name, files=len(files), downloaded=n_there, folder=home)
        else:
            click.echo(f"{name:15} {n_there} of {len(files)} files")
    if not as_json:
        click.echo(f"folder: {home}")


@datasets.command()
@click.argument("name")
@click.option("--corruption", help="Of mnist_c.")
@click.option("--split", help="Of emnist.")
@click.option("--variant", help="Of n_mnist.")
@_data_home
@_options.as_json
def fetch(name: str, data_home: str | None, as_json: bool, **options: str | None) -> None:
    """Download the data set NAME, unless it is there, and verify it.

    \b
    Examples:
      skmnist datasets fetch mnist
      skmnist datasets fetch mnist_c --corruption fog
    """
    from skmnist import datasets as package

    check_dataset_name(name, dataset_names(), "NAME")
    function = getattr(package, f"fetch_{name}")
    given = {key: value for key, value in options.items() if value is not None}
    for key in given:
        if key not in signature(function).parameters:
            raise click.UsageError(f"{name} has no --{key}.")
    if name == "mnist_c" and not given:
        raise click.UsageError("mnist_c needs --corruption, such as --corruption fog.")
    bunch = function(data_home=data_home, **given)
    home, n_images = package.get_data_home(data_home), len(bunch.data)
    if as_json:
        _options.print_json(dataset=name, images=n_images, folder=home)
    else:
        click.echo(f"{name}: {n_images:,} images in {home}")


@datasets.command()
@_data_home
@click.confirmation_option(prompt="Delete all downloaded data sets?")
def clear(data_home: str | None) -> None:
    """Delete what was downloaded; other files in the folder stay."""
    from skmnist.datasets import clear_data_home, get_data_home

    clear_data_home(data_home)
    click.echo(f"Nothing is left of the downloads in {get_data_home(data_home)}.")
