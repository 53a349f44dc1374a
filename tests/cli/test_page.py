"""The page of the documentation: its commands run, and print what it shows."""

import re
import shlex
import shutil
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "command_line.md"
# These depend on the network and on the computer.
NUMBERS = re.compile(r"\d+\.\d+%|\b\d+(\.\d+)? s$", re.M)


def read_commands():
    """Yield the commands of the page, and the output that follows each of them."""
    for block in re.findall(
        r"^```console\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S
    ):
        for session in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, output = session.partition("\n")
            yield command, output


def make_images():
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    exec(compile(code, str(PAGE), "exec"), {})


def test_the_commands_print_what_the_page_shows(run, trained, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SKMNIST_DATA", str(tmp_path / "data"))
    make_images()
    names = set()
    for command, shown in read_commands():
        program, name, *arguments = shlex.split(command)
        assert program == "skmnist"
        names.add(name)
        if name == "train":  # the small model stands for it
            model, result = trained
            shutil.copy(model, arguments[arguments.index("--output") + 1])
        else:
            result = run(name, *arguments, code=None)
        printed = result.stderr + result.stdout
        expected, got = (NUMBERS.sub("#", text) for text in (shown, printed))
        matches = OutputChecker().check_output(expected, got, ELLIPSIS | NORMALIZE_WHITESPACE)
        assert matches, f"{command} printed:\n{printed}"
    assert names == {"--help", "train", "predict", "evaluate", "report", "noise", "datasets"}
