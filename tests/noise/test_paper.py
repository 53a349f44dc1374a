import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmnist.noise import BleedThrough, Fold, FormLines, InkBleed, LowInk
from skmnist.noise.kernels._paper import distances_to_line, mirror_and_shift, rules


def unit(digits, n=200):
    return digits[:n] / 255


def test_ink_bleed_only_adds_ink_near_ink(digits):
    X = unit(digits)
    noisy = InkBleed(1.0, sigma=1.0, random_state=0).fit_transform(X)
    assert (noisy >= X - 1e-12).all()
    X = np.zeros((1, 28, 28))
    X[0, :, 0] = 1
    noisy = InkBleed(1.0, sigma=1.0, value_range=(0, 1), random_state=0).fit_transform(X)
    assert (noisy[:, :, 1] > 0).all()
    assert_array_equal(noisy[:, :, 8:], 0)


def test_low_ink_fades_ink_by_at_most_the_amount(digits):
    X = unit(digits)
    share = 1 - (LowInk(0.6, random_state=0).fit_transform(X) / np.where(X > 0, X, 1))[X > 0]
    assert share.min() >= 0
    assert share.max() <= 0.6
    # Between 0 and the amount, in the mean at half of it.
    assert_allclose(share.mean(), 0.3, atol=0.03)
    assert_allclose(np.quantile(share, [0.02, 0.98]), [0, 0.6], atol=0.1)


def test_the_back_is_the_mirrored_image(digits):
    X = digits[:3]
    zero = np.zeros(3, dtype=int)
    assert_array_equal(mirror_and_shift(X, zero, zero), X[:, :, ::-1])


def test_shifts_of_the_back_move_in_paper(digits):
    shifted = mirror_and_shift(digits[:2], np.array([3, -2]), np.array([-4, 5]))
    assert_array_equal(shifted[0, 3:, :-4], digits[0, :-3, ::-1][:, 4:])
    assert_array_equal(shifted[1, :-2, 5:], digits[1, 2:, ::-1][:, :-5])
    assert not shifted[0, :3].any()
    assert not shifted[1, :, :5].any()


def test_the_back_shows_where_there_is_no_ink(digits):
    X = unit(digits)
    noisy = BleedThrough(0.4, random_state=0).fit_transform(X)
    assert (noisy >= X - 1e-12).all()
    assert noisy[X == 0].max() <= 0.4
    assert_array_equal(noisy[X == 1], 1)


def test_distances_to_tilted_lines():
    angle, offset = np.array([0, np.pi / 2, np.pi / 6]), np.array([1, -2, 0])
    level, upright, tilted = distances_to_line((5, 9), angle, offset, np.dtype("float64"))
    assert_allclose(level, np.broadcast_to(np.arange(-3, 2)[:, np.newaxis], (5, 9)), atol=1e-12)
    assert_allclose(upright, np.broadcast_to(np.arange(-4, 5) + 2, (5, 9)), atol=1e-12)
    # Counterclockwise: a pixel on the line lies to the right and above the center.
    assert_allclose(tilted[2, 8], 4 * np.sin(np.pi / 6))
    assert_allclose(tilted[2, 4], 0, atol=1e-12)


def test_a_crease_is_empty_and_shades_one_side():
    X = np.ones((50, 28, 28))
    X[:, 0, 0] = np.linspace(0, 0.5, 50)  # distinct images
    noisy = Fold(1.0, value_range=(0, 1), random_state=0).fit_transform(X)
    assert (noisy.min(axis=(1, 2)) < 0.6).all()
    assert_allclose(np.median(noisy, axis=(1, 2)), 1, atol=0.01)
    paper = Fold(0.8, value_range=(0, 1), random_state=0).fit_transform(1 - X)
    assert 0.3 < paper[:, 1:, 1:].max() <= 0.4
    assert (np.median(paper, axis=(1, 2)) < 0.1).all()


@pytest.mark.parametrize("width", [0.5, 1, 2.5])
def test_rules_cover_their_width(width):
    cover = rules(1000, np.array([3.0, 3.3, 9.8]), 10.0, width)
    assert_allclose(cover.sum(axis=1), 100 * width)
    assert (cover >= 0).all()
    assert_allclose(cover[:, :-10], cover[:, 10:])


def test_form_lines_keep_ink_and_cross_every_image(digits):
    X = unit(digits)
    noisy = FormLines(0.7, spacing=40, random_state=0).fit_transform(X)
    assert (noisy >= X).all()
    assert noisy[X == 0].max() <= 0.7 + 1e-6
    added = noisy[:, 0] > X[:, 0]
    assert added.any(axis=1).all()
