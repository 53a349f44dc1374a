"""Joblib files: read unchanged, or rejected with the cause."""

import bz2
import gzip
import io
import lzma
import os
import random
import stat
import tracemalloc
import zlib

import joblib
import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from skmnist.exceptions import ForkedProcessError, ModelFileError, ModelVersionWarning
from skmnist.neural_network import MLPClassifier
from skmnist.noise import GaussianNoise, RandomNoise, SaltAndPepperNoise
from skmnist.persistence import _joblib, dump, load
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
    with pytest.raises(ModelFileError, match="not a joblib file"):
        load(path)


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing.joblib"):
        load(tmp_path / "nothing.joblib")


def test_a_missing_class_is_not_reported_as_damage(scaler, tmp_path, monkeypatch):
    import skmnist.preprocessing._scaler as module

    path = dump(scaler, tmp_path / "scaler.joblib")
    monkeypatch.delattr(module, "PixelScaler")
    with pytest.raises(AttributeError, match="PixelScaler"):
        load(path)


ENDINGS = [".z", ".gz", ".bz2", ".lzma", ".xz"]


@pytest.mark.parametrize("compress", [0, 9])
@pytest.mark.parametrize("ending", ENDINGS)
def test_the_ending_chooses_the_compression(tmp_path, ending, compress):
    zeros = np.zeros(10_000)
    path = tmp_path / f"zeros.joblib{ending}"
    size = dump(zeros, path, compress=compress).stat().st_size
    assert size < zeros.nbytes / 10
    for loaded in (load(path), joblib.load(path)):
        np.testing.assert_array_equal(loaded, zeros)
    joblib.dump(zeros, path, compress=compress)
    np.testing.assert_array_equal(load(path), zeros)
    assert size == pytest.approx(path.stat().st_size, abs=200)


def test_bad_arguments_of_dump(scaler, tmp_path):
    with pytest.raises(ValueError, match=r"path='.*m\.lz4' ends in \.lz4, .* expected one of \.z,"):
        dump(scaler, tmp_path / "m.lz4")
    with pytest.raises(ValueError, match="compress == 10, must be <= 9"):
        dump(scaler, tmp_path / "m", compress=10)
    with pytest.raises(TypeError, match="compress must be an instance of int"):
        dump(scaler, tmp_path / "m", compress="zlib")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="modes, links and pipes are POSIX")
def test_modes_links_and_pipes(scaler, tmp_path):
    path, link, pipe = (tmp_path / name for name in ("model", "link", "pipe"))
    dump(scaler, path).chmod(0o600)
    link.symlink_to("model")
    dump([scaler], link, compress=3)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert link.is_symlink()
    assert len(load(path)) == 1
    os.mkfifo(pipe)
    for action in (load, lambda path: dump(scaler, path)):
        with pytest.raises(OSError, match="pipe is a pipe, a socket or a device; expected a reg"):
            action(pipe)
        with pytest.raises(IsADirectoryError, match="is a folder; expected a file"):
            action(tmp_path)
    with pytest.raises(FileNotFoundError, match="cannot create a file in the folder"):
        dump(scaler, tmp_path / "no" / "model")


# --- damage


@pytest.fixture(scope="module")
def fitted():
    """A network and a pipeline of noises, with their outputs for some images."""
    X = np.random.default_rng(0).integers(0, 256, (40, 64), dtype=np.uint8)
    net = MLPClassifier((8,), epochs=1, random_state=0, verbose=0).fit(X, np.arange(40) % 4)
    noises = [("gaussian", GaussianNoise(0.3)), ("pepper", SaltAndPepperNoise(0.2))]
    noise = make_pipeline(RandomNoise(noises, random_state=0), PixelScaler()).fit(X)
    return {"network": (net, lambda net: net.predict_proba(X)),
            "noise": (noise, lambda noise: noise.transform(X))}  # fmt: skip


