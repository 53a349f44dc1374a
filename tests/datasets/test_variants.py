"""What each data set does with its files: classes, orientation, order, writers, sizes."""

import bz2
import io

import numpy as np
import pytest
from sklearn.datasets import dump_svmlight_file
from sklearn.model_selection import GroupKFold

from skmnist.datasets import (
    _emnist,
    _fashion_mnist,
    _kmnist,
    _mnist_c,
    _n_mnist,
    _qmnist,
    _usps,
    fetch_emnist,
    fetch_fashion_mnist,
    fetch_kmnist,
    fetch_mnist_c,
    fetch_n_mnist,
    fetch_qmnist,
    fetch_usps,
    load_mnist_sample,
)
from skmnist.datasets._bunch import read_descr
from skmnist.exceptions import DatasetIntegrityError, DatasetNotFoundError
from skmnist.noise import make_suite

from .conftest import as_gz, as_idx_gz, as_mat, as_npy, as_zip

LABELS = {"train": np.array([9, 0, 3], np.uint8), "test": np.array([1, 2], np.uint8)}


@pytest.fixture
def images(random_images):
    return {"train": random_images(3), "test": random_images(2)}


def assert_rows(bunch, images, target):
    np.testing.assert_array_equal(bunch.images, images)
    np.testing.assert_array_equal(bunch.target, target)
    np.testing.assert_array_equal(bunch.data, bunch.images.reshape(len(images), -1))
    assert (bunch.data.dtype, bunch.target.dtype) == (np.uint8, np.int64)


# --- four IDX files


@pytest.mark.parametrize(
    ("module", "name", "function", "classes"),
    [
        (_fashion_mnist, "FASHION_MNIST", fetch_fashion_mnist, ["Ankle boot", "T-shirt/top"]),
        (_kmnist, "KMNIST", fetch_kmnist, ["wo", "o"]),
    ],
)
def test_four_files(images, publish_tiny, tmp_path, monkeypatch, module, name, function, classes):
    folder = name.lower()
    contents = {
        f"{folder}/{stem}-{kind}-ubyte.gz": as_idx_gz(arrays[part])
        for part, stem in (("train", "train"), ("test", "t10k"))
        for kind, arrays in (("images-idx3", images), ("labels-idx1", LABELS))
    }
    record = publish_tiny(getattr(module, name), contents, train=3, test=2)
    monkeypatch.setattr(module, name, record)
    bunch = function(data_home=tmp_path)
    assert_rows(bunch, images["train"], LABELS["train"])
    assert bunch.target_names[bunch.target[:2]].tolist() == classes
    assert len(list((tmp_path / folder).iterdir())) == 2  # none of the test rows
    both = function(subset="all", data_home=tmp_path)
    assert_rows(both, np.concatenate([*images.values()]), np.concatenate([*LABELS.values()]))
    assert set(bunch) == set(load_mnist_sample())
    X, y = function(subset="test", data_home=tmp_path, return_X_y=True, as_frame=True)
    assert X.shape == (2, 784)
    assert y.tolist() == [1, 2]


# --- EMNIST


@pytest.fixture
def emnist(images, publish_tiny, monkeypatch):
    """Publish every split with the same images, and labels from the first class to the last."""
    records = {}
    for split, record in _emnist.EMNIST.items():
        first, n = (1, 26) if split == "letters" else (0, len(record.target_names) or 10)
        labels = {
            "train": np.array([first, first + 1, first + n - 1], np.uint8),
            "test": np.array([first, first], np.uint8),
        }
        members = {
            f"gzip/emnist-{split}-{part}-{kind}-ubyte.gz": as_idx_gz(array)
            for part in ("train", "test")
            for kind, array in (
                ("images-idx3", images[part].transpose(0, 2, 1)),
                ("labels-idx1", labels[part]),
            )
        }
        content = as_zip(members)
        records[split] = publish_tiny(record, {"emnist/gzip.zip": content}, train=3, test=2)
    monkeypatch.setattr(_emnist, "EMNIST", records)


@pytest.mark.parametrize(
    ("split", "n_classes", "names"),
    [
        ("byclass", 62, ["0", "1", "z"]),
        ("bymerge", 47, ["0", "1", "t"]),
        ("balanced", 47, ["0", "1", "t"]),
        ("letters", 26, ["A", "B", "Z"]),
        ("digits", 10, [0, 1, 9]),
        ("mnist", 10, [0, 1, 9]),
    ],
)
def test_emnist_is_upright_and_counts_from_zero(emnist, images, tmp_path, split, n_classes, names):
    bunch = fetch_emnist(split=split, data_home=tmp_path)
    assert_rows(bunch, images["train"], [0, 1, n_classes - 1])
    assert len(bunch.target_names) == n_classes
    assert bunch.target_names[bunch.target].tolist() == names
    both = fetch_emnist(split=split, subset="all", data_home=tmp_path)
    np.testing.assert_array_equal(both.images[3:], images["test"])


