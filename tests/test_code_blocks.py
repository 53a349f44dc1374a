"""The Python blocks of the README and of the documentation run, and print what the pages show."""

import re
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import joblib
import pytest
from packaging.requirements import Requirement
from sklearn.utils import resample

from skmnist.neural_network import BaseImageClassifier
from skmnist.neural_network._parameters import ParametersMixin

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [ROOT / "README.md", ROOT / "SECURITY.md"]
    + [path for path in (ROOT / "docs").rglob("*.*") if path.suffix in {".rst", ".md"}]
)
PAGES = [page for page in PAGES if "generated" not in page.parts and "_build" not in page.parts]
REASONS = {"needs the network", "needs a cluster or large files"}
NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")

# A block with the line above it, which may be a comment that says why the block is not run.
MARKDOWN = re.compile(r"^(?:<!-- ([^\n]+) -->\n+)?( *)```(\w+)\n(.*?)^ *```$", re.M | re.S)
RST = re.compile(
    r"^(?:\.\. ((?:not run|needs): .+)\n+)?( *)\.\. code-block:: (\w+)\n\n((?:\2   .*\n|\n)+)",
    re.M,
)


class Block(NamedTuple):
    mark: str | None
    language: str
    code: str
    line: int
    """Line of the page on which the code starts."""

    def missing(self):
        """Return why the block cannot run, or None."""
        kind, _, value = (self.mark or "").partition(": ")
        if kind == "not run":
            return value
        if kind == "needs" and not is_installed(value):
            return f"needs {value}"
        return None


def is_installed(package):
    """Return whether a package is importable, or, as in "keras>=3.15", its release suffices."""
    requirement = Requirement(package)
    if not requirement.specifier:
        return has_module(package)
    return version(requirement.name) in requirement.specifier


def has_module(name):
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # of the package above
        return False


def read_blocks(page):
    text = page.read_text(encoding="utf-8") + "\n"
    for match in (MARKDOWN if page.suffix == ".md" else RST).finditer(text):
        mark, indent, language, body = match.groups()
        depth = len(indent) + (3 if page.suffix == ".rst" else 0)
        code = "\n".join(line[depth:] for line in body.rstrip().split("\n"))
        yield Block(mark, language, code, text.count("\n", 0, match.start(4)) + 1)


def assert_printed(printed, shown):
    """Compare the words exactly and the decimal fractions roughly: networks round differently."""
    assert NUMBER.sub("#", printed).split() == NUMBER.sub("#", shown).split()
    numbers, expected = ([float(n) for n in NUMBER.findall(text)] for text in (printed, shown))
    assert numbers == pytest.approx(expected, abs=0.03)


@pytest.fixture(scope="module")
def trained():
    """The networks that the pages have trained, by their parameters and rows."""
    return {}


@pytest.fixture(autouse=True)
def train_once(monkeypatch, trained):
    """Train a network of two pages once: the README and the first page show the same ones."""
    fit = BaseImageClassifier.fit

    def fit_once(self, X, y, **kwargs):
        epochs = self._value("epochs")  # one for some pages, whatever the parameter is
        key = joblib.hash((self, epochs, X, y, kwargs))
        if key not in trained:
            trained[key] = vars(fit(self, X, y, **kwargs)).copy()
        vars(self).update(trained[key])
        return self

    monkeypatch.setattr(BaseImageClassifier, "fit", fit_once)


@pytest.fixture
def short_training(monkeypatch):
    """Let networks train for one epoch, on at most 500 rows, to save time."""
    value, fit = ParametersMixin._value, BaseImageClassifier.fit

    def value_of_one_epoch(self, name):
        return min(value(self, name), 1) if name == "epochs" else value(self, name)

    def fit_few(self, X, y, **kwargs):
        if len(y) > 500:
            X, y = resample(X, y, replace=False, n_samples=500, random_state=0, stratify=y)
        return fit(self, X, y, **kwargs)

    monkeypatch.setattr(ParametersMixin, "_value", value_of_one_epoch)
    monkeypatch.setattr(BaseImageClassifier, "fit", fit_few)


WITH_CODE = [page for page in PAGES if any(b.language == "python" for b in read_blocks(page))]


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: str(page.relative_to(ROOT)))
def test_blocks_run_from_the_top_of_the_page(page, request, tmp_path, monkeypatch, capsys):
    blocks = list(read_blocks(page))
    if all(block.language != "text" for block in blocks):  # no output is compared
        request.getfixturevalue("short_training")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SKMNIST_DATA", str(tmp_path))
    if has_module("matplotlib"):
        monkeypatch.setenv("MPLBACKEND", "agg")
    namespace = {"__name__": "page"}
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        if block.language != "python" or block.missing():
            continue
        capsys.readouterr()
        # The empty lines let a traceback name the line of the page.
        code = compile("\n" * (block.line - 1) + block.code, str(page), "exec")
        exec(code, namespace)
        if following is not None and following.language == "text":
            assert_printed(capsys.readouterr().out, following.code)


def test_blocks_that_are_not_run_have_a_known_reason():
    marks = [(page, b) for page in PAGES for b in read_blocks(page) if b.mark is not None]
    assert marks
    for page, block in marks:
        where = f"{page.name}, line {block.line}"
        kind, _, value = block.mark.partition(": ")
        assert kind == "needs" or (kind == "not run" and value in REASONS), where
        if kind == "needs" and not Requirement(value).specifier:
            assert value in block.code, f"{where} does not use {value}"
        assert value != "needs the network" or "fetch_" in block.code, where


def test_no_block_is_overlooked():
    for page in PAGES:
        opening = r"^ *```python" if page.suffix == ".md" else r"^ *\.\. code-block:: python"
        found = [b for b in read_blocks(page) if b.language == "python"]
        assert len(found) == len(re.findall(opening, page.read_text(encoding="utf-8"), re.M)), page


def test_pages_of_restructuredtext_and_markdown_are_read_alike(tmp_path):
    (tmp_path / "a.rst").write_text(
        "Text\n\n.. needs: this\n\n.. code-block:: python\n\n   import this\n\n   f(1)\n\nText\n"
    )
    (tmp_path / "a.md").write_text(
        "Text\n\n<!-- needs: this -->\n\n```python\nimport this\n\nf(1)\n```\n\nText\n"
    )
    first, second = (next(read_blocks(tmp_path / name)) for name in ("a.rst", "a.md"))
    assert first._replace(line=0) == second._replace(line=0)
    assert first.code == "import this\n\nf(1)"
    assert (first.line, second.line) == (7, 6)
    assert first.missing() is None
    assert first._replace(mark="needs: no_such.module").missing() == "needs no_such.module"


@pytest.mark.parametrize(
    ("printed", "accepted"),
    [("0.95 rows", True), ("0.96 rows", True), ("0.85 rows", False), ("0.95 row", False)],
)
def test_printed_numbers_are_compared_roughly(printed, accepted):
    if accepted:
        assert_printed(printed, "0.95 rows")
    else:
        with pytest.raises(AssertionError):
            assert_printed(printed, "0.95 rows")
