import joblib
import numpy as np
import pytest

from skmnist.exceptions import ModelFileError
from skmnist.persistence import dump, load
from skmnist.preprocessing import PixelScaler


@pytest.fixture
def scaler():
    return PixelScaler().fit(np.arange(256, dtype=np.uint8).reshape(4, 64))


@pytest.mark.parametrize("compress", [0, 3])
def test_round_trip_and_plain_joblib(scaler, tmp_path, compress):
    path = dump(scaler, tmp_path / "scaler.joblib", compress=compress)
    for loaded in (load(path), joblib.load(path)):
        assert loaded.value_range_ == scaler.value_range_
    assert [file.name for file in tmp_path.iterdir()] == ["scaler.joblib"]


def test_failed_dump_leaves_the_old_file(scaler, tmp_path):
    path = dump(scaler, tmp_path / "scaler.joblib")
    before = path.read_bytes()
    with pytest.raises(Exception, match=r"(?i)pickle"):
        dump(lambda: None, path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["scaler.joblib"]


@pytest.mark.parametrize("compress", [0, 3])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.6, 0.99])
def test_truncated_file(scaler, tmp_path, share, compress):
    path = dump([scaler, np.arange(10_000)], tmp_path / "scaler.joblib", compress=compress)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ModelFileError, match=r"scaler.joblib \(\d+ bytes\) is truncated, damaged"):
        load(path)


def test_foreign_file(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader")
    with pytest.raises(ModelFileError, match="no joblib file"):
        load(path)


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing.joblib"):
        load(tmp_path / "nothing.joblib")


def test_a_missing_class_is_not_called_damage(scaler, tmp_path, monkeypatch):
    import skmnist.preprocessing._scaler as module

    path = dump(scaler, tmp_path / "scaler.joblib")
    monkeypatch.delattr(module, "PixelScaler")
    with pytest.raises(AttributeError, match="PixelScaler"):
        load(path)


def test_the_ending_chooses_the_compression(tmp_path):
    plain = dump(np.zeros(10_000), tmp_path / "zeros.joblib")
    packed = dump(np.zeros(10_000), tmp_path / "zeros.joblib.gz")
    assert packed.stat().st_size < plain.stat().st_size / 10
