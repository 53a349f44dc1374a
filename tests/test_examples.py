"""Each example as a script, on few rows."""

import os
import subprocess
import sys
from pathlib import Path

import joblib
import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import label
from sklearn.pipeline import Pipeline

from skmnist.noise import list_noises

EXAMPLES = Path(__file__).parents[1] / "examples"


def run(script, *arguments):
    environment = os.environ | {"MPLBACKEND": "Agg", "PYTHONWARNINGS": "error::UserWarning"}
    command = [sys.executable, EXAMPLES / script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_quickstart(tmp_path):
    result = run("quickstart.py", "--rows", 250, "--epochs", 2, "--output", tmp_path, "--seed", 3)
    assert result.returncode == 0, result.stderr
    assert "totalling 18 fits" in result.stdout
    assert "on 200 rows, 1 epochs" in result.stdout
    assert result.stdout.count(" of 3: ") == 18
    assert result.stdout.count(" of 5: ") == 5
    assert "CNNClassifier (32, 64): fold 1 of 3: " in result.stdout
    assert "[CV]" not in result.stdout
    for name in ("DummyClassifier", "LogisticRegression", "CNNClassifier"):
        assert name in result.stdout.partition("test accuracy")[2]
    assert "equal predictions in a new process" in result.stdout
    for name in ("digits.png", "training_curve.png", "confusion_matrix.png"):
        assert (tmp_path / name).stat().st_size > 5000
    shipped = joblib.load(tmp_path / "digits.joblib")
    assert isinstance(shipped, Pipeline)
    assert shipped["noise"] == "passthrough"


def test_architecture_selection(tmp_path):
    figure = tmp_path / "selection.png"
    sizes = ("--rows", 250, "--epochs", 3, "--folds", 2)
    result = run("architecture_selection.py", *sizes, "--output", figure)
    assert result.returncode == 0, result.stderr
    first_round, second_round = (
        [line for line in result.stdout.splitlines() if f") {epochs:>7} " in line]
        for epochs in (1, 3)
    )
    assert (len(first_round), len(second_round)) == (9, 3)
    for name in ("MLPClassifier", "CNNClassifier", "ResNetClassifier", "DenseNetClassifier"):
        assert any(name in line for line in first_round)
    assert "test accuracy, trained for longer and augmented" in result.stdout
    assert figure.stat().st_size > 5000


def test_contact_sheet_of_corruptions(tmp_path):
    result = run("corruptions.py", "--output", tmp_path / "sheet.png")
    assert result.returncode == 0, result.stderr
    assert f"{len(list_noises())} noises" in result.stdout
    pixels = plt.imread(tmp_path / "sheet.png")[..., :3]
    # The frames: orange, one for each noise.
    orange = np.abs(pixels - [1, 0.498, 0.055]).max(axis=2) < 0.02
    _, n_frames = label(orange, np.ones((3, 3)))
    assert n_frames == len(list_noises())


def test_robustness(tmp_path):
    arguments = ["--rows", 250, "--epochs", 1, "--suite", "fog", "--output", tmp_path]
    result = run("robustness.py", *arguments)
    assert result.returncode == 0, result.stderr
    assert "trained on 200 rows" in result.stdout
    assert "linear and CNN, augmented differ in accuracy under" in result.stdout
    assert "of 5 corruptions" in result.stdout
    for name in ("robustness.png", "reliability.png", "errors.png"):
        assert (tmp_path / name).stat().st_size > 5000


def test_noisy_labels(tmp_path):
    figure = tmp_path / "labels.png"
    result = run("noisy_labels.py", "--rows", 300, "--epochs", 4, "--output", figure)
    assert result.returncode == 0, result.stderr
    assert "30 of 300 labels are wrong" in result.stdout
    precision = float(result.stdout.partition("average precision: ")[2].split()[0])
    assert precision > 0.3  # 0.1 by chance
    assert figure.stat().st_size > 5000


def test_report(tmp_path):
    path = tmp_path / "report.html"
    result = run("report.py", "--rows", 300, "--epochs", 1, "--output", path)
    assert result.returncode == 0, result.stderr
    assert f"report: {path}" in result.stdout
    page = path.read_text(encoding="utf-8")
    for title in ("Model", "Search", "Folds", "Training", "Robustness", "Most confident errors"):
        assert f">{title}</h2>" in page


def test_large():
    result = run("large.py", "--rows", 6000)
    assert result.returncode == 0, result.stderr
    assert "6,000 digits, 5 MB in a file" in result.stdout
    accuracies = [float(line.rpartition(" ")[2]) for line in result.stdout.splitlines()[1:3]]
    assert 0.5 < accuracies[0] < accuracies[1]


def test_real_digits(tmp_path):
    figure = tmp_path / "real_digits.png"
    result = run("real_digits.py", "--rows", 1000, "--epochs", 3, "--output", figure)
    assert result.returncode == 0, result.stderr
    assert "photos, MNIST's strokes: resized " in result.stdout
    assert "photos, drawn by a pen: resized " in result.stdout
    assert figure.stat().st_size > 5000

    photo = tmp_path / "photo.png"
    plt.imsave(
        photo, np.pad(np.zeros((40, 6)), 30, constant_values=0.9), cmap="gray", vmin=0, vmax=1
    )
    sizes = ("--rows", 200, "--epochs", 1, "--output", figure)
    result = run("real_digits.py", *sizes, "--images", photo)
    assert result.returncode == 0, result.stderr
    assert "has_ink" in result.stdout


def test_quickstart_refuses_an_unknown_noise():
    result = run("quickstart.py", "--noise", "no_such")
    assert result.returncode == 2
    assert "invalid choice: 'no_such'" in result.stderr


def test_pages(tmp_path):
    figure = tmp_path / "pages.png"
    result = run("pages.py", "--output", figure)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("digits, ") == 2
    assert figure.stat().st_size > 5000

    page = np.full((80, 90), 220, dtype=np.uint8)
    page[20:60, [20, 21, 22, 60, 61, 62]] = 30
    np.save(tmp_path / "page.npy", page)
    result = run("pages.py", "--images", tmp_path / "page.npy", "--output", figure)
    assert result.returncode == 0, result.stderr
    assert "2 digits, 0 of them doubtful" in result.stdout
