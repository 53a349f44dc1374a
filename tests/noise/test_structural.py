import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

from skmnist.noise import Occlusion, Pixelate, Stripe
from skmnist.noise.kernels._blocks import block_means, rectangles

# Distinct images, darker than all rectangles in these tests.
DARK = np.random.default_rng(0).integers(100, size=(2000, 28, 28), dtype=np.uint8)


def hidden_by(area, X=DARK, **params):
    """Return the mask of the hidden pixels."""
    noise = Occlusion(area, value=0.8, value_range=(0, 255), random_state=0, **params)
    noisy = noise.fit_transform(X)
    hidden = noisy == 204
    assert_array_equal(noisy[~hidden], X[~hidden])
    return hidden


def spans(hidden, axis):
    """Return the first index and the length of the rectangle of each image along an axis."""
    covered = hidden.any(axis=3 - axis)
    return covered.argmax(axis=1), covered.sum(axis=1)


# Occlusion ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(28, 28), (12, 40)])
@pytest.mark.parametrize(("area", "ratio"), [(0.1, 2), (0.03, 2), (0.2, 4), (0.4, 1), (0.5, 2)])
def test_one_rectangle_hides_its_area(shape, area, ratio):
    X = np.random.default_rng(0).integers(100, size=(2000, *shape), dtype=np.uint8)
    hidden = hidden_by(area, X, max_aspect_ratio=ratio)
    (top, height), (left, width) = spans(hidden, 1), spans(hidden, 2)
    # Each image has one full rectangle.
    assert_array_equal(hidden.sum(axis=(1, 2)), height * width)
    for start, length, size in ((top, height, shape[0]), (left, width, shape[1])):
        assert (start >= 0).all()
        assert (start + length <= size).all()
    # Both sides are rounded by at most half a pixel.
    n_pixels = shape[0] * shape[1]
    rounding = (height + width) / 2 + 0.25
    assert (np.abs(height * width - area * n_pixels) <= rounding + 1e-6).all()
    if ratio > 1:  # rounding errors nearly cancel out
        assert_allclose(hidden.mean(), area, rtol=0.05)


@pytest.mark.parametrize("area", [0.6, 0.9, 1])
def test_large_rectangles_hide_their_area(area):
    share = hidden_by(area, DARK[:300]).mean(axis=(1, 2))
    assert_allclose(share, area, atol=0.04)


def test_a_square_of_the_whole_image_hides_all():
    assert hidden_by(1, DARK[:20], max_aspect_ratio=1).all()


@pytest.mark.parametrize("ratio", [1, 2, 5])
def test_aspect_ratios(ratio):
    hidden = hidden_by(0.1, max_aspect_ratio=ratio)
    height, width = spans(hidden, 1)[1], spans(hidden, 2)[1]
    assert ((height - 0.5) / (width + 0.5) <= ratio).all()
    assert ((width - 0.5) / (height + 0.5) <= ratio).all()
    logarithm = np.log(height / width)
    if ratio == 1:
        assert_array_equal(logarithm, 0)
    else:
        # Uniform between its bounds, up to rounding.
        bound = np.log(ratio)
        assert abs(logarithm.mean()) < 3 * bound / np.sqrt(3 * len(logarithm))
        assert_allclose(logarithm.std(), bound / np.sqrt(3), rtol=0.05)
        assert logarithm.max() > 0.8 * bound
        assert logarithm.min() < -0.8 * bound


def test_aspect_ratios_in_wide_images():
    X = np.random.default_rng(0).integers(100, size=(500, 12, 40), dtype=np.uint8)
    hidden = hidden_by(0.1, X, max_aspect_ratio=2)
    height, width = spans(hidden, 1)[1], spans(hidden, 2)[1]
    assert ((width - 0.5) / (height + 0.5) <= 2).all()


@pytest.mark.parametrize("axis", [1, 2])
def test_every_place_is_equally_likely(axis):
    start, length = spans(hidden_by(0.1, max_aspect_ratio=1), axis)
    assert_array_equal(length, 9)
    places, counts = np.unique(start, return_counts=True)
    assert_array_equal(places, np.arange(20))
    expected = len(start) / 20
    assert (np.abs(counts - expected) < 3.5 * np.sqrt(expected * 19 / 20)).all()


def test_places_do_not_depend_on_each_other():
    hidden = hidden_by(0.1, max_aspect_ratio=1)
    top, left = spans(hidden, 1)[0], spans(hidden, 2)[0]
    assert abs(np.corrcoef(top, left)[0, 1]) < 3 / np.sqrt(len(DARK))


def test_more_rectangles_keep_the_fewer():
    X = DARK[:300]
    fewer = np.zeros_like(X, dtype=bool)
    for n_patches in (1, 2, 3, 8):
        hidden = hidden_by(0.05, X, n_patches=n_patches)
        assert hidden[fewer].all()
        assert hidden.sum() > fewer.sum()
        assert hidden.mean() <= 0.055 * n_patches
        fewer = hidden


def test_gray_of_rectangles_is_in_units_of_the_range():
    X = np.random.default_rng(0).uniform(-3, -1, size=(20, 10, 10))
    for value, pixel in ((0, -3), (0.25, -0.5), (1, 7)):
        noise = Occlusion(0.2, value=value, value_range=(-3, 7), random_state=0)
        noisy = noise.fit_transform(X)
        changed = np.abs(noisy - X) > 1e-5
        assert changed.any(axis=(1, 2)).all()
        assert_allclose(noisy[changed], pixel, atol=1e-6)


@pytest.mark.parametrize("shape", [(1, 1), (1, 10), (10, 1)])
@pytest.mark.parametrize("area", [0.001, 0.1, 0.9])
def test_at_least_one_pixel_is_hidden(shape, area):
    X = np.random.default_rng(0).integers(100, size=(30, *shape), dtype=np.uint8)
    assert hidden_by(area, X).any(axis=(1, 2)).all()


