"""The progress bar: large files in a terminal only, on stderr."""

import sys
import time

from skmnist.datasets._progress import progress


def test_small_files_have_no_bar(capfd):
    with progress("small.npz", 999_999) as report:
        report(10, 100)
    assert capfd.readouterr() == ("", "")


def test_a_bar_in_a_terminal(capfd, monkeypatch):
    monkeypatch.setenv("TTY_INTERACTIVE", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with progress("large.npz", 2_000_000) as report:
        for n_bytes in (500_000, 1_000_000):
            report(n_bytes, 2_000_000)
            time.sleep(0.15)
    out, err = capfd.readouterr()
    assert out == ""
    assert "large.npz" in err
    assert "1.0/2.0 MB" in err


def test_no_bar_without_a_terminal(capfd, monkeypatch):
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    with progress("large.npz", 2_000_000) as report:
        report(1_000_000, None)
    assert capfd.readouterr() == ("", "")


def test_no_bar_without_rich(capfd, monkeypatch):
    monkeypatch.setitem(sys.modules, "rich", None)
    with progress("large.npz", 2_000_000) as report:
        report(1_000_000, 2_000_000)
    assert capfd.readouterr() == ("", "")
