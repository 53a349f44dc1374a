"""Atomic writes, locked folders, and a check for files that would block a read."""

import errno
import os
import stat
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from shutil import SpecialFileError
from typing import Any

try:
    fcntl: Any = import_module("fcntl")
except ImportError:  # Windows
    fcntl = None

_PREFIX, _ENDING = ".skmnist-", ".part"
# Errors of a write, which do not name the file: the disk or the file is full.
_FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
# Age in seconds after which a temporary file is stale, if files cannot be locked.
_STALE_AFTER = 24 * 3600.0


def check_regular_file(path: Path) -> os.stat_result:
    """Return the status of a file; raise an error for a pipe or a device, which could block.

    Parameters
    ----------
    path : pathlib.Path
        The file; links are followed.

    Returns
    -------
    os.stat_result
        Its status.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    IsADirectoryError
        If it is a folder.
    shutil.SpecialFileError
        If it is a pipe, a socket or a device.
    """
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(f"{path} is a folder; expected a file: pass the path of a file.")
    if not stat.S_ISREG(status.st_mode):
        raise SpecialFileError(
            f"{path} is a pipe, a socket or a device; expected a regular file. "
            "It was left as it is: pass another path, or delete it."
        )
    return status


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Write a file atomically: if anything fails, an older file stays as it was.

    The new file has the mode and, if permitted, the owner of the older one. A symbolic link stays a
    link; its target is written. Temporary files that killed processes left in the folder are
    removed.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Yields
    ------
    pathlib.Path
        A temporary file in the same folder, which the body writes. It replaces `path` when the body
        ends, and is removed if the body raises.

    Raises
    ------
    OSError
        If `path` is a folder, a pipe or a device, its folder is missing or not writable, or the
        disk is full.
    """
    target = Path(os.path.realpath(path))
    try:
        older = check_regular_file(target)
    except (FileNotFoundError, NotADirectoryError):
        older = None
    remove_stale(target.parent)
    try:
        temporary, descriptor = _create_locked(target.parent)
    except OSError as error:
        reason = f"cannot create a file in the folder {target.parent}: {error.strerror}"
        raise OSError(error.errno, reason, str(path)) from error
    try:
        if older is not None:
            # Set the mode before writing, so that others can never read a private file.
            os.chmod(temporary, stat.S_IMODE(older.st_mode) | stat.S_IWUSR)
        yield temporary
        os.fsync(descriptor)
        if older is not None:
            _take_owner_and_mode(temporary, older)
        if fcntl is None:
            os.close(descriptor)  # Windows does not rename open files
            descriptor = -1
        os.replace(temporary, target)
    except OSError as error:
        if error.errno in _FULL and error.filename is None:
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
    finally:
        temporary.unlink(missing_ok=True)
        if descriptor >= 0:
            os.close(descriptor)


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Wait until no other process or thread has locked a folder, and lock it for the body.

    The folder is created if it is missing. The lock leaves no file behind and ends with the
    process. It is without effect on Windows and on file systems without locks.

    Parameters
    ----------
    folder : pathlib.Path
        The folder.

    Yields
    ------
    None
    """
    if fcntl is None:
        folder.mkdir(parents=True, exist_ok=True)
        yield
        return
    descriptor = _open_locked(folder)
    try:
        yield
    finally:
        os.close(descriptor)


def _open_locked(folder: Path) -> int:
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        # The process that had the lock may have removed the folder, and another one made it again.
        with suppress(FileNotFoundError):
            descriptor = os.open(folder, os.O_RDONLY)
            with suppress(OSError):  # a file system without locks
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(descriptor), folder.stat()):
                    return descriptor
            os.close(descriptor)


def _create_locked(folder: Path) -> tuple[Path, int]:
    """Create a temporary file, with the mode of any new file, and lock it until it is closed.

    The lock ends with the process, so a locked file is still being written.
    """
    while True:
        temporary = folder / f"{_PREFIX}{uuid.uuid4().hex}{_ENDING}"
        # Not tempfile, whose files other users of a shared folder could not read.
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        if fcntl is None:
            return temporary, descriptor
        with suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if temporary.exists():
            return temporary, descriptor
        os.close(descriptor)  # another process removed the file before it was locked


def remove_stale(folder: Path) -> None:
    """Remove the temporary files of `atomic_write` that no process is writing.

    Parameters
    ----------
    folder : pathlib.Path
        The folder, which need not exist.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(_PREFIX) and entry.name.endswith(_ENDING):
                with suppress(OSError):  # already removed, or owned by another user
                    if entry.is_file(follow_symlinks=False):
                        _remove_if_stale(entry)


def _remove_if_stale(entry: os.DirEntry[str]) -> None:
    if fcntl is not None:
        descriptor = os.open(entry, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Under the lock, because a process that has just created the file waits for the lock
            # and then checks that the file still exists.
            os.unlink(entry)
            return
        except BlockingIOError:
            return
        except OSError:
            pass  # a file system without locks
        finally:
            os.close(descriptor)
    if time.time() - entry.stat().st_mtime > _STALE_AFTER:
        os.unlink(entry)


def _take_owner_and_mode(temporary: Path, older: os.stat_result) -> None:
    """Copy the mode and, if permitted, the owner of an older file."""
    with suppress(OSError, AttributeError):  # not permitted; not on Windows
        os.chown(temporary, older.st_uid, older.st_gid)
    os.chmod(temporary, stat.S_IMODE(older.st_mode))
