"""Timing: a process per library, measurements in turn, medians, and ratios in each round."""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Self

import numpy as np

PEERS = "benchmarks.harness.peers"


class Peer:
    """A process for one library, so that threads of the others do not disturb it.

    Parameters
    ----------
    module : str
        The module whose functions the process runs.
    variables : mapping of str to str or None, default=None
        Environment variables, set before the process imports anything; None unsets one.
    """

    def __init__(self, module: str, variables: Mapping[str, str | None] | None = None) -> None:
        self._module = module
        self._process = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
        with _environment(variables or {}):
            self._process.submit(os.getpid).result()  # the process starts here

    def __call__(self, function: str, *args: Any) -> Any:
        """Run a function of the module in the process and return its result."""
        return self._process.submit(_run, self._module, function, *args).result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.shutdown()


def in_fresh_process(module: str, function: str, *args: Any) -> Any:
    """Run a function of a module in a new process and return its result."""
    with Peer(module) as process:
        return process(function, *args)


@contextmanager
def _environment(variables: Mapping[str, str | None]) -> Iterator[None]:
    """Change environment variables for the processes that start in the context."""
    before = {name: os.environ.get(name) for name in variables}
    _set(variables)
    try:
        yield
    finally:
        _set(before)


def _set(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _run(module: str, function: str, *args: Any) -> Any:
    return getattr(import_module(module), function)(*args)


def seconds_of(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def median_seconds(action: Callable[[], object], repeats: int) -> float:
    return float(np.median([seconds_of(action) for _ in range(repeats)]))


def take_turns(
    measures: Mapping[str, Callable[[], float]], repeats: int, *, warm_up: bool = True
) -> dict[str, list[float]]:
    """Measure all in turn, in alternating order; the warm-up is a round that is not counted."""
    if warm_up:
        for measure in measures.values():
            measure()
    values: dict[str, list[float]] = {name: [] for name in measures}
    for repeat in range(repeats):
        for name in list(measures)[:: -1 if repeat % 2 else 1]:
            values[name].append(measures[name]())
    return values


def ratios(numerators: Sequence[float], denominators: Sequence[float]) -> list[float]:
    """Divide the values of the same round."""
    return [a / b for a, b in zip(numerators, denominators, strict=True)]


def spread(values: Sequence[float]) -> str:
    """Format the median, the smallest and the largest value."""
    low, median, high = (_number(f(values)) for f in (np.min, np.median, np.max))
    return f"{median} ({low} to {high})" if len(values) > 1 else median


def print_table(title: str, unit: str, rows: Mapping[str, Sequence[float]]) -> None:
    n = {len(values) for values in rows.values()}
    print(f"\n{title}: median (range) of {' or '.join(map(str, sorted(n)))}, {unit}")
    width = max(map(len, rows))
    for name, values in rows.items():
        print(f"  {name:{width}}  {spread(values)}", flush=True)


def _number(value: float) -> str:
    """Format about four significant digits, and integers without decimals."""
    if value == int(value):
        return f"{value:,.0f}"
    steps = ((0.1, 4), (10, 3), (100, 2), (1000, 1))
    digits = next((digits for limit, digits in steps if abs(value) < limit), 0)
    return f"{value:,.{digits}f}"
