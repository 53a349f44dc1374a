"""The examples run as a user runs them, on few rows."""

import os
import subprocess
import sys
from pathlib import Path

import joblib
from sklearn.pipeline import Pipeline

EXAMPLES = Path(__file__).parents[1] / "examples"


def run(script, *arguments):
    environment = os.environ | {"MPLBACKEND": "Agg", "PYTHONWARNINGS": "error::UserWarning"}
    command = [sys.executable, EXAMPLES / script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_quickstart(tmp_path):
    result = run("quickstart.py", "--rows", 250, "--epochs", 2, "--output", tmp_path, "--seed", 3)
    assert result.returncode == 0, result.stderr
    assert "totalling 18 fits" in result.stdout
    for name in ("DummyClassifier", "LogisticRegression", "CNNClassifier"):
        assert name in result.stdout.partition("test accuracy")[2]
    assert "equal predictions in a new process" in result.stdout
    for name in ("digits.png", "training_curve.png", "confusion_matrix.png"):
        assert (tmp_path / name).stat().st_size > 5000
    shipped = joblib.load(tmp_path / "digits.joblib")
    assert isinstance(shipped, Pipeline)
    assert shipped["noise"] == "passthrough"


def test_quickstart_refuses_an_unknown_noise():
    result = run("quickstart.py", "--noise", "no_such")
    assert result.returncode == 2
    assert "invalid choice: 'no_such'" in result.stderr
