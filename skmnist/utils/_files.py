"""Files that are there whole or not at all."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Write a file so that, under any failure, an older one stays as it was.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Yields
    ------
    pathlib.Path
        A temporary file of the same folder for the body to write; it takes the place of `path` when
        the body ends, and is removed if the body raises.
    """
    # The ending stays, since joblib compresses by it.
    # Not tempfile: its files are unreadable to others, and a folder may be shared.
    temporary = path.with_name(f"part_{uuid.uuid4().hex}_{path.name}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