def damaged(content, rng):
    """Flip bits, cut the end off, put bytes in, or append some."""
    place = rng.randrange(len(content))
    kind = rng.choice(["flip", "flip", "cut", "insert", "append"])
    if kind == "flip":
        flipped = bytearray(content)
        for _ in range(rng.choice([1, 1, 3])):
            flipped[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        return bytes(flipped)
    if kind == "cut":
        return content[:place]
    place = len(content) if kind == "append" else place
    return content[:place] + rng.randbytes(rng.choice([1, 2, 100])) + content[place:]


@pytest.mark.parametrize("compress", [0, 3])
@pytest.mark.parametrize("kind", ["network", "noise"])
@pytest.mark.parametrize("write", [dump, joblib.dump])
@pytest.mark.filterwarnings("ignore::skmnist.exceptions.ModelVersionWarning")
def test_a_damaged_file_is_refused_or_predicts_the_same(fitted, tmp_path, write, kind, compress):
    estimator, predict = fitted[kind]
    path = tmp_path / "model"
    write(estimator, path, compress=compress)
    content = path.read_bytes()
    expected = predict(estimator)
    rng = random.Random(f"{kind} {compress} {write.__module__}")
    n_refused, messages = 0, []
    for _ in range(150):
        path.write_bytes(damaged(content, rng))
        try:
            loaded = load(path)
        except (ModelFileError, ImportError, AttributeError, MemoryError) as error:
            n_refused += isinstance(error, ModelFileError)
            messages.append(f"{error} {getattr(error, '__notes__', '')}")
        else:
            np.testing.assert_array_equal(predict(loaded), expected)
    assert n_refused > 130
    assert all(str(path) in message for message in messages)


def test_any_changed_bit_of_the_weights_is_found(fitted, tmp_path):
    net, _ = fitted["network"]
    path = tmp_path / "model"
    weights = net.model_.get_weights()[0].tobytes()
    for write in (dump, joblib.dump):
        write(net, path)
        content = path.read_bytes()
        start = content.index(weights)
        for bit in range(0, 8 * len(weights), 997):
            changed = bytearray(content)
            changed[start + bit // 8] ^= 1 << bit % 8
            path.write_bytes(changed)
            with pytest.raises(ModelFileError, match="SHA-256"):
                load(path)
            with pytest.raises(
                ModelFileError, match="The saved MLPClassifier is damaged: the SHA-"
            ):
                joblib.load(path)


@pytest.mark.parametrize("ending", ["", *ENDINGS])
@pytest.mark.parametrize("write", [dump, joblib.dump])
def test_trailing_bytes_are_refused(scaler, tmp_path, write, ending):
    path = tmp_path / f"model{ending}"
    write(scaler, path)
    path.write_bytes(path.read_bytes() + b"!")
    with pytest.raises(ModelFileError, match=r"damaged.*(1|49) bytes follow its end"):
        load(path)


def test_a_file_compressed_twice_is_refused(scaler, tmp_path):
    inner = dump(scaler, tmp_path / "model.z").read_bytes() + b"!"  # joblib alone would hang
    path = tmp_path / "model.gz"
    path.write_bytes(gzip.compress(inner))
    with pytest.raises(ModelFileError, match=r"it starts with b'x.*, which no pickle does"):
        load(path)


@pytest.mark.parametrize(
    "compress",
    [zlib.compress, gzip.compress, bz2.compress, lzma.compress,
     lambda content: lzma.compress(content, lzma.FORMAT_ALONE)],
)  # fmt: skip
def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch, compress):
    assert _joblib._MAX_SIZE == 2**26
    monkeypatch.setattr(_joblib, "_MAX_SIZE", 2**20)
    path = tmp_path / "bomb"
    path.write_bytes(compress(bytes(20_000_000)))
    tracemalloc.start()
    with pytest.raises(
        ModelFileError, match=r"grows beyond [12]\d{6} bytes when it is decompressed"
    ):
        load(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 15_000_000


def test_files_that_load_would_reject_as_bombs_are_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr(_joblib, "_MAX_SIZE", 10_000)
    dump(np.zeros(1000), tmp_path / "small", compress=3)
    with pytest.raises(
        ValueError, match=r"shrinks from 8\d+ to \d+ bytes .* pass compress=0 and a"
    ):
        dump(np.zeros(10_000), tmp_path / "large", compress=3)
    assert [file.name for file in tmp_path.iterdir()] == ["small"]


def test_a_dictionary_too_large_for_memory_is_refused(scaler, tmp_path, monkeypatch):
    path = dump(scaler, tmp_path / "model.xz")
    monkeypatch.setattr(_joblib, "_XZ_MEMORY", 2**20)
    with pytest.raises(ModelFileError, match="Memory usage limit exceeded"):
        load(path)


# --- other causes than damage


class Raises:
    """Unpickling this raises an error."""

    def __init__(self, error):
        self.error = error

    def __reduce__(self):
        return _raise, (self.error,)


def _raise(error):
    raise error


@pytest.mark.parametrize("write", [dump, joblib.dump])
@pytest.mark.parametrize(
    "error", [ForkedProcessError("forked"), MemoryError("full"), OSError("a"), ImportError("b")]
)
def test_errors_that_are_not_about_the_file_pass(tmp_path, write, error):
    path = tmp_path / "model"
    write(Raises(error), path)
    with pytest.raises(type(error), match=str(error)) as caught:
        load(path)
    assert type(caught.value) is type(error)
    assert f"It was raised by loading {path}" in caught.value.__notes__[0]
    assert ("may be damaged" in caught.value.__notes__[0]) == (write is joblib.dump)


def test_an_intact_file_is_not_reported_as_damaged(tmp_path):
    path = tmp_path / "model"
    for error in (KeyError("a layer"), AttributeError("no such attribute")):
        dump(Raises(error), path)
        with pytest.raises(
            ModelFileError, match=r"is intact, but cannot be loaded here: .*Other ver"
        ):
            load(path)
        joblib.dump(Raises(error), path)
        with pytest.raises(ModelFileError, match="is truncated, damaged or not a joblib file: "):
            load(path)


def test_a_missing_class_in_a_plain_joblib_file(scaler, tmp_path, monkeypatch):
    import skmnist.preprocessing._scaler as module

    joblib.dump(scaler, tmp_path / "scaler.joblib")
    monkeypatch.delattr(module, "PixelScaler")
    with pytest.raises(AttributeError, match="PixelScaler"):
        load(tmp_path / "scaler.joblib")


def test_a_file_of_another_version_warns(scaler, tmp_path, monkeypatch):
    monkeypatch.setattr("skmnist.__version__", "0.0.9")
    dump(scaler, tmp_path / "model")
    monkeypatch.undo()
    with pytest.warns(ModelVersionWarning, match=r"PixelScaler was saved by skmnist 0\.0\.9"):
        loaded = load(tmp_path / "model")
    assert loaded.value_range_ == scaler.value_range_


def test_the_same_estimator_gives_the_same_bytes(scaler, tmp_path):
    first, second = (dump(scaler, tmp_path / name).read_bytes() for name in "ab")
    assert first == second
    joblib.dump(scaler, plain := io.BytesIO())
    assert first.startswith(plain.getvalue())
