"""The readers of the file formats: right data, or an error that says why; never more memory."""

import bz2
import io
import re
import tarfile
import tracemalloc
import warnings
from pathlib import Path

import numpy as np
import pytest
import scipy.io
from scipy.io import loadmat
from sklearn.datasets import dump_svmlight_file, load_svmlight_file

from skmnist.datasets import _fetch
from skmnist.datasets._idx import IDX_GZ, IDX_GZ_ZIP
from skmnist.datasets._libsvm import LIBSVM_BZ2
from skmnist.datasets._matlab import MATLAB_GZ, read_matlab
from skmnist.datasets._npz import NPZ
from skmnist.datasets._records import ArrayRecord, FileRecord, UnexpectedContentError

from .conftest import as_gz, as_idx, as_idx_gz, as_mat, as_npy, as_zip

N = 100
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (N, 28, 28), dtype=np.uint8)
LABELS = RNG.integers(0, 10, N, dtype=np.uint8)
ONE_HOT = np.eye(10)[LABELS]


def as_tar_gz(content):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("data.mat")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return as_gz(buffer.getvalue())


def as_libsvm(images, labels):
    buffer = io.BytesIO()
    pixels = (images.reshape(len(images), -1) / 127.5 - 1).round(4)
    dump_svmlight_file(pixels, labels, buffer, zero_based=False)
    return buffer.getvalue()


PIXELS = IMAGES.reshape(N, 784)
SMALL = RNG.integers(0, 256, (250, 4, 4), dtype=np.uint8)
SMALL_LABELS = RNG.integers(0, 10, 250)
MAT = as_mat({"train_x": PIXELS, "train_y": ONE_HOT})
TEXT = as_libsvm(SMALL, SMALL_LABELS)
X, Y = ArrayRecord((N, 28, 28)), ArrayRecord((N,))
ROWS = {"x_train": ArrayRecord((250, 4, 4)), "y_train": ArrayRecord((250,))}
MATRICES = {
    "x_train": ArrayRecord((N, 784), member="train_x"),
    "y_train": ArrayRecord((N, 10), member="train_y"),
}
ZIPPED = {
    "x_train": ArrayRecord((N, 28, 28), member="x"),
    "y_train": ArrayRecord((N,), member="y"),
}
# Name: format, arrays, the content inside, the function that packs it, and the expected arrays.
CASES = {
    "idx": (IDX_GZ, {"x_train": X}, as_idx(IMAGES), as_gz, [IMAGES]),
    "idx in zip": (
        IDX_GZ_ZIP,
        ZIPPED,
        as_idx(IMAGES),
        lambda idx: as_zip({"x": as_gz(idx), "y": as_idx_gz(LABELS)}),
        [IMAGES, LABELS],
    ),
    "npy in zip": (
        NPZ,
        ZIPPED,
        as_npy(IMAGES),
        lambda npy: as_zip({"x": npy, "y": as_npy(LABELS)}),
        [IMAGES, LABELS],
    ),
    "libsvm": (LIBSVM_BZ2, ROWS, TEXT, bz2.compress, [SMALL, SMALL_LABELS]),
    "matlab": (MATLAB_GZ, MATRICES, MAT, as_tar_gz, [PIXELS, ONE_HOT]),
    "matlab, not compressed": (
        MATLAB_GZ,
        MATRICES,
        as_mat({"train_x": PIXELS, "train_y": ONE_HOT}, compress=False),
        as_gz,
        [PIXELS, ONE_HOT],
    ),
}


@pytest.fixture
def read(tmp_path):
    """Return a function that reads arrays as the fetch functions do, but without a digest."""

    def read_file(file_format, arrays, content):
        path = tmp_path / "file"
        path.write_bytes(content)
        file = FileRecord(
            name="file", urls=(), n_bytes=len(content), arrays=arrays, format=file_format
        )
        out = {
            name: np.empty(record.shape, np.uint8 if name.startswith("x") else np.int64)
            for name, record in arrays.items()
        }
        _fetch._read(file, path, arrays, out)
        return list(out.values())

    return read_file


@pytest.mark.parametrize("case", CASES)
def test_right_data(read, case):
    file_format, arrays, inside, pack, expected = CASES[case]
    for got, wanted in zip(read(file_format, arrays, pack(inside)), expected, strict=True):
        np.testing.assert_array_equal(got, wanted)


