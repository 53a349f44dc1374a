"""The process that TensorFlow runs in: its processor, its threads, and what a fork does to it."""

import os
import sys
from functools import cache
from pathlib import Path

from skmnist.exceptions import ForkedProcessError

_ONEDNN = "TF_ENABLE_ONEDNN_OPTS"
# oneDNN reads both; the second is its older name.
_INSTRUCTION_SETS = ("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA")
# TensorFlow switches oneDNN on by itself where it finds one of these.
_FLAGS_OF_ONEDNN = {"avx512_vnni", "avx512_bf16", "amx_tile"}
_FLAGS_OF_BFLOAT16 = {"avx512_bf16", "amx_bf16"}

_THREAD_VARIABLES = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
# The number that this module has set.
_MARKER = "SKMNIST_TF_NUM_THREADS"
# The process that first built, trained or asked a network; a list, so that it is shared state.
_started_in: list[int] = []


def cpu_flags() -> frozenset[str]:
    """Return the instruction sets that oneDNN may use, by their names on Linux; elsewhere none.

    The variable ONEDNN_MAX_CPU_ISA can keep it from the newer ones.
    """
    flags = _flags_of_processor()
    limit = next((os.environ[name] for name in _INSTRUCTION_SETS if name in os.environ), "").upper()
    if limit.startswith(("SSE", "AVX2")) or limit == "AVX":
        return frozenset(flag for flag in flags if not flag.startswith(("avx512", "amx")))
    if limit in ("AVX512_CORE", "AVX512_CORE_VNNI"):
        return flags - _FLAGS_OF_BFLOAT16 - {"amx_tile"}
    return flags


@cache
def _flags_of_processor() -> frozenset[str]:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    flags = (line for line in lines if line.startswith("flags"))
    return frozenset(next(flags, "").partition(":")[2].split())


def has_bfloat16() -> bool:
    """Tell whether the processor has instructions for bfloat16 (on Linux; elsewhere False)."""
    return bool(_FLAGS_OF_BFLOAT16 & cpu_flags())


def use_onednn_where_it_helps() -> None:
    """Switch oneDNN on where the processor has AVX2 and not AVX-512, unless the user has decided.

    TensorFlow leaves it off there, and trains more slowly. It reads the variable when it is
    imported, so this has to happen before.
    """
    flags = _flags_of_processor()
    if "avx2" in flags and "avx512f" not in flags and "tensorflow" not in sys.modules:
        os.environ.setdefault(_ONEDNN, "1")


def rows_per_block() -> int:
    """Return how many rows TensorFlow computes alike; those left over at the end may differ.

    Elementwise operations work on packets of 8 numbers. Matrix products work on blocks of 24 rows
    in Eigen and of 6 rows in oneDNN with AVX2; oneDNN with AVX-512 computes all rows alike.
    """
    return 8 if _has_onednn() and "avx512f" in cpu_flags() else 24


def convolves_one_image_by_itself() -> bool:
    """Tell whether a convolution rounds differently if a batch has one image only.

    oneDNN with AVX2 has other kernels for that.
    """
    return _has_onednn() and "avx512f" not in cpu_flags()


def _has_onednn() -> bool:
    by_default = "1" if _FLAGS_OF_ONEDNN & _flags_of_processor() else "0"
    return os.environ.get(_ONEDNN, by_default).lower() in ("1", "true")


def use_threads_of_joblib() -> None:
    """Give TensorFlow as many threads as OMP_NUM_THREADS says, unless it has variables of its own.

    joblib sets that variable in its workers, so that they share the cores; TensorFlow does not read
    it. It reads its own when it is imported, so this has to happen before.
    """
    n_threads = os.environ.get("OMP_NUM_THREADS", "")
    if not n_threads.isdigit() or "tensorflow" in sys.modules:
        return
    # What a parent set in this way, its workers inherit: it is not the user's wish.
    inherited = os.environ.get(_MARKER)
    for variable in _THREAD_VARIABLES:
        if os.environ.get(variable) in (None, inherited):
            os.environ[variable] = n_threads
    os.environ[_MARKER] = n_threads


def check_process() -> None:
    """Refuse to use a network in a process that was forked after another use of one.

    Raises
    ------
    ForkedProcessError
        In such a process: the threads of TensorFlow do not survive the fork, and waiting for them
        would never end.
    """
    if not _started_in:
        _started_in.append(os.getpid())
    elif _started_in[0] != os.getpid():
        raise ForkedProcessError(
            "This process was forked from one that had already used a network, and the threads of "
            "Keras' back end do not survive that: it would hang. Start workers afresh: joblib's "
            "default back end 'loky' does, and so do multiprocessing.get_context('spawn') and "
            "'forkserver'."
        )
