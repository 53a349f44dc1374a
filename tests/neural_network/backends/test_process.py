"""Threads and processes around a network."""

import multiprocessing
import os
import sys
import time
from contextlib import suppress

import joblib
import pytest
from joblib.externals.loky import get_reusable_executor

from skmnist import _cpuinfo
from skmnist.exceptions import ForkedProcessError
from skmnist.neural_network.backends import _process

THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


def set_variables(monkeypatch, names, variables):
    """Set environment variables, and remove those of the names that are not among them."""
    for name in names:
        monkeypatch.setenv(name, "")  # so that what the test sets is undone
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def set_threads(monkeypatch):
    """Return a function that sets the variables of threads, and removes those not given."""
    names = (*THREADS, "OMP_NUM_THREADS", _process._MARKER)
    return lambda **variables: set_variables(monkeypatch, names, variables)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"OMP_NUM_THREADS": "3"}, ["3", "3"]),
        ({"OMP_NUM_THREADS": "3", "TF_NUM_INTRAOP_THREADS": "2"}, ["2", "3"]),
        ({"OMP_NUM_THREADS": "3,2"}, [None, None]),
        ({}, [None, None]),
    ],
)
def test_tensorflow_takes_the_threads_of_joblib(monkeypatch, set_threads, variables, expected):
    set_threads(**variables)
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    _process.use_threads_of_joblib()
    assert [os.environ.get(name) for name in THREADS] == expected


NAMES = (*_process._INSTRUCTION_SETS, _process._ONEDNN)


@pytest.fixture
def processor(monkeypatch, tmp_path):
    """Return a function that gives the process a processor with some flags, and variables."""

    def set_up(flags, **variables):
        cpuinfo = tmp_path / "cpuinfo"
        cpuinfo.write_text(f"model name : x\nflags : {flags}\nbugs : amx_bf16", encoding="utf-8")
        monkeypatch.setattr(_cpuinfo, "_CPUINFO", cpuinfo)
        set_variables(monkeypatch, NAMES, variables)

    _process._flags_of_processor.cache_clear()
    yield set_up
    _process._flags_of_processor.cache_clear()


AVX512 = "fpu avx2 avx512f avx512_vnni"


