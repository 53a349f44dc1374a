"""What `import skmnist` loads, and which names it offers."""

import ast
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import skmnist
from skmnist.noise import list_noises, make_noise
from skmnist.persistence import dump
from skmnist.preprocessing import PixelScaler

HEAVY = {"jax", "jinja2", "keras", "matplotlib", "mlxtend", "scikeras", "tensorflow", "torch"}


def run(program, **options):
    """Run a program in a fresh interpreter and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, check=True, **options
    )
    return done.stdout.decode()


def test_imports_stay_light():
    statements = (
        "import sys, skmnist; dir(skmnist); skmnist.show_versions(); "
        "import skmnist.datasets, skmnist.exceptions, skmnist._utils; "
        "import skmnist.noise, skmnist.preprocessing; "
        "import skmnist.robustness, skmnist.report, skmnist.export; "
        "from skmnist import SelectiveClassifier; "
        "from skmnist import make_noise, make_noisy, PixelScaler; make_noise('reference')"
    )
    loaded = run(f"{statements}; print(); print(*{HEAVY} & sys.modules.keys())")
    assert loaded.splitlines()[-1].split() == []


def test_a_pickled_transformer_loads_without_keras():
    X = np.arange(48, dtype=np.uint8).reshape(3, 16)
    fitted = [make_noise(name, random_state=0).fit(X) for name in list_noises()]
    fitted.append(PixelScaler().fit(X))
    program = (
        "import pickle, sys; fitted, X = pickle.load(sys.stdin.buffer); "
        f"[f.transform(X) for f in fitted]; print(*{HEAVY} & sys.modules.keys())"
    )
    assert run(program, input=pickle.dumps((fitted, X))).split() == []


def test_a_safe_file_of_transformers_is_read_without_keras(tmp_path):
    path = dump([PixelScaler(), make_noise("fog")], tmp_path / "model", format="safe")
    program = (
        "import sys; from skmnist.persistence import describe, load; "
        f"load({str(path)!r}), describe({str(path)!r}); print(*{HEAVY} & sys.modules.keys())"
    )
    assert run(program).split() == []


def test_importing_skmnist_costs_next_to_nothing():
    program = (
        "import time, sklearn; start = time.perf_counter(); import skmnist; "
        "print(time.perf_counter() - start)"
    )
    assert any(float(run(program)) < 0.15 for _ in range(3))


def test_public_names():
    """A name that is added, or lost, is a change for the users: change this list on purpose."""
    assert sorted(skmnist.__all__) == [
        "CNNClassifier",
        "DenseNetClassifier",
        "GaussianNoise",
        "MLPClassifier",
        "PixelScaler",
        "RandomAffine",
        "RandomBrightness",
        "RandomNoise",
        "ReferenceNoise",
        "ResNetClassifier",
        "SaltAndPepperNoise",
        "SelectiveClassifier",
        "__version__",
        "compare_robustness",
        "datasets",
        "exceptions",
        "export",
        "fetch_mnist",
        "load_mnist_sample",
        "make_noise",
        "make_noisy",
        "make_suite",
        "model_selection",
        "neural_network",
        "noise",
        "persistence",
        "preprocessing",
        "reference_architectures",
        "report",
        "robustness",
        "robustness_scores",
        "selective",
        "show_versions",
    ]
    assert set(skmnist.__all__) <= set(dir(skmnist))


@pytest.mark.parametrize("name", skmnist.__all__)
def test_every_public_name_resolves(name):
    item = getattr(skmnist, name)
    if name in skmnist._HOME_OF:
        assert item.__name__ == name
        home = getattr(skmnist, skmnist._HOME_OF[name])
        assert name in home.__all__
        assert item is getattr(home, name)


@pytest.mark.parametrize(
    "package", ["datasets", "exceptions", "export", "model_selection", "neural_network", "noise",
                "preprocessing", "report", "robustness", "selective"]
)  # fmt: skip
def test_every_name_of_a_package_resolves(package):
    module = getattr(skmnist, package)
    assert all(hasattr(module, name) for name in module.__all__)


def test_the_stub_has_the_same_names():
    """Type checkers and editors read the stub, and not the module."""
    stub = ast.parse(Path(skmnist.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    home_of = {
        alias.name: node.module
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert home_of == {
        **{name: f"skmnist.{home}" for name, home in skmnist._HOME_OF.items()},
        **dict.fromkeys(skmnist._SUBPACKAGES, "skmnist"),
    }
    (listed,) = (node for node in stub.body if isinstance(node, ast.Assign))
    assert sorted(ast.literal_eval(listed.value)) == sorted(skmnist.__all__)


def test_an_unknown_name():
    with pytest.raises(AttributeError, match="module 'skmnist' has no attribute 'no_such_name'"):
        _ = skmnist.no_such_name
    with pytest.raises(ImportError, match="no_such_name"):
        from skmnist import no_such_name  # noqa: F401
