"""The documentation: the table of corruptions, and the names and pages that it must have."""

import importlib
import re
import runpy
import zlib
from pathlib import Path

import numpy as np
import pytest

import skmnist
from skmnist.datasets._emnist import EMNIST
from skmnist.datasets._mnist import MNIST
from skmnist.noise import GaussianNoise
from skmnist.noise._severities import CORRUPTIONS

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def configuration():
    return runpy.run_path(str(DOCS / "conf.py"))


@pytest.fixture
def describe(configuration):
    return configuration["describe"]


def test_every_corruption_has_a_row(describe):
    for name in CORRUPTIONS:
        first, suite, link, params, published = describe(name, "a suite")
        assert (first, suite) == (f"``{name}``", "a suite")
        assert link.startswith(":class:`~skmnist.noise.")
        assert params
        assert published


def test_parameters_of_any_type(describe, monkeypatch):
    levels = [
        {
            "scale": 0.123456 * level,
            "n": np.int64(level),
            "mode": mode,
            "flag": True,
            "size": (3, 5),
        }
        for level, mode in zip(range(1, 6), "abcde", strict=True)
    ]
    monkeypatch.setitem(CORRUPTIONS, "strange", (GaussianNoise, levels, None))
    assert describe("strange", "none")[3] == (
        "scale 0.1235 0.2469 0.3704 0.4938 0.6173; n 1 2 3 4 5; mode a b c d e; flag True; "
        "size (3, 5)"
    )


def test_the_row_of_a_data_set(configuration):
    describe_dataset = configuration["describe_dataset"]
    assert describe_dataset([MNIST]) == (
        ":func:`~skmnist.datasets.fetch_mnist`",
        "1",
        "70,000",
        "28 x 28",
        "10",
        "11 MB",
        "CC BY-SA 3.0",
    )
    cells = describe_dataset(list(EMNIST.values()))[1:]
    assert cells == ("6", "70,000 to 814,255", "28 x 28", "10 to 62", "562 MB", "public domain")


def test_every_public_name_is_in_the_reference():
    listed = set(re.findall(r"^   (\w+(?:\.\w+)?)$", (DOCS / "api.rst").read_text(), re.M))
    packages = set(skmnist._SUBPACKAGES) - {"exceptions"}  # they are listed by automodule
    names = {
        f"{package}.{name}"
        for package in packages
        for name in importlib.import_module(f"skmnist.{package}").__all__
    }
    assert names | {"show_versions"} == listed, "docs/api.rst must list the public names"


@pytest.mark.parametrize("folder", ["", "user_guide"])
def test_every_page_is_in_the_index(folder):
    index = (DOCS / folder / "index.rst").read_text().partition(".. toctree::")[2]
    listed = set(re.findall(r"^   (\w+)$", index, re.M))
    pages = {path.stem for path in (DOCS / folder).iterdir() if path.suffix in {".rst", ".md"}}
    assert listed == pages - {"index"}


def test_inventories_for_a_build_without_network(configuration, tmp_path, monkeypatch):
    """Sphinx warns if it can read no inventory of a project."""
    write = configuration["write_inventories"]
    monkeypatch.setitem(write.__globals__, "GENERATED", tmp_path)
    write()
    for name, (url, locations) in configuration["intersphinx_mapping"].items():
        assert url.startswith("https://")
        assert locations == (None, f"api/generated/{name}.inv")
        *head, content = (tmp_path / f"{name}.inv").read_bytes().split(b"\n", 4)
        assert head[0] == b"# Sphinx inventory version 2"
        assert (zlib.decompress(content) != b"") == (name == "sklearn")


def test_every_example_is_in_the_gallery():
    gallery = runpy.run_path(str(DOCS / "gallery.py"))
    examples = {path.stem for path in (DOCS.parent / "examples").glob("*.py")}
    assert gallery["ARGUMENTS"].keys() == examples - {"serve"}
