"""The processor, by the file in which Linux describes it. Only the standard library is imported."""

from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")


def read_cpuinfo() -> dict[str, str]:
    """Return the fields of a core, such as "model name" and "flags"; empty on other systems."""
    try:
        lines = _CPUINFO.read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    pairs = (line.partition(":") for line in lines)
    return {key.strip(): value.strip() for key, _, value in pairs}
