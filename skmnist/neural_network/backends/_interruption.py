"""Delay Ctrl-C while TensorFlow traces."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def interrupts_wait() -> Iterator[None]:
    """Delay Ctrl-C until the body has ended.

    While TensorFlow traces a function, it calls Python from C++. A KeyboardInterrupt there becomes
    a TypeError or a segmentation fault.

    Yields
    ------
    None
        While the body runs.
    """
    if threading.current_thread() is not threading.main_thread():  # Ctrl-C does not interrupt it
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
