from itertools import pairwise
from math import atan, ceil, cos, floor, log, sin

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import chisquare

from skmnist.noise import DottedLine, Line, Zigzag
from skmnist.noise import _lines as lines
from skmnist.noise.kernels._lines import draw_segments, line_profile, zigzag_points

# Distinct images, dark enough that lines are clipped in their center only.
GRAY = np.random.default_rng(0).uniform(0, 0.2, size=(4000, 28, 28)).astype(np.float32)
# Noise -> the function that is called with the two ends of its lines.
LINES = {Line: "draw_segments", DottedLine: "draw_segments", Zigzag: "zigzag_points"}


@pytest.fixture
def spied(monkeypatch):
    """The arguments of the drawing functions, by the names of the functions."""
    calls = {"draw_segments": [], "zigzag_points": []}

    def spy(name):
        function = getattr(lines, name)

        def wrapper(*args):
            calls[name].append(args)
            return function(*args)

        monkeypatch.setattr(lines, name, wrapper)

    for name in calls:
        spy(name)
    return calls


def ends_of(spied, noise_class):
    """Return the columns and rows of the start and the end of each image's line: c0, r0, c1, r1."""
    name = LINES[noise_class]
    place = {"draw_segments": (1, 2), "zigzag_points": (0, 1)}[name]
    start, end = (np.concatenate([call[i] for call in spied[name]], axis=1) for i in place)
    return np.concatenate([start, end])


def draw_line(shape, c0, r0, c1, r1, width=2.3):
    """Draw one line on black, pixel by pixel."""
    image = np.zeros(shape)
    if c1 > c0:
        for column in range(max(floor(c0), 0), min(ceil(c1), shape[1])):
            height = r0 + (r1 - r0) * (column - c0) / (c1 - c0)
            for row in range(shape[0]):
                distance = abs(row - height)
                if distance < width:
                    image[row, column] = np.clip(1 + log(1 - distance / width), 0, 1)
    return image


def zigzag_corners(c0, r0, c1, r1, amplitude=2, half_period=4):
    """Return the corners of one zigzag as (column, row)."""
    theta = atan((r1 - r0) / (c1 - c0))
    length = (c1 - c0) / cos(theta)
    corners = [(0, 0)]
    for i in range(floor((length - half_period / 2) / half_period) + 1):
        corners.append(((2 * i + 1) * half_period / 2, (-1) ** i * amplitude))
    rest = length - half_period * floor(length / half_period)
    corners.append((length, corners[-1][1] / (2 * rest)))
    return [
        (c0 + x * cos(theta) - y * sin(theta), r0 + x * sin(theta) + y * cos(theta))
        for x, y in corners
    ]


# Kernels ------------------------------------------------------------------------------------------


def test_profile_of_a_line():
    assert_allclose(line_profile(np.array([0, 1, 1.5, 10]), 2.3), [1, 0.4295, 0, 0], atol=1e-4)
    distance = np.linspace(0, 3, 301)
    for width in (1, 2.3):
        profile = line_profile(distance, width)
        assert profile[0] == 1
        assert (np.diff(profile) <= 0).all()
        assert_allclose(distance[profile == 0].min(), 0.632 * width, atol=0.01)


@pytest.mark.parametrize("shape", [(28, 28), (9, 14), (1, 10), (6, 1)])
@pytest.mark.parametrize("width", [0.5, 2.3, 8])
def test_segments_equal_lines_drawn_pixel_by_pixel(shape, width):
    ends = np.random.default_rng(0).uniform(-2, max(shape) + 2, size=(60, 4))
    drawn = draw_segments(shape, ends[:, :2].T, ends[:, 2:].T, width)
    expected = [draw_line(shape, *end, width) for end in ends]
    assert_allclose(drawn, expected, rtol=0, atol=1e-9)
    leftwards = ends[:, 2] < ends[:, 0]
    assert leftwards.any()
    assert not drawn[leftwards].any()


def test_a_vertical_line_draws_nothing():
    assert not draw_segments((5, 5), np.array([[2], [0]]), np.array([[2], [4]]), 2.3).any()


def test_corners_of_a_zigzag():
    rng = np.random.default_rng(0)
    first = np.stack([np.full(100, 2), rng.integers(27, size=100)])
    last = np.stack([np.full(100, 25), first[1] + rng.integers(-5, 5, size=100)])
    points = zigzag_points(first, last, 2, 4)
    for i in range(100):
        assert_allclose(points[:, :, i], zigzag_corners(*first[:, i], *last[:, i]), atol=1e-9)


def test_zigzags_of_different_lengths():
    # The last corner of the shorter one is repeated, which draws nothing.
    first, last = np.array([[2, 2], [5, 5]]), np.array([[25, 9], [5, 7]])
    for i, points in enumerate(np.moveaxis(zigzag_points(first, last, 2, 4), 2, 0)):
        keep = np.append(True, np.abs(np.diff(points, axis=0)).max(axis=1) > 0)
        assert_allclose(points[keep], zigzag_corners(*first[:, i], *last[:, i]), atol=1e-9)


