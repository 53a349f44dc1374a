import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmnist.noise import Fax, Photocopy, Streaks
from skmnist.noise.kernels._scan import PERIOD, dither, streak


def gray(value, n=256):
    """Return distinct images of one gray, up to the first pixel."""
    X = np.full((n, 28, 28), value)
    X[:, 0, 0] = np.linspace(0, 1, n)
    return X


def test_streaks_are_whole_columns_at_their_rate():
    noisy = Streaks(0.3, strength=0.8, value_range=(0, 1), random_state=0).fit_transform(gray(0.5))
    column = noisy[:, 5, 1:]
    assert_array_equal(noisy[:, 1:, 1:], np.broadcast_to(column[:, np.newaxis], (256, 27, 27)))
    assert_allclose((column != 0.5).mean(), 0.3, atol=0.02)
    assert_allclose((column > 0.5).mean(), 0.15, atol=0.02)
    # From half of the strength to the strength; the way to ink and to paper is 0.5.
    strength = np.abs(column[column != 0.5] - 0.5) / 0.5
    assert_allclose([strength.min(), strength.mean(), strength.max()], [0.4, 0.6, 0.8], atol=0.02)


def test_the_strongest_streaks_are_ink_or_paper(digits):
    level = np.zeros((3, 28))
    level[:, 4], level[:, 9] = 1, -1
    noisy = streak(digits[:3] / 255, level)
    assert_array_equal(noisy[:, :, 4], 1)
    assert_array_equal(noisy[:, :, 9], 0)
    assert_array_equal(np.delete(noisy, [4, 9], axis=2), np.delete(digits[:3] / 255, [4, 9], 2))


def test_copies_without_grain_become_black_and_white(digits):
    X = digits[:50] / 255
    copies = [
        Photocopy(n, grain=0, contrast=3.0, random_state=0).fit_transform(X) for n in (1, 2, 10)
    ]
    n_gray = [((copy > 0.01) & (copy < 0.99)).sum() for copy in copies]
    assert n_gray[0] > n_gray[1] > n_gray[2]


def test_copies_of_copies_are_further_apart(digits):
    X = digits[:50] / 255
    change = [np.abs(Photocopy(n, random_state=0).fit_transform(X) - X).mean() for n in (1, 2, 4)]
    assert (np.diff(change) > 0).all()


def test_grain_of_a_copy():
    noise = Photocopy(1, grain=0.1, sigma=0.1, contrast=1.0, value_range=(0, 1), random_state=0)
    grain = noise.fit_transform(gray(0.5))[:, 1:, 1:] - 0.5
    assert_allclose([grain.mean(), grain.std()], [0, 0.1], atol=1e-3)


@pytest.mark.parametrize("value", [0, 1 / 64, 0.1, 0.5, 0.83, 1])
def test_dithering_keeps_the_mean(value):
    images = np.full((4, 2 * PERIOD, 3 * PERIOD), value)
    shift = np.array([0, 3, 5, 7])
    dots = dither(images, shift, shift[::-1])
    assert_allclose(dots.mean(axis=(1, 2)), value, atol=1 / PERIOD**2)


def test_fax_is_black_and_white_and_tinted(digits):
    X = digits[:200]
    noisy = Fax(0.25, random_state=0).fit_transform(X)
    assert set(np.unique(noisy)) == {0, 255}
    assert_allclose((noisy[X == 0] == 255).mean(), 0.25, atol=0.01)
    assert_allclose((noisy[X == 255] == 0).mean(), 0.25, atol=0.02)
    assert_array_equal(Fax(0).fit_transform(X)[(X == 0) | (X == 255)], X[(X == 0) | (X == 255)])
