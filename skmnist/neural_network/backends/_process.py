"""The process that TensorFlow runs in: instruction sets, threads and forks."""

import os
import sys
from functools import cache

from skmnist._cpuinfo import read_cpuinfo
from skmnist.exceptions import ForkedProcessError

_ONEDNN = "TF_ENABLE_ONEDNN_OPTS"
# oneDNN reads both; the second is the older name.
_INSTRUCTION_SETS = ("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA")
# TensorFlow itself switches oneDNN on if the processor has one of these.
_FLAGS_OF_ONEDNN = {"avx512_vnni", "avx512_bf16", "amx_tile"}
_FLAGS_OF_BFLOAT16 = {"avx512_bf16", "amx_bf16"}

_THREAD_VARIABLES = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
# The number of threads that this module has set.
_MARKER = "SKMNIST_TF_NUM_THREADS"
# The id of the process that first used a network; empty until then.
_started_in: list[int] = []


def cpu_flags() -> frozenset[str]:
    """Return the instruction sets that oneDNN may use, by their Linux names; empty elsewhere.

    The variable ONEDNN_MAX_CPU_ISA can exclude the newer ones.
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
    return frozenset(read_cpuinfo().get("flags", "").split())


def has_fast_bfloat16() -> bool:
    """Return whether bfloat16 is faster than float32; False if not on Linux.

    It takes instructions of the processor, and oneDNN to use them. TensorFlow's own kernels for
    bfloat16 are several times slower than those for float32.
    """
    return bool(_FLAGS_OF_BFLOAT16 & cpu_flags()) and _has_onednn()


def is_denied_bfloat16() -> bool:
    """Return whether TensorFlow would call oneDNN for bfloat16, and oneDNN would refuse.

    TensorFlow looks at the processor only, and oneDNN also at ONEDNN_MAX_CPU_ISA.
    """
    return _has_onednn() and "avx512f" in _flags_of_processor() - cpu_flags()


def use_onednn_where_it_helps() -> None:
    """Switch oneDNN on if the processor has AVX2 but not AVX-512, unless the user has set it.

    On such processors, TensorFlow leaves it off and trains more slowly. TensorFlow reads the
    variable when it is imported, so this must be called before.
    """
    flags = _flags_of_processor()
    if "avx2" in flags and "avx512f" not in flags and "tensorflow" not in sys.modules:
        os.environ.setdefault(_ONEDNN, "1")


def silence_startup_lines() -> None:
    """Hide TensorFlow's lines of level INFO, unless the user has set the level.

    TensorFlow reads the variable when it is imported, so this must be called before. Some lines of
    its start ignore it.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")


def rows_per_block() -> int:
    """Return the size of the blocks of rows in which TensorFlow rounds every row the same way.

    Rows after the last whole block may be rounded differently. Elementwise operations work on
    packets of 8 numbers. Matrix products work on blocks of 24 rows in Eigen and of 6 rows in oneDNN
    with AVX2; oneDNN with AVX-512 rounds all rows the same way.
    """
    return 8 if _has_onednn() and "avx512f" in cpu_flags() else 24


def convolves_one_image_by_itself() -> bool:
    """Return whether a convolution rounds differently if a batch has only one image.

    oneDNN with AVX2 has separate kernels for one image.
    """
    return _has_onednn() and "avx512f" not in cpu_flags()


def _has_onednn() -> bool:
    by_default = "1" if _FLAGS_OF_ONEDNN & _flags_of_processor() else "0"
    return os.environ.get(_ONEDNN, by_default).lower() in ("1", "true")


def use_threads_of_joblib() -> None:
    """Set TensorFlow's number of threads to OMP_NUM_THREADS, unless its own variables are set.

    joblib sets OMP_NUM_THREADS in its workers, so that they share the cores; TensorFlow does not
    read it. TensorFlow reads its own variables when it is imported, so this must be called before.
    """
    n_threads = os.environ.get("OMP_NUM_THREADS", "")
    if not n_threads.isdigit() or "tensorflow" in sys.modules:
        return
    # Workers inherit the values that this function set in their parent; they are not the user's.
    inherited = os.environ.get(_MARKER)
    for variable in _THREAD_VARIABLES:
        if os.environ.get(variable) in (None, inherited):
            os.environ[variable] = n_threads
    os.environ[_MARKER] = n_threads


def check_process() -> None:
    """Raise an error in a process that was forked after a network had been used.

    Raises
    ------
    ForkedProcessError
        In such a process. The threads of TensorFlow do not survive the fork, so using a network
        would hang.
    """
    if not _started_in:
        _started_in.append(os.getpid())
    elif _started_in[0] != os.getpid():
        raise ForkedProcessError(
            "This process was forked from one that had already used a network. The threads of "
            "Keras' back end do not survive a fork, so the network would hang. Start new processes "
            "instead: with joblib's default back end 'loky', or with "
            "multiprocessing.get_context('spawn') or 'forkserver'."
        )
