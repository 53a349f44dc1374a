import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import poisson

from skmnist.noise import SaltAndPepperNoise, ShotNoise
from skmnist.noise.kernels._pixels import poisson_quantiles, salt_and_pepper

# Distinct images.
GRAY = np.random.default_rng(0).uniform(0.4, 0.6, size=(2000, 12, 12))
# Multiples of 1 / 255, and values between them.
LEVELS = np.random.default_rng(0).integers(40, 110, size=(2000, 12, 12)) / 255
BETWEEN = np.random.default_rng(0).uniform(0.2, 0.4, size=(2000, 12, 12))
BLACK_AND_WHITE = np.random.default_rng(0).random((2000, 12, 12)) > 0.5


def assert_share(happened, share):
    """Check the share of independent events within three standard errors."""
    assert abs(happened.mean() - share) <= 3 * np.sqrt(share * (1 - share) / happened.size)


# Salt and pepper ----------------------------------------------------------------------------------

AMOUNTS = [(0.1, 0.5), (0.3, 0.8), (0.4, 0), (0.05, 1)]


@pytest.mark.parametrize(("amount", "salt_ratio"), AMOUNTS)
def test_shares_of_salt_and_pepper(amount, salt_ratio):
    noise = SaltAndPepperNoise(amount, salt_ratio=salt_ratio, random_state=0)
    noisy = noise.fit_transform(GRAY)
    changed = noisy != GRAY
    assert set(np.unique(noisy[changed])) <= {0, 1}
    assert_share(changed, amount)
    assert_share(noisy[changed] == 1, salt_ratio)


@pytest.mark.parametrize(("amount", "salt_ratio"), AMOUNTS)
def test_moments_of_salt_and_pepper(amount, salt_ratio, assert_moments):
    noise = SaltAndPepperNoise(amount, salt_ratio=salt_ratio, random_state=0)
    outcomes = np.stack([np.ones_like(GRAY), np.zeros_like(GRAY), GRAY])
    shares = [amount * salt_ratio, amount * (1 - salt_ratio), 1 - amount]
    mean = np.tensordot(shares, outcomes, 1)
    variance, fourth = (np.tensordot(shares, (outcomes - mean) ** k, 1) for k in (2, 4))
    assert_moments(noise.fit_transform(GRAY), mean, variance, fourth)


def test_all_pixels_are_replaced_by_a_full_amount():
    noisy = SaltAndPepperNoise(1, random_state=0).fit_transform(GRAY[:20])
    assert set(np.unique(noisy)) == {0, 1}


def test_more_salt_and_pepper_keeps_what_less_has_changed():
    X = GRAY[:50]
    weaker = X
    for amount in (0.02, 0.1, 0.3, 0.9):
        noisy = SaltAndPepperNoise(amount, random_state=0).fit_transform(X)
        changed = weaker != X
        assert_array_equal(noisy[changed], weaker[changed])
        assert (noisy != X).sum() > changed.sum()
        weaker = noisy


def test_salt_is_white_and_pepper_black_in_the_value_range():
    X = np.rint(GRAY[:20] * 255).astype(np.uint8)
    noise = SaltAndPepperNoise(0.3, value_range=(20, 250), random_state=0)
    noisy = noise.fit_transform(X)
    assert set(noisy[noisy != X]) == {20, 250}


def test_salt_and_pepper_on_bool_images():
    noisy = SaltAndPepperNoise(0.3, random_state=0).fit_transform(BLACK_AND_WHITE)
    assert noisy.dtype == bool
    assert_share(noisy != BLACK_AND_WHITE, 0.15)


def test_kernel_of_salt_and_pepper():
    images, draws = np.full((1, 2, 2), 0.5), np.array([[[0, 0.1], [0.8, 0.9]]])
    salted = salt_and_pepper(images, 0.4, 0.25, draws)
    assert_array_equal(salted, [[[1, 0.5], [0, 0]]])


# Shot noise ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("X", [LEVELS, BETWEEN], ids=["levels", "between"])
def test_moments_of_shot_noise(X, assert_moments):
    peak = 120
    noisy = ShotNoise(peak, random_state=0).fit_transform(X)
    assert noisy.max() < 1  # nothing is clipped
    counts, mean = noisy * peak, X * peak
    assert_allclose(counts, np.rint(counts), atol=1e-9)
    assert_moments(counts, mean, variance=mean, fourth=mean + 3 * mean**2)