def test_rectangles_of_given_draws():
    # A draw of 0.5 is a ratio of 1; places are drawn from the first to the last possible one.
    uniform = np.array([[[0.5, 0, 0]], [[0.5, 0.999, 0]], [[0.5, 0.5, 0.999]]])
    hidden = rectangles((4, 4), 0.25, 3, uniform)
    for image, (top, left) in zip(hidden, [(0, 0), (2, 0), (1, 2)], strict=True):
        expected = np.zeros((4, 4), dtype=bool)
        expected[top : top + 2, left : left + 2] = True
        assert_array_equal(image, expected)


# Pixelate -----------------------------------------------------------------------------------------


def pixelate_by_pillow(image, factor):
    height, width = (int(size * factor) for size in image.shape)
    small = Image.fromarray(image).resize((width, height), Image.Resampling.BOX)
    return np.array(small.resize(image.shape[::-1], Image.Resampling.BOX))


@pytest.mark.parametrize("factor", [0.6, 0.5, 0.4, 0.3, 0.25])
def test_pixelate_equals_pillow(factor, digits):
    X = digits[:200]
    expected = [pixelate_by_pillow(image, factor) for image in X]
    noisy = Pixelate(factor).fit_transform(X)
    assert_allclose(noisy.astype(int), expected, rtol=0, atol=1)


@pytest.mark.parametrize("factor", [0.7, 0.5, 0.26])
def test_pixelate_equals_pillow_on_other_shapes(factor):
    X = np.random.default_rng(0).integers(256, size=(20, 17, 30), dtype=np.uint8)
    expected = [pixelate_by_pillow(image, factor) for image in X]
    assert_allclose(Pixelate(factor).fit_transform(X).astype(int), expected, rtol=0, atol=1)


@pytest.mark.parametrize("factor", [0.01, 0.3, 0.6, 0.99])
@pytest.mark.parametrize("shape", [(28, 28), (5, 9), (1, 10), (1, 1)])
def test_pixelate_keeps_constant_images(factor, shape):
    X = np.full((2, *shape), 77, dtype=np.uint8)
    assert_array_equal(Pixelate(factor).fit_transform(X), X)


def test_pixelate_makes_blocks_of_their_means():
    X = np.random.default_rng(0).random((3, 28, 28))
    blocks = X.reshape(3, 7, 4, 7, 4).mean(axis=(2, 4))
    expected = blocks.repeat(4, axis=1).repeat(4, axis=2)
    assert_allclose(Pixelate(0.25).fit_transform(X), expected, atol=1e-6)
    # A second time changes nothing.
    assert_allclose(Pixelate(0.25).fit_transform(expected), expected, atol=1e-6)


def test_the_smallest_factor_leaves_one_mean(digits):
    X = digits[:20] / 255
    means = np.broadcast_to(X.mean(axis=(1, 2), keepdims=True), X.shape)
    assert_allclose(Pixelate(0.001).fit_transform(X), means, atol=1e-6)


@pytest.mark.parametrize("size", [1, 2, 9, 28])
def test_blocks_share_out_an_axis(size):
    for new_size in range(1, size + 1):
        shrink, shown = block_means(new_size, size)
        matrix = shrink.toarray()[shown]
        assert len(np.unique(matrix, axis=0)) == new_size
        assert_allclose(matrix.sum(axis=1), 1)
        # Neighbors share a block, a pixel lies in its own block, and blocks differ by one pixel.
        assert (np.diff(matrix.argmax(axis=1)) >= 0).all()
        assert (np.diagonal(matrix) > 0).mean() > 0.5
        lengths = (matrix > 0).sum(axis=1)
        assert lengths.max() - lengths.min() <= 1


# Stripes ------------------------------------------------------------------------------------------


def test_stripes_invert_seven_columns_at_either_side(digits):
    X = digits[:50]
    expected = X.copy()
    for column in [*range(7), *range(21, 28)]:
        expected[:, :, column] = 255 - X[:, :, column]
    assert_array_equal(Stripe().fit_transform(X), expected)
    assert_array_equal(Stripe().fit_transform(expected), X)


@pytest.mark.parametrize("size", [2, 6, 28])
def test_the_widest_stripes_invert_even_widths(size):
    X = np.random.default_rng(0).integers(256, size=(5, 4, size), dtype=np.uint8)
    assert_array_equal(Stripe(0.5).fit_transform(X), 255 - X)


@pytest.mark.parametrize("size", [1, 3, 5, 7, 29])
def test_the_widest_stripes_leave_the_middle_of_odd_widths(size):
    X = np.random.default_rng(0).integers(256, size=(5, 4, size), dtype=np.uint8)
    expected = 255 - X
    expected[:, :, size // 2] = X[:, :, size // 2]
    assert_array_equal(Stripe(0.5).fit_transform(X), expected)


@pytest.mark.parametrize(("fraction", "n_columns"), [(0.01, 0), (0.1, 3), (0.3, 8), (0.4, 11)])
def test_stripes_are_rounded_to_whole_columns(fraction, n_columns, digits):
    X = digits[:20]
    inverted = (Stripe(fraction).fit_transform(X) == 255 - X).all(axis=(0, 1))
    assert_array_equal(np.flatnonzero(inverted), [*range(n_columns), *range(28 - n_columns, 28)])


def test_stripes_invert_within_the_value_range():
    X = np.full((1, 4, 4), -1.0)
    noisy = Stripe(value_range=(-3, 7)).fit_transform(X)
    assert_allclose(noisy, np.tile([5, -1, -1, 5.0], (1, 4, 1)), atol=1e-6)
