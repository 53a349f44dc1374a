"""Generated pages of digits."""

import numpy as np
import pytest

from skmnist.datasets import load_mnist_sample, make_digit_pages


def test_what_is_returned():
    pages = make_digit_pages(4, min_digits=3, max_digits=9, random_state=0)
    for image, target, boxes, line in zip(
        pages.images, pages.target, pages.boxes, pages.line, strict=True
    ):
        assert image.dtype == np.uint8
        assert 3 <= len(target) <= 9
        assert boxes.shape == (len(target), 4)
        assert line.shape == target.shape
        assert (boxes[:, :2] >= 0).all()
        assert (boxes[:, 2:] <= image.shape).all()
        heights = boxes[:, 2] - boxes[:, 0]
        assert (abs(heights - 40) <= 8).all()
        for number in np.unique(line):
            assert (np.diff(boxes[line == number, 1]) > 0).all()


@pytest.mark.parametrize("strokes", ["mnist", "pen"])
def test_boxes_hold_dark_ink(strokes):
    pages = make_digit_pages(3, strokes=strokes, ruled=0, random_state=1)
    for image, boxes in zip(pages.images, pages.boxes, strict=True):
        for top, left, bottom, right in boxes:
            assert image[top:bottom, left:right].min() < np.median(image) - 40


def test_seeds():
    first, again, other = (
        make_digit_pages(2, strokes="pen", max_digits=5, random_state=seed) for seed in (0, 0, 1)
    )
    for image, same in zip(first.images, again.images, strict=True):
        np.testing.assert_array_equal(image, same)
    assert first.images[0].shape != other.images[0].shape


def test_digits_touch():
    pages = make_digit_pages(5, min_digits=8, max_digits=8, touching=1, random_state=0)
    gaps = np.concatenate(
        [
            (boxes[1:, 1] - boxes[:-1, 3])[np.diff(line) == 0]
            for boxes, line in zip(pages.boxes, pages.line, strict=True)
        ]
    )
    assert (gaps < 0).mean() > 0.5
    assert gaps.min() >= -11


def test_the_source():
    sample = load_mnist_sample()
    source = {"images": sample.images[:50], "target": sample.target[:50]}
    pages = make_digit_pages(1, source=source, random_state=0)
    assert set(pages.target[0]) <= set(source["target"])


def test_invalid_parameters():
    with pytest.raises(ValueError, match="max_digits=2 is less than min_digits=3; expected at le"):
        make_digit_pages(min_digits=3, max_digits=2)
    with pytest.raises(ValueError, match="The 'touching' parameter of make_digit_pages"):
        make_digit_pages(touching=2)
    with pytest.raises(TypeError, match="source must be a Bunch with images and target"):
        make_digit_pages(source=[1, 2])