def test_a_zigzag_of_whole_half_periods_ends_at_its_last_corner():
    points = zigzag_points(np.array([[0], [3]]), np.array([[8], [3]]), 1, 4)[:, :, 0]
    assert_allclose(points, [(0, 3), (2, 4), (6, 2), (6, 2)])


# Lines --------------------------------------------------------------------------------------------


def test_lines_end_near_the_sides(spied):
    X = GRAY[:400]
    noisy = Line(value_range=(0, 1), random_state=0).fit_transform(X)
    ends = ends_of(spied, Line)
    expected = X + [draw_line((28, 28), *end) for end in ends.T]
    assert_allclose(noisy, np.minimum(expected, 1), atol=1e-5)
    assert set(ends[0]) == set(range(5))
    assert set(ends[2]) == set(range(22, 27))


def test_dotted_lines_run_from_side_to_side(spied):
    X = GRAY[:400]
    noisy = DottedLine(value_range=(0, 1), random_state=0).fit_transform(X)
    ends = ends_of(spied, DottedLine)
    assert_array_equal(ends[[0, 2]], np.tile([[0], [27]], (1, 400)))
    line = np.array([draw_line((28, 28), *end) for end in ends.T])
    for blank in range(0, 28, 4):
        line[:, :, blank : blank + 2] = 0
    line[:, :, 27] = 0
    assert_allclose(noisy, np.minimum(X + line, 1), atol=1e-5)


def test_dots_of_another_length(digits):
    noise = DottedLine(dash=3, random_state=0)
    changed = (noise.fit_transform(digits[:300]) != digits[:300]).any(axis=(0, 1))
    assert_array_equal(np.flatnonzero(changed), [c for c in range(27) if c // 3 % 2])


def test_zigzags_by_their_corners(spied):
    X = GRAY[:400]
    noisy = Zigzag(value_range=(0, 1), random_state=0).fit_transform(X)
    ends = ends_of(spied, Zigzag)
    assert_array_equal(ends[[0, 2]], np.tile([[2], [25]], (1, 400)))
    expected = X.astype(float)
    for image, end in zip(expected, ends.T, strict=True):
        corners = zigzag_corners(*end)
        for start, stop in pairwise(corners):
            image += draw_line((28, 28), *start, *stop)
    assert_allclose(noisy, np.minimum(expected, 1), atol=1e-5)


@pytest.mark.parametrize("noise_class", LINES)
def test_rows_are_uniform(noise_class, spied):
    noise_class(random_state=0).fit_transform(GRAY)
    _, first, _, last = ends_of(spied, noise_class)
    if noise_class is Zigzag:
        draws = (first, np.arange(27)), (last - first, np.arange(-5, 5))
    else:
        draws = (first, np.arange(27)), (last, np.arange(27))
    for drawn, possible in draws:
        values, counts = np.unique(drawn, return_counts=True)
        assert_array_equal(values, possible)
        assert chisquare(counts).pvalue > 0.003
    # The two draws are independent.
    assert abs(np.corrcoef(draws[0][0], draws[1][0])[0, 1]) < 3 / np.sqrt(len(GRAY))


@pytest.mark.parametrize("noise_class", LINES)
def test_lines_only_add_light(noise_class, digits):
    X = digits[:500]
    noisy = noise_class(random_state=0).fit_transform(X)
    assert (noisy >= X).all()
    assert (noisy > X).any(axis=(1, 2)).all()


@pytest.mark.parametrize("noise_class", LINES)
def test_wider_lines_cover_narrower_ones(noise_class, digits):
    X = digits[:100]
    narrow, wide = (noise_class(w, random_state=0).fit_transform(X) for w in (1.0, 5.0))
    assert (narrow <= wide).all()
    assert narrow.mean() < wide.mean()


@pytest.mark.parametrize("noise_class", LINES)
@pytest.mark.parametrize("shape", [(1, 1), (1, 10), (10, 1), (5, 9), (3, 3)])
def test_lines_on_small_images(noise_class, shape, spied):
    X = np.random.default_rng(0).uniform(0.13, 0.2, size=(50, *shape))
    noise = noise_class(value_range=(0, 1), random_state=0)
    noisy = noise.fit_transform(X)
    assert (noisy >= X - 1e-7).all()
    assert noisy.max() <= 1
    # A dotted line starts with a gap of two columns.
    assert (noisy > X + 0.1).any() == (noise_class is not DottedLine or shape[1] > 3)
    assert_allclose(np.concatenate([noise.transform(X[i : i + 1]) for i in range(50)]), noisy)
    left, first_row, right, _ = ends_of(spied, noise_class)
    assert (left < right).all()
    assert first_row.min() >= 0
    assert first_row.max() <= max(0, shape[0] - 2)


def test_a_flat_zigzag_is_a_straight_line(spied):
    noise = Zigzag(amplitude=0, value_range=(0, 1), random_state=0)
    noisy = noise.fit_transform(GRAY[:100])
    line = np.array([draw_line((28, 28), *end) for end in ends_of(spied, Zigzag).T])
    # Where two segments meet within a column, both are drawn in it.
    assert (noisy - GRAY[:100] >= np.minimum(line, 1 - GRAY[:100]) - 1e-5).all()
    assert_array_equal((noisy - GRAY[:100] > 1e-5), line > 1e-5)
