import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import ndimage

from skmnist.noise import StrokeWidth
from skmnist.noise.kernels._strokes import thicken


def bar(width, dtype="float64"):
    """Return one image with an upright bar of a width in pixels."""
    X = np.zeros((1, 20, 30), dtype=dtype)
    X[:, :, 10 : 10 + width] = 1
    return X


@pytest.mark.parametrize("change", [-3.5, -2, -0.5, 0.5, 1, 2.7, 6])
def test_the_width_of_a_bar_changes_by_the_given_pixels(change):
    noisy = StrokeWidth(change, change).fit_transform(bar(8))
    assert_allclose(noisy.sum(axis=2), 8 + change)
    # Both sides move equally.
    assert_allclose(noisy @ np.arange(30) / noisy.sum(axis=2), 13.5)


def test_a_bar_thinner_than_the_change_vanishes():
    assert_array_equal(StrokeWidth(-3, -3, value_range=(0, 1)).fit_transform(bar(2)), 0)


def test_changes_are_uniform_between_the_bounds():
    X = np.repeat(bar(8), 2000, axis=0)
    X[:, 0, :4] = np.random.default_rng(0).random((2000, 4))  # distinct images
    width = StrokeWidth(-2, 4, random_state=0).fit_transform(X)[:, 10].sum(axis=1)
    assert_allclose(np.sort(width), np.linspace(6, 12, 2000), atol=0.2)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_whole_steps_are_dilations_of_scipy(steps, digits):
    X = digits[:5] / 255
    expected = X
    for step in range(steps):
        footprint = ndimage.generate_binary_structure(2, 1 + step % 2)[np.newaxis]
        expected = ndimage.grey_dilation(expected, footprint=footprint, mode="nearest")
    assert_allclose(thicken(X, np.full(5, steps)), expected, atol=1e-12)


def test_bounds_in_the_wrong_order():
    with pytest.raises(ValueError, match="low=2 is greater than high=1"):
        StrokeWidth(2, 1).fit(bar(2))
