"""Keys of images: equal for equal images in any form, and made in little memory."""

import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmnist._utils import image_keys

X = np.random.default_rng(0).integers(0, 256, (700, 6, 6), dtype=np.uint8)
RANGES = [(0, 255), (0, 1), (-1, 1)]


@pytest.mark.parametrize(
    ("dtype", "value_range"),
    [
        ("uint8", (0, 255)),
        ("uint16", (0, 65535)),
        *((dtype, (low, high)) for dtype in ("float32", "float64") for low, high in RANGES),
    ],
)
def test_all_forms_of_an_image_have_the_same_keys(dtype, value_range):
    low, high = value_range
    keys = image_keys((X / 255 * (high - low) + low).astype(dtype), value_range)
    assert (keys.shape, keys.dtype) == ((700, 4), np.uint64)
    assert_array_equal(keys, image_keys(X, (0, 255)))


def test_different_images_have_different_keys():
    keys = image_keys(X, (0, 255))
    assert len(np.unique(keys)) == keys.size
    assert_array_equal(image_keys(X[::-1, :, :, np.newaxis], (0, 255)), keys[::-1])
    nearly = X.copy()
    nearly[:, 5, 5] ^= 1
    assert not (image_keys(nearly, (0, 255)) == keys).any()


def test_keys_of_many_images_take_little_memory():
    many = np.zeros((20_000, 28, 28), dtype=np.uint8)
    tracemalloc.start()
    image_keys(many, (0, 255))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < many.nbytes
