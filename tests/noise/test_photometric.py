import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmnist.exceptions import ValueRangeWarning
from skmnist.noise import (
    Contrast,
    Gamma,
    GaussianNoise,
    Inversion,
    MotionBlur,
    Quantization,
    RandomBrightness,
    ReducedContrast,
    list_noises,
    make_noise,
)

GRAY = np.random.default_rng(0).uniform(0.4, 0.6, size=(4000, 3, 3))
LEVELS = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)


# Brightness ---------------------------------------------------------------------------------------


def test_shifts_are_uniform_and_equal_within_an_image(assert_moments):
    low, high = -0.1, 0.3
    shifts = RandomBrightness(low, high, random_state=0).fit_transform(GRAY) - GRAY
    assert_allclose(shifts, np.broadcast_to(shifts[:, :1, :1], shifts.shape), atol=1e-9)
    shift, width = shifts[:, 0, 0], high - low
    assert shift.min() >= low
    assert shift.max() <= high
    assert_moments(shift, 0.1, variance=width**2 / 12, fourth=width**4 / 80)


def test_ranges_share_their_draws():
    weak, strong = (
        RandomBrightness(-s, s, random_state=0).fit_transform(GRAY[:50]) - GRAY[:50]
        for s in (0.1, 0.3)
    )
    assert_allclose(3 * weak, strong, atol=1e-6)


@pytest.mark.parametrize(("shift", "expected"), [(0.5, [128, 228, 255]), (-0.6, [0, 0, 102])])
def test_a_known_shift_is_clipped_to_the_range(shift, expected):
    noisy = RandomBrightness(shift, shift).fit_transform(np.array([[[0, 100, 255]]], np.uint8))
    assert_array_equal(noisy, [[expected]])


def test_low_above_high():
    with pytest.raises(ValueError, match=r"low=0.2 is greater than high=0.1; expected low <= high"):
        RandomBrightness(low=0.2, high=0.1).fit(GRAY)


# Contrast -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [0.0, 0.05, 0.4, 1.5, 3])
def test_contrast_keeps_the_mean_and_scales_the_standard_deviation(factor):
    X = GRAY.reshape(1000, 6, 6)
    noisy = Contrast(factor).fit_transform(X)
    assert_allclose(noisy.mean(axis=(1, 2)), X.mean(axis=(1, 2)), atol=1e-12)
    assert_allclose(noisy.std(axis=(1, 2)), factor * X.std(axis=(1, 2)), atol=1e-12)
    # All differences between pixels are scaled.
    assert_allclose(noisy - noisy[:, :1, :1], factor * (X - X[:, :1, :1]), atol=1e-12)


def test_contrast_zero_is_the_mean_of_each_image(digits):
    X = digits[:50]
    noisy = Contrast(0).fit_transform(X)
    assert_array_equal(noisy.min(axis=(1, 2)), noisy.max(axis=(1, 2)))
    assert_allclose(noisy[:, 0, 0], X.mean(axis=(1, 2)), atol=0.501)


def test_too_much_contrast_is_clipped():
    X = np.array([[[100, 120, 140]]], dtype=np.uint8)
    assert_array_equal(Contrast(factor=5).fit_transform(X), [[[20, 120, 220]]])
    assert_array_equal(Contrast(factor=10).fit_transform(X), [[[0, 120, 255]]])


# Reduced contrast ---------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [0.5, 0.8])
def test_moments_of_reduced_contrast(factor, assert_moments):
    scale = 0.03
    X = np.random.default_rng(0).uniform(0.4, 0.6, size=(2000, 12, 12))
    added = ReducedContrast(factor, scale, random_state=0).fit_transform(X) - factor * X
    assert_moments(added, 0, variance=scale**2, fourth=3 * scale**4)
    # The noise is independent between images and pixels: means have the expected variance.
    for means, n in ((added.mean(axis=(1, 2)), 144), (added.mean(axis=0), 2000)):
        assert_moments(means, 0, variance=scale**2 / n, fourth=3 * scale**4 / n**2)


def test_the_noise_stays_when_the_digit_fades():
    noise = {
        factor: ReducedContrast(factor, 0.02, random_state=0).fit_transform(GRAY) - factor * GRAY
        for factor in (0.3, 0.5, 1)
    }
    assert noise[1].std() > 0.01
    for factor in (0.3, 0.5):
        assert_allclose(noise[factor], noise[1], atol=1e-12)


def test_scales_of_reduced_contrast_share_their_draws():
    weak, strong = (
        ReducedContrast(0.8, scale, random_state=0).fit_transform(GRAY) - 0.8 * GRAY
        for scale in (0.01, 0.04)
    )
    assert_allclose(4 * weak, strong, atol=1e-6)


def test_reduced_contrast_without_noise_is_a_product():
    noisy = ReducedContrast(0.4, 0).fit_transform(LEVELS)
    assert_array_equal(noisy, np.rint(LEVELS * 0.4))
    assert (ReducedContrast(1, 0.1, random_state=0).fit_transform(LEVELS) != LEVELS).any()


# n-MNIST ------------------------------------------------------------------------------------------


def scale_of_decibels(ratio):
    """Return the standard deviation of noise at a signal-to-noise ratio; the signal has power 1."""
    return 10 ** (-ratio / 20)


