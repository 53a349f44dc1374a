"""Files that are written whole or not at all, with the mode, the links and the folder kept."""

import errno
import os
import re
import signal
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import SpecialFileError

import pytest

from skmnist._utils import _files, atomic_write, check_regular_file, lock_folder

posix = pytest.mark.skipif(os.name != "posix", reason="modes, links and pipes are POSIX")


def write(path, text="new"):
    with atomic_write(path) as temporary:
        temporary.write_text(text)


def mode_of(path):
    return stat.S_IMODE(path.lstat().st_mode)


def test_new_content_takes_the_place_of_the_old(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with atomic_write(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failure_leaves_the_old_content(tmp_path, error):
    path = tmp_path / "file"
    path.write_text("old")

    def write_half():
        with atomic_write(path) as temporary:
            temporary.write_text("ne")
            raise error

    with pytest.raises(error):
        write_half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


# --- modes and links


@posix
def test_a_full_disk_names_the_file(tmp_path):
    import resource

    path = tmp_path / "model"
    path.write_text("old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal_before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, limits[1]))
        with pytest.raises(OSError, match=re.escape(str(path))), atomic_write(path) as temporary:
            temporary.write_bytes(bytes(2**21))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, signal_before)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("model", "old")]


@posix
@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_a_new_file_is_as_readable_as_any_other(tmp_path, umask):
    before = os.umask(umask)
    try:
        write(tmp_path / "file")
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "file") == 0o666 & ~umask


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o400, 0o755])
def test_an_older_file_keeps_its_mode(tmp_path, mode):
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(mode)
    with atomic_write(path) as temporary:
        assert mode_of(temporary) == mode | 0o200  # never more readable, not even meanwhile
        temporary.write_text("new")
    assert mode_of(path) == mode
    assert path.read_text() == "new"


