"""Full MNIST: found or downloaded, verified, or refused with a way out (on tiny stand-ins)."""

import hashlib
import io
import os
import re
import stat
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skmnist.datasets import _fetch, _mnist, fetch_mnist, get_data_home, load_mnist_sample
from skmnist.datasets._npz import NPZ
from skmnist.datasets._records import ArrayRecord, DatasetRecord, FileRecord
from skmnist.exceptions import DatasetIntegrityError, DatasetNotFoundError, SkmnistWarning


@pytest.fixture
def arrays(monkeypatch):
    """Replace MNIST and its digests by a tiny data set; return its arrays."""
    rng = np.random.default_rng(0)
    tiny = {
        "x_train": rng.integers(0, 256, (6, 28, 28), dtype=np.uint8),
        "y_train": np.array([5, 0, 4, 1, 9, 2], dtype=np.uint8),
        "x_test": rng.integers(0, 256, (3, 28, 28), dtype=np.uint8),
        "y_test": np.array([7, 2, 1], dtype=np.uint8),
    }
    change_file(monkeypatch, arrays=records_of(tiny))
    return tiny


def records_of(arrays):
    return {
        name: ArrayRecord(array.shape, hashlib.sha256(array).hexdigest())
        for name, array in arrays.items()
    }


def change_file(monkeypatch, **changes):
    """Change the record of the file of MNIST."""
    (file,) = _mnist.MNIST.files
    record = replace(_mnist.MNIST, files=(replace(file, **changes),))
    monkeypatch.setattr(_mnist, "MNIST", record)


@pytest.fixture
def home(arrays, tmp_path, monkeypatch):
    """Put the tiny data set into a data home; downloads fail."""

    def refuse(*args, **kwargs):
        raise AssertionError("fetch_mnist wants to download")

    monkeypatch.setattr(_fetch, "download", refuse)
    np.savez(tmp_path / "mnist.npz", **arrays)
    return tmp_path


@pytest.fixture
def publish(serve, reply, monkeypatch):
    """Serve replies, then the file; returns the server."""

    def start(content, *first):
        server = serve(*first, reply(content))
        sha256 = hashlib.sha256(content).hexdigest()
        change_file(monkeypatch, urls=(server.url,), sha256=sha256, n_bytes=len(content))
        return server

    return start


def as_npz(arrays):
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


# --- the data home


def test_get_data_home(monkeypatch, tmp_path):
    monkeypatch.setenv("SKMNIST_DATA", str(tmp_path / "from_variable"))
    assert get_data_home(tmp_path / "given") == tmp_path / "given"
    assert get_data_home(str(tmp_path / "given")) == tmp_path / "given"
    assert get_data_home() == tmp_path / "from_variable"
    assert get_data_home("~/mine") == Path.home() / "mine"
    monkeypatch.setenv("SKMNIST_DATA", "~/elsewhere")
    assert get_data_home() == Path.home() / "elsewhere"
    for unset in ("", None):
        if unset is None:
            monkeypatch.delenv("SKMNIST_DATA")
        else:
            monkeypatch.setenv("SKMNIST_DATA", unset)
        assert get_data_home() == Path.home() / "skmnist_data"
    assert list(tmp_path.iterdir()) == []


# --- what is returned


@pytest.mark.parametrize(
    ("subset", "parts"), [("train", ["train"]), ("test", ["test"]), ("all", ["train", "test"])]
)
def test_subsets(home, arrays, subset, parts):
    mnist = fetch_mnist(subset=subset, data_home=home)
    np.testing.assert_array_equal(
        mnist.images, np.concatenate([arrays[f"x_{part}"] for part in parts])
    )
    np.testing.assert_array_equal(
        mnist.target, np.concatenate([arrays[f"y_{part}"] for part in parts])
    )
    np.testing.assert_array_equal(mnist.data, mnist.images.reshape(-1, 784))
    assert (mnist.images.dtype, mnist.data.dtype, mnist.target.dtype) == (
        np.uint8,
        np.uint8,
        np.int64,
    )
    X, y = fetch_mnist(subset=subset, data_home=home, return_X_y=True)
    np.testing.assert_array_equal(X, mnist.data)
    np.testing.assert_array_equal(y, mnist.target)


