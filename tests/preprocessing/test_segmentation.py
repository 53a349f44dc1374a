"""Digits of generated pages, whose boxes and order are known, and pages that misbehave."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from skmnist.datasets import make_digit_pages
from skmnist.preprocessing import DigitNormalizer, segment_digits


@pytest.fixture(scope="module")
def compare():
    """Return the module that compares boxes with the true ones, which is the benchmark's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parents[2]))
        return import_module("benchmarks.harness.boxes")


def found(pages, compare):
    """Return the share of the digits that are found in order, and the number of other boxes."""
    n_digits = n_found = n_boxes = 0
    for image, boxes in zip(pages.images, pages.boxes, strict=True):
        digits = segment_digits(image)
        n_digits += len(boxes)
        n_boxes += len(digits.boxes)
        n_found += compare.n_in_order(compare.overlaps(boxes, digits.boxes) >= 0.7)
    return n_found / n_digits, n_boxes - n_found


@pytest.mark.parametrize("ruled", [0, 1])
@pytest.mark.parametrize("strokes", ["mnist", "pen"])
def test_pages(strokes, ruled, compare):
    pages = make_digit_pages(6, strokes=strokes, ruled=ruled, max_slope=8, random_state=7)
    share, n_others = found(pages, compare)
    assert share >= 0.98
    assert n_others <= 0.02 * sum(map(len, pages.boxes))


@pytest.mark.parametrize("height", [20, 80])
def test_sizes(height, compare):
    pages = make_digit_pages(
        3, strokes="pen", max_digits=20, digit_height=height, ruled=0, random_state=1
    )
    assert found(pages, compare)[0] >= 0.95


def test_lines_are_numbered():
    pages = make_digit_pages(4, strokes="pen", max_slope=8, ruled=0, random_state=2)
    for image, line in zip(pages.images, pages.line, strict=True):
        np.testing.assert_array_equal(segment_digits(image).line, line)


def square_digits(gap, height=40):
    """Return a page with two hollow squares that overlap if the gap is negative."""
    page = np.full((100, 140), 230, dtype=np.uint8)
    for left in (30, 30 + 30 + gap):
        page[30 : 30 + height, left : left + 30] = 20
        page[36 : 24 + height, left + 6 : left + 24] = 230
    return page


def test_boxes_and_cutouts_are_exact_on_a_clean_page():
    digits = segment_digits(square_digits(gap=8))
    np.testing.assert_array_equal(digits.boxes, [[30, 30, 70, 60], [30, 68, 70, 98]])
    assert digits.boxes.dtype == digits.line.dtype == np.int64
    assert digits.touching.tolist() == [False, False]
    first, second = digits.cutouts
    np.testing.assert_array_equal(first, second)
    assert first.dtype == np.uint8
    rows, columns = np.nonzero(first)
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == (40, 30)
    assert first.shape[0] > 55
    assert set(np.unique(first)) == {0, 255}


@pytest.mark.parametrize("scale", [1, 2, 257])
def test_dtypes_and_polarities_agree(scale):
    page = square_digits(gap=8)
    same = [
        page,
        255 - page,
        page / 255,
        page.astype(np.float32) / 255,
        page.astype(np.uint16) * 257,
    ]
    expected = segment_digits(page)
    for image in same:
        image.flags.writeable = False
        digits = segment_digits(image)
        np.testing.assert_array_equal(digits.boxes, expected.boxes)
        np.testing.assert_array_equal(digits.cutouts[0], expected.cutouts[0])


@pytest.mark.parametrize("strokes", ["mnist", "pen"])
def test_digits_that_touch_are_cut_or_flagged(strokes, compare):
    pages = make_digit_pages(
        60, min_digits=2, max_digits=2, strokes=strokes, touching=1, ruled=0, random_state=3
    )
    n_pairs = n_right = n_flagged = 0
    for image, boxes, line in zip(pages.images, pages.boxes, pages.line, strict=True):
        if line[1] == 0 and boxes[1, 1] < boxes[0, 3]:
            n_pairs += 1
            digits = segment_digits(image)
            matches = compare.overlaps(boxes, digits.boxes) >= 0.7
            n_right += compare.n_in_order(matches) == 2
            n_flagged += bool(digits.touching.any())
    assert n_pairs > 15
    assert n_right >= 0.75 * n_pairs
    assert n_right + n_flagged >= 0.8 * n_pairs


def test_digits_that_touch_in_one_point_are_cut():
    """Two zeros, joined by a thin bar."""
    page = np.full((100, 140), 230, dtype=np.uint8)
    y, x = np.mgrid[:100, :140]
    for center in (45, 83):
        distance = np.hypot((x - center) / 15, (y - 50) / 20)
        page[(distance <= 1) & (distance > 0.7)] = 20
    page[50:54, 58:70] = 20
    np.testing.assert_allclose(
        segment_digits(page).boxes, [[30, 30, 71, 65], [30, 64, 71, 99]], atol=5
    )
    (box,) = segment_digits(page, cut_touching=False).boxes
    np.testing.assert_array_equal(box, [30, 30, 71, 99])


def test_squares_that_touch_are_flagged():
    """They are no digits, so that no cut is sure to be right."""
    page = square_digits(gap=8)
    page[50:54, 58:70] = 20
    digits = segment_digits(page)
    np.testing.assert_array_equal(digits.boxes, [[30, 30, 70, 98]])
    assert digits.touching.tolist() == [True]


