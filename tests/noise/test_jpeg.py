from io import BytesIO

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

from skmnist.noise import JPEGCompression
from skmnist.noise.kernels._jpeg import compress, quantization_table


def by_pillow(image, quality):
    """Return a gray image after JPEG compression by Pillow."""
    file = BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return Image.open(file)


def assert_like_pillow(X, quality, share=0.98):
    noisy = JPEGCompression(quality).fit_transform(X)
    expected = np.array([np.array(by_pillow(image, quality)) for image in X])
    difference = np.abs(noisy.astype(int) - expected)
    # The cosine transforms of libjpeg use integers and round differently.
    assert (difference <= 2).mean() >= share
    assert difference.mean() < 0.3


@pytest.mark.parametrize("quality", [7, 10, 25, 60, 95])
def test_equals_pillow(quality, digits):
    assert_like_pillow(digits[:200], quality)


@pytest.mark.parametrize("shape", [(8, 8), (32, 16), (13, 30), (5, 9), (1, 10), (1, 1)])
@pytest.mark.parametrize("quality", [10, 60])
def test_equals_pillow_on_other_sizes(shape, quality):
    # Smooth images without borders: one differently rounded frequency would change all pixels.
    y, x = np.indices(shape)
    phases = np.random.default_rng(0).uniform(0, 6, size=(40, 1, 1))
    X = np.rint(127 + 100 * np.sin(x / 3 + phases) * np.cos(y / 4)).astype(np.uint8)
    assert_like_pillow(X, quality, share=0.95)


@pytest.mark.parametrize("quality", [1, 7, 25, 49, 50, 51, 75, 100])
def test_quantization_tables_are_those_of_pillow(quality):
    written = by_pillow(np.zeros((8, 8), dtype=np.uint8), quality).quantization[0]
    assert_array_equal(quantization_table(quality).ravel(), written)


def test_quantization_table_of_the_standard():
    table = quantization_table(50)
    assert_array_equal(table[0], [16, 11, 10, 16, 24, 40, 51, 61])  # its first row
    assert_array_equal(quantization_table(100), np.ones((8, 8)))
    assert quantization_table(1).max() == 255


def test_lower_quality_changes_more(digits):
    X = digits[:300].astype(int)
    changes = [
        np.abs(JPEGCompression(quality).fit_transform(digits[:300]) - X).mean()
        for quality in (100, 90, 60, 40, 25, 15, 10, 7, 3, 1)
    ]
    assert (np.diff(changes) > 0).all()
    assert changes[0] < 0.5


def test_the_best_quality_changes_by_rounding_only():
    X = np.random.default_rng(0).integers(256, size=(50, 16, 16), dtype=np.uint8)
    noisy = JPEGCompression(100).fit_transform(X)
    assert_allclose(noisy.astype(int), X, atol=3)


@pytest.mark.parametrize("gray", [0, 100, 128, 255])
def test_constant_images_keep_their_gray(gray):
    X = np.full((2, 11, 16), gray, dtype=np.uint8)
    for quality in (10, 50):
        # The mean is a multiple of an eighth of the first step of the table.
        step = quantization_table(quality)[0, 0] / 8
        noisy = JPEGCompression(quality).fit_transform(X)
        assert len(np.unique(noisy)) == 1
        assert abs(int(noisy[0, 0, 0]) - gray) <= step / 2 + 0.5


def test_blocks_do_not_depend_on_each_other():
    X = np.random.default_rng(0).integers(256, size=(20, 16, 24), dtype=np.uint8)
    noisy = JPEGCompression(20).fit_transform(X)
    blocks = np.concatenate([X[:, :8, :8], X[:, 8:, 16:]])
    expected = JPEGCompression(20).fit_transform(blocks)
    assert_array_equal(noisy[:, :8, :8], expected[:20])
    assert_array_equal(noisy[:, 8:, 16:], expected[20:])


def test_what_is_beyond_the_border_is_the_border_pixel():
    X = np.random.default_rng(0).integers(256, size=(5, 11, 13), dtype=np.uint8)
    padded = np.pad(X, ((0, 0), (0, 5), (0, 3)), mode="edge")
    noise = JPEGCompression(20)
    assert_array_equal(noise.fit_transform(X), noise.fit_transform(padded)[:, :11, :13])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_floats_become_256_gray_levels(dtype):
    X = np.random.default_rng(0).random((10, 16, 16)).astype(dtype)
    noisy = JPEGCompression(30).fit_transform(X)
    assert_allclose(noisy * 255, np.rint(noisy * 255), atol=1e-4)
    eight_bits = np.rint(X * 255).astype(np.uint8)
    assert_array_equal(np.rint(noisy * 255), JPEGCompression(30).fit_transform(eight_bits))


def test_compressed_images_are_float64_in_the_unit_range():
    noisy = compress(np.random.default_rng(0).random((10, 9, 9)).astype(np.float32), 5)
    assert noisy.dtype == "float64"
    assert noisy.min() >= 0
    assert noisy.max() <= 1