def test_the_default_is_the_training_rows_of_the_variable(home, arrays, monkeypatch):
    monkeypatch.setenv("SKMNIST_DATA", str(home))
    np.testing.assert_array_equal(fetch_mnist().images, arrays["x_train"])


def test_the_keys_are_those_of_the_sample(home):
    mnist, sample = fetch_mnist(data_home=home), load_mnist_sample()
    assert set(mnist) == set(sample)
    assert mnist.feature_names == sample.feature_names
    assert mnist.target_names.tolist() == sample.target_names.tolist()
    for text in ("70,000", "first 60,000 rows", "CC BY-SA 3.0", "10.1109/5.726791", "1998"):
        assert text in mnist.DESCR


def test_as_frame(home, arrays):
    pd = pytest.importorskip("pandas")
    mnist = fetch_mnist(data_home=home, as_frame=True)
    assert mnist.frame.columns.tolist() == mnist.feature_names + ["target"]
    np.testing.assert_array_equal(mnist.data, arrays["x_train"].reshape(6, 784))
    X, y = fetch_mnist(data_home=home, as_frame=True, return_X_y=True)
    pd.testing.assert_frame_equal(X, mnist.data)
    pd.testing.assert_series_equal(y, mnist.target)


def test_each_call_returns_fresh_arrays(home, arrays):
    fetch_mnist(data_home=home).data[:] = 0
    np.testing.assert_array_equal(fetch_mnist(data_home=home).images, arrays["x_train"])


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_any_container_of_the_same_arrays_will_do(home, arrays, save):
    in_another_order = {name: np.asfortranarray(arrays[name]) for name in reversed(arrays)}
    save(home / "mnist.npz", **in_another_order, extra=np.zeros(1))
    mnist = fetch_mnist(data_home=home)
    np.testing.assert_array_equal(mnist.images, arrays["x_train"])
    assert mnist.data.flags.c_contiguous


