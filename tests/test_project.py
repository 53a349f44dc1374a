"""Consistency of the files at the top of the repository."""

import inspect
import re
import tomllib
import warnings
from pathlib import Path

import joblib

import skmnist
from skmnist.model_selection import reference_architectures
from skmnist.noise import ReferenceNoise

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
REPOSITORY = PROJECT["urls"]["Homepage"]
PAGES = [
    str(path.relative_to(ROOT))
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.*")]
    if path.suffix in {".md", ".rst"} and not {"_build", "generated"} & set(path.parts)
]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_links_of_the_readme_work_on_pypi():
    links = re.findall(r"\]\(([^)\s]+)\)|<img[^>]+src=\"([^\"]+)\"", read("README.md"))
    targets = ["".join(link) for link in links]
    assert targets
    assert [target for target in targets if not target.startswith(("https://", "#"))] == []


def test_links_into_the_repository_name_files_that_exist():
    """Of main, the branch in each link."""
    raw = REPOSITORY.replace("github.com", "raw.githubusercontent.com")
    pattern = rf"(?:{REPOSITORY}/(?:blob|tree)|{raw})/main/([^)\s\"#>]+)"
    for name in ("pyproject.toml", *PAGES):
        for path in re.findall(pattern, read(name)):
            assert (ROOT / path).exists(), f"{name}: {path}"


def test_files_and_tests_that_are_named_exist():
    pattern = r"(?<![\w/])((?:benchmarks|examples|tests)/[\w/.]*\w)(?:::(\w+))?"
    for name in (".ci/run", "pyproject.toml", *PAGES):
        for path, test in re.findall(pattern, read(name)):
            if "FAMILY" in path or "NAME" in path:  # stands for several
                continue
            assert (ROOT / path).exists(), f"{name}: {path}"
            assert not test or f"def {test}(" in read(path), f"{name}: {path}::{test}"


def test_the_citation_is_of_this_version():
    citation = read("CITATION.cff")
    assert re.search(r"^version: (.+)$", citation, re.M)[1] == skmnist.__version__
    assert re.search(r"^license: (.+)$", citation, re.M)[1] == PROJECT["license"]
    assert re.search(r"^repository-code: (.+)$", citation, re.M)[1] == REPOSITORY


def test_the_study_is_cited():
    title = "Classification of Noisy MNIST Images Using Deep Learning"
    repository = "https://github.com/theo-serralta/MNIST_classifier"
    pages = map(read, ("README.md", "docs/index.rst", "CITATION.cff"))
    for text in (*pages, reference_architectures.__doc__, ReferenceNoise.__doc__):
        words = " ".join(text.split())
        assert all(part in words for part in ("Serralta", title, "2024", repository)), words


def test_pre_commit_runs_the_linter_of_ci():
    (pinned,) = (
        requirement.removeprefix("ruff==")
        for requirement in PYPROJECT["dependency-groups"]["lint"]
        if requirement.startswith("ruff==")
    )
    assert re.search(r"^    rev: v(\S+)", read(".pre-commit-config.yaml"), re.M)[1] == pinned


def test_ci_tests_the_floor_of_every_dependency():
    floors = dict(
        line.split("==") for line in read(".ci/floors.txt").splitlines() if not line.startswith("#")
    )
    extras = PROJECT["optional-dependencies"]
    requirements = [
        *PROJECT["dependencies"],
        *extras["cli"],
        *extras["examples"],
        *extras["onnx"],
        *extras["serve"],
    ]
    for requirement in requirements:
        if requirement.startswith("skmnist["):
            continue
        name, _, floor = requirement.partition(">=")
        assert floors[name] == floor


def test_the_oldest_python_is_the_one_that_is_required():
    prefix = "Programming Language :: Python :: 3."
    minors = [
        int(classifier.removeprefix(prefix))
        for classifier in PROJECT["classifiers"]
        if classifier.startswith(prefix)
    ]
    assert PROJECT["requires-python"] == f">=3.{min(minors)}"


def test_joblib_may_replace_a_worker():
    """It warns in a thread that must not end by an error, or all of its searches hang."""
    lines = inspect.getsource(joblib.externals.loky.process_executor).splitlines()
    start = next(i for i, line in enumerate(lines) if "A worker stopped while" in line)
    message = "".join(line.strip().strip('",') for line in lines[start : start + 3])
    warnings.warn(message, UserWarning, stacklevel=1)
