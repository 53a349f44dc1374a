import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.ndimage import convolve

from skmnist.noise import RandomFilter
from skmnist.noise import _random_filter as random_filter_module
from skmnist.noise.kernels._filters import convolve_each, filter_each
from skmnist.noise.kernels._streams import PixelStreams

SHAPES = [(28, 28), (5, 9), (9, 2), (1, 10), (1, 1)]


def make_images(*shape):
    """Return random images that differ from each other and reach black and white."""
    images = np.random.default_rng(0).random(shape)
    images -= images.min(axis=(1, 2), keepdims=True)
    return images / images.max(axis=(1, 2), keepdims=True)


def stretched(image):
    return (image - image.min()) / np.ptp(image)


@pytest.fixture
def kernels(monkeypatch):
    """The kernels of the images, one array per size."""
    calls = []

    def spy(images, kernels, **params):
        calls.append(kernels)
        return filter_each(images, kernels, **params)

    monkeypatch.setattr(random_filter_module, "filter_each", spy)
    return calls


# Kernels ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [1, 3, 5, 9])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-12)])
def test_a_convolution_equals_scipy(shape, size, dtype, tolerance):
    rng = np.random.default_rng(0)
    X = rng.random((6, *shape)).astype(dtype)
    kernels = rng.normal(size=(6, size, size)).astype(dtype)
    filtered = convolve_each(X, kernels)
    assert filtered.dtype == dtype
    for image, kernel, result in zip(X, kernels, filtered, strict=True):
        expected = convolve(image.astype(float), kernel.astype(float), mode="nearest")
        assert_allclose(result, expected, rtol=0, atol=tolerance * max(1, size))