def test_memory_is_little_more_than_the_images(monkeypatch, tmp_path):
    large = {}
    for part, n in (("train", 15_000), ("test", 5_000)):
        large |= {f"x_{part}": np.zeros((n, 28, 28), np.uint8), f"y_{part}": np.zeros(n, np.uint8)}
    change_file(monkeypatch, arrays=records_of(large))
    np.savez_compressed(tmp_path / "mnist.npz", **large)
    tracemalloc.start()
    mnist = fetch_mnist(subset="all", data_home=tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.3 * mnist.images.nbytes


@pytest.mark.parametrize(
    ("parameter", "value", "expected"),
    [
        ("subset", "validation", "a str among"),
        ("subset", None, "a str among"),
        ("data_home", 3, "os.PathLike"),
        ("download_if_missing", "no", "bool"),
        ("return_X_y", "no", "bool"),
        ("as_frame", "no", "bool"),
        ("n_retries", -1, r"an int in the range \[0, inf\)"),
        ("n_retries", 1.5, r"an int in the range \[0, inf\)"),
        ("delay", -0.1, r"a float in the range \[0\.0, inf\)"),
    ],
)
def test_bad_parameters(home, parameter, value, expected):
    with pytest.raises(
        ValueError, match=f"'{parameter}' parameter of fetch_mnist must be .*{expected}"
    ):
        fetch_mnist(**{"data_home": home, parameter: value})


# --- files that are refused


def refused(home, reason):
    """Fetching raises, names the path, the reason and the way out, and leaves the file alone."""
    path = home / "mnist.npz"
    before = path.read_bytes()
    with pytest.raises(DatasetIntegrityError, match=reason) as caught:
        fetch_mnist(data_home=home)
    message = str(caught.value)
    assert message.startswith(f"{path} is damaged or is not MNIST: ")
    assert "move or delete it" in message
    assert _mnist.MNIST.files[0].urls[0] in message
    assert path.read_bytes() == before
    assert [file.name for file in home.iterdir()] == ["mnist.npz"]
    return caught.value


def test_wrong_values(home, arrays):
    expected = _mnist.MNIST.files[0].arrays["x_train"].sha256
    arrays["x_train"][0, 0, 0] ^= 1
    got = hashlib.sha256(arrays["x_train"]).hexdigest()
    np.savez(home / "mnist.npz", **arrays)
    refused(home, f"the SHA-256 of the array 'x_train' is {got}, expected {expected}")


def test_wrong_labels(home, arrays):
    np.savez(home / "mnist.npz", **{**arrays, "y_train": arrays["y_train"][::-1]})
    refused(home, "the SHA-256 of the array 'y_train' is")


def test_only_what_is_returned_is_verified(home, arrays):
    np.savez(home / "mnist.npz", **{**arrays, "x_test": arrays["x_test"] // 2})
    assert len(fetch_mnist(data_home=home, subset="train").data) == 6
    with pytest.raises(DatasetIntegrityError, match="'x_test'"):
        fetch_mnist(data_home=home, subset="all")


@pytest.mark.parametrize(
    ("change", "got"),
    [
        (lambda x: x / 255.0, r"dtype float64 and shape \(6, 28, 28\)"),
        (lambda x: x.reshape(6, 784), r"dtype uint8 and shape \(6, 784\)"),
        (lambda x: x[:5], r"dtype uint8 and shape \(5, 28, 28\)"),
    ],
)
def test_wrong_dtype_or_shape(home, arrays, change, got):
    np.savez(home / "mnist.npz", **{**arrays, "x_train": change(arrays["x_train"])})
    refused(home, rf"the array 'x_train' has {got}, expected uint8 and \(6, 28, 28\)")


def test_wrong_keys(home, arrays):
    np.savez(home / "mnist.npz", X=arrays["x_train"], y=arrays["y_train"])
    refused(home, r"'x_train' is missing: got the members \[X\.npy, y\.npy\], expected x_train")


class Bomb:
    """Unpickling this would create a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_pickled_objects_are_refused_and_not_run(home, arrays, tmp_path_factory):
    trace = tmp_path_factory.mktemp("trace") / "ran"
    bomb = np.array([Bomb(trace)], dtype=object)
    np.savez(home / "mnist.npz", **{**arrays, "x_train": bomb})
    refused(home, r"the array 'x_train' has dtype object and shape \(1,\), expected uint8")
    assert not trace.exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: b"<html>not found</html>",
        lambda content: content[:-100],
        lambda content: content[: len(content) // 2],
        lambda content: content[100:],
        lambda content: content[:1000] + bytes(1000) + content[2000:],
    ],
    ids=["empty", "not a zip", "end cut off", "half", "start cut off", "zeros inside"],
)
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_damaged_archives(home, arrays, save, damage):
    path = home / "mnist.npz"
    save(path, **arrays)
    path.write_bytes(damage(path.read_bytes()))
    error = refused(home, "it cannot be read as a zip archive of plain npy arrays")
    assert type(error.__cause__).__name__ in str(error)


def test_a_bare_array_is_refused(home, arrays):
    with (home / "mnist.npz").open("wb") as file:
        np.save(file, arrays["x_train"])
    refused(home, "it cannot be read as a zip archive of plain npy arrays")


def test_a_member_that_is_not_an_array_is_refused(home, arrays):
    reasons = {"": "'x_train' is missing", ".npy": "cannot be read as a zip archive of plain npy"}
    for ending, reason in reasons.items():
        with zipfile.ZipFile(home / "mnist.npz", "w") as archive:
            archive.writestr(f"x_train{ending}", b"hello")
            archive.writestr(f"y_train{ending}", b"hello")
        refused(home, reason)


def write_members(home, arrays, **changed):
    """Write the archive with other bytes, or another method of compression, for some members."""
    with zipfile.ZipFile(home / "mnist.npz", "w") as archive:
        for name, array in arrays.items():
            content, method = changed.get(name, (as_npy(array), zipfile.ZIP_DEFLATED))
            archive.writestr(f"{name}.npy", content, method)


def as_npy(array, version=None):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, version)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (np.zeros(10**8, np.uint8), r"has dtype uint8 and shape \(100000000,\), expected uint8"),
        (None, "has more than the 4704 bytes of its shape"),
    ],
    ids=["the header says so", "the header does not say so"],
)
def test_a_large_member_is_not_unpacked(home, arrays, start, reason):
    content = as_npy(arrays["x_train"] if start is None else start) + bytes(10**8)
    write_members(home, arrays, x_train=(content, zipfile.ZIP_DEFLATED))
    tracemalloc.start()
    refused(home, f"the array 'x_train' {reason}")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_a_member_with_too_few_bytes(home, arrays):
    write_members(home, arrays, x_train=(as_npy(arrays["x_train"])[:-1], zipfile.ZIP_DEFLATED))
    refused(home, "the array 'x_train' has less than the 4704 bytes of its shape")


def test_members_whose_unpacking_has_no_bound(home, arrays):
    write_members(home, arrays, x_train=(as_npy(arrays["x_train"]), zipfile.ZIP_BZIP2))
    refused(home, "the array 'x_train' is compressed by method 12 of zip, expected 0")
    write_members(home, arrays, x_train=(as_npy(arrays["x_train"], (2, 0)), zipfile.ZIP_STORED))
    refused(home, r"the array 'x_train' has version \(2, 0\) of the npy format, expected \(1, 0\)")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes are POSIX")
def test_a_pipe_in_place_of_the_file_is_refused(arrays, tmp_path):
    os.mkfifo(tmp_path / "mnist.npz")
    with pytest.raises(
        OSError, match=r"mnist\.npz is a pipe, a socket or a device; expected a reg"
    ):
        fetch_mnist(data_home=tmp_path)
    assert stat.S_ISFIFO((tmp_path / "mnist.npz").stat().st_mode)


def test_a_folder_in_place_of_the_file_is_a_plain_oserror(arrays, tmp_path):
    (tmp_path / "mnist.npz").mkdir()
    with pytest.raises(OSError, match=r"mnist\.npz"):
        fetch_mnist(data_home=tmp_path)


# --- no file


def test_a_missing_file_without_download(tmp_path):
    path = tmp_path / "none" / "mnist.npz"
    message = f"MNIST is not at {path}, and download_if_missing=False. Pass "
    with pytest.raises(DatasetNotFoundError, match=re.escape(message)) as caught:
        fetch_mnist(data_home=tmp_path / "none", download_if_missing=False)
    for way_out in (
        "download_if_missing=True",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
        "load_mnist_sample()",
    ):
        assert way_out in str(caught.value)
    assert isinstance(caught.value, OSError)
    assert list(tmp_path.iterdir()) == []


def test_download_once(arrays, publish, tmp_path):
    content = as_npz(arrays)
    server = publish(content)
    for _ in range(2):
        mnist = fetch_mnist(data_home=tmp_path / "home", subset="all")
        np.testing.assert_array_equal(mnist.target, [5, 0, 4, 1, 9, 2, 7, 2, 1])
    assert (tmp_path / "home" / "mnist.npz").read_bytes() == content
    assert server.n_requests == 1


def test_retries_are_passed_on_and_warn_at_the_caller(arrays, publish, reply, tmp_path):
    server = publish(as_npz(arrays), reply(status=503), reply(status=503))
    with pytest.warns(SkmnistWarning, match=r"Retry \d of 2\.") as warned:
        fetch_mnist(data_home=tmp_path, n_retries=2, delay=0)
    assert [warning.filename for warning in warned] == [__file__] * 2
    assert server.n_requests == 3


def test_no_retry(arrays, publish, reply, tmp_path):
    server = publish(as_npz(arrays), reply(status=503))
    with pytest.raises(DatasetNotFoundError, match=re.escape(server.url)):
        fetch_mnist(data_home=tmp_path, n_retries=0)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_never_downloaded_again(arrays, publish, tmp_path):
    server = publish(as_npz(arrays))
    (tmp_path / "mnist.npz").write_bytes(b"something that the user may want back")
    refused(tmp_path, "it cannot be read")
    assert server.n_requests == 0


# --- other data sets


def test_another_data_set_is_a_record(serve, reply, tmp_path):
    """Two files of a part each: only the one that is needed is downloaded."""
    arrays = {
        "x_train": np.arange(12, dtype=np.uint8).reshape(3, 2, 2),
        "y_train": np.array([2, 0, 1], dtype=np.uint8),
        "x_test": np.arange(8, dtype=np.uint8).reshape(2, 2, 2),
        "y_test": np.array([1, 2], dtype=np.uint8),
    }
    servers, files = [], []
    for part in ("train", "test"):
        members = {name: array for name, array in arrays.items() if name.endswith(part)}
        content = as_npz(members)
        servers.append(serve(reply(content)))
        files.append(
            FileRecord(
                name=f"other-{part}.npz",
                urls=(servers[-1].url,),
                format=NPZ,
                sha256=hashlib.sha256(content).hexdigest(),
                n_bytes=len(content),
                arrays=records_of(members),
            )
        )
    record = DatasetRecord(
        title="Another",
        function="fetch_another",
        descr="mnist",
        files=tuple(files),
        image_shape=(2, 2),
        target_names=("shirt", "shoe", "bag"),
    )
    options = {
        "data_home": tmp_path,
        "download_if_missing": True,
        "return_X_y": False,
        "as_frame": False,
        "n_retries": 0,
        "delay": 0.0,
    }
    another = _fetch.fetch(record, subset="test", **options)
    np.testing.assert_array_equal(another.images, arrays["x_test"])
    assert another.target_names[another.target].tolist() == ["shoe", "bag"]
    assert [server.n_requests for server in servers] == [0, 1]
    with pytest.raises(
        DatasetNotFoundError, match=r"Another is not at .*other-train\.npz, .* there\.$"
    ):
        _fetch.fetch(record, subset="all", **options | {"download_if_missing": False})
    assert _fetch.fetch(record, subset="all", **options).target.tolist() == [2, 0, 1, 1, 2]
    assert [server.n_requests for server in servers] == [1, 1]
    with pytest.raises(ValueError, match="'subset' parameter of fetch_another must be"):
        _fetch.fetch(record, subset="some", **options)


# --- the real file


def test_the_real_file():
    path = get_data_home() / "mnist.npz"
    if not os.environ.get("SKMNIST_DATA") or not path.exists():
        pytest.skip("SKMNIST_DATA does not name a folder with mnist.npz")
    train = fetch_mnist(download_if_missing=False)
    test = fetch_mnist(subset="test", download_if_missing=False)
    both = fetch_mnist(subset="all", download_if_missing=False)
    assert train.data.shape == (60000, 784)
    assert test.data.shape == (10000, 784)
    np.testing.assert_array_equal(both.target, np.concatenate([train.target, test.target]))
    np.testing.assert_array_equal(both.images[:60000], train.images)
    # The sample is the first 500 of each digit among the training rows, as its DESCR says.
    rows = np.sort(np.concatenate([np.flatnonzero(train.target == d)[:500] for d in range(10)]))
    assert rows[-1] == 5847
    sample = load_mnist_sample()
    row_of = {image.tobytes(): row for row, image in enumerate(train.data)}
    origin = np.array([row_of[image.tobytes()] for image in sample.data])
    np.testing.assert_array_equal(np.sort(origin), rows)
    np.testing.assert_array_equal(train.target[origin], sample.target)