def test_ink_that_cannot_be_cut_is_flagged():
    page = np.full((100, 140), 230, dtype=np.uint8)
    page[30:70, 30:100] = 20
    assert segment_digits(page).touching.tolist() == [True]


def test_rows_that_touch_are_cut():
    page = np.full((140, 200), 230, dtype=np.uint8)
    for left in range(20, 180, 40):
        page[20:56, left : left + 6] = 20
        page[70:106, left : left + 6] = 20
    page[50:76, 60:66] = 20
    digits = segment_digits(page)
    assert digits.line.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_specks_and_ruled_lines_are_no_digits():
    page = square_digits(gap=8)
    rng = np.random.default_rng(0)
    page[rng.integers(100, size=30), rng.integers(140, size=30)] = 20
    page[85:87] = 100
    page[:, 10:12] = 100
    np.testing.assert_allclose(
        segment_digits(page).boxes, [[30, 30, 70, 60], [30, 68, 70, 98]], atol=3
    )


def test_thick_rules_of_a_narrow_page_are_no_digits():
    page = np.full((1200, 160), 230, dtype=np.uint8)
    for top in range(20, 1180, 80):
        page[top : top + 4] = 130
        page[top + 20 : top + 60, 70:76] = 20
    boxes = [[top + 20, 70, top + 60, 76] for top in range(20, 1180, 80)]
    np.testing.assert_allclose(segment_digits(page).boxes, boxes, atol=1)


@pytest.mark.parametrize(("height", "width"), [(28, 28), (60, 30), (40, 200), (100, 100)])
def test_a_tall_one_is_no_rule(height, width):
    page = np.full((height, width), 230, dtype=np.uint8)
    top, bottom, left = height // 8, height - height // 8, width // 2
    page[top:bottom, left : left + 3] = 20
    np.testing.assert_array_equal(segment_digits(page).boxes, [[top, left, bottom, left + 3]])


def test_one_small_digit_on_a_large_page():
    rng = np.random.default_rng(0)
    page = np.clip(rng.normal(210, 5, (1000, 1500)), 0, 255).astype(np.uint8)
    page[500:540, 700:706] = 40
    np.testing.assert_allclose(segment_digits(page).boxes, [[500, 700, 540, 706]], atol=1)


def test_the_height_of_digits_can_be_given():
    """Most of the ink is a frame."""
    page = square_digits(gap=8)
    page[95:99, 20:120] = 20
    page[5:95, 116:120] = 20
    boxes = segment_digits(page, digit_height=40).boxes
    assert [30, 30, 70, 60] in boxes.tolist()


def test_the_normalizer_takes_the_cutouts():
    pages = make_digit_pages(1, min_digits=6, max_digits=6, strokes="pen", random_state=0)
    digits = segment_digits(pages.images[0])
    X = DigitNormalizer().fit_transform(digits.cutouts)
    assert X.shape == (6, 28, 28)
    assert (X.max(axis=(1, 2)) > 200).all()


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((50, 60)),
        np.full((50, 60), 255, np.uint8),
        np.zeros((1, 1), np.uint8),
        [[0.0, 1.0]],
    ],
    ids=["black", "white", "one pixel", "two pixels"],
)
@pytest.mark.filterwarnings("ignore::skmnist.exceptions.ValueRangeWarning")
def test_pages_without_digits(image):
    digits = segment_digits(image)
    n_digits = len(digits.boxes)
    assert digits.boxes.shape == (n_digits, 4)
    assert digits.line.shape == digits.touching.shape == (n_digits,)
    assert len(digits.cutouts) == n_digits
    if np.ptp(image) == 0:
        assert n_digits == 0


def test_images_of_any_shape_and_noise():
    rng = np.random.default_rng(0)
    for _ in range(150):
        image = rng.integers(0, 256, rng.integers(1, 40, size=2), dtype=np.uint8)
        image[rng.random(image.shape) < rng.random()] = 255
        digits = segment_digits(image)
        assert len(digits.boxes) == len(digits.cutouts) == len(digits.line) == len(digits.touching)
        assert (digits.boxes[:, :2] < digits.boxes[:, 2:]).all()


def test_noise_without_digits():
    rng = np.random.default_rng(0)
    page = np.clip(rng.normal(128, 10, (300, 400)), 0, 255).astype(np.uint8)
    assert len(segment_digits(page).boxes) == 0


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((5, 5, 3)), "image is not valid: .*dim 3"),
        (np.zeros(5), "image is not valid"),
        (np.array([[0.0, np.nan]]), "image is not valid: Input contains NaN"),
        (np.array([["a", "b"]]), "image is not valid"),
        (np.zeros((0, 5)), "image is not valid: Found array with 0 sample"),
        ("page.png", "image is not valid"),
    ],
)
def test_invalid_images(image, message):
    with pytest.raises(ValueError, match=message):
        segment_digits(image)


@pytest.mark.parametrize("argument", [{"digit_height": 0}, {"cut_touching": "yes"}])
def test_invalid_parameters(argument):
    with pytest.raises(
        ValueError, match=f"The '{next(iter(argument))}' parameter of segment_digits"
    ):
        segment_digits(np.zeros((5, 5)), **argument)