@pytest.mark.parametrize("peak", [3, 5, 60])
def test_changed_fraction_of_shot_noise(peak):
    X = LEVELS[:, :6, :6].copy()
    X[:, 0] = 1  # numbers of photons above the peak are clipped to white
    X[:, 1] = 1 / 3
    changed = ShotNoise(peak, random_state=0).fit_transform(X) != X
    assert_share(changed[:, 0], poisson.cdf(peak - 1, peak))
    assert_share(changed[:, 1], 1 - (poisson.pmf(peak // 3, peak / 3) if peak % 3 == 0 else 0))


@pytest.mark.parametrize("scale", [255, None], ids=["levels", "between"])
@pytest.mark.parametrize("peak", [0.3, 5.0, 60.0, 10_000.0])
def test_quantiles_are_those_of_scipy(scale, peak):
    rng = np.random.default_rng(0)
    n = 5000
    pixels = rng.integers(1, 256, n) / scale if scale else (rng.integers(255, size=n) + 0.4) / 255
    uniform = rng.random(n, dtype=np.float32)
    uniform[:3] = 2.0**-24, 0.5, 1 - 2.0**-24  # the draws are multiples of 2**-24
    counts = poisson_quantiles(pixels, peak, uniform)
    assert_array_equal(counts, poisson.ppf(uniform.astype(float), pixels * peak))
    # In float32, multiples of 1 / 255 are still recognized.
    narrow = pixels.astype(np.float32)
    counts = poisson_quantiles(narrow, peak, uniform)
    exact = pixels if scale else narrow.astype(float)
    assert_array_equal(counts, poisson.ppf(uniform.astype(float), exact * peak))


@pytest.mark.parametrize("peak", [0.3, 5.0, 60.0, 10_000.0])
def test_quantiles_fit_the_definition(peak):
    levels = np.repeat(np.arange(256), 10) / 255
    uniform = np.tile(np.float32([2.0**-24, 1e-6, 1e-3, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999, 1]), 256)
    uniform = np.minimum(uniform, np.float32(1 - 2.0**-24))
    for pixels in (levels, levels * 0.99 + 0.002):
        counts = poisson_quantiles(pixels, peak, uniform)
        assert (poisson.cdf(counts, pixels * peak) >= uniform).all()
        assert (poisson.cdf(counts - 1, pixels * peak) < uniform).all()


def test_a_draw_of_zero_is_the_fewest_photons():
    for pixels in (np.array([0, 51, 255]) / 255, np.array([0.001, 0.3, 0.999])):
        none, fewest = (poisson_quantiles(pixels, 20.0, np.float32([u] * 3)) for u in (0, 2**-24))
        assert (none >= 0).all()
        assert (none <= fewest).all()


@pytest.mark.parametrize("X", [LEVELS[:50], BETWEEN[:50]], ids=["levels", "between"])
def test_counts_grow_with_the_peak(X):
    fewer = np.zeros_like(X)
    for peak in (0.3, 1, 2, 2.5, 12, 60, 1000):
        noisy = ShotNoise(peak, random_state=0).fit_transform(X)
        counts = noisy * peak  # or the peak, if there are more photons
        assert (counts >= fewer - 1e-9).all()
        assert (counts > fewer + 0.1).any()
        fewer = counts


def test_more_photons_are_less_noise():
    errors = [
        np.abs(ShotNoise(peak, random_state=0).fit_transform(BETWEEN[:50]) - BETWEEN[:50]).mean()
        for peak in (3, 5, 12, 25, 60, 1000, 10_000)
    ]
    assert_array_equal(errors, sorted(errors, reverse=True))


def test_shot_noise_leaves_black_black_in_the_value_range(digits):
    X = digits[:100].clip(20, 250)
    noisy = ShotNoise(5, value_range=(20, 250), random_state=0).fit_transform(X)
    assert (noisy[X == 20] == 20).all()
    assert (noisy != X).any(axis=(1, 2)).all()


def test_shot_noise_of_integers_is_the_rounded_share_of_the_peak(digits):
    X = digits[:100]
    noisy = ShotNoise(6, random_state=0).fit_transform(X)
    assert noisy.dtype == np.uint8
    assert_array_equal(np.unique(noisy), np.rint(np.arange(7) / 6 * 255))
    as_floats = ShotNoise(6, random_state=0).fit_transform(X / 255)
    assert_array_equal(noisy, np.rint(as_floats * 255))


def test_shot_noise_on_bool_images():
    noisy = ShotNoise(5, random_state=0).fit_transform(BLACK_AND_WHITE)
    assert noisy.dtype == bool
    assert not noisy[~BLACK_AND_WHITE].any()
    assert_share(noisy[BLACK_AND_WHITE], 1 - poisson.cdf(2, 5))


@pytest.mark.parametrize("peak", [0, -1, 10_001])
def test_peaks_out_of_range(peak):
    with pytest.raises(ValueError, match=r"'peak' parameter of ShotNoise must be .*10000.0\]"):
        ShotNoise(peak).fit(GRAY)
