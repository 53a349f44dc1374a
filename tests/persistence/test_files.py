"""The choice of the format."""

import pickle

import numpy as np
import pytest

from skmnist.exceptions import ModelFileError
from skmnist.persistence import describe, dump, load, trusted_types
from skmnist.preprocessing import PixelScaler


def test_bad_arguments(tmp_path):
    for action in (lambda: dump(1, tmp_path / "m", format="zip"),
                   lambda: load(tmp_path / "m", format="joblib")):  # fmt: skip
        with pytest.raises(ValueError, match=r"The 'format' parameter of (dump|load) must be"):
            action()
    with pytest.raises(
        ValueError, match=r'compress=3 is for format="joblib": a safe file is not co'
    ):
        dump(1, tmp_path / "m", format="safe", compress=3)
    assert list(tmp_path.iterdir()) == []


class Runs:
    """Unpickling this calls pytest.fail."""

    def __reduce__(self):
        return pytest.fail, ("it ran",)


@pytest.mark.parametrize("write", [dump, lambda value, path: path.write_bytes(pickle.dumps(value))])
def test_nothing_is_unpickled_where_a_safe_file_is_expected(tmp_path, write):
    write(Runs(), tmp_path / "model")
    for read in (lambda path: load(path, format="safe"), describe):
        with pytest.raises(
            ModelFileError, match=r"model is not a file of dump\(\.\.\., format='safe"
        ):
            read(tmp_path / "model")
    with pytest.raises(pytest.fail.Exception, match="it ran"):
        load(tmp_path / "model")


def test_the_format_is_recognized(tmp_path):
    for name in ("joblib", "safe"):
        path = dump(PixelScaler(value_range=(0, 9)), tmp_path / name, format=name)
        assert load(path).value_range == (0, 9)
    with pytest.raises(FileNotFoundError, match="nothing"):
        load(tmp_path / "nothing", format="safe")


def test_skops_reads_what_it_is_told_to_trust(trained, X):
    sio = pytest.importorskip("skops.io")
    content = sio.dumps(trained)
    assert set(sio.get_untrusted_types(data=content)) <= set(trusted_types())
    loaded = sio.loads(content, trusted=trusted_types())
    np.testing.assert_array_equal(loaded.predict_proba(X), trained.predict_proba(X))
