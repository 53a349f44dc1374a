"""The process that TensorFlow runs in: its threads, and what a fork does to it."""

import os
import sys

from skmnist.exceptions import ForkedProcessError

_THREAD_VARIABLES = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
# The number that this module has set.
_MARKER = "SKMNIST_TF_NUM_THREADS"
# The process that first built, trained or asked a network; a list, so that it is shared state.
_started_in: list[int] = []


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
