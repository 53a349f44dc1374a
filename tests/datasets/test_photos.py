import sys

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmnist.datasets import load_mnist_sample, make_digit_photos
from skmnist.datasets._pen import GLYPHS, draw_digit
from skmnist.exceptions import MissingDependencyError


@pytest.fixture(scope="module", params=["mnist", "pen"])
def photos(request):
    return make_digit_photos(12, strokes=request.param, min_size=50, max_size=90, random_state=0)


def test_photos_are_dark_ink_in_the_box_on_light_paper(photos):
    assert len(photos.images) == len(photos.target) == len(photos.boxes) == 12
    assert len({image.shape for image in photos.images}) > 6
    for image, (top, left, bottom, right) in zip(photos.images, photos.boxes, strict=True):
        assert image.dtype == np.uint8
        assert 50 <= min(image.shape) <= max(image.shape) <= 90
        assert 0 <= top < bottom <= image.shape[0]
        assert 0 <= left < right <= image.shape[1]
        outside = np.ones(image.shape, dtype=bool)
        outside[max(top - 4, 0) : bottom + 4, max(left - 4, 0) : right + 4] = False
        assert image[~outside].min() < image[outside].min()


def test_photos_are_repeatable():
    params = {"n_samples": 3, "strokes": "pen", "min_size": 40, "max_size": 60}
    first, again, other = (
        make_digit_photos(**params, random_state=seed) for seed in (1, np.int64(1), 2)
    )
    assert_array_equal(first.target, again.target)
    for image, same in zip(first.images, again.images, strict=True):
        assert_array_equal(image, same)
    assert any(a.shape != b.shape for a, b in zip(first.images, other.images, strict=True))


def test_pen_draws_each_digit_equally_often():
    target = make_digit_photos(20, strokes="pen", min_size=32, max_size=32, random_state=0).target
    assert_array_equal(np.bincount(target), 2)
    assert target.tolist() != sorted(target)


def test_a_source_of_your_own():
    sample = load_mnist_sample()
    source = {"images": sample.images[:2], "target": np.array([7, 8])}
    photos = make_digit_photos(5, source=source, min_size=40, max_size=40, random_state=0)
    assert sorted(set(photos.target)) == [7, 8]
    assert 2 <= (photos.target == 7).sum() <= 3


@pytest.mark.parametrize("digit", GLYPHS)
def test_drawn_digits_are_inside_the_image_in_one_piece_of_ink(digit):
    rng = np.random.default_rng(digit)
    for _ in range(5):
        ink = draw_digit(digit, 60, rng)
        assert (ink.shape, ink.dtype) == ((60, 60), np.float32)
        assert 0.01 < ink.mean() < 0.3
        rows = np.flatnonzero((ink > 0.5).any(axis=1))
        assert 40 < np.ptp(rows) < 58
        assert not ink[[0, -1]].any()


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"strokes": "chalk"}, ValueError, "'strokes' parameter of make_digit_photos must be"),
        ({"n_samples": 0}, ValueError, "'n_samples' parameter of make_digit_photos must be"),
        ({"min_size": 50, "max_size": 40}, ValueError, "max_size=40 is less than min_size=50"),
        ({"source": [1]}, TypeError, "source must be a Bunch with images and target"),
    ],
)
def test_what_it_refuses(params, error, message):
    with pytest.raises(error, match=message):
        make_digit_photos(**params)


def test_without_pillow(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(MissingDependencyError, match="make_digit_photos needs pillow, which is"):
        make_digit_photos(1, strokes="pen", min_size=32, max_size=40)
