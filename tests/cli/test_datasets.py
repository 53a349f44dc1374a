"""``skmnist datasets``: list, fetch and clear, without the network."""

import json

import pytest
from sklearn.utils import Bunch

from skmnist.datasets import list_datasets
from skmnist.datasets._mnist import MNIST


@pytest.fixture
def fetched(monkeypatch):
    """Return the arguments of calls of functions that stand for those that download."""
    calls = []

    def fetch_mnist(*, data_home):
        calls.append({"data_home": data_home})
        return Bunch(data=range(60_000))

    def fetch_mnist_c(corruption, *, data_home):
        calls.append({"corruption": corruption, "data_home": data_home})
        return Bunch(data=range(10_000))

    monkeypatch.setattr("skmnist.datasets.fetch_mnist", fetch_mnist)
    monkeypatch.setattr("skmnist.datasets.fetch_mnist_c", fetch_mnist_c)
    return calls


def test_list(run, tmp_path):
    (tmp_path / MNIST.files[0].name).touch()
    *lines, folder = run("datasets", "list", "--data-home", tmp_path).stdout.splitlines()
    names = [line.split()[0] for line in lines]
    assert [f"fetch_{name}" for name in names[1:]] == list_datasets()
    assert lines[:2] == ["sample          ready", "mnist           1 of 1 files"]
    assert all(" 0 of " in line for line in lines[2:])
    assert folder == f"folder: {tmp_path}"


def test_list_as_json(run, tmp_path):
    (tmp_path / MNIST.files[0].name).touch()
    printed = run("datasets", "list", "--data-home", tmp_path, "--json").stdout
    first, *others = map(json.loads, printed.splitlines())
    assert first == {"dataset": "mnist", "files": 1, "downloaded": 1, "folder": str(tmp_path)}
    names = [f"fetch_{entry['dataset']}" for entry in (first, *others)]
    assert names == list_datasets()
    assert {entry["downloaded"] for entry in others} == {0}


def test_fetch(run, tmp_path, fetched):
    printed = run("datasets", "fetch", "mnist", "--data-home", tmp_path).stdout
    assert printed == f"mnist: 60,000 images in {tmp_path}\n"
    run("datasets", "fetch", "mnist_c", "--corruption", "fog")
    printed = run("datasets", "fetch", "mnist", "--data-home", tmp_path, "--json").stdout
    assert json.loads(printed) == {"dataset": "mnist", "images": 60_000, "folder": str(tmp_path)}
    assert fetched == [
        {"data_home": str(tmp_path)},
        {"corruption": "fog", "data_home": None},
        {"data_home": str(tmp_path)},
    ]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["digits"], "'digits' is not one of mnist, qmnist, "),
        (["mnist_c"], "mnist_c needs --corruption, such as --corruption fog."),
        (["mnist", "--corruption", "fog"], "mnist has no --corruption."),
    ],
)
def test_wrong_names_are_not_fetched(run, fetched, arguments, text):
    assert text in run("datasets", "fetch", *arguments, code=2).stderr
    assert fetched == []


def test_clear(run, tmp_path):
    downloaded, mine = tmp_path / MNIST.files[0].name, tmp_path / "mine.txt"
    downloaded.touch()
    mine.touch()
    run("datasets", "clear", "--data-home", tmp_path, input="n\n", code=1)
    assert downloaded.exists()
    run("datasets", "clear", "--data-home", tmp_path, "--yes")
    assert not downloaded.exists()
    assert mine.exists()
