"""``skmnist evaluate`` and ``skmnist report``."""

import json

import numpy as np
import pytest

from skmnist.datasets import load_mnist_sample
from skmnist.neural_network import MLPClassifier
from skmnist.persistence import dump, load
from skmnist.robustness import robustness_scores

FEW = ("--rows", 40)


@pytest.fixture(scope="module")
def rows():
    X, y = load_mnist_sample(return_X_y=True)
    return X[4000:4040], y[4000:4040]


def read_json(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_clean_images(run, model, rows):
    correct = load(model).predict(rows[0]) == rows[1]
    (score,) = read_json(run("evaluate", model, *FEW, "--json"))
    assert (score["noise"], score["severity"]) == ("clean", 0)
    assert score["accuracy"] == correct.mean()
    assert score["standard_error"] == pytest.approx(np.std(correct, ddof=1) / 40**0.5)
    assert run("evaluate", model, *FEW).stdout.split() == [
        "clean", f"{correct.mean():.2%}", "±", f"{score['standard_error']:.2%}",
    ]  # fmt: skip


def test_labels_of_another_type(run, tmp_path):
    X, y = load_mnist_sample(return_X_y=True)
    net = MLPClassifier((4,), epochs=1, random_state=0).fit(X[:50], y[:50].astype(str))
    dump(net, tmp_path / "model", format="safe")
    assert "Mix of label input types" in run("evaluate", tmp_path / "model", *FEW, code=1).stderr


def test_one_image_has_no_standard_error(run, model):
    (score,) = read_json(run("evaluate", model, "--rows", 1, "--json"))
    assert score["standard_error"] is None
    assert "±" not in run("evaluate", model, "--rows", 1).stdout
    scores = read_json(run("evaluate", model, "--rows", 1, "--suite", "inverse", "--json"))
    assert [score["standard_error"] for score in scores] == [None, None]


def test_noise_with_severities(run, model, rows):
    options = ("--suite", "gaussian_noise", "--severities", "1,5", "--seed", 3)
    expected = robustness_scores(
        load(model), *rows, suite="gaussian_noise", severities=[1, 5], random_state=3
    ).scores
    result = run("evaluate", model, *FEW, *options, "--json")
    scores = read_json(result)
    assert [score["severity"] for score in scores] == [0, 1, 5]
    assert [score["accuracy"] for score in scores] == expected["value"].tolist()
    assert result.stderr.startswith("[1/3] clean: ")
    lines = run("evaluate", model, *FEW, *options).stdout.splitlines()
    assert [line[:20].strip() for line in lines] == [
        "clean",
        "gaussian_noise 1",
        "gaussian_noise 5",
    ]


def test_noise_without_severities(run, model):
    scores = read_json(run("evaluate", model, *FEW, "--suite", "stripe", "--json"))
    assert [(score["noise"], score["severity"]) for score in scores] == [
        ("clean", 0), ("stripe", None),
    ]  # fmt: skip
    assert run("evaluate", model, *FEW, "--suite", "stripe").stdout.splitlines()[1][:7] == "stripe "


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        (["--severities", "1"], 2, "--severities needs --suite"),
        (["--suite", "fog", "--severities", "weak"], 2, "'weak' is neither 'all' nor numbers"),
        (["--suite", "fog", "--severities", "9"], 1, "severity=9 is not a severity of 'fog'"),
        (["--suite", "fogg"], 1, "Did you mean 'fog'?"),
    ],
)
def test_wrong_options(run, model, options, code, text):
    assert text in run("evaluate", model, *FEW, *options, code=code).stderr


@pytest.mark.parametrize(("name", "options"), [("report.html", ()), ("report.md", ("--json",))])
def test_report(run, model, tmp_path, name, options):
    path = tmp_path / name
    result = run("report", model, *FEW, "--suite", "inverse", "--output", path, *options)
    assert result.stdout == (
        json.dumps({"report": str(path)}) + "\n" if options else f"report: {path}\n"
    )
    assert "Report on MLPClassifier" in path.read_text(encoding="utf-8")
