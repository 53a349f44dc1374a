"""The text for bug reports."""

import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import skmnist
from skmnist import _cpuinfo, _show_versions

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"


@pytest.fixture
def shown(capsys):
    """Return a function that runs `show_versions` and returns the printed entries."""

    def run():
        skmnist.show_versions()
        lines = capsys.readouterr().out.splitlines()
        pairs = (line.partition(": ") for line in lines if ": " in line)
        return {name.strip(): value for name, _, value in pairs}

    return run


def test_versions_processor_and_environment(shown, monkeypatch):
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    monkeypatch.delenv("ONEDNN_MAX_CPU_ISA", raising=False)
    entries = shown()
    assert entries["skmnist"] == skmnist.__version__
    assert entries["numpy"] == metadata.version("numpy")
    assert entries["TF_ENABLE_ONEDNN_OPTS"] == "0"
    assert entries["ONEDNN_MAX_CPU_ISA"] == "not set"
    assert all(entries[name] for name in ("python", "platform", "processor", "cores", "flags"))


def test_every_dependency_is_listed():
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    names = [requirement.partition(">=")[0] for requirement in project["dependencies"]]
    assert list(_show_versions._DEPENDENCIES) == names
    optional = project["optional-dependencies"]["examples"]
    assert list(_show_versions._OPTIONAL_DEPENDENCIES) == [r.partition(">=")[0] for r in optional]


def test_a_missing_package_and_another_system(shown, monkeypatch, tmp_path):
    monkeypatch.setattr(_show_versions, "_OPTIONAL_DEPENDENCIES", ("no-such-package",))
    monkeypatch.setattr(_cpuinfo, "_CPUINFO", tmp_path / "none")
    entries = shown()
    assert entries["no-such-package"] == "not installed"
    assert entries["flags"] == "unknown"


def test_the_flags_that_matter(shown, monkeypatch, tmp_path):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("model name\t: A processor\nflags\t\t: sse2 avx2 fma mmx avx512f\n")
    monkeypatch.setattr(_cpuinfo, "_CPUINFO", cpuinfo)
    entries = shown()
    assert (entries["processor"], entries["flags"]) == ("A processor", "avx2 fma avx512f")
