import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmnist.noise import RandomBrightness

GREY = np.random.default_rng(0).uniform(0.4, 0.6, size=(4000, 3, 3))


def test_shifts_are_uniform_and_equal_within_an_image():
    low, high = -0.1, 0.3
    shifts = RandomBrightness(low, high, random_state=0).fit_transform(GREY) - GREY
    assert_allclose(shifts, np.broadcast_to(shifts[:, :1, :1], shifts.shape), atol=1e-9)
    shift, width, n = shifts[:, 0, 0], high - low, len(GREY)
    assert shift.min() >= low
    assert shift.max() <= high
    assert abs(shift.mean() - 0.1) < 3 * width / np.sqrt(12 * n)
    standard_error = width**2 * np.sqrt((1 / 80 - 1 / 144) / n)
    assert abs(((shift - 0.1) ** 2).mean() - width**2 / 12) < 3 * standard_error


def test_ranges_share_their_draws():
    weak, strong = (
        RandomBrightness(-s, s, random_state=0).fit_transform(GREY[:50]) - GREY[:50]
        for s in (0.1, 0.3)
    )
    assert_allclose(3 * weak, strong, atol=1e-6)


@pytest.mark.parametrize(("shift", "expected"), [(0.5, [128, 228, 255]), (-0.6, [0, 0, 102])])
def test_a_known_shift_is_clipped_to_the_range(shift, expected):
    noisy = RandomBrightness(shift, shift).fit_transform(np.array([[[0, 100, 255]]], np.uint8))
    assert_array_equal(noisy, [[expected]])


def test_low_above_high():
    with pytest.raises(ValueError, match=r"low=0.2 is greater than high=0.1; expected low <= high"):
        RandomBrightness(low=0.2, high=0.1).fit(GREY)