@pytest.mark.parametrize("size", [1, 3, 7])
def test_an_image_is_filtered_alike_in_any_batch(size):
    rng = np.random.default_rng(0)
    X = rng.random((101, 14, 14), dtype=np.float32)
    kernels = rng.standard_normal((101, size, size), dtype=np.float32)
    filtered = filter_each(X, kernels)
    for part in (slice(0, 1), slice(50, 51), slice(3, 40, 7), slice(None, None, -1)):
        assert_array_equal(filter_each(X[part], kernels[part]), filtered[part], strict=True)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_where_a_constant_is_left_the_image_stays(dtype):
    rng = np.random.default_rng(0)
    X = rng.random((8, 9, 9)).astype(dtype)
    kernels = rng.normal(size=(8, 3, 3)).astype(dtype)
    X[:3] = np.array([0, 0.3, 1])[:, np.newaxis, np.newaxis]
    X[3] = 0.3 + 1e-7 * X[3]  # constant up to rounding errors
    kernels[4] = 0
    filtered = filter_each(X, kernels)
    assert_array_equal(filtered[:5], X[:5])
    for image, kernel, result in zip(X[5:], kernels[5:], filtered[5:], strict=True):
        expected = stretched(convolve(image, kernel, mode="nearest"))
        assert_allclose(result, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("size", [1, 3, 7])
def test_the_faintest_mark_in_8_bits_is_not_taken_for_a_rounding_error(size):
    X = np.full((200, 9, 9), 100 / 255, dtype=np.float32)
    X[:, 4, 4] = 101 / 255
    kernels = np.random.default_rng(0).standard_normal((200, size, size), dtype=np.float32)
    filtered = filter_each(X, kernels)
    assert_allclose(np.ptp(filtered, axis=(1, 2)), 1, rtol=1e-6)


# The noise ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kernel_size", [1, 3, 5])
@pytest.mark.parametrize("mixing", [0, 0.4, 1])
@pytest.mark.parametrize("absolute", [False, True])
def test_equals_scipy_with_the_same_draws(kernel_size, mixing, absolute):
    X = make_images(30, 9, 14)
    noise = RandomFilter(kernel_size, mixing=mixing, absolute=absolute, random_state=0)
    noisy = noise.fit_transform(X)
    streams = PixelStreams(X, name="RandomFilter", seed=noise.seed_)
    kernels = streams.standard_normal((kernel_size, kernel_size)).astype(float)
    shares = mixing * streams.random((2,))[:, 0]
    for image, kernel, share, result in zip(X, kernels, shares, noisy, strict=True):
        response = convolve(image, kernel, mode="nearest")
        filtered = stretched(np.abs(response) if absolute else response)
        expected = share * image + (1 - share) * filtered
        assert_allclose(result, expected, rtol=0, atol=1e-6)


def test_the_filtered_image_fills_the_range():
    noisy = RandomFilter(mixing=0, random_state=0).fit_transform(make_images(200, 8, 8))
    assert_array_equal(noisy.min(axis=(1, 2)), 0)
    assert_array_equal(noisy.max(axis=(1, 2)), 1)


def test_a_kernel_of_one_pixel_stretches_upright_or_inverted():
    n = 1000
    X = make_images(n, 6, 6)
    noisy = RandomFilter(1, mixing=0, random_state=0).fit_transform(X)
    upright, inverted = (np.abs(noisy - form).max(axis=(1, 2)) < 1e-6 for form in (X, 1 - X))
    assert (upright != inverted).all()
    assert abs(upright.mean() - 1 / 2) < 3 * np.sqrt(1 / 4 / n)
    # An image of low contrast is stretched to the same result.
    faint = RandomFilter(1, mixing=0, value_range=(0, 1), random_state=0)
    noisy = faint.fit_transform(0.3 + 0.2 * X)
    upright, inverted = (np.abs(noisy - form).max(axis=(1, 2)) < 1e-6 for form in (X, 1 - X))
    assert (upright != inverted).all()


def test_absolute_values_show_both_rims_of_a_bar_alike():
    bar = np.zeros((1, 9, 12))
    bar[:, :, 4:8] = 1
    slope = np.array([[[0, 0, 0], [1, 0, -1], [0, 0, 0]]], dtype=float)
    row = [0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0]
    assert_array_equal(filter_each(bar, slope, absolute=True)[0, 4], row)
    assert filter_each(bar, slope)[0, 4].tolist() != row


def test_the_share_of_the_image_is_uniform(assert_moments):
    n = 3000
    X = make_images(n, 6, 6)
    alone, mixed, less = (
        RandomFilter(mixing=mixing, random_state=0).fit_transform(X) for mixing in (0, 1, 0.3)
    )
    share = ((mixed - alone) * (X - alone)).sum(axis=(1, 2)) / ((X - alone) ** 2).sum(axis=(1, 2))
    assert_moments(share, 1 / 2, 1 / 12, 1 / 80)
    assert share.min() > -1e-5
    assert share.max() < 1 + 1e-5
    # Strengths share their draws.
    assert_allclose(less - alone, 0.3 * (mixed - alone), rtol=0, atol=1e-6)


def test_weights_are_normal_and_independent(kernels, assert_moments):
    X = make_images(3000, 4, 4)
    RandomFilter(random_state=0).fit_transform(X)
    weights = np.concatenate(kernels).astype(float)
    assert weights.shape == (3000, 3, 3)
    assert_moments(weights, 0, 1, 3)
    for product in (weights[:, 1:] * weights[:, :-1], weights[1:] * weights[:-1]):
        assert_moments(product, 0, 1, 9)


def test_sizes_of_the_kernels(kernels):
    n = 3000
    X = make_images(n, 4, 4)
    RandomFilter(5, random_state=0).fit_transform(X)
    assert {drawn.shape[1:] for drawn in kernels} == {(5, 5)}
    kernels.clear()
    RandomFilter(5, multiscale=True, random_state=0).fit_transform(X)
    counts = dict.fromkeys((1, 3, 5), 0)
    for drawn in kernels:
        assert drawn.shape[1] == drawn.shape[2]
        counts[drawn.shape[1]] += len(drawn)
    assert sum(counts.values()) == n
    for count in counts.values():
        assert abs(count / n - 1 / 3) < 3 * np.sqrt(2 / 9 / n)


def test_smaller_kernels_are_the_middle_of_the_large_ones():
    X = make_images(60, 9, 9)
    noise = RandomFilter(5, mixing=0, multiscale=True, random_state=0)
    noisy = noise.fit_transform(X)
    kernels = PixelStreams(X, name="RandomFilter", seed=noise.seed_).standard_normal((5, 5))
    sizes = []
    for image, kernel, result in zip(X, kernels.astype(float), noisy, strict=True):
        for size in (1, 3, 5):
            inner = slice((5 - size) // 2, (5 + size) // 2)
            filtered = stretched(convolve(image, kernel[inner, inner], mode="nearest"))
            if np.abs(result - filtered).max() < 1e-6:
                sizes.append(size)
    assert len(sizes) == len(X)
    assert set(sizes) == {1, 3, 5}


@pytest.mark.parametrize("value", [0, 77, 255])
@pytest.mark.parametrize("absolute", [False, True])
def test_constant_images_stay(value, absolute):
    X = np.full((2, 7, 6), value, dtype=np.uint8)
    assert_array_equal(RandomFilter(absolute=absolute, random_state=0).fit_transform(X), X)
    noise = RandomFilter(5, multiscale=True, absolute=absolute, random_state=0)
    assert_array_equal(noise.fit_transform(X / 255), X / 255)


def test_where_the_absolute_values_are_constant_the_image_stays():
    X = np.indices((1, 6, 6)).sum(axis=0) % 2 - 0.5  # a checkerboard of -1/2 and 1/2
    kernel = np.ones((1, 1, 1))
    assert_array_equal(filter_each(X, kernel, absolute=True), X)
    assert np.ptp(filter_each(X, kernel)) == 1


@pytest.mark.parametrize("kernel_size", [2, 30])
def test_even_sizes(kernel_size):
    message = (
        rf"kernel_size={kernel_size} is even; .* pass {kernel_size - 1} or {kernel_size + 1}\."
    )
    with pytest.raises(ValueError, match=message):
        RandomFilter(kernel_size).fit(make_images(2, 4, 4))
