"""``skmnist train``: the file, what is printed, and options."""

import json

import pytest

from skmnist._cli._train import NETWORKS, RECIPES
from skmnist.datasets import load_mnist_sample
from skmnist.model_selection import _recipes
from skmnist.neural_network import __all__ as networks
from skmnist.persistence import describe, load

TINY = ("--network", "mlp", "--rows", 60, "--epochs", 1)


def test_the_file_holds_what_was_trained(trained):
    path, result = trained
    model = load(path, format="safe")
    X, y = load_mnist_sample(return_X_y=True)
    accuracy = model.score(X[4000:], y[4000:])
    assert f"accuracy on 1,000 test images: {accuracy:.2%}\n" in result.stdout
    assert accuracy > 0.85
    assert model["network"].verbose == 0
    assert result.stderr.count("epoch ") == 3
    assert "skmnist.neural_network.MLPClassifier" in describe(path).classes


def test_tables_of_networks_and_recipes_are_complete():
    classifiers = {name for name in networks if name.endswith("Classifier")}
    assert set(NETWORKS.values()) == classifiers - {"BaseImageClassifier"}
    recipes = {name for name in vars(_recipes) if name.startswith(("best_", "fast_", "n_mnist_"))}
    recipes |= {name for name in vars(_recipes) if name.endswith("_network")}
    assert set(RECIPES.values()) == recipes


def test_json_and_report(run, tmp_path):
    model, report = tmp_path / "model", tmp_path / "report.md"
    options = ("--folds", 2, "--noise", "fog", "--severity", 1, "--json")
    printed = run("train", *TINY, *options, "--output", model, "--report", report).stdout
    results = json.loads(printed)
    assert results["rows"] == results["test_rows"] == 60
    assert (results["model"], results["report"]) == (str(model), str(report))
    assert len(results["folds"]) == 2
    assert 0 <= results["accuracy"] <= 1
    assert results["best_params"] is None
    assert report.read_text(encoding="utf-8").startswith("# Report on MLPClassifier")
    noise = load(model)["noise"]
    assert (noise.when, noise.random_state) == ("fit", 0)


def test_a_search(run, tmp_path, monkeypatch):
    grid = {"dropout": [0.0, 0.3]}
    monkeypatch.setattr(
        "skmnist.model_selection.mlp_param_grid",
        lambda prefix: {f"{prefix}{name}": values for name, values in grid.items()},
    )
    options = ("--search", "mlp", "--rows", 60, "--epochs", 1, "--output", tmp_path / "model")
    printed = run("train", *options).stdout
    assert "best parameters: {'network__dropout': 0." in printed
    assert load(tmp_path / "model")["network"].dropout in grid["dropout"]


def test_a_model_that_rejects(run, tmp_path):
    options = ("--target-risk", 0.9, "--output", tmp_path / "model")
    printed = run("train", *TINY, *options).stdout
    assert "answered of 60 test images: " in printed
    network = load(tmp_path / "model")["network"]
    assert network.target_risk == 0.9
    assert network.estimator.verbose == network.estimator_.verbose == 0


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--recipe", "fast", "--network", "mlp"], "only one of --recipe, --network and --search"),
        (["--severity", "1"], "--severity needs --noise"),
        (["--noise", "fogg"], "'fogg' is not a noise. Did you mean 'fog'? `skmnist noise --list`"),
        (["--noise", "stripe", "--severity", "1"], "stripe has no severities"),
        (["--data", "digits"], "'digits' is not one of sample, mnist, "),
        (["--data", "mnist_c"], "'mnist_c' is not one of sample, mnist, "),
        (["--output", "no/model"], "The folder no does not exist"),
        (["--output", "."], ". is a folder; expected a file"),
        (["--report", "report.pdf"], "report.pdf ends neither in .html nor in .md"),
        (["--output", "a.md", "--report", "./a.md"], "--output and --report name the same file"),
        (["--output", "digits.onnx"], "skmnist.export.to_onnx writes .onnx files"),
        (["--output", "/dev/null"], "/dev/null is a pipe or a device; expected a file"),
        (["--target-risk", "1"], "1.0 is not in the range"),
        (["--target-risk", "nan"], "nan is not a number"),
        (["--recipe", "worst"], "'worst' is not one of 'best'"),
    ],
)
def test_wrong_options_are_found_before_the_training(run, tmp_path, monkeypatch, options, text):
    monkeypatch.chdir(tmp_path)
    assert text in run("train", *options, code=2).stderr
    assert list(tmp_path.iterdir()) == []


def test_a_downloaded_data_set(run, tmp_path, monkeypatch):
    X, y = load_mnist_sample(return_X_y=True)
    asked = []

    def fetch_usps(**arguments):
        asked.append(arguments)
        return X, y

    monkeypatch.setattr("skmnist.datasets.fetch_usps", fetch_usps)
    options = ("--data", "usps", "--data-home", tmp_path, "--output", tmp_path / "model")
    run("train", *TINY, *options)
    shared = {"data_home": str(tmp_path), "return_X_y": True, "image_size": 28}
    assert asked == [{"subset": "train"} | shared, {"subset": "test"} | shared]