@pytest.mark.parametrize(
    ("flags", "variables", "expected"),
    [
        ("fpu avx512_bf16 sse", {}, True),
        ("amx_tile amx_bf16", {}, True),
        ("amx_tile amx_bf16", {"TF_ENABLE_ONEDNN_OPTS": "0"}, False),
        ("avx512f avx2", {}, False),
        ("", {}, False),
        ("avx512_bf16", {"ONEDNN_MAX_CPU_ISA": "avx2"}, False),
        ("avx512_bf16", {"DNNL_MAX_CPU_ISA": "AVX512_CORE"}, False),
        ("avx512_bf16", {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE_BF16"}, True),
    ],
)
def test_bfloat16_of_the_processor(processor, flags, variables, expected):
    processor(flags, **variables)
    assert _process.has_fast_bfloat16() is expected


def test_without_a_list_of_flags_there_are_none(processor, monkeypatch, tmp_path):
    processor("avx512_bf16")
    monkeypatch.setattr(_cpuinfo, "_CPUINFO", tmp_path / "missing")
    assert _process.cpu_flags() == frozenset()


@pytest.mark.parametrize(
    ("flags", "variables", "n_rows", "by_itself", "is_denied"),
    [
        (AVX512, {}, 8, False, False),
        (AVX512, {"TF_ENABLE_ONEDNN_OPTS": "0"}, 24, False, False),
        (AVX512, {"ONEDNN_MAX_CPU_ISA": "AVX2"}, 24, True, True),
        (AVX512, {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE"}, 8, False, False),
        ("avx2 avx512f", {}, 24, False, False),  # TensorFlow leaves oneDNN off
        ("avx2 avx512f", {"TF_ENABLE_ONEDNN_OPTS": "1"}, 8, False, False),
        ("avx2", {"TF_ENABLE_ONEDNN_OPTS": "1"}, 24, True, False),
    ],
)
def test_kernels_of_the_processor(processor, flags, variables, n_rows, by_itself, is_denied):
    processor(flags, **variables)
    assert _process.rows_per_block() == n_rows
    assert _process.convolves_one_image_by_itself() is by_itself
    assert _process.is_denied_bfloat16() is is_denied


@pytest.mark.parametrize(
    ("flags", "variables", "loaded", "expected"),
    [
        ("fpu avx2 fma", {}, False, "1"),
        ("fpu avx2 fma", {"TF_ENABLE_ONEDNN_OPTS": "0"}, False, "0"),
        ("fpu avx2 fma", {}, True, None),
        ("fpu avx", {}, False, None),
        (AVX512, {}, False, None),
    ],
)
def test_onednn_is_switched_on_where_it_helps(
    processor, monkeypatch, flags, variables, loaded, expected
):
    processor(flags, **variables)
    if loaded:
        monkeypatch.setitem(sys.modules, "tensorflow", sys)
    else:
        monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    _process.use_onednn_where_it_helps()
    assert os.environ.get("TF_ENABLE_ONEDNN_OPTS") == expected


@pytest.fixture
def new_workers():
    """The next workers of joblib are new processes, and end with the test."""
    get_reusable_executor().shutdown()
    yield
    get_reusable_executor().shutdown()


@pytest.mark.parametrize("of_parent", [None, "2"])
def test_workers_share_the_cores(set_threads, of_parent, new_workers):
    def threads_of_worker():  # local, so that the worker does not import this module
        sys.modules["keras"] = None  # to save time: the variables must be set before
        with suppress(ImportError):
            import skmnist.neural_network  # noqa: F401
        return [os.environ.get(name) for name in (*THREADS, "OMP_NUM_THREADS")]

    # As use_threads_of_joblib leaves them behind.
    names = (*THREADS, "OMP_NUM_THREADS", _process._MARKER)
    set_threads(**(dict.fromkeys(names, of_parent) if of_parent else {}))
    with joblib.parallel_config("loky", n_jobs=2, inner_max_num_threads=1):
        answers = joblib.Parallel()(joblib.delayed(threads_of_worker)() for _ in range(2))
    assert answers == [["1", "1", "1"]] * 2


def test_a_loaded_tensorflow_is_left_alone(monkeypatch, set_threads):
    set_threads(OMP_NUM_THREADS="7")
    monkeypatch.setitem(sys.modules, "tensorflow", sys)
    _process.use_threads_of_joblib()
    assert not os.environ.keys() & set(THREADS)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
# That is what the test is for.
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork")
@pytest.mark.filterwarnings("ignore:os.fork. was called", "ignore:Exception ignored in")
@pytest.mark.parametrize("action", ["predict", "fit", "load"])
def test_a_forked_child_gets_a_clear_error_at_once(mlp, X, y, action, tmp_path):
    mlp.predict(X[:2])
    joblib.dump(mlp, tmp_path / "net")
    actions = {
        "predict": lambda: mlp.predict(X[:2]),
        "fit": lambda: mlp.fit(X, y),
        "load": lambda: joblib.load(tmp_path / "net"),
    }
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe()

    def child():
        start = time.perf_counter()
        try:
            actions[action]()
        except ForkedProcessError as error:
            sender.send((str(error), time.perf_counter() - start))
        os._exit(0)  # pytest's own ending belongs to the parent

    process = context.Process(target=child)
    process.start()
    assert receiver.poll(20), "the child hangs"
    message, seconds = receiver.recv()
    process.join(20)
    assert seconds < 1
    assert "This process was forked" in message
    assert "'loky'" in message


def test_a_child_that_is_forked_before_any_use_may_use_networks(monkeypatch):
    monkeypatch.setattr(_process, "_started_in", [])
    _process.check_process()
    _process.check_process()
    assert _process._started_in == [os.getpid()]
    monkeypatch.setattr(_process, "_started_in", [os.getpid() + 1])
    with pytest.raises(ForkedProcessError, match="threads of Keras' back end"):
        _process.check_process()


def test_lines_of_level_info_are_hidden_unless_the_level_is_set(monkeypatch):
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    _process.silence_startup_lines()
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "1"
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    _process.silence_startup_lines()
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"
