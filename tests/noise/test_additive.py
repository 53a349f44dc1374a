import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import ndtr

from skmnist.noise import GaussianNoise, SpeckleNoise, UniformNoise
from skmnist.noise.kernels._pixels import add_scaled

# Distinct images, gray enough that nothing is clipped.
GRAY = np.random.default_rng(0).uniform(0.4, 0.6, size=(2000, 12, 12))
BLACK_AND_WHITE = np.random.default_rng(0).random((2000, 12, 12)) > 0.5


def added_by(noise, X=GRAY):
    return noise.fit_transform(X) - X


# Noise -> the added values, their variance and their fourth moment; the mean is 0.
MOMENTS = {
    "gaussian": (lambda: added_by(GaussianNoise(0.05, random_state=0)), 0.05**2, 3 * 0.05**4),
    "uniform": (lambda: added_by(UniformNoise(0.2, random_state=0)), 0.2**2 / 3, 0.2**4 / 5),
    "speckle": (lambda: added_by(SpeckleNoise(0.1, random_state=0)) / GRAY, 0.1**2, 3 * 0.1**4),
}


@pytest.mark.parametrize(("draw", "variance", "fourth"), MOMENTS.values(), ids=MOMENTS)
def test_moments(draw, variance, fourth, assert_moments):
    added = draw()
    assert (added != 0).mean() > 1 - 1e-5
    assert_moments(added, 0, variance, fourth)
    # The noise is independent between images and pixels: means have the expected variance.
    n, n_pixels = len(GRAY), GRAY[0].size
    assert_moments(added.mean(axis=(1, 2)), 0, variance / n_pixels, 3 * variance**2 / n_pixels**2)
    assert_moments(added.mean(axis=0), 0, variance / n, 3 * variance**2 / n**2)


def test_uniform_noise_fills_its_bounds():
    added = added_by(UniformNoise(0.2, random_state=0))
    assert_allclose([added.min(), added.max()], [-0.2, 0.2], atol=1e-4)
    assert np.abs(added).max() <= 0.2 + 1e-12


@pytest.mark.parametrize("noise_class", [GaussianNoise, UniformNoise, SpeckleNoise])
def test_strengths_share_their_draws(noise_class):
    weak, strong = (added_by(noise_class(s, random_state=0), GRAY[:50]) for s in (0.01, 0.04))
    assert_allclose(4 * weak, strong, atol=1e-6)
    assert weak.any()


@pytest.mark.parametrize("noise_class", [GaussianNoise, UniformNoise, SpeckleNoise])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int32"])
def test_integers_are_the_rounded_noise_in_units_of_the_range(noise_class, dtype):
    white = 65535 if dtype == "uint16" else 255
    # Equal to 8 bits, so that the draws are the same.
    X = np.rint(GRAY[:100] * 255).astype(dtype) * (white // 255)
    noise = noise_class(0.3, value_range=(0, white), random_state=0)
    exact = noise.fit_transform(X.astype(float))
    noisy = noise.fit_transform(X)
    assert noisy.dtype == dtype
    assert_allclose(noisy, exact, rtol=0, atol=0.5 + white * 1e-6)


# Noise, and the shares of black and of white pixels that cross the middle gray.
TURNED = {
    "gaussian": (GaussianNoise(0.4, random_state=0), ndtr(-0.5 / 0.4), ndtr(-0.5 / 0.4)),
    "uniform": (UniformNoise(0.7, random_state=0), 0.2 / 1.4, 0.2 / 1.4),
    "speckle": (SpeckleNoise(0.4, random_state=0), 0, ndtr(-0.5 / 0.4)),
}


@pytest.mark.parametrize(("noise", "black", "white"), TURNED.values(), ids=TURNED)
def test_bool_images_turn_where_the_noise_passes_the_middle(noise, black, white):
    noisy = noise.fit_transform(BLACK_AND_WHITE)
    assert noisy.dtype == bool
    for before, share in ((False, black), (True, white)):
        turned = noisy[before == BLACK_AND_WHITE] != before
        assert abs(turned.mean() - share) <= 3 * np.sqrt(share * (1 - share) / turned.size)


def test_speckle_leaves_black_black_in_the_value_range(digits):
    X = digits[:100].clip(20, 250)
    noisy = SpeckleNoise(0.6, value_range=(20, 250), random_state=0).fit_transform(X)
    assert (noisy[X == 20] == 20).all()
    assert (noisy != X).any(axis=(1, 2)).all()


def test_kernel():
    images, draws = np.full((1, 2, 2), 0.5), np.array([[[0, 0.1], [0.8, 0.9]]])
    assert_array_equal(add_scaled(images.copy(), 2, draws.copy()), 0.5 + 2 * draws)
