"""The conditions of a measurement, printed above its result."""

import importlib.metadata
import os
import platform
from pathlib import Path

_PACKAGES = ("tensorflow", "keras", "scikeras", "scikit-learn", "numpy")


def print_conditions(*peers: str) -> None:
    """Print the hardware and the versions, with those of packages that only a script uses."""
    bfloat16 = "with" if has_bfloat16() else "without"
    print(
        f"CPU: {_cpu_name()}, {os.cpu_count()} cores, {bfloat16} bfloat16 instructions; "
        f"Python {platform.python_version()}"
    )
    versions = (f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES + peers)
    print(", ".join(versions), flush=True)


def has_bfloat16() -> bool:
    """Tell whether the CPU multiplies bfloat16 matrices (AVX-512 or AMX)."""
    return not {"avx512_bf16", "amx_bf16"}.isdisjoint(_cpu_flags())


def fail_unless(claims: dict[str, bool]) -> None:
    """End the script with an error that names the claims that do not hold."""
    broken = [claim for claim, holds in claims.items() if not holds]
    if broken:
        raise SystemExit(f"does not hold: {'; '.join(broken)}")
    print(f"holds: {'; '.join(claims)}")


def _cpu_name() -> str:
    return _cpu_info("model name") or platform.processor()


def _cpu_flags() -> list[str]:
    return _cpu_info("flags").split()


def _cpu_info(field: str) -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.partition(":")[0].strip() == field:
                return line.partition(":")[2].strip()
    return ""