def test_parameters_of_n_mnist():
    noises = [make_noise(name) for name in list_noises("n_mnist")]
    awgn, motion_blur, reduced_contrast = noises
    assert [type(noise) for noise in noises] == [GaussianNoise, MotionBlur, ReducedContrast]
    assert awgn.scale == round(scale_of_decibels(9.5), 3)
    assert reduced_contrast.factor == 0.5
    assert reduced_contrast.scale == round(scale_of_decibels(12), 3)
    assert (motion_blur.length, motion_blur.angle_low, motion_blur.angle_high) == (5, 15, 15)
    assert motion_blur.sigma is None  # the whole line, with equal weights
    assert ReducedContrast().get_params() == reduced_contrast.get_params()


# Gamma --------------------------------------------------------------------------------------------

GAMMAS = [0.01, 0.2, 0.5, 0.9, 1.7, 4, 100]


@pytest.mark.parametrize("gamma", GAMMAS)
def test_gamma_is_a_power_of_every_pixel(gamma):
    X = np.random.default_rng(0).random((3, 5, 7))
    expected = [float(pixel) ** gamma for pixel in X.flat]
    assert_allclose(Gamma(gamma).fit_transform(X).ravel(), expected, rtol=1e-12)
    exact = [255 * (int(level) / 255) ** gamma for level in LEVELS.flat]
    assert_allclose(Gamma(gamma).fit_transform(LEVELS).ravel(), exact, rtol=0, atol=0.501)


@pytest.mark.parametrize("gamma", GAMMAS)
def test_gamma_keeps_the_order_and_black_and_white(gamma):
    for X in (LEVELS, LEVELS / 255):
        noisy = Gamma(gamma).fit_transform(X).ravel().astype(float)
        assert (noisy[0], noisy[-1]) == (0, X.max())
        assert (np.diff(noisy) >= 0).all()
        assert ((noisy >= X.ravel()) if gamma < 1 else (noisy <= X.ravel())).all()


def test_a_gamma_and_its_inverse_cancel():
    X = np.random.default_rng(0).random((3, 5, 7))
    assert_allclose(Gamma(0.5).fit_transform(Gamma(2).fit_transform(X)), X, rtol=1e-12)


# Inversion ----------------------------------------------------------------------------------------


def test_int8_does_not_wrap():
    X = np.array([[0, 50, 127]], np.int8)
    inversion = Inversion(image_shape=(1, 3))
    with pytest.warns(ValueRangeWarning, match="pixels run from 0 to 127"):
        assert_array_equal(inversion.fit_transform(X), np.array([[127, 77, 0]], np.int8))
    inversion.fit(X.astype(np.uint8))  # learns (0, 255), which int8 does not hold
    assert_array_equal(inversion.transform(X), np.full((1, 3), 127, np.int8), strict=True)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int64"])
def test_inverting_twice_is_the_identity(dtype):
    X = LEVELS.astype(dtype) * np.array(257 if dtype == "uint16" else 1, dtype)
    inversion = Inversion().fit(X)
    once = inversion.transform(X)
    assert_array_equal(once, inversion.value_range_[1] - X)
    assert_array_equal(inversion.transform(once), X, strict=True)


def test_inversion_turns_the_value_range_around():
    X = np.array([[[20, 100, 250]]], dtype=np.uint8)
    assert_array_equal(Inversion(value_range=(20, 250)).fit_transform(X), [[[250, 170, 20]]])
    X = np.random.default_rng(0).random((3, 5, 7))
    assert_array_equal(Inversion().fit_transform(X), 1 - X)
    assert_array_equal(Inversion().fit_transform(X > 0.5), X <= 0.5, strict=True)


# Quantization -------------------------------------------------------------------------------------


@pytest.mark.parametrize("bits", [1, 2, 3, 5, 8])
def test_levels_are_the_nearest_of_evenly_spaced_ones(bits):
    X = np.random.default_rng(0).random((20, 9, 9))
    levels = np.linspace(0, 1, 2**bits)
    noisy = Quantization(bits).fit_transform(X)
    nearest = np.abs(X[..., np.newaxis] - levels).argmin(axis=-1)
    assert_allclose(noisy, levels[nearest], rtol=0, atol=1e-15)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "uint16", "float32", "float64"])
@pytest.mark.parametrize("bits", [1, 2, 3, 4, 5, 8, 16])
def test_quantization_is_idempotent(dtype, bits):
    unit = np.random.default_rng(0).random((20, 12, 12))
    white = {"bool": 1, "uint8": 255, "uint16": 65535}.get(dtype)
    X = (unit * white).round().astype(dtype) if white else unit.astype(dtype)
    quantization = Quantization(bits).fit(X)
    once = quantization.transform(X)
    assert once.dtype == dtype
    assert len(np.unique(once)) <= min(2**bits, once.size)
    assert_array_equal(quantization.transform(once), once)


@pytest.mark.parametrize(("bits", "dtype"), [(1, "bool"), (8, "uint8"), (16, "uint16")])
def test_all_levels_of_a_dtype_are_the_identity(bits, dtype):
    X = np.arange(2**bits).astype(dtype).reshape(1, 2 ** (bits // 2), -1)
    assert_array_equal(Quantization(bits).fit_transform(X), X)


def test_quantization_uses_all_levels_and_keeps_black_and_white():
    X = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    for bits in range(1, 9):
        noisy = Quantization(bits).fit_transform(X).ravel()
        assert len(np.unique(noisy)) == 2**bits
        assert (noisy[0], noisy[-1]) == (0, 255)
        assert (np.diff(noisy.astype(int)) >= 0).all()