def mutations(content, n):
    """Yield damaged copies: flipped, cut, doubled, zeroed, inserted and overwritten bytes."""
    rng = np.random.default_rng(len(content))
    for k in range(n):
        # Half of the damage is near the start, where the headers are.
        where = int(rng.integers(min(200, len(content)) if k % 2 else len(content)))
        size = int(rng.choice([1, 4, 50]))
        before, inside, after = content[:where], content[where : where + size], content[where + 1 :]
        yield [
            before + bytes([content[where] ^ (1 << int(rng.integers(8)))]) + after,
            before,
            before + inside + content[where:],
            before + bytes(size) + content[where + size :],
            before + rng.bytes(size) + content[where:],
            before + size * b"\xff" + content[where + size :],
        ][k % 6]


def read_and_measure(read, *arguments):
    """Return the arrays or None, and the peak of memory; other errors are not caught."""
    tracemalloc.start()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            got = read(*arguments)
    except UnexpectedContentError:
        got = None
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return got, peak


@pytest.mark.parametrize("case", CASES)
def test_300_damaged_files(read, case):
    """The formats have checksums, so that the data are right or there is an error."""
    file_format, arrays, inside, pack, expected = CASES[case]
    content = pack(inside)
    n_read = 0
    for damaged in mutations(content, 300):
        got, peak = read_and_measure(read, file_format, arrays, damaged)
        assert peak <= 10 * len(content)
        if got is not None:
            n_read += 1
            for array, wanted in zip(got, expected, strict=True):
                np.testing.assert_array_equal(array, wanted)
    assert n_read < 100


@pytest.mark.parametrize("case", CASES)
def test_300_damaged_contents(read, case):
    """Damage that the checksums do not show: an error, or arrays in bounded memory."""
    file_format, arrays, inside, pack, _ = CASES[case]
    size = len(pack(inside))
    n_refused = 0
    for damaged in mutations(inside, 300):
        got, peak = read_and_measure(read, file_format, arrays, pack(damaged))
        assert peak <= 10 * size
        n_refused += got is None
    assert n_refused > 100


# --- sizes that a header promises


@pytest.mark.parametrize("case", CASES)
def test_a_bomb_is_not_unpacked(read, case):
    file_format, arrays, inside, pack, _ = CASES[case]
    bomb = pack(inside + bytes(10**7))
    got, peak = read_and_measure(read, file_format, arrays, bomb)
    assert peak < 2_000_000
    # What follows the last matrix of a MATLAB file is not read.
    assert got is None or file_format is MATLAB_GZ


# --- IDX


def test_idx_of_another_array(read):
    for other, reason in (
        (IMAGES.astype(np.int32), r"'x_train' has dtype int32 and shape \(100, 28, 28\)"),
        (PIXELS, r"shape \(100, 784\), expected uint8 and \(100, 28, 28\)"),
    ):
        with pytest.raises(UnexpectedContentError, match=reason):
            read(IDX_GZ, {"x_train": X}, as_idx_gz(other))


def test_idx_with_another_magic_number(read):
    with pytest.raises(
        UnexpectedContentError, match="starts with 3c68746d, which is not a magic n"
    ):
        read(IDX_GZ, {"x_train": X}, as_gz(b"<html>login</html>"))


def test_idx_that_is_not_gzipped(read):
    reason = r"it cannot be read as a gzipped IDX file \(BadGzipFile"
    with pytest.raises(UnexpectedContentError, match=reason):
        read(IDX_GZ, {"x_train": X}, as_idx(IMAGES))


def test_idx_of_integers(read):
    labels = np.arange(800, dtype=np.int32).reshape(100, 8) * 1000
    record = ArrayRecord((100, 8), dtypes=("int32",))
    (got,) = read(IDX_GZ, {"y_train": record}, as_idx_gz(labels))
    np.testing.assert_array_equal(got, labels)


# --- libsvm


def test_libsvm_agrees_with_scikit_learn(read):
    got, labels = read(LIBSVM_BZ2, ROWS, bz2.compress(TEXT))
    expected, classes = load_svmlight_file(io.BytesIO(TEXT), n_features=16)
    np.testing.assert_allclose(got.reshape(250, 16) / 127.5 - 1, expected.toarray(), atol=0.5 / 127)
    np.testing.assert_array_equal(labels, classes)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: re.sub(rb" 5:\S+", b" 5:7", text), "a pixel outside of -1 to 1"),
        (lambda text: re.sub(rb" 5:\S+", b" 5:nan", text), "a pixel outside of -1 to 1"),
        (lambda text: b"2.5" + text[1:], "a label that is not an integer"),
        (lambda text: text[text.index(b"\n") + 1 :], "has less than the 250 rows"),
        (lambda text: text + text[: text.index(b"\n") + 1], "has more than the 250 rows"),
        (lambda text: b"#" + text, "has less than the 250 rows"),
        (lambda text: text[:-1].replace(b"\n", b" "), "a line of more than 640 bytes"),
        (lambda text: text.replace(b" 16:", b" 17:"), "cannot be read as a text of libsvm"),
        (lambda text: text.replace(b" 1:", b" 0:"), "cannot be read as a text of libsvm"),
        (lambda text: b"login " + text, "cannot be read as a text of libsvm"),
    ],
)
def test_libsvm_with_faults(read, change, reason):
    with pytest.raises(UnexpectedContentError, match=reason):
        read(LIBSVM_BZ2, ROWS, bz2.compress(change(TEXT)))


