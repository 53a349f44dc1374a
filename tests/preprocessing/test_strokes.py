import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmnist.preprocessing._placing import place
from skmnist.preprocessing._strokes import set_stroke_width, shear, slants, stroke_widths


def bar(width, slant=0.0, shape=(60, 90)):
    """Return an image of one stroke, antialiased; a positive slant leans to the right."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    distance = np.abs(x - shape[1] / 2 - slant * (shape[0] / 2 - y))
    ink = np.clip(width / 2 + 0.5 - distance, 0, 1)
    ink[:8], ink[-8:] = 0, 0
    return ink.astype(np.float32)


@pytest.mark.parametrize("slant", [-0.5, 0.0, 0.3])
def test_the_slant_of_a_stroke(slant):
    ink = bar(6, slant)
    assert_allclose(slants(ink[np.newaxis]), slant, atol=0.01)
    upright = shear(ink, slants(ink[np.newaxis])[0])
    assert_allclose(slants(upright[np.newaxis]), 0, atol=0.01)
    assert_allclose(upright.sum(), ink.sum(), rtol=0.01)


@pytest.mark.parametrize("width", [2, 5, 9])
def test_the_width_of_a_stroke(width):
    # The two short ends of the stroke count as edges, too.
    assert_allclose(stroke_widths(bar(width)[np.newaxis]), width, rtol=0.2)


@pytest.mark.parametrize("width", [2.0, 3.0])
def test_strokes_get_the_given_width(digits, width):
    ink = digits[:100].astype(np.float32) / 255
    changed = set_stroke_width(ink, width)
    # Some bold strokes vanish before they are that thin.
    assert_allclose(np.quantile(stroke_widths(changed), [0.05, 0.95]), width, atol=0.05)
    assert_array_equal(changed[:7], set_stroke_width(ink[:7], width))
    assert (changed.min(), changed.dtype) == (0, np.float32)


def test_images_without_ink_have_no_strokes():
    blank = np.zeros((2, 28, 28), dtype=np.float32)
    assert_array_equal(slants(blank), 0)
    assert_array_equal(stroke_widths(blank), 0)
    assert_array_equal(set_stroke_width(blank, 2.5), 0)


# Placing ------------------------------------------------------------------------------------------


def test_mnist_is_placed_where_it_is(digits):
    for digit in digits[:50].astype(np.float32) / 255:
        rows, columns = (np.flatnonzero(digit.any(axis=axis)) for axis in (1, 0))
        crop = digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        if max(crop.shape) == 20:
            assert_allclose(place(crop), digit, atol=1e-6)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (300, 2), (8, 5), (20, 20), (19, 123)])
def test_a_digit_fills_20_pixels(shape):
    placed = place(np.ones(shape, dtype=np.float32))
    rows, columns = (np.flatnonzero((placed > 0.5).any(axis=axis)) for axis in (1, 0))
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    assert max(height, width) == 20
    assert_allclose([height, width], np.maximum(20 * np.array(shape) / max(shape), 1), atol=0.6)


def test_large_images_are_averaged():
    crop = np.random.default_rng(0).random((80, 60)).astype(np.float32)
    placed = place(crop)
    assert_allclose(placed.sum(), crop.sum() / 16, rtol=1e-5)
    expected = crop.reshape(20, 4, 15, 4).mean(axis=(1, 3))
    rows, columns = (np.flatnonzero(placed.any(axis=axis)) for axis in (1, 0))
    found = placed[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    assert_allclose(found, expected, atol=1e-6)


def test_the_mass_is_centered():
    crop = np.zeros((20, 20), dtype=np.float32)
    crop[:10, :10], crop[-1, -1] = 0.2, 1
    crop[5:15, 5:15] = 1
    placed = place(crop)
    for profile in (placed.sum(axis=0), placed.sum(axis=1)):
        assert abs(profile @ np.arange(28) / profile.sum() - 14) <= 0.5
