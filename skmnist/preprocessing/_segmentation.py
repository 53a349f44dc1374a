"""Find the digits of a page in reading order."""

from numbers import Real
from typing import Any

import numpy as np
from scipy import ndimage
from sklearn.utils import Bunch, check_array

from skmnist._utils import learn_value_range, name_argument, to_unit_range, validate_arguments
from skmnist._utils._sklearn import Interval
from skmnist.preprocessing._digits import find_digits
from skmnist.preprocessing._ink import flatten
from skmnist.preprocessing._lines import reading_order
from skmnist.preprocessing._rules import remove_rules

# Ink differs from paper by at least this part of the value range, and by this many deviations.
_LEAST_CONTRAST, _LEAST_DEVIATIONS = 1 / 16, 5.0
# Pixels with this share of the contrast of a page are ink.
_INK = 0.35
# Paper around the digit of a cut-out, as a share of its longer side.
_MARGIN = 0.25

_CONSTRAINTS: dict[str, list[Any]] = {
    "digit_height": [None, Interval(Real, 1, None, closed="left")],
    "cut_touching": ["boolean"],
}


def segment_digits(
    image: Any, *, digit_height: float | None = None, cut_touching: bool = True
) -> Bunch:
    """Find the digits of a page, a line or a form, in reading order.

    Parameters
    ----------
    image : array-like of shape (height, width)
        Gray image of any numeric dtype; never written to. The ink is darker or brighter than the
        paper, which may be unevenly lit.
    digit_height : float, default=None
        Height of a digit in pixels. If None, it is estimated: the median height of the connected
        parts of the ink, weighted by their area. Pass it if most of the ink is not digits.
    cut_touching : bool, default=True
        Whether digits that touch are cut, where this is safe.

    Returns
    -------
    :class:`~sklearn.utils.Bunch`
        Dictionary-like object, with the following attributes, in reading order.

        boxes : ndarray of shape (n, 4), dtype int64
            (top, left, bottom, right) of the ink of each digit in pixels, without the last row and
            column.
        cutouts : list of ndarray of shape (height, width), dtype uint8
            The ink of each digit alone, with a margin: ink is 255 and paper 0. A
            :class:`DigitNormalizer` takes this list.
        line : ndarray of shape (n,), dtype int64
            The number of the line of each digit, from 0.
        touching : ndarray of shape (n,), dtype bool
            Whether the ink may be several digits that could not be cut safely; it may also be one
            wide digit.

    Raises
    ------
    TypeError, ValueError
        If a parameter is outside its range, or `image` is not a gray image of finite numbers.

    See Also
    --------
    read_images : Reads image files.
    DigitNormalizer : Brings the cut-outs to the form of MNIST.
    skmnist.datasets.make_digit_pages : Pages to try it on.

    Notes
    -----
    Printed lines along 80 % of the page or more are removed, and so are specks. Connected ink is a
    digit, together with the pieces near it. Lines of digits may be slanted by up to 15°. Digits
    that touch are cut if a small network finds a digit on both sides of the cut. Digits beside a
    "1" and digits lower than 30 pixels are cut right less often than others.

    Examples
    --------
    >>> from skmnist.datasets import make_digit_pages
    >>> from skmnist.preprocessing import segment_digits
    >>> pages = make_digit_pages(
    ...     1, min_digits=12, max_digits=12, strokes="pen", random_state=0
    ... )
    >>> digits = segment_digits(pages.images[0])
    >>> len(digits.cutouts), digits.boxes.shape, bool(digits.touching.any())
    (12, (12, 4), False)
    """
    validate_arguments(_CONSTRAINTS, locals(), caller="segment_digits")
    page = _check_page(image)
    excess = flatten(page[np.newaxis])[0][0]
    is_ink, contrast = _ink_of_page(excess)
    digits = find_digits(is_ink, digit_height, cut_touching)
    order, line = reading_order(digits.boxes, digits.height)
    boxes = digits.boxes[order]
    labels = np.arange(1, 1 + len(boxes))[order]
    cutouts = [
        _cut_out(excess, digits.labels, number, box, contrast)
        for number, box in zip(labels, boxes, strict=True)
    ]
    return Bunch(boxes=boxes, cutouts=cutouts, line=line, touching=digits.touching[order])


def _check_page(image: Any) -> np.ndarray:
    """Return an image in [0, 1], or raise an error."""
    with name_argument("image"):
        array = check_array(image, dtype="numeric", ensure_min_features=1)
    _, value_range = learn_value_range(array[np.newaxis], None)
    return to_unit_range(array[np.newaxis], value_range)[0]


def _ink_of_page(excess: np.ndarray) -> tuple[np.ndarray, float]:
    """Return which pixels are ink, without ruled lines and noise, and the contrast of the ink."""
    step = max(1, int(np.sqrt(excess.size / 2**16)))
    deviation = np.median(np.abs(excess[::step, ::step])) / 0.6745
    least = max(_LEAST_CONTRAST, _LEAST_DEVIATIONS * deviation)
    is_ink = remove_rules(excess > least)
    if not is_ink.any():
        return is_ink, least
    contrast = max(least, float(np.percentile(excess[is_ink], 80)))
    return is_ink & (excess > max(least, _INK * contrast)), contrast


def _cut_out(
    excess: np.ndarray, labels: np.ndarray, number: int, box: np.ndarray, contrast: float
) -> np.ndarray:
    """Return the ink of one digit, with a margin; ink is 255 and paper 0."""
    top, left, bottom, right = box
    window = slice(max(0, top - 2), bottom + 2), slice(max(0, left - 2), right + 2)
    is_digit = labels[window] == number
    # The soft rim of the strokes, but not the ink of other digits.
    is_rim = ndimage.binary_dilation(is_digit, iterations=2) & (labels[window] == 0)
    ink = np.where(is_digit | is_rim, np.clip(excess[window] / contrast, 0, 1), 0)
    margin = 1 + int(_MARGIN * max(ink.shape))
    return np.pad(np.rint(255 * ink).astype(np.uint8), margin)