@posix
def test_an_older_file_keeps_its_owner(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_text("old")
    owners = []
    monkeypatch.setattr(os, "chown", lambda _, *owner: owners.append(owner))
    write(path)
    assert owners == [(path.stat().st_uid, path.stat().st_gid)]

    def refuse(*args):
        raise PermissionError

    monkeypatch.setattr(os, "chown", refuse)
    write(path, "newer")
    assert path.read_text() == "newer"


@posix
def test_a_link_stays_and_its_target_is_written(tmp_path):
    (tmp_path / "data").mkdir()
    target = tmp_path / "data" / "file"
    link, link_to_link = tmp_path / "link", tmp_path / "link2"
    link.symlink_to("data/file")
    link_to_link.symlink_to(link)
    write(link_to_link, "first")  # its target does not exist yet
    assert target.read_text() == "first"
    target.chmod(0o600)
    write(link_to_link, "second")
    assert target.read_text() == "second"
    assert mode_of(target) == 0o600
    assert link.is_symlink()
    assert link_to_link.is_symlink()
    assert sorted(entry.name for entry in tmp_path.rglob("*")) == ["data", "file", "link", "link2"]


@posix
def test_a_link_to_itself(tmp_path):
    (tmp_path / "link").symlink_to("link")
    with pytest.raises(OSError, match="link") as caught:
        write(tmp_path / "link")
    assert caught.value.errno == errno.ELOOP


# --- what cannot be written


@posix
def test_a_pipe_is_refused_and_left_as_it_is(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    message = (
        r"pipe is a pipe, a socket or a device; expected a regular file\. It was left as it is"
    )
    with pytest.raises(SpecialFileError, match=message):
        write(path)
    with pytest.raises(SpecialFileError, match=message):
        check_regular_file(path)
    assert stat.S_ISFIFO(path.stat().st_mode)
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(IsADirectoryError, match="is a folder; expected a file: pass the path"):
        write(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"cannot create a file in the folder .*/no: No such"
    ):
        write(tmp_path / "no" / "file")
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError, match=r"in the folder .*/file: Not a dir.*file/file'"):
        write(tmp_path / "file" / "file")


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(errno.EACCES, "Permission denied", "temporary")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(PermissionError, match=r"in the folder .*: Permission denied: '.*/model'"):
        write(tmp_path / "model")


# --- what a killed process leaves behind

KILLED = """
import os, signal, sys
from pathlib import Path
from skmnist._utils import atomic_write
with atomic_write(Path(sys.argv[1])) as temporary:
    temporary.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@posix
def test_the_next_save_removes_what_a_killed_one_left(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    done = subprocess.run([sys.executable, "-c", KILLED, path], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 2
    write(path)
    assert list(tmp_path.iterdir()) == [path]


@posix
def test_files_that_are_being_written_stay(tmp_path):
    with atomic_write(tmp_path / "one") as first, atomic_write(tmp_path / "two") as second:
        write(tmp_path / "three")
        assert first.exists()
        assert second.exists()
    assert len(list(tmp_path.iterdir())) == 3


@posix
def test_many_writers_at_once(tmp_path):
    path, errors = tmp_path / "file", []

    def write_often(number):
        try:
            for _ in range(30):
                write(path, str(number) * 1000)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write_often, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(set(path.read_text())) == 1
    assert list(tmp_path.iterdir()) == [path]


@posix
def test_what_is_left_behind_is_locked_until_it_is_removed(tmp_path, monkeypatch):
    # Otherwise a new file, created and then locked by another process, would be removed.
    (tmp_path / ".skmnist-1.part").touch()
    unlink, locked = os.unlink, []

    def look(path):
        with open(path) as file:
            try:
                _files.fcntl.flock(file, _files.fcntl.LOCK_EX | _files.fcntl.LOCK_NB)
            except BlockingIOError:
                locked.append(Path(path).name)
        unlink(path)

    monkeypatch.setattr("os.unlink", look)
    write(tmp_path / "file")
    assert locked == [".skmnist-1.part"]


@posix
def test_a_file_that_is_removed_before_it_is_locked_is_created_again(tmp_path, monkeypatch):
    flock, removed = _files.fcntl.flock, []

    def flock_too_late(descriptor, operation):
        if not removed:
            removed.extend(tmp_path.iterdir())
            removed[0].unlink()
        flock(descriptor, operation)

    monkeypatch.setattr(_files.fcntl, "flock", flock_too_late)
    write(tmp_path / "file")
    assert len(removed) == 1
    assert (tmp_path / "file").read_text() == "new"


@pytest.mark.parametrize("without", ["module", "file system"])
def test_without_locks_age_tells_what_is_left_behind(tmp_path, monkeypatch, without):
    if without == "module":
        monkeypatch.setattr(_files, "fcntl", None)
    else:

        def refuse(*args):
            raise OSError(errno.ENOLCK, "No locks available")

        monkeypatch.setattr(_files.fcntl, "flock", refuse)
    old, recent, other = (
        tmp_path / name for name in (".skmnist-1.part", ".skmnist-2.part", "3.part")
    )
    for path in (old, recent, other):
        path.touch()
    for path in (old, other):
        os.utime(path, (time.time() - 1e5,) * 2)
    write(tmp_path / "file")
    assert sorted(tmp_path.iterdir()) == sorted([recent, other, tmp_path / "file"])
    assert (tmp_path / "file").read_text() == "new"


# --- locked folders


@posix
def test_a_folder_is_locked_by_one_at_a_time(tmp_path):
    inside = []

    def work(number):
        with lock_folder(tmp_path):
            inside.append(number)
            time.sleep(0.02)
            assert inside.pop() == number
            assert not inside

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(8)))
    assert list(tmp_path.iterdir()) == []


@posix
@pytest.mark.parametrize("is_made_again", [False, True])
def test_a_folder_that_is_removed_while_waiting_for_the_lock(tmp_path, monkeypatch, is_made_again):
    folder = tmp_path / "new" / "folder"
    flock, locked = _files.fcntl.flock, []

    def flock_after_removal(descriptor, operation):
        locked.append(os.fstat(descriptor).st_ino)
        if len(locked) == 1:
            folder.rename(tmp_path / "removed")
            if is_made_again:
                folder.mkdir()
        flock(descriptor, operation)

    monkeypatch.setattr(_files.fcntl, "flock", flock_after_removal)
    with lock_folder(folder):
        assert len(locked) == 2
        assert locked[-1] == folder.stat().st_ino


@posix
def test_without_locks_the_body_runs(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError("no locks here")

    monkeypatch.setattr(_files.fcntl, "flock", refuse)
    with lock_folder(tmp_path):
        pass
    monkeypatch.setattr(_files, "fcntl", None)
    with lock_folder(tmp_path / "new"):
        assert (tmp_path / "new").is_dir()
