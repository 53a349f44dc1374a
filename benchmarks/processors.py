"""The processor that is measured, and the environment in which each library runs on it.

``ONEDNN_MAX_CPU_ISA=AVX2`` stands in for a processor without AVX-512, and so without bfloat16.
oneDNN reads it; other libraries have variables of their own, which the processes of the peers get.
"""

import os
import platform
from pathlib import Path

_CAP = "ONEDNN_MAX_CPU_ISA"
_UP_TO_AVX2 = {"SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX2_VNNI_2"}
_WITHOUT_BFLOAT16 = _UP_TO_AVX2 | {"AVX512_CORE", "AVX512_CORE_VNNI"}
# PyTorch, MKL, and OpenBLAS, the library of numpy and scikit-learn.
_AVX2_OF_OTHERS = {
    "ATEN_CPU_CAPABILITY": "avx2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "OPENBLAS_CORETYPE": "Haswell",
}

Variables = dict[str, str | None]


def has_bfloat16() -> bool:
    """Tell whether the processor multiplies bfloat16 matrices, and may use it."""
    return _cap() not in _WITHOUT_BFLOAT16 and not _flags().isdisjoint({"avx512_bf16", "amx_bf16"})


def has_avx512() -> bool:
    """Tell whether the processor has AVX-512, and may use it."""
    return not is_capped() and "avx512f" in _flags()


def is_capped() -> bool:
    """Tell whether `ONEDNN_MAX_CPU_ISA` lets another processor stand in for one without AVX-512."""
    return _cap() in _UP_TO_AVX2


def as_tensorflow_starts() -> Variables:
    """Return the variables of a process with TensorFlow as it starts.

    TensorFlow asks the processor and not `ONEDNN_MAX_CPU_ISA` whether it uses oneDNN. On one
    without AVX-512 it does not.
    """
    return _variables("0" if is_capped() else None)


def as_skmnist_starts() -> Variables:
    """Return the variables of a process with skmnist as it starts.

    skmnist turns oneDNN on where a processor has AVX2 and no AVX-512.
    """
    return _variables("1" if is_capped() else None)


def with_onednn() -> Variables:
    """Return the variables of a process in which TensorFlow uses oneDNN."""
    return _variables("1")


def description() -> str:
    """Describe the processor in a line."""
    bfloat16 = "with" if has_bfloat16() else "without"
    cap = f", capped by {_CAP}={_cap()}" if _cap() else ""
    return f"{_name()}, {os.cpu_count()} cores, {bfloat16} bfloat16 instructions{cap}"


def _variables(onednn: str | None) -> Variables:
    others = _AVX2_OF_OTHERS if is_capped() else {}
    return {"TF_ENABLE_ONEDNN_OPTS": onednn, **others}


def _cap() -> str:
    return os.environ.get(_CAP, "").upper()


def _name() -> str:
    return _info("model name") or platform.processor()


def _flags() -> set[str]:
    return set(_info("flags").split())


def _info(field: str) -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.partition(":")[0].strip() == field:
                return line.partition(":")[2].strip()
    return ""
