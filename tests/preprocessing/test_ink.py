import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmnist.preprocessing._ink import drop_specks, find_ink, ink_boxes


@pytest.fixture(scope="module")
def page():
    """A bold stroke on a page of 60x80 pixels: ink in [0, 1]."""
    ink = np.zeros((60, 80), dtype=np.float32)
    ink[10:50, 30:38] = 1
    ink[10:16, 30:60] = 1
    return ink


def lit(ink, *, is_dark, seed=0, noise=0.01):
    """Return a photo of ink under light that falls from 0.9 to about 0.5."""
    y, x = np.mgrid[-1 : 1 : ink.shape[0] * 1j, -1 : 1 : ink.shape[1] * 1j]
    paper = 0.7 - 0.12 * x + 0.06 * y - 0.05 * x * y - 0.06 * x * x
    photo = paper - 0.4 * ink + noise * np.random.default_rng(seed).normal(size=ink.shape)
    return photo if is_dark else 1 - photo


@pytest.mark.parametrize("is_dark", [True, False])
def test_ink_under_uneven_light(page, is_dark):
    found = find_ink(lit(page, is_dark=is_dark)[np.newaxis])
    assert found.is_dark.tolist() == [is_dark]
    assert_allclose(found.contrast, 0.4, atol=0.03)
    strength = drop_specks(found.strength)[0]
    assert_array_equal(strength[page == 0], 0)
    assert strength[page == 1].min() > 0.8
    assert_array_equal(ink_boxes(strength[np.newaxis]), [[10, 30, 50, 60]])


def test_mnist_stays_as_it_is(digits):
    unit = digits[:500].astype(np.float32) / 255
    found = find_ink(unit)
    assert not found.is_dark.any()
    assert (found.contrast > 0.9).all()
    assert np.abs(found.strength - unit).mean() < 0.3 / 255
    inverted = find_ink(1 - unit)
    assert inverted.is_dark.all()
    assert_allclose(inverted.strength, found.strength, atol=1e-6)


def test_an_image_does_not_depend_on_the_others(page):
    pages = np.stack([lit(np.roll(page, 3 * i, axis=1), is_dark=i % 2, seed=i) for i in range(5)])
    alone = [find_ink(image[np.newaxis]) for image in pages]
    for together, single in zip(find_ink(pages), zip(*alone, strict=True), strict=True):
        assert_array_equal(together, np.concatenate(single))


def test_the_images_are_not_written_to(page):
    image = page[np.newaxis].copy()
    image.flags.writeable = False
    find_ink(image)
    drop_specks(image)


@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("shape", [(1, 1), (1, 10), (300, 1), (7, 5), (40, 33)])
def test_images_of_one_color_have_no_ink(shape, value):
    found = find_ink(np.full((2, *shape), value))
    assert_array_equal(found.strength, 0)
    assert_array_equal(found.contrast, 0)
    assert not found.is_dark.any()
    assert_array_equal(ink_boxes(found.strength), 0)


@pytest.mark.parametrize("side", [28, 60, 200])
def test_texture_is_not_ink(side):
    noise = 0.05 * np.random.default_rng(0).normal(size=(20, side, side))
    assert_array_equal(find_ink(0.6 + noise).contrast, 0)


def test_tiny_scans():
    ink = np.zeros((8, 8))
    ink[:, 3:5] = ink[1, 2] = 1
    for image in (ink, 1 - ink):
        assert_array_equal(find_ink(image[np.newaxis]).strength[0], ink)


# Specks and boxes ---------------------------------------------------------------------------------


def test_specks_are_dropped_and_parts_are_kept(page):
    specks = page.copy()
    specks[5, 5] = specks[55:57, 70] = 1
    specks[40:50, 60:70] = 1  # a part of the digit
    kept = drop_specks(np.stack([specks, page, 0 * page]))
    expected = page.copy()
    expected[40:50, 60:70] = 1
    assert_array_equal(kept, np.stack([expected, page, 0 * page]))


def test_share_of_the_heaviest_part(page):
    speck = page.copy()
    speck[55, 70] = 1
    assert drop_specks(speck[np.newaxis], share=1e-3)[0, 55, 70] == 1
    assert drop_specks(speck[np.newaxis], share=0.01)[0, 55, 70] == 0


def test_faint_pixels_are_not_in_the_box(page):
    faint = page.copy()
    faint[20, 29] = faint[0, 0] = 0.03
    assert_array_equal(drop_specks(faint[np.newaxis])[0], page)
    assert_array_equal(ink_boxes(faint[np.newaxis]), [[10, 30, 50, 60]])
