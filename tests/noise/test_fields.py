import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.ndimage import gaussian_filter
from scipy.special import erfc

from skmnist.noise import SmoothNoise
from skmnist.noise.kernels._fields import smoothing_matrix
from skmnist.noise.kernels._linear import apply_matrices
from skmnist.noise.kernels._streams import PixelStreams

# Distinct images, gray enough that nothing is clipped.
GRAY = np.random.default_rng(0).uniform(0.4, 0.6, size=(4000, 12, 15)).round(3)
# Two grays, so that the factor of their difference from the middle can be measured.
TWO_GRAYS = np.where(GRAY < 0.5, 0.4, 0.6)
SIGMAS = [0.1, 0.3, 0.7, 1, 1.01, 1.5, 2.3, 4, 9, 300]


def added_by(noise, X=GRAY):
    return noise.fit_transform(X) - X


def factors_by(noise, X=TWO_GRAYS):
    return (noise.fit_transform(X) - 0.5) / (X - 0.5)


def assert_smooth(fields, sigma):
    """Assert that fields have mean 0, variance 1 and the correlation of Gaussian smoothing.

    The images are independent, so the standard errors are those of their number, at each pixel.
    """
    n, height, width = fields.shape
    # Bound of the largest of many errors, most of which are correlated.
    limit = 4 / np.sqrt(n)
    assert np.abs(fields.mean(axis=0)).max() < limit
    assert np.abs((fields**2).mean(axis=0) - 1).max() < limit * np.sqrt(2)
    y, x = np.indices((height, width))
    for row, column in ((0, 0), (0, width // 2), (height // 2, width - 1), (height // 2, 4)):
        products = (fields * fields[:, row, column, np.newaxis, np.newaxis]).mean(axis=0)
        distance = np.hypot(y - row, x - column)
        expected = np.exp(-((distance / (2 * sigma)) ** 2))
        assert (np.abs(products - expected) < limit * np.sqrt(1 + expected**2)).all()


# The matrix of an axis ----------------------------------------------------------------------------


@pytest.mark.parametrize("sigma", SIGMAS)
@pytest.mark.parametrize("size", [1, 2, 5, 28, 61])
def test_every_pixel_of_an_axis_has_the_same_variance_and_correlation(size, sigma):
    matrix = smoothing_matrix(size, sigma).toarray()
    covariance = matrix @ matrix.T
    assert_allclose(np.diagonal(covariance), 1, rtol=1e-12)
    distance = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    # Only the distance matters, in the middle and at the ends.
    assert_allclose(covariance, covariance[0][distance], rtol=0, atol=1e-3)
    if sigma >= 1:
        expected = np.exp(-((distance / (2 * sigma)) ** 2))
        assert_allclose(covariance, expected, rtol=0, atol=1e-3)


@pytest.mark.parametrize("sigma", [0.3, 0.7, 1])
@pytest.mark.parametrize("shape", [(28, 28), (5, 9), (1, 10), (1, 1)])
def test_fields_of_pixels_equal_scipy(shape, sigma):
    rows, columns = (smoothing_matrix(size, sigma) for size in shape)
    beyond = (rows.shape[1] - shape[0]) // 2
    draws = np.random.default_rng(0).normal(size=(3, rows.shape[1], columns.shape[1]))
    offset = np.arange(-beyond, beyond + 1)
    kernel = np.exp(-((offset / sigma) ** 2) / 2)
    kernel[np.abs(offset) > 4 * sigma] = 0
    variance = (kernel**2).sum() / kernel.sum() ** 2
    for field, draw in zip(apply_matrices(draws, rows, columns), draws, strict=True):
        smooth = gaussian_filter(draw, sigma, mode="constant", radius=int(4 * sigma))
        expected = smooth[beyond : beyond + shape[0], beyond : beyond + shape[1]] / variance
        assert_allclose(field, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-12)])
def test_fields_are_a_matrix_on_either_side(dtype, tolerance):
    rows, columns = smoothing_matrix(7, 2.0), smoothing_matrix(12, 3.5)
    draws = np.random.default_rng(0).normal(size=(50, rows.shape[1], columns.shape[1]))
    draws = draws.astype(dtype)
    fields = apply_matrices(draws, rows, columns)
    expected = [rows.toarray() @ draw @ columns.toarray().T for draw in draws]
    assert fields.dtype == dtype
    assert_allclose(fields, expected, rtol=0, atol=tolerance)
    # The result is the same in any batch.
    for part in (slice(0, 1), slice(7, 8), slice(3, 40, 7), slice(None, None, -1)):
        assert_array_equal(apply_matrices(draws[part], rows, columns), fields[part], strict=True)


