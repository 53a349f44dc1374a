from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from skmnist.noise import GlassBlur
from skmnist.noise import _blurs as blur_module
from skmnist.noise.kernels._filters import swap_neighbors

# All pixels of an image are different, so that its value identifies a pixel; images differ too.
X = np.random.default_rng(0).permuted(np.tile(np.arange(120.0) / 120, (60, 1)), axis=1)
X = X.reshape(60, 10, 12)


def swaps_one_by_one(image, down, right, margin):
    """Swap the pixels of one image by the definition."""
    image = image.copy()
    height, width = image.shape
    for y in range(height - margin, margin, -1):
        for x in range(width - margin, margin, -1):
            here, there = (y, x), (y + down[y, x], x + right[y, x])
            image[here], image[there] = image[there], image[here]
    return image


@pytest.fixture
def offsets(monkeypatch):
    """The offsets down and to the right in each round of swaps."""
    calls = []

    def spy(images, down, right, margin):
        calls.append((down.copy(), right.copy()))
        swap_neighbors(images, down, right, margin)

    monkeypatch.setattr(blur_module, "swap_neighbors", spy)
    return calls


# Swaps --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("margin", [1, 2, 3, 4, 5, 8])
def test_swaps_equal_those_of_one_image_after_the_other(margin):
    rng = np.random.default_rng(margin)
    down, right = rng.integers(-margin, margin, size=(2, *X.shape))
    swapped = X.copy()
    swap_neighbors(swapped, down, right, margin)
    expected = [swaps_one_by_one(*rows, margin) for rows in zip(X, down, right, strict=True)]
    assert_array_equal(swapped, expected)
    assert (swapped != X).any() or margin > 4  # no pixel is far enough from the border


@pytest.mark.parametrize("max_delta", [1, 2, 4])
@pytest.mark.parametrize("iterations", [1, 3])
def test_without_a_gaussian_the_pixels_are_permuted(max_delta, iterations):
    noise = GlassBlur(0, max_delta, iterations, random_state=0)
    noisy = noise.fit_transform(X)
    moved = noisy != X
    assert moved.any(axis=(1, 2)).all()
    assert_array_equal(np.sort(noisy.reshape(60, -1)), np.sort(X.reshape(60, -1)))
    # The partner of a pixel is never in the first row or column; those in the last ones are moved.
    assert not moved[:, 0].any()
    assert not moved[:, :, 0].any()
    assert moved[:, -1].any()
    assert moved[:, :, -1].any()


@pytest.mark.parametrize("margin", [1, 2, 3])
def test_pixels_near_the_border_are_partners_only(margin):
    within = np.zeros(X.shape[1:], dtype=bool)
    within[margin + 1 : 10 - margin + 1, margin + 1 : 12 - margin + 1] = True
    for y, x in np.ndindex(within.shape):
        down, right = np.zeros((2, *X[:1].shape), dtype=int)
        down[0, y, x] = right[0, y, x] = -1
        swapped = X[:1].copy()
        swap_neighbors(swapped, down, right, margin)
        assert (swapped != X[:1]).sum() == 2 * within[y, x]


def test_with_a_delta_of_one_pixels_travel_far_up_and_left_only():
    noisy = GlassBlur(0, 1, 1, random_state=0).fit_transform(X)
    now, before = (np.argsort(images.reshape(60, -1)) for images in (noisy, X))
    traveled = np.stack(np.unravel_index(now, (10, 12))) - np.unravel_index(before, (10, 12))
    assert traveled.max() == 1
    assert traveled.min() < -3


@pytest.mark.parametrize("max_delta", [1, 2, 4])
def test_offsets_are_uniform_within_reach(offsets, max_delta):
    many = np.random.default_rng(1).random((2000, 7, 7))
    GlassBlur(0, max_delta, 1, random_state=0).fit_transform(many)
    pairs = np.concatenate([np.stack(call).reshape(2, -1) for call in offsets], axis=1)
    assert pairs.shape == (2, many.size)
    assert (pairs.min(), pairs.max()) == (-max_delta, max_delta - 1)
    side = 2 * max_delta
    down, right = pairs + max_delta
    share = np.bincount(down * side + right, minlength=side**2) / many.size
    # All pairs of offsets are equally likely: chi-squared, three standard deviations.
    chi_squared = many.size * ((share - side**-2) ** 2 * side**2).sum()
    assert abs(chi_squared - (side**2 - 1)) < 3 * np.sqrt(2 * (side**2 - 1))


