import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmnist.noise import GaussianNoise, SaltAndPepperNoise
from skmnist.noise._pointwise import add_gaussian, salt_and_pepper

# Grey enough that clipping does not bite; no two images are equal.
GREY = np.random.default_rng(0).uniform(0.4, 0.6, size=(2000, 12, 12))
N = GREY.size


def test_gaussian_moments():
    scale = 0.05
    added = GaussianNoise(scale=scale, random_state=0).fit_transform(GREY) - GREY
    assert abs(added.mean()) < 3 * scale / np.sqrt(N)
    assert abs(added.std() - scale) < 3 * scale / np.sqrt(2 * N)
    # Every image and every pixel has its own noise: means over them scatter as they should.
    assert_allclose(added.mean(axis=(1, 2)).std(), scale / 12, rtol=0.1)
    assert_allclose(added.mean(axis=0).std(), scale / np.sqrt(2000), rtol=0.2)


def test_gaussian_scale_is_in_units_of_the_range():
    X = np.rint(GREY * 255).astype(np.uint8)
    added = GaussianNoise(scale=0.05, random_state=0).fit_transform(X).astype(float) - X
    # Rounding adds the variance of a uniform error of one grey level.
    assert_allclose(added.std(), np.hypot(0.05 * 255, np.sqrt(1 / 12)), rtol=0.005)


def test_gaussian_scales_share_their_draws():
    weak, strong = (
        GaussianNoise(scale=scale, random_state=0).fit_transform(GREY[:50]) - GREY[:50]
        for scale in (0.01, 0.04)
    )
    assert_allclose(4 * weak, strong, atol=1e-6)


@pytest.mark.parametrize(("amount", "salt_ratio"), [(0.1, 0.5), (0.3, 0.8), (0.5, 0), (0.05, 1)])
def test_shares_of_salt_and_pepper(amount, salt_ratio):
    noise = SaltAndPepperNoise(amount, salt_ratio=salt_ratio, random_state=0)
    noisy = noise.fit_transform(GREY)
    changed = noisy != GREY
    assert set(np.unique(noisy[changed])) <= {0, 1}
    assert abs(changed.mean() - amount) < 3 * np.sqrt(amount * (1 - amount) / N)
    salt = noisy[changed] == 1
    assert abs(salt.mean() - salt_ratio) <= 3 * np.sqrt(salt_ratio * (1 - salt_ratio) / salt.size)


def test_all_pixels_are_replaced_by_a_full_amount():
    noisy = SaltAndPepperNoise(1, random_state=0).fit_transform(GREY[:20])
    assert set(np.unique(noisy)) == {0, 1}


def test_more_salt_and_pepper_keeps_what_less_has_changed():
    X = GREY[:50]
    weaker = X
    for amount in (0.02, 0.1, 0.3, 0.9):
        noisy = SaltAndPepperNoise(amount, random_state=0).fit_transform(X)
        changed = weaker != X
        assert_array_equal(noisy[changed], weaker[changed])
        assert (noisy != X).sum() > changed.sum()
        weaker = noisy


def test_salt_is_white_and_pepper_black_in_the_value_range():
    X = np.rint(GREY[:20] * 255).astype(np.uint8)
    noise = SaltAndPepperNoise(0.3, value_range=(20, 250), random_state=0)
    noisy = noise.fit_transform(X)
    assert set(noisy[noisy != X]) == {20, 250}


def test_kernels():
    images, draws = np.full((1, 2, 2), 0.5), np.array([[[0, 0.1], [0.8, 0.9]]])
    assert_array_equal(add_gaussian(images.copy(), 2, draws.copy()), 0.5 + 2 * draws)
    salted = salt_and_pepper(images.copy(), 0.4, 0.25, draws)
    assert_array_equal(salted, [[[1, 0.5], [0, 0]]])