def test_merged_letters_of_emnist():
    names = _emnist.EMNIST["balanced"].target_names
    merged = set("cijklmopsuvwxyz")  # as the description of the data set lists them
    assert set(_emnist.EMNIST["byclass"].target_names) - set(names) == merged
    assert f"({', '.join(sorted(merged))})" in " ".join(read_descr("emnist").split())


def test_large_images_are_transposed_in_blocks(monkeypatch, random_images):
    monkeypatch.setattr(_emnist, "_ROWS", 3)
    images = random_images(10)
    expected = images.transpose(0, 2, 1).copy()
    np.testing.assert_array_equal(_emnist._upright(images, np.zeros(10)).images, expected)


# --- QMNIST


@pytest.fixture
def qmnist(publish_tiny, monkeypatch):
    """Publish 4 training rows and 10,003 test rows; return the labels as they are in the files."""
    labels = {}
    contents = {}
    for part, n in (("train", 4), ("test", 10_003)):
        rows = np.arange(n, dtype=np.int32)
        labels[part] = np.stack([rows % 10, 0 * rows, 2000 + rows // 2, *5 * [rows]], axis=1)
        labels[part] = labels[part].astype(np.int32)
        images = np.zeros((n, 28, 28), np.uint8)
        images[:, 0, 0] = rows % 251
        contents[f"qmnist/qmnist-{part}-images-idx3-ubyte.gz"] = as_idx_gz(images)
        contents[f"qmnist/qmnist-{part}-labels-idx2-int.gz"] = as_idx_gz(labels[part])
    record = publish_tiny(_qmnist.QMNIST, contents, train=4, test=10_003)
    monkeypatch.setattr(_qmnist, "QMNIST", record)
    return labels


@pytest.mark.parametrize(
    ("subset", "rows"),
    [("test", slice(None)), ("test10k", slice(10_000)), ("test50k", slice(10_000, None))],
)
def test_subsets_of_qmnist(qmnist, tmp_path, subset, rows):
    expected = qmnist["test"][rows]
    bunch = fetch_qmnist(subset=subset, data_home=tmp_path)
    np.testing.assert_array_equal(bunch.target, expected[:, 0])
    np.testing.assert_array_equal(bunch.groups, expected[:, 2])
    np.testing.assert_array_equal(bunch.images[:, 0, 0], expected[:, 5] % 251)
    assert bunch.groups.dtype == np.int64


def test_writers_stay_in_one_fold(qmnist, tmp_path):
    bunch = fetch_qmnist(subset="all", data_home=tmp_path)
    assert bunch.groups[:4].tolist() == [2000, 2000, 2001, 2001]
    for train, test in GroupKFold(3).split(bunch.data, bunch.target, groups=bunch.groups):
        assert not set(bunch.groups[train]) & set(bunch.groups[test])


# --- USPS


@pytest.fixture
def usps(random_images, publish_tiny, monkeypatch):
    """Publish tiny parts; return their images."""
    images = {"train": random_images(3, 16, 16), "test": random_images(2, 16, 16)}
    contents = {}
    for part, name in (("train", "usps.bz2"), ("test", "usps.t.bz2")):
        text = io.BytesIO()
        pixels = (images[part].reshape(-1, 256) / 127.5 - 1).round(4)
        dump_svmlight_file(pixels, LABELS[part] + 1, text, zero_based=False)
        contents[f"usps/{name}"] = bz2.compress(text.getvalue())
    records = {
        size: publish_tiny(record, contents, train=3, test=2) for size, record in _usps.USPS.items()
    }
    monkeypatch.setattr(_usps, "USPS", records)
    return images


def test_usps_as_it_is(usps, tmp_path):
    assert_rows(fetch_usps(data_home=tmp_path), usps["train"], LABELS["train"])


def test_usps_in_the_size_of_mnist(usps, tmp_path):
    bunch = fetch_usps(image_size=28, subset="all", data_home=tmp_path)
    assert bunch.data.shape == (5, 784)
    np.testing.assert_array_equal(bunch.images[:3, 6:22, 6:22], usps["train"])
    bunch.images[:, 6:22, 6:22] = 0
    assert not bunch.images.any()


@pytest.mark.parametrize("size", [20, "16", None])
def test_other_sizes_of_usps(size):
    with pytest.raises(ValueError, match="'image_size' parameter of fetch_usps must be a int amo"):
        fetch_usps(image_size=size)


# --- MNIST-C


@pytest.fixture
def mnist_c(images, publish_tiny, monkeypatch):
    """Publish two corruptions, whose labels have different types."""
    members = {
        f"mnist_c/{corruption}/{part}_{kind}.npy": as_npy(array)
        for corruption, dtype in (("fog", np.int64), ("stripe", np.uint8))
        for part in ("train", "test")
        for kind, array in (
            ("images", images[part][..., np.newaxis] ^ (255 if corruption == "stripe" else 0)),
            ("labels", LABELS[part].astype(dtype)),
        )
    }
    contents = {"mnist_c/mnist_c.zip": as_zip(members)}
    records = {
        name: publish_tiny(_mnist_c.MNIST_C[name], contents, train=3, test=2)
        for name in ("fog", "stripe")
    }
    monkeypatch.setattr(_mnist_c, "MNIST_C", records)


def test_corruptions_of_mnist_c(mnist_c, images, tmp_path):
    assert_rows(fetch_mnist_c("fog", data_home=tmp_path), images["test"], LABELS["test"])
    stripe = fetch_mnist_c(corruption="stripe", subset="train", data_home=tmp_path)
    assert_rows(stripe, 255 - images["train"], LABELS["train"])
    assert [path.name for path in (tmp_path / "mnist_c").iterdir()] == ["mnist_c.zip"]


def test_the_corruptions_are_those_of_the_suite():
    assert _mnist_c.MNIST_C.keys() == {"identity", *make_suite("mnist_c")}


@pytest.mark.parametrize("corruption", ["haze", None, ["fog"]])
def test_unknown_corruptions(corruption):
    with pytest.raises(ValueError, match="'corruption' parameter of fetch_mnist_c must be a str"):
        fetch_mnist_c(corruption)


# --- n-MNIST


@pytest.fixture
def publish_n_mnist(images, publish_tiny, monkeypatch):
    """Return a function that publishes a variant with these labels, without a digest."""

    def publish(**labels):
        variables = {}
        for part in ("train", "test"):
            variables[f"{part}_x"] = images[part].reshape(-1, 784)
            variables[f"{part}_y"] = labels.get(part, np.eye(10)[LABELS[part]])
        (name,) = (file.name for file in _n_mnist.N_MNIST["awgn"].files)
        contents = {name: as_gz(as_mat(variables))}
        record = publish_tiny(_n_mnist.N_MNIST["awgn"], contents, train=3, test=2)
        monkeypatch.setattr(_n_mnist, "N_MNIST", {"awgn": record})

    return publish


def test_n_mnist(publish_n_mnist, images, tmp_path):
    publish_n_mnist()
    assert_rows(fetch_n_mnist(data_home=tmp_path), images["train"], LABELS["train"])
    test = fetch_n_mnist(subset="test", data_home=tmp_path)
    assert_rows(test, images["test"], LABELS["test"])


@pytest.mark.parametrize("labels", [np.zeros((3, 10)), np.ones((3, 10)), 2 * np.eye(10)[:3]])
def test_labels_of_n_mnist_that_name_no_digit(publish_n_mnist, tmp_path, labels):
    publish_n_mnist(train=labels)
    with pytest.raises(DatasetIntegrityError, match=r"awgn\.gz is damaged or is not .*labels"):
        fetch_n_mnist(data_home=tmp_path)


def test_the_variants_are_those_of_the_suite():
    suite = make_suite("n_mnist")
    assert _n_mnist.N_MNIST.keys() == {name.removeprefix("n_mnist_") for name in suite}


# --- all


def test_labels_beyond_the_classes(images, publish_tiny, tmp_path, monkeypatch):
    contents = {
        f"kmnist/{stem}-{kind}-ubyte.gz": as_idx_gz(array)
        for stem, part in (("train", "train"), ("t10k", "test"))
        for kind, array in (("images-idx3", images[part]), ("labels-idx1", LABELS[part] + 1))
    }
    record = publish_tiny(_kmnist.KMNIST, contents, train=3, test=2)
    monkeypatch.setattr(_kmnist, "KMNIST", record)
    with pytest.raises(DatasetIntegrityError, match="it has labels from 1 to 10, expected 0 to 9"):
        fetch_kmnist(data_home=tmp_path)


def test_a_cached_file_that_is_damaged_later(qmnist, tmp_path):
    fetch_qmnist(data_home=tmp_path)
    path = tmp_path / "qmnist" / "qmnist-train-images-idx3-ubyte.gz"
    content = bytearray(path.read_bytes())
    content[4] ^= 1  # the time in the header of gzip, which does not change the data
    path.write_bytes(content)
    with pytest.raises(DatasetIntegrityError, match="is damaged or is not QMNIST: its SHA-256 is "):
        fetch_qmnist(data_home=tmp_path)
    assert path.read_bytes() == content
    path.unlink()
    assert fetch_qmnist(data_home=tmp_path).data.shape == (4, 784)


@pytest.mark.parametrize(
    "fetch",
    [
        fetch_fashion_mnist,
        fetch_kmnist,
        fetch_emnist,
        fetch_qmnist,
        fetch_usps,
        lambda **options: fetch_mnist_c("fog", **options),
        fetch_n_mnist,
    ],
)
def test_a_missing_file_without_download(fetch, tmp_path):
    with pytest.raises(DatasetNotFoundError, match=r"is not at .*if_missing=False.*https:"):
        fetch(data_home=tmp_path, download_if_missing=False)