# The field that is added --------------------------------------------------------------------------


@pytest.mark.parametrize("sigma", [1, 1.6, 4, 30])
def test_statistics_of_the_added_field(sigma):
    fields = added_by(SmoothNoise(0.05, sigma=sigma, random_state=0)) / 0.05
    assert_smooth(fields, sigma)
    # Neighbors in the batch are independent.
    assert abs((fields[1:] * fields[:-1]).mean(axis=0)).max() < 4 / np.sqrt(len(fields))


def test_fine_fields_are_white_noise(assert_moments):
    fields = added_by(SmoothNoise(0.05, sigma=0.1, random_state=0)) / 0.05
    assert_moments(fields, 0, 1, 3)
    assert_moments(fields[:, 1:] * fields[:, :-1], 0, 1, 9)


def test_wide_fields_are_constant(assert_moments):
    fields = added_by(SmoothNoise(0.05, sigma=10000, random_state=0)) / 0.05
    assert_allclose(fields, np.broadcast_to(fields[:, :1, :1], fields.shape), rtol=0, atol=0.01)
    assert_moments(fields[:, 0, 0], 0, 1, 3)


def test_the_field_is_that_of_the_draws():
    X = GRAY[:50]
    noise = SmoothNoise(0.05, sigma=2.5, random_state=0)
    added = added_by(noise, X)
    rows, columns = (smoothing_matrix(size, 2.5) for size in X.shape[1:])
    streams = PixelStreams(X, name="SmoothNoise", seed=noise.seed_)
    draws = streams.standard_normal((rows.shape[1], columns.shape[1]))
    for result, draw in zip(added, draws, strict=True):
        expected = rows.toarray() @ draw @ columns.toarray().T
        assert_allclose(result, 0.05 * expected, rtol=0, atol=1e-6)


def test_strengths_share_their_draws():
    X = TWO_GRAYS[:50]
    weak, strong = (added_by(SmoothNoise(s, random_state=0), X) for s in (0.01, 0.04))
    assert_allclose(4 * weak, strong, rtol=0, atol=1e-6)
    weak, strong = (factors_by(SmoothNoise(0, contrast=c, random_state=0), X) for c in (0.2, 0.8))
    assert_allclose(4 * (weak - 1), strong - 1, rtol=0, atol=1e-5)
    # The two fields do not affect each other.
    both = SmoothNoise(0.04, contrast=0.8, random_state=0).fit_transform(X)
    alone = SmoothNoise(0, contrast=0.8, random_state=0).fit_transform(X)
    assert_allclose(both - alone, added_by(SmoothNoise(0.04, random_state=0), X), atol=1e-6)


# Contrast -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sigma", [1, 4])
def test_statistics_of_the_contrast(sigma):
    share = factors_by(SmoothNoise(0, sigma=sigma, contrast=0.9, random_state=0)) - 1
    share /= 0.9
    assert np.abs(share).max() < 1
    assert_smooth(share / np.sqrt(1 - share**2), sigma)
    # The share is nearly uniform: the standard deviation of a uniform one is 0.577.
    expected = np.sqrt(1 - np.sqrt(np.pi / 2) * np.exp(0.5) * erfc(np.sqrt(0.5)))
    assert_allclose(share.std(), expected, rtol=0.02)


def test_contrast_above_one_inverts_and_goes_no_further():
    factors = factors_by(SmoothNoise(0, contrast=2, random_state=0))
    assert -1 < factors.min() < -0.8
    assert 2.8 < factors.max() < 3
    below = factors_by(SmoothNoise(0, contrast=1, random_state=0))
    assert below.min() > 0
    assert_array_equal(np.sign(factors - 1), np.sign(below - 1))


def test_contrast_keeps_the_middle_gray(digits):
    X = digits[:50] / 255
    X[:, ::2] = 0.5
    noisy = SmoothNoise(0, contrast=1.5, random_state=0).fit_transform(X)
    assert_array_equal(noisy[:, ::2], 0.5)
    assert (noisy != X).any(axis=(1, 2)).all()


def test_the_two_fields_are_independent():
    X = TWO_GRAYS
    field = added_by(SmoothNoise(0.05, random_state=0), X) / 0.05
    share = factors_by(SmoothNoise(0, contrast=1, random_state=0), X) - 1
    correlation = (field * share).mean(axis=0) / share.std()
    assert np.abs(correlation).max() < 4 / np.sqrt(len(X))
