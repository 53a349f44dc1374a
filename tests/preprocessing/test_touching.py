"""Candidate cuts, the network that judges them, and the choice of a cut."""

from importlib.resources import files

import numpy as np
import pytest
from scipy import ndimage, signal

from skmnist.datasets import load_mnist_sample
from skmnist.preprocessing._cuts import candidate_cuts
from skmnist.preprocessing._likeness import _convolve, likeness, part_image
from skmnist.preprocessing._touching import split


@pytest.fixture(scope="module")
def digits():
    """Return the ink of 200 digits, 60 pixels high or wide."""
    images = load_mnist_sample().images[:200]
    return [cropped(ndimage.zoom(image, 3, order=1) > 100) for image in images]


def cropped(is_ink):
    rows, columns = (np.flatnonzero(is_ink.any(axis=axis)) for axis in (1, 0))
    return is_ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def joined(left, right):
    """Return two inks side by side, joined by a short bar in the middle."""
    height = max(len(left), len(right))
    left, right = (np.pad(ink, ((0, height - len(ink)), (0, 0))) for ink in (left, right))
    both = np.hstack([left, np.zeros((height, 4), dtype=bool), right])
    ends = left.shape[1] - 1 - left[:, ::-1].argmax(axis=1), right.argmax(axis=1)
    row = np.where(left.any(axis=1) & right.any(axis=1), ends[0] - ends[1], -height).argmax()
    both[row : row + 3, ends[0][row] : left.shape[1] + 4 + ends[1][row] + 1] = True
    return both, left.shape[1] + 2


def left_of(is_ink, column):
    return np.broadcast_to(np.arange(is_ink.shape[1]) < column, is_ink.shape)


def ring(height=40, width=30):
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return (y**2 + x**2 <= 1) & (y**2 + x**2 >= 0.5)


def test_the_best_cut_crosses_the_contact():
    is_ink, contact = joined(ring(), ring())
    is_left, scores = candidate_cuts(is_ink)
    columns = is_left[0].sum(axis=1)[15:25]
    assert np.abs(columns - contact).max() <= 4
    assert (np.diff(scores) <= 0).all()


def test_cuts_follow_slanted_strokes():
    """Two slanted bars that touch in one place."""
    y, x = np.mgrid[:40, :40]
    slanted = x + y // 3
    is_first, is_second = ((slanted >= start) & (slanted < start + 6) for start in (15, 25))
    is_contact = (y >= 19) & (y < 22) & (slanted >= 15) & (slanted < 31)
    is_ink = is_first | is_second | is_contact
    is_left, _ = candidate_cuts(is_ink)
    lost = [(is_first & ~cut).sum() + (is_second & cut).sum() for cut in is_left]
    assert min(lost) <= 3


def test_strokes_that_touch_along_their_length_are_cut():
    """A ring and a bar beside it; the cheapest paths avoid the bar, and give it to the ring."""
    is_ring, is_bar = np.zeros((2, 40, 36), dtype=bool)
    is_bar[:, 28:] = True
    is_ring[:, :28] = ring()[:, :28]
    is_left, _ = candidate_cuts(is_ring | is_bar)
    lost = [(is_ring & ~cut).sum() + (is_bar & cut).sum() for cut in is_left]
    assert min(lost) <= 0.15 * is_bar.sum()


def test_cuts_differ_and_leave_two_parts(digits):
    for is_ink in digits[:10]:
        is_left, _ = candidate_cuts(is_ink)
        left = (is_left & is_ink).reshape(len(is_left), -1)
        least = 0.03 * is_ink.sum()
        assert (left.sum(axis=1) >= least).all()
        assert (is_ink.sum() - left.sum(axis=1) >= least).all()
        differences = (left[:, np.newaxis] != left).sum(axis=-1)
        assert (differences + 1000 * np.eye(len(left)) >= least).all()


def test_ink_without_cuts():
    is_left, scores = candidate_cuts(np.ones((20, 1), dtype=bool))
    assert is_left.shape == (0, 20, 1)
    assert scores.shape == (0,)


def test_convolutions_are_those_of_scipy():
    rng = np.random.default_rng(0)
    maps, kernel, bias = (rng.normal(size=size) for size in ((2, 12, 11, 3), (5, 5, 3, 4), 4))
    result = _convolve(maps, kernel, bias)
    assert result.shape == (2, 4, 4, 4)
    for image, output in zip(maps, result, strict=True):
        for channel in range(4):
            expected = signal.correlate(image, kernel[..., channel], mode="valid")[::2, ::2, 0]
            np.testing.assert_allclose(
                output[..., channel], np.maximum(expected + bias[channel], 0), atol=1e-12
            )


def whole_likeness(inks):
    return np.array([likeness(is_ink, is_ink[np.newaxis])[0] for is_ink in inks])


def test_digits_look_more_like_digits_than_pairs_and_halves_do(digits):
    whole = whole_likeness(digits)
    pairs = whole_likeness(
        [joined(*pair)[0] for pair in zip(digits[::2], digits[1::2], strict=True)]
    )
    halves = [
        likeness(is_ink, left_of(is_ink, is_ink.shape[1] // 2)[np.newaxis])[0]
        for is_ink in digits
        if is_ink.shape[1] > 30
    ]
    assert np.median(whole) > 1 > -1 > max(np.median(pairs), np.median(halves))
    assert np.mean(whole > 0) > 0.75
    assert np.mean(pairs < 0) > 0.9


def test_likeness_of_a_part_does_not_depend_on_the_other_parts(digits):
    cuts, _ = candidate_cuts(digits[0])
    alone = [likeness(digits[0], cut[np.newaxis])[0] for cut in cuts]
    np.testing.assert_allclose(likeness(digits[0], cuts), alone, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("size", [4, 20, 100])
def test_images_of_parts(size):
    """The part fills 20 pixels at the center; the rest of the ink stays beside it."""
    is_ink = np.zeros((2 * size, 3 * size), dtype=bool)
    is_ink[:size] = True
    part, rest = np.moveaxis(part_image(is_ink, left_of(is_ink, size)), -1, 0)
    expected = np.zeros((28, 28))
    expected[4:24, 4:24] = 1
    np.testing.assert_allclose(part, expected, atol=1e-5)
    expected[:, :24] = 0
    expected[4:24, 24:] = 1
    np.testing.assert_allclose(rest, expected, atol=1e-5)


def test_the_network_is_a_small_file():
    assert len((files("skmnist.preprocessing") / "_likeness.npz").read_bytes()) < 100_000


def test_single_digits_are_not_cut(digits):
    assert np.mean([split(is_ink)[0] is not None for is_ink in digits]) <= 0.02


@pytest.mark.parametrize("is_column", [False, True], ids=["beside", "above"])
def test_two_digits_are_cut(digits, is_column):
    is_right = []
    for pair in zip(digits[:40:2], digits[1:40:2], strict=True):
        is_ink, contact = joined(*(ink.T if is_column else ink for ink in pair))
        is_ink = is_ink.T if is_column else is_ink
        is_first, _ = split(is_ink, is_column=is_column)
        if is_first is None:
            is_right.append(False)
            continue
        edge = np.flatnonzero((is_first & is_ink).any(axis=1 if is_column else 0))[-1]
        is_right.append(abs(edge - contact) <= 6)
    assert np.mean(is_right) >= (0.4 if is_column else 0.8)


def test_low_and_narrow_ink_is_not_cut():
    assert split(np.ones((3, 30), dtype=bool)) == (None, False)
    assert split(np.ones((40, 10), dtype=bool)) == (None, False)
