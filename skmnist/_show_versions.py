"""Versions, processor and environment for a bug report.

Only the standard library is imported, so that the report works even if a dependency is broken.
"""

import os
import platform
import sys
from collections.abc import Iterator, Mapping
from importlib import metadata

import skmnist
from skmnist._cpuinfo import read_cpuinfo

__all__ = ["show_versions"]

_DEPENDENCIES = (
    "joblib",
    "keras",
    "numpy",
    "pandas",
    "scikeras",
    "scikit-learn",
    "scipy",
    "tensorflow",
)
_OPTIONAL_DEPENDENCIES = ("jinja2", "matplotlib", "mlxtend")
# Instruction sets that decide which kernels TensorFlow chooses, by their names on Linux.
_FLAGS = ("avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "amx_bf16")
_VARIABLES = (
    "KERAS_BACKEND",
    "TF_ENABLE_ONEDNN_OPTS",
    "ONEDNN_MAX_CPU_ISA",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "OMP_NUM_THREADS",
    "CUDA_VISIBLE_DEVICES",
)


def show_versions() -> None:
    """Print the versions, the processor and the environment for a bug report.

    The versions are read from package metadata, so Keras and TensorFlow are not imported.

    See Also
    --------
    sklearn.show_versions : The same for scikit-learn.

    Examples
    --------
    >>> import skmnist
    >>> skmnist.show_versions()
    <BLANKLINE>
    System
    ...
    """
    for title, entries in (
        ("System", dict(system())),
        ("Dependencies", versions()),
        ("Environment", {name: os.environ.get(name, "not set") for name in _VARIABLES}),
    ):
        _print_section(title, entries)


def system() -> Iterator[tuple[str, str]]:
    """Yield Python, platform and processor, with their names."""
    yield "python", sys.version.replace("\n", " ")
    yield "executable", sys.executable
    yield "platform", platform.platform()
    cpuinfo = read_cpuinfo()
    yield "processor", cpuinfo.get("model name") or platform.processor() or "unknown"
    yield "cores", str(os.cpu_count())
    flags = cpuinfo.get("flags", "").split()
    yield "flags", " ".join(flag for flag in _FLAGS if flag in flags) or "unknown"


def versions() -> dict[str, str]:
    """Return the versions of skmnist and its dependencies, by their names."""
    found = {"skmnist": skmnist.__version__}
    for name in (*_DEPENDENCIES, *_OPTIONAL_DEPENDENCIES):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def _print_section(title: str, entries: Mapping[str, str]) -> None:
    print(f"\n{title}")
    width = max(map(len, entries))
    for name, value in entries.items():
        print(f"{name:>{width}}: {value}")
