"""Find the digits of a page in reading order."""

from numbers import Real
from typing import Any

import numpy as np
from scipy import ndimage
from sklearn.utils import Bunch

from skmnist._utils import learn_value_range, to_unit_range, validate_arguments
from skmnist._utils._sklearn import Interval
from skmnist.exceptions import ImageShapeError
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
    image = _check_page(image)
    excess = flatten(image[np.newaxis])[0][0]
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
    array = np.asarray(image)
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
