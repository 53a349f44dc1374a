"""Ctrl-C, held back while TensorFlow traces."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def interrupts_wait() -> Iterator[None]:
    """Hold Ctrl-C back until the body has ended.

    TensorFlow calls Python from C++ while it traces a function. A KeyboardInterrupt inside becomes
    a TypeError or a segmentation fault.

    Yields
    ------
    None
        While the body runs.
    """
    if threading.current_thread() is not threading.main_thread():  # Python interrupts only this one
        yield
        return
    held: list[Any] = []
    handler = signal.signal(signal.SIGINT, lambda *arguments: held.append(arguments))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if handler is None else handler)
        if held:
            signal.raise_signal(signal.SIGINT)
