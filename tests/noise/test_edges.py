import numpy as np
import pytest
from numpy.testing import assert_array_equal
from skimage.feature import canny as skimage_canny

from skmnist.noise import CannyEdges
from skmnist.noise.kernels._edges import canny


def by_skimage(X, sigma=1.0, low_threshold=0.1, high_threshold=0.2):
    return np.array([skimage_canny(x, sigma, low_threshold, high_threshold) for x in X])


@pytest.mark.parametrize("sigma", [0, 0.5, 1, 1.7, 3])
def test_equals_skimage(sigma, digits):
    X = digits[:250] / 255
    edges = CannyEdges(sigma).fit_transform(X)
    assert edges.dtype == X.dtype
    assert set(np.unique(edges)) == {0, 1}
    assert_array_equal(edges, by_skimage(X, sigma))


def test_the_defaults_are_those_of_skimage(digits):
    X = digits[:50] / 255
    assert_array_equal(CannyEdges().fit_transform(X), [skimage_canny(x) for x in X])


@pytest.mark.parametrize("thresholds", [(0, 0), (0, 1), (0.2, 0.2), (0.3, 1.5), (1.5, 2), (5, 6)])
def test_equals_skimage_at_other_thresholds(thresholds, digits):
    X = digits[:200] / 255
    low, high = thresholds
    edges = CannyEdges(low_threshold=low, high_threshold=high).fit_transform(X)
    expected = by_skimage(X, 1.0, low, high)
    assert_array_equal(edges, expected)
    assert expected.any() == (high < 5)


@pytest.mark.parametrize("shape", [(28, 20), (7, 40), (3, 3), (2, 9), (5, 4)])
@pytest.mark.parametrize(("sigma", "low", "high"), [(0.5, 0.3, 0.9), (1.4, 0.03, 0.1)])
def test_equals_skimage_on_other_shapes(shape, sigma, low, high):
    # White noise has edges in all directions, and weak edges that touch strong ones.
    X = np.random.default_rng(0).random((100, *shape))
    edges = CannyEdges(sigma, low_threshold=low, high_threshold=high).fit_transform(X)
    assert_array_equal(edges, by_skimage(X, sigma, low, high))
    assert edges.any() == (min(shape) > 2)


def test_edges_of_integers_are_white_in_their_range(digits):
    X = digits[:100]
    edges = CannyEdges().fit_transform(X)
    assert set(np.unique(edges)) == {0, 255}
    # Few comparisons differ in float32.
    assert ((edges == 255) != by_skimage(X / 255)).mean() < 1e-4


def test_thresholds_are_in_units_of_the_range(digits):
    X = digits[:50] / 255
    wide = CannyEdges(value_range=(-1, 3)).fit_transform(X * 4 - 1)
    assert ((wide == 3) != CannyEdges().fit_transform(X)).mean() < 1e-4
    assert set(np.unique(wide)) == {-1, 3}


def test_edges_are_thin_lines_about_a_square():
    X = np.zeros((1, 20, 20))
    X[0, 6:14, 6:14] = 1
    edges = canny(X, 1.0, 0.1, 0.2)[0]
    # In each direction from the middle, there is one edge, within a pixel of the step.
    for line in (edges[10, :10], edges[10, :9:-1], edges[:10, 10], edges[:9:-1, 10]):
        (place,) = np.flatnonzero(line)
        assert place in (5, 6)


def test_a_step_has_the_documented_strength():
    X = np.zeros((1, 9, 9))
    X[0, :, 5:] = 1
    params = {"sigma": 0, "low_threshold": 0}
    assert CannyEdges(**params, high_threshold=3.999).fit_transform(X).any()
    assert not CannyEdges(**params, high_threshold=4.001).fit_transform(X).any()


# Hysteresis ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(28, 28), (4, 11)])
def test_a_batch_equals_its_images_one_by_one(shape):
    X = np.random.default_rng(0).random((60, *shape))
    edges = canny(X, 0.8, 0.2, 1.5)
    assert_array_equal(edges, np.concatenate([canny(x[np.newaxis], 0.8, 0.2, 1.5) for x in X]))
    assert edges.any()


def test_strong_edges_do_not_reach_into_the_next_image():
    step = np.zeros((9, 9))
    step[:, 5:] = 1
    X = np.stack([0.2 * step, step, 0.2 * step])
    assert_array_equal(canny(X, 0.5, 0.1, 2).any(axis=(1, 2)), [False, True, False])


def test_weak_edges_count_where_they_touch_a_strong_one():
    X = np.zeros((1, 20, 12))
    X[0, :10, 6:] = 1
    X[0, 10:, 6:] = 0.3
    weak, both, strong = (canny(X, 0.5, low, high)[0] for low, high in ((1, 1), (1, 2), (2, 2)))
    assert_array_equal(both, weak)
    assert strong.sum() < both.sum()
    apart = X.copy()
    apart[0, 9:12] = 0
    assert canny(apart, 0.5, 0.1, 2)[0, 13:].sum() == 0


@pytest.mark.parametrize("shape", [(1, 1), (1, 10), (10, 1), (2, 2)])
def test_tiny_images_have_no_edges(shape):
    # Every pixel lies on the border.
    X = np.random.default_rng(0).integers(256, size=(20, *shape), dtype=np.uint8)
    assert not CannyEdges(low_threshold=0, high_threshold=0).fit_transform(X).any()


def test_constant_images_have_no_edges():
    X = np.array([0, 0.4, 1.0])[:, np.newaxis, np.newaxis] * np.ones((20, 20))
    assert not CannyEdges().fit_transform(X).any()


def test_thresholds_upside_down():
    noise = CannyEdges(low_threshold=0.3, high_threshold=0.25)
    message = (
        r"low_threshold=0\.3 is greater than high_threshold=0\.25; expected low_threshold <= "
        r"high_threshold\."
    )
    for method in (noise.fit, noise.fit_transform):
        with pytest.raises(ValueError, match=message):
            method(np.zeros((2, 4, 4)))
    assert not hasattr(noise, "seed_")
    noise.set_params(high_threshold=0.3).fit(np.zeros((2, 4, 4)))