@pytest.mark.parametrize("iterations", [0, 1, 2, 3])
def test_each_round_draws_fresh_offsets(offsets, iterations):
    GlassBlur(0.5, 2, iterations, random_state=0).fit_transform(X)
    assert len(offsets) == iterations
    for (down, right), (other, _) in pairwise(offsets):
        assert 0.1 < (down == other).mean() < 0.4  # one in four by chance
        assert 0.1 < (down == right).mean() < 0.4


# Swap probability ---------------------------------------------------------------------------------


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.9])
def test_the_probability_is_the_share_of_the_pixels_that_are_swapped(offsets, probability):
    many = np.random.default_rng(1).random((2000, 7, 7))
    GlassBlur(0, 2, 1, swap_probability=probability, random_state=0).fit_transform(many)
    (down, right) = (np.concatenate(rounds) for rounds in zip(*offsets, strict=True))
    share = probability * (1 - 1 / 16)  # one in 16 pixels is its own partner
    swapped = (down != 0) | (right != 0)
    assert abs(swapped.mean() - share) < 3 * np.sqrt(share * (1 - share) / swapped.size)


def test_more_swaps_keep_the_swaps_of_fewer(offsets):
    n_moved = []
    for probability in (0.0, 0.02, 0.2, 0.6, 1.0):
        noise = GlassBlur(0, 2, 1, swap_probability=probability, random_state=0)
        n_moved.append((noise.fit_transform(X) != X).sum())
    assert n_moved[0] == 0
    assert (np.diff(n_moved) > 0).all()
    # So few pixels are rarely swapped twice, and each swap moves two.
    n_swaps = 0.02 * 15 / 16 * 60 * 6 * 8
    assert abs(n_moved[1] / 2 - n_swaps) < 3 * np.sqrt(n_swaps)
    for fewer, more in pairwise(offsets):
        swapped = (fewer[0] != 0) | (fewer[1] != 0)
        for axis in (0, 1):
            assert_array_equal(more[axis][swapped], fewer[axis][swapped])


# Gaussians ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "no_swaps", [{"max_delta": 0}, {"iterations": 0}, {"swap_probability": 0}], ids=str
)
@pytest.mark.parametrize("vertical", [False, True])
def test_without_swaps_two_gaussians_are_left(no_swaps, vertical):
    noisy = GlassBlur(0.8, vertical=vertical, **no_swaps).fit_transform(X)
    for image, expected in zip(noisy, X, strict=True):
        for _ in range(2):
            if vertical:
                expected = gaussian_filter1d(expected, 0.8, axis=0, mode="nearest")
            else:
                expected = gaussian_filter(expected, 0.8, mode="nearest")
        assert_allclose(image, expected, rtol=0, atol=1e-12)


def test_vertical_gaussians_never_mix_columns():
    lit = np.zeros((3, 10, 12))
    lit[0, 4, 5] = lit[1, :3, 0] = lit[2, 7:, 11] = 1
    noisy = GlassBlur(2.0, max_delta=0, vertical=True).fit_transform(lit)
    columns = lit.any(axis=1)
    assert_array_equal(noisy.any(axis=1), columns)
    assert_allclose(noisy.mean(axis=1)[~columns], 0)
    assert (np.swapaxes(noisy, 1, 2)[columns] > 0).sum(axis=1).min() > 5


def test_the_swaps_come_between_the_gaussians(offsets):
    noisy = GlassBlur(0.7, 2, 2, vertical=True, random_state=0).fit_transform(X)
    for n, image in enumerate(X):
        expected = gaussian_filter1d(image, 0.7, axis=0, mode="nearest")
        for down, right in offsets:
            expected = swaps_one_by_one(expected, down[n], right[n], 2)
        expected = gaussian_filter1d(expected, 0.7, axis=0, mode="nearest")
        assert_allclose(noisy[n], expected, rtol=0, atol=1e-12)


def test_nothing_to_do_is_the_identity(digits):
    for nothing in ({"max_delta": 0}, {"iterations": 0}, {"swap_probability": 0}):
        assert_array_equal(GlassBlur(0, **nothing).fit_transform(digits[:3]), digits[:3])
