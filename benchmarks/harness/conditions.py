"""The conditions of a measurement, printed above its result."""

import importlib.metadata
import platform

from benchmarks.harness.processors import description

_PACKAGES = ("tensorflow", "keras", "scikeras", "scikit-learn", "numpy")


def print_conditions(*peers: str) -> None:
    """Print the hardware and the versions of the packages, including the peers."""
    print(f"CPU: {description()}; Python {platform.python_version()}")
    versions = (f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES + peers)
    print(", ".join(versions), flush=True)
