"""The start of the command line: its help, exit codes, errors and warnings."""

import subprocess
import sys
import time
import warnings
from pathlib import Path

import click
import pytest

import skmnist
from skmnist._cli import main
from skmnist._cli._app import app

HEAVY = {"joblib", "keras", "numpy", "pandas", "scipy", "sklearn", "tensorflow"}


def python(*arguments):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)


def commands(group=app, names=()):
    for name, command in group.commands.items():
        yield (*names, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*names, name))


def test_help_appears_at_once():
    def seconds():
        start = time.perf_counter()
        assert python("-m", "skmnist", "--help").stdout.startswith("Usage: skmnist [OPTIONS]")
        return time.perf_counter() - start

    assert any(seconds() < 0.5 for _ in range(3))


def test_help_loads_no_large_package():
    program = (
        "import sys; sys.argv[1:] = ['train', '--help']; from skmnist._cli import main\n"
        f"try: main()\nfinally: print('loaded', *{HEAVY} & sys.modules.keys())"
    )
    assert python("-c", program).stdout.splitlines()[-1] == "loaded"


@pytest.mark.parametrize("names", list(commands()), ids=" ".join)
def test_every_command_has_help(run, names):
    printed = run(*names, "--help").stdout
    assert printed.startswith(f"Usage: skmnist {' '.join(names)} ")
    assert run(*names, "-h").stdout == printed
    if names[0] != "datasets":
        assert "Example" in printed
    assert all(len(line) <= 80 for line in printed.splitlines())


def test_first_lines_of_the_help_are_whole(run):
    assert "..." not in run("--help").stdout.partition("Commands:")[2]


def test_version(run):
    assert run("--version").stdout.split()[-1] == skmnist.__version__


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["fly"], "No such command 'fly'"),
        (["predict"], "Missing argument 'MODEL'"),
        (["predict", "no.skmnist", "."], "'no.skmnist' does not exist"),
    ],
)
def test_a_wrong_command_line(run, arguments, text):
    result = run(*arguments, code=2)
    assert text in result.stderr
    assert result.stdout == ""


@pytest.fixture
def broken(monkeypatch):
    """Return a function that replaces the command `datasets list` by one that raises an error."""

    def replace(error):
        def fail():
            raise error

        command = click.Command("list", callback=fail)
        monkeypatch.setitem(app.commands["datasets"].commands, "list", command)

    return replace


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("X is wrong."), "Error: X is wrong.\n"),
        (TypeError("X is odd."), "Error: X is odd.\n"),
        (ImportError("X is missing."), "Error: X is missing.\n"),
        (OSError("no place"), "Error: no place\n"),
        (PermissionError(13, "Permission denied", "x.png"), "Error: x.png: Permission denied\n"),
    ],
)
def test_an_error_is_one_line(run, broken, error, text):
    broken(error)
    assert run("datasets", "list", code=1).stderr == text


def test_other_errors_are_bugs_and_keep_their_traceback(run, broken):
    broken(ZeroDivisionError("a bug"))
    with pytest.raises(ZeroDivisionError, match="a bug"):
        run("datasets", "list")


def test_a_warning_is_shown_once(run, monkeypatch):
    def warn():
        for text in ("first", "first", "second"):
            warnings.warn(text, UserWarning, stacklevel=1)

    monkeypatch.setitem(app.commands, "noise", click.Command("noise", callback=warn))
    before = warnings.showwarning
    assert run("noise").stderr == "Warning: first\nWarning: second\n"
    assert warnings.showwarning is before


def test_without_click(monkeypatch):
    monkeypatch.setitem(sys.modules, "click", None)
    for name in [name for name in sys.modules if name.startswith("skmnist._cli.")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(SystemExit, match=r"needs click.*skmnist\[cli\]"):
        main()


def test_other_modules_that_are_missing_are_bugs(monkeypatch):
    monkeypatch.setitem(sys.modules, "skmnist._cli._app", None)
    with pytest.raises(ModuleNotFoundError, match="_app"):
        main()


def test_a_closed_pipe_ends_it_silently():
    command = f"{sys.executable} -m skmnist noise --list | head -n 1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout == "awgn\n"
    assert done.stderr == ""


def test_the_package_installs_the_command():
    pyproject = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert 'skmnist = "skmnist._cli:main"' in pyproject
