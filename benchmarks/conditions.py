"""The conditions of a measurement, printed above its result."""

import importlib.metadata
import platform

from processors import description

_PACKAGES = ("tensorflow", "keras", "scikeras", "scikit-learn", "numpy")


def print_conditions(*peers: str) -> None:
    """Print the hardware and the versions, with those of packages that only a script uses."""
    print(f"CPU: {description()}; Python {platform.python_version()}")
    versions = (f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES + peers)
    print(", ".join(versions), flush=True)


def fail_unless(claims: dict[str, bool]) -> None:
    """End the script with an error that names the claims that do not hold."""
    broken = [claim for claim, holds in claims.items() if not holds]
    if broken:
        raise SystemExit(f"does not hold: {'; '.join(broken)}")
    print(f"holds: {'; '.join(claims)}")