# --- MATLAB


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, np.float64])
@pytest.mark.parametrize("compress", [False, True])
def test_matlab_numbers_of_any_type(read, dtype, compress):
    mat = as_mat({"other": PIXELS, "train_y": ONE_HOT.astype(dtype), "train_x": PIXELS}, compress)
    got = read(MATLAB_GZ, MATRICES, as_tar_gz(mat))
    np.testing.assert_array_equal(got[0], PIXELS)
    np.testing.assert_array_equal(got[1], ONE_HOT)


WITH_FAULTS = {
    "a missing variable": ({"train_x": PIXELS}, r"the variables \['train_y'\] are missing"),
    "another shape": ({"train_x": PIXELS.T}, r"shape \(784, 100\), expected real numbers and"),
    "complex numbers": ({"train_x": PIXELS * 1j}, "flags 0x806 and shape"),
    "fractions": ({"train_x": PIXELS / 2}, "numbers that are not integers of type uint8"),
    "a text": ({"train_x": "text"}, r"flags 0x4 and shape \(1, 4\)"),
    "a struct": ({"train_x": {"a": 1}}, r"flags 0x2 and shape \(1, 1\)"),
}


@pytest.mark.parametrize("fault", WITH_FAULTS)
def test_matlab_with_faults(read, fault):
    variables, reason = WITH_FAULTS[fault]
    if fault != "a missing variable":
        variables = variables | {"train_y": ONE_HOT}
    with pytest.raises(UnexpectedContentError, match=reason):
        read(MATLAB_GZ, MATRICES, as_gz(as_mat(variables)))


@pytest.mark.parametrize(
    ("start", "content", "reason"),
    [
        (0, b"MATLAB 7.3", r"starts with b'MATLAB 7.3' and .*, expected b'MATLAB 5.0'"),
        (124, b"\x01\x00MI", r"and version b'.x01.x00MI', expected .* and b'.x00.x01IM'"),
        (128, b"\x01", "an element of type 1, expected a matrix"),
    ],
)
def test_matlab_with_another_header(read, start, content, reason):
    changed = MAT[:start] + content + MAT[start + len(content) :]
    with pytest.raises(UnexpectedContentError, match=reason):
        read(MATLAB_GZ, MATRICES, as_gz(changed))


@pytest.mark.parametrize("version", ["6.5.1", "7.1", "7.4"])
@pytest.mark.parametrize("name", ["testmatrix", "test3dmatrix", "testminus"])
def test_files_that_matlab_wrote(version, name):
    path = Path(scipy.io.__file__).parent / f"matlab/tests/data/{name}_{version}_GLNX86.mat"
    if not path.exists():
        pytest.skip("scipy is installed without its tests")
    expected = loadmat(path)[name]
    out = np.empty(expected.shape, np.int64)
    with path.open("rb") as file:
        read_matlab(file, {"x": ArrayRecord(expected.shape, member=name)}, {"x": out})
    np.testing.assert_array_equal(out, expected)


def edited(mat, offset, value):
    """Return a file that is not compressed with another number at an offset of its first matrix."""
    return mat[: 128 + offset] + value.to_bytes(4, "little") + mat[132 + offset :]


@pytest.mark.parametrize(
    ("offset", "value", "reason"),
    [
        (12, 10**6, "a matrix with a head of 1000000 bytes"),  # the size of the flags
        (56, 99, "the variable 'train_x' has 78400 bytes of numbers of type 99"),
        (60, 78_408, "the variable 'train_x' has 78408 bytes of numbers of type 2"),
        (4, 78_500, "the variable 'train_x' is longer than its numbers"),  # the whole matrix
    ],
)
def test_matlab_with_wrong_sizes(read, offset, value, reason):
    mat = as_mat({"train_x": PIXELS, "train_y": ONE_HOT}, compress=False)
    with pytest.raises(UnexpectedContentError, match=reason):
        read(MATLAB_GZ, MATRICES, as_gz(edited(mat, offset, value)))
