"""Bounded reading: exactly the bytes of the array, and nothing that was not expected."""

import io
import tarfile
import zlib

import numpy as np
import pytest

from skmnist.datasets._archives import fill, inflated, limited, open_tar_member
from skmnist.datasets._records import UnexpectedContentError


@pytest.mark.parametrize("dtype", ["u1", ">i4", "<i8", "<f8"])
@pytest.mark.parametrize("shape", [(5,), (3, 4), (2, 3, 4)])
def test_fill_reads_any_type_into_any_strides(dtype, shape):
    expected = np.arange(np.prod(shape)).reshape(shape)
    content = expected.astype(dtype).tobytes()
    for order in "CF":
        out = np.empty(shape, np.int64, order=order)
        fill(io.BytesIO(content), "x", out, np.dtype(dtype))
        np.testing.assert_array_equal(out, expected)


def test_fill_reads_large_arrays_in_blocks():
    expected = np.random.default_rng(0).integers(0, 256, (5000, 28, 28), dtype=np.uint8)
    out = np.empty_like(expected)
    fill(io.BytesIO(expected.tobytes()), "x", out, out.dtype)
    np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize(("n_bytes", "reason"), [(11, "less"), (13, "more"), (0, "less")])
def test_fill_wants_the_size_of_the_array(n_bytes, reason):
    with pytest.raises(UnexpectedContentError, match=f"'x' has {reason} than the 12 bytes of its"):
        fill(io.BytesIO(bytes(n_bytes)), "x", np.empty((3, 4), np.uint8), np.dtype("u1"))


@pytest.mark.parametrize("value", [0.5, -1, 256, np.nan, np.inf])
def test_fill_refuses_numbers_that_do_not_fit(value):
    content = np.array([1.0, value]).tobytes()
    with pytest.raises(UnexpectedContentError, match="'x' has numbers that are not integers of ty"):
        fill(io.BytesIO(content), "x", np.empty(2, np.uint8), np.dtype("<f8"))


def test_limited_ends_where_it_should():
    file = io.BytesIO(bytes(range(20)))
    assert limited(file, 7).read() == bytes(range(7))
    assert file.read() == bytes(range(7, 20))


def test_inflated_reads_a_stream_in_small_pieces():
    content = np.random.default_rng(0).bytes(100_000) + bytes(100_000)
    file = inflated(io.BytesIO(zlib.compress(content)))
    assert b"".join(iter(lambda: file.read(997), b"")) == content


def test_inflated_finds_damage():
    content = zlib.compress(bytes(1000))
    with pytest.raises(EOFError, match="the compressed data end early"):
        inflated(io.BytesIO(content[:-1])).read()
    with pytest.raises(zlib.error):
        inflated(io.BytesIO(content[:-1] + b"?")).read()


def as_tar(names, format=tarfile.USTAR_FORMAT):  # noqa: A002
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format) as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(name)
            archive.addfile(info, io.BytesIO(name.encode()))
    return buffer.getvalue()


@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_a_tar_member_is_found_by_its_ending(format):  # noqa: A002
    content = as_tar(["readme.txt", "folder/a.mat", "b.mat"], format)
    with open_tar_member(io.BytesIO(content), ".mat") as member:
        assert member.read() == b"folder/a.mat"


@pytest.mark.parametrize(
    "content",
    [as_tar(["readme.txt"]), as_tar([f"{n}.txt" for n in range(30)] + ["a.mat"]), bytes(10_240)],
    ids=["no such member", "too many members", "zeros"],
)
def test_a_tar_without_the_member(content):
    with (
        pytest.raises(
            UnexpectedContentError, match=r"not a tar archive that starts with a file \*"
        ),
        open_tar_member(io.BytesIO(content), ".mat"),
    ):
        pass


def test_a_damaged_tar_header():
    content = bytearray(as_tar(["a.mat"]))
    content[0] ^= 1
    with (
        pytest.raises(UnexpectedContentError, match="not a tar archive"),
        open_tar_member(io.BytesIO(content), ".mat"),
    ):
        pass
