"""The progress bar of large downloads."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Size in bytes from which on a download shows a bar.
_LARGE = 1_000_000

# Takes the bytes that have arrived, and the bytes in all or None if that is not known.
Report = Callable[[int, int | None], None]


def _ignore(n_bytes: int, total: int | None) -> None:
    """Show nothing."""


@contextmanager
def progress(name: str, n_bytes: int) -> Iterator[Report]:
    """Show the progress of a download in a terminal or a notebook, if rich is installed.

    Parameters
    ----------
    name : str
        The name of the file.
    n_bytes : int
        Its largest size. A file of less than 1 MB has no bar.

    Yields
    ------
    callable
        The function to call with the bytes that have arrived and the bytes in all.
    """
    try:
        # Keras depends on rich, so it is nearly always there.
        from rich import console, progress
    except ImportError:
        n_bytes = 0
    if n_bytes < _LARGE:
        yield _ignore
        return
    output = console.Console(stderr=True)
    bar = progress.Progress(
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
        console=output,
        transient=True,
        disable=not (output.is_interactive or output.is_jupyter),
    )
    with bar:
        task = bar.add_task(name, total=None)

        def report(n_bytes: int, total: int | None) -> None:
            bar.update(task, completed=n_bytes, total=total)

        yield report
