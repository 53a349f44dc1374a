"""Each example, on few rows, in this process, so that TensorFlow is not imported again."""

import os
import runpy
import sys
from pathlib import Path

import joblib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.ndimage import label
from sklearn.pipeline import Pipeline

from skmnist.noise import list_noises

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture
def run(monkeypatch, capsys):
    """Return a function that runs an example as a program and returns what it prints."""
    monkeypatch.setattr(os, "environ", os.environ.copy())  # examples set variables
    plt.switch_backend("agg")

    def run(script, *arguments):
        monkeypatch.setattr(sys, "argv", [script, *map(str, arguments)])
        capsys.readouterr()
        runpy.run_path(str(EXAMPLES / script), run_name="__main__")
        return capsys.readouterr().out

    return run


def test_quickstart(run, tmp_path):
    arguments = ["--rows", 250, "--epochs", 2, "--seed", 3, "--output", tmp_path]
    printed = run("quickstart.py", *arguments)
    assert "totalling 18 fits" in printed
    assert "on 200 rows, 1 epochs" in printed
    assert printed.count(" of 3: ") == 18
    assert printed.count(" of 5: ") == 5
    assert "CNNClassifier (32, 64): fold 1 of 3: " in printed
    assert "[CV]" not in printed
    for name in ("DummyClassifier", "LogisticRegression", "CNNClassifier"):
        assert name in printed.partition("test accuracy")[2]
    assert "equal predictions in a new process" in printed
    for name in ("digits.png", "training_curve.png", "confusion_matrix.png"):
        assert (tmp_path / name).stat().st_size > 5000
    shipped = joblib.load(tmp_path / "digits.joblib")
    assert isinstance(shipped, Pipeline)
    assert shipped["noise"] == "passthrough"


def test_architecture_selection(run, tmp_path):
    figure = tmp_path / "selection.png"
    sizes = ("--rows", 250, "--epochs", 3, "--folds", 2)
    printed = run("architecture_selection.py", *sizes, "--output", figure)
    first_round, second_round = (
        [line for line in printed.splitlines() if f") {epochs:>7} " in line] for epochs in (1, 3)
    )
    assert (len(first_round), len(second_round)) == (9, 3)
    for name in ("MLPClassifier", "CNNClassifier", "ResNetClassifier", "DenseNetClassifier"):
        assert any(name in line for line in first_round)
    assert "test accuracy, trained for longer and augmented" in printed
    assert figure.stat().st_size > 5000


def test_contact_sheet_of_corruptions(run, tmp_path):
    printed = run("corruptions.py", "--output", tmp_path / "sheet.png")
    assert f"{len(list_noises())} noises" in printed
    pixels = plt.imread(tmp_path / "sheet.png")[..., :3]
    # The frames: orange, one for each noise.
    orange = np.abs(pixels - [1, 0.498, 0.055]).max(axis=2) < 0.02
    _, n_frames = label(orange, np.ones((3, 3)))
    assert n_frames == len(list_noises())


def test_robustness(run, tmp_path):
    arguments = ["--rows", 250, "--epochs", 1, "--suite", "fog", "--output", tmp_path]
    printed = run("robustness.py", *arguments)
    assert "trained on 200 rows" in printed
    assert "linear and CNN, augmented differ in accuracy under" in printed
    assert "of 5 corruptions" in printed
    for name in ("robustness.png", "reliability.png", "errors.png"):
        assert (tmp_path / name).stat().st_size > 5000


def test_noisy_labels(run, tmp_path):
    figure = tmp_path / "labels.png"
    printed = run("noisy_labels.py", "--rows", 300, "--epochs", 4, "--output", figure)
    assert "30 of 300 labels are wrong" in printed
    precision = float(printed.partition("average precision: ")[2].split()[0])
    assert precision > 0.3  # 0.1 by chance
    assert figure.stat().st_size > 5000


def test_report(run, tmp_path):
    path = tmp_path / "report.html"
    printed = run("report.py", "--rows", 300, "--epochs", 1, "--output", path)
    assert f"report: {path}" in printed
    page = path.read_text(encoding="utf-8")
    for title in ("Model", "Search", "Folds", "Training", "Robustness", "Most confident errors"):
        assert f">{title}</h2>" in page


def test_large(run):
    printed = run("large.py", "--rows", 6000)
    assert "6,000 digits, 5 MB in a file" in printed
    accuracies = [float(line.rpartition(" ")[2]) for line in printed.splitlines()[1:3]]
    assert 0.5 < accuracies[0] < accuracies[1]


def test_real_digits(run, tmp_path):
    figure = tmp_path / "real_digits.png"
    printed = run("real_digits.py", "--rows", 1000, "--epochs", 3, "--output", figure)
    assert "photos, MNIST's strokes: resized " in printed
    assert "photos, drawn by a pen: resized " in printed
    assert figure.stat().st_size > 5000

    photo = tmp_path / "photo.png"
    plt.imsave(
        photo, np.pad(np.zeros((40, 6)), 30, constant_values=0.9), cmap="gray", vmin=0, vmax=1
    )
    sizes = ("--rows", 200, "--epochs", 1, "--output", figure)
    printed = run("real_digits.py", *sizes, "--images", photo)
    assert "has_ink" in printed


def test_quickstart_refuses_an_unknown_noise(run, capsys):
    with pytest.raises(SystemExit, match="2"):
        run("quickstart.py", "--noise", "no_such")
    assert "invalid choice: 'no_such'" in capsys.readouterr().err


def test_pages(run, tmp_path):
    figure = tmp_path / "pages.png"
    printed = run("pages.py", "--output", figure)
    assert printed.count("digits, ") == 2
    assert figure.stat().st_size > 5000

    page = np.full((80, 90), 220, dtype=np.uint8)
    page[20:60, [20, 21, 22, 60, 61, 62]] = 30
    np.save(tmp_path / "page.npy", page)
    printed = run("pages.py", "--images", tmp_path / "page.npy", "--output", figure)
    assert "2 digits, 0 of them doubtful" in printed


def test_study(run, tmp_path):
    figure = tmp_path / "study.png"
    printed = run("study.py", "--rows", 200, "--epochs", 1, "--output", figure)
    assert printed.count("published") == 10
    assert "cnn-5 in 5 folds: " in printed
    assert figure.stat().st_size > 5000
