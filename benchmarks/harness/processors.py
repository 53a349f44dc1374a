"""The processor, and the environment variables that each library needs on it.

With ``ONEDNN_MAX_CPU_ISA=AVX2``, a processor is measured as if it had no AVX-512, and so no
bfloat16. oneDNN reads that variable; the other libraries have their own, which are set for their
processes.

``skmnist.neural_network`` knows which kernels TensorFlow takes. It is not used here, because
importing it would set ``TF_ENABLE_ONEDNN_OPTS``, which must stay unset for the peers.
"""

import os
import platform

from skmnist._cpuinfo import read_cpuinfo

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
    """Return whether the processor multiplies bfloat16 matrices and is not limited."""
    return _cap() not in _WITHOUT_BFLOAT16 and not _flags().isdisjoint({"avx512_bf16", "amx_bf16"})


def has_avx512() -> bool:
    """Return whether the processor has AVX-512 and is not limited."""
    return not is_capped() and "avx512f" in _flags()


def is_capped() -> bool:
    """Return whether `ONEDNN_MAX_CPU_ISA` excludes AVX-512."""
    return _cap() in _UP_TO_AVX2


def as_tensorflow_starts() -> Variables:
    """Return the variables for TensorFlow with its own choice of kernels.

    TensorFlow leaves oneDNN off on a processor without AVX-512. It does not read
    `ONEDNN_MAX_CPU_ISA` for that choice.
    """
    return _variables("0" if is_capped() else None)


def as_skmnist_starts() -> Variables:
    """Return the variables for skmnist, which turns oneDNN on if there is AVX2 but no AVX-512."""
    return _variables("1" if is_capped() else None)


def with_onednn() -> Variables:
    """Return the variables for TensorFlow with oneDNN."""
    return _variables("1")


def description() -> str:
    """Describe the processor in one line."""
    bfloat16 = "with" if has_bfloat16() else "without"
    cap = f", capped by {_CAP}={_cap()}" if _cap() else ""
    return f"{_name()}, {os.cpu_count()} cores, {bfloat16} bfloat16 instructions{cap}"


def _variables(onednn: str | None) -> Variables:
    others = _AVX2_OF_OTHERS if is_capped() else {}
    return {"TF_ENABLE_ONEDNN_OPTS": onednn, **others}


def _cap() -> str:
    return os.environ.get(_CAP, "").upper()


def _name() -> str:
    return read_cpuinfo().get("model name") or platform.processor()


def _flags() -> set[str]:
    return set(read_cpuinfo().get("flags", "").split())
