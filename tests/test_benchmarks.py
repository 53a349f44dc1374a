"""What can be tested of the benchmarks: the verdict on the noises, and that long runs go on."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def test_noises_agree_with_an_independent_implementation():
    script = BENCHMARKS / "noise_fidelity.py"
    command = [sys.executable, script, "--rows", "300"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count(" SE") > 30
    assert "holds: shot_noise" in result.stdout


@pytest.fixture
def make_log(monkeypatch, tmp_path):
    """Return a function that opens the log of a script, as a new start does."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from run_log import RunLog

    return lambda **params: RunLog("script", path=tmp_path / "script.txt", **params)


def never():
    raise AssertionError("a stored run was run again")


HISTORY = {"loss": [2.0, 1.0], "accuracy": [0.5, 0.75], "val_accuracy": [0.5, 0.25]}


def test_a_second_start_goes_on_from_what_is_stored(make_log):
    log = make_log()
    first = log.run("cnn-5 fold 1", lambda: ({"accuracy": 96.62349, "loss": 1e-5}, HISTORY))
    with pytest.raises(KeyboardInterrupt):
        log.run("cnn-5 fold 2", interrupted)
    again = make_log()
    assert again.run("cnn-5 fold 1", never) == first == {"accuracy": 96.6235, "loss": 0.0}
    again.run("cnn-5 fold 2", lambda: ({"accuracy": 97.0}, HISTORY))
    again.summarize("| a table: of numbers=1 |")
    third = make_log()
    assert list(third.runs) == ["cnn-5 fold 1", "cnn-5 fold 2"]
    assert third.path.read_text().count("CPU: ") == 1
    assert third.path.read_text().endswith("\n\n| a table: of numbers=1 |\n")


def interrupted():
    raise KeyboardInterrupt


def test_curves_are_stored_beside_the_numbers(make_log):
    log = make_log()
    for key in ("a", "b"):
        log.run(key, lambda: ({"accuracy": 1.0}, HISTORY))
    curves = make_log().curves()
    assert curves["run"].tolist() == ["a", "a", "b", "b"]
    assert curves["epoch"].tolist() == [1, 2, 1, 2]
    assert curves["accuracy"].tolist() == [0.5, 0.75] * 2
    assert curves["val_loss"].isna().all()


def test_other_conditions_stand_before_their_own_runs(make_log, monkeypatch):
    make_log().run("a", lambda: ({"accuracy": 1.0}, HISTORY))
    monkeypatch.setattr("run_log.print_conditions", lambda: print("CPU: another one"))
    make_log().run("b", lambda: ({"accuracy": 2.0}, HISTORY))
    text = make_log().path.read_text()
    assert text.index("a: ") < text.index("CPU: another one") < text.index("b: ")


def test_a_restart_forgets(make_log):
    make_log().run("a", lambda: ({"accuracy": 1.0}, HISTORY))
    log = make_log(restart=True)
    assert log.run("a", lambda: ({"accuracy": 2.0}, HISTORY)) == {"accuracy": 2.0}
    assert len(log.curves()) == 2
