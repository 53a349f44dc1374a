"""The line that `verbose` prints for each epoch."""

import re

import pytest

from skmnist.neural_network.training._progress import duration, line_of_epoch, seconds_per_epoch

LOGS = {"accuracy": 0.93118, "learning_rate": 0.00025, "loss": 0.2134, "val_loss": 0.0}


def test_a_line():
    assert line_of_epoch(3, 20, LOGS, (1.31, 1.29)) == (
        "epoch  3/20  loss 0.2134  accuracy 0.9312  val_loss 0.0000  learning_rate 2.5e-04  "
        "1.3 s, 22 s left"
    )


def test_the_last_line_has_no_time_left():
    assert line_of_epoch(20, 20, {"loss": 2.0}, (1.0, 1.0)) == "epoch 20/20  loss 2.0000  1.0 s"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (99, "99 s"),
        (100, "2 min"),
        (5400, "90 min"),
        (6000, "1.7 h"),
    ],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_the_first_epoch_is_not_typical():
    assert seconds_per_epoch([10.0, 15.0]) == (5.0, 5.0)
    assert seconds_per_epoch([10.0, 15.0, 16.0, 19.0]) == (3.0, 2.0)


@pytest.mark.parametrize("verbose", [1, 2, True, "auto"])
def test_a_line_per_epoch(verbose, X, y, make_mlp, capsys):
    net = make_mlp(verbose=verbose, early_stopping=True).fit(X, y)
    first, second = capsys.readouterr().out.splitlines()
    number = r"\d+\.\d{4}"
    pattern = (
        rf"epoch 1/2  loss {number}  accuracy {number}  val_loss {number}  "
        rf"val_accuracy {number}  \d+\.\d s, \d+\.\d s left"
    )
    assert re.fullmatch(pattern, first)
    assert f"loss {net.history_['loss'][1]:.4f}" in second
    net.partial_fit(X, y)
    assert capsys.readouterr().out.startswith("epoch 3/3  loss ")


@pytest.mark.parametrize("verbose", [0, False])
def test_silence(verbose, X, y, make_mlp, capsys):
    make_mlp(verbose=verbose).fit(X, y)
    assert capsys.readouterr() == ("", "")
