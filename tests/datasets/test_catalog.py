"""The list of data sets, and what is deleted from the data home."""

import pytest

import skmnist.datasets
from skmnist.datasets import clear_data_home, list_datasets
from skmnist.datasets._catalog import all_files


def test_every_listed_function_exists():
    names = list_datasets()
    assert len(names) == len(set(names)) == 8
    for name in names:
        assert callable(getattr(skmnist.datasets, name))
    names.clear()
    assert list_datasets()


@pytest.fixture
def home(tmp_path):
    """A data home with every file."""
    for file in all_files():
        path = tmp_path / "home" / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"content")
    return tmp_path / "home"


def test_clear_data_home(home, tmp_path, monkeypatch):
    monkeypatch.setenv("SKMNIST_DATA", str(home))
    clear_data_home()
    assert list(tmp_path.iterdir()) == []


def test_other_files_are_kept(home):
    mine = [home / "mine.txt", home / "kmnist" / "notes.txt"]
    for path in mine:
        path.write_text("mine")
    clear_data_home(home)
    assert sorted(path for path in home.rglob("*") if path.is_file()) == sorted(mine)


def test_what_killed_downloads_left_is_deleted(home, tmp_path):
    for folder in (home, home / "emnist"):
        (folder / ".skmnist-0123.part").touch()
    clear_data_home(home)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_does_not_exist(tmp_path):
    clear_data_home(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_place_of_a_file(tmp_path):
    (tmp_path / "mnist.npz").mkdir()
    with pytest.raises(OSError, match=r"mnist\.npz"):
        clear_data_home(tmp_path)
