"""Cut digits that touch each other.

Of several candidate cuts, the best one has a good shape and leaves two parts that look like digits.
Ink is cut if these look more like digits than the whole does.
"""

import numpy as np

from skmnist.preprocessing._cuts import candidate_cuts
from skmnist.preprocessing._likeness import likeness

# Ink that is narrower, as a share of its height, is one digit; wider ink may be several.
_NARROW, _WIDE = 0.3, 1.3
# Lower ink, in pixels, is not cut.
_LEAST_HEIGHT = 4
# Higher ink is reduced to this height in pixels or up to twice as many.
_HEIGHT = 40
# Ink whose log odds to be one whole digit are higher is not cut.
_SURE = 3.0
# Log odds are limited to this magnitude.
_MOST = 8.0
# Weights of a cut in its score, and the smallest score of a safe cut; from a logistic regression in
# benchmarks/research/cut_weights.py.
WEIGHTS = {
    "likeness of the first part": 0.143,
    "likeness of the second part": 0.146,
    "lower likeness of the two": 0.332,
    "likeness of the whole": -0.052,
    "shape of the cut": 0.154,
}
_LEAST_SCORE = 2.57
# Ink whose best cut has a score that is lower by at most this is doubtful, and not cut.
_DOUBT = 1.2


def split(is_ink: np.ndarray, *, is_column: bool = False) -> tuple[np.ndarray | None, bool]:
    """Split ink into two parts if it is probably two or more digits.

    Parameters
    ----------
    is_ink : ndarray of shape (height, width), bool
        Connected ink, cropped.
    is_column : bool, default=False
        Whether one part is above the other, instead of on its left.

    Returns
    -------
    is_first : ndarray of shape (height, width), bool, or None
        The pixels of the first part; None if the ink is not cut.
    is_doubtful : bool
        Whether the ink may be several digits, but there is no safe cut.
    """
    height, width = is_ink.shape
    step = max(1, (width if is_column else height) // _HEIGHT)
    reduced = is_ink[::step, ::step]
    if not may_be_several(reduced, is_column=is_column):
        return None, False
    is_first, features = judged_cuts(reduced, is_column=is_column)
    scores = features @ list(WEIGHTS.values())
    surplus = scores.max(initial=-np.inf) - _LEAST_SCORE
    if surplus > 0:
        enlarged = is_first[scores.argmax()].repeat(step, axis=0).repeat(step, axis=1)
        return enlarged[:height, :width], False
    is_wide = height > _WIDE * width if is_column else width > _WIDE * height
    return None, bool(surplus > -_DOUBT or is_wide)


def may_be_several(is_ink: np.ndarray, *, is_column: bool = False) -> bool:
    """Return whether ink is neither narrow, nor surely one digit."""
    width, height = is_ink.shape if is_column else is_ink.shape[::-1]
    if height < _LEAST_HEIGHT or width < _NARROW * height:
        return False
    return bool(likeness(is_ink, is_ink[np.newaxis])[0] <= _SURE)


def judged_cuts(is_ink: np.ndarray, *, is_column: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return candidate cuts, and the features of each.

    Parameters
    ----------
    is_ink : ndarray of shape (height, width), bool
        Connected ink, cropped.
    is_column : bool, default=False
        Whether the cuts run from the left to the right, instead of from the top to the bottom.

    Returns
    -------
    is_first : ndarray of shape (n_cuts, height, width), bool
        The pixels of the first part of each cut.
    features : ndarray of shape (n_cuts, 5), float64
        The features that `WEIGHTS` names.
    """
    is_first, shapes = candidate_cuts(is_ink, is_column=is_column)
    parts = np.concatenate([is_ink[np.newaxis], is_first, ~is_first])
    odds = np.clip(likeness(is_ink, parts), -_MOST, _MOST)
    whole, (first, second) = odds[0], odds[1:].reshape(2, -1)
    features = [first, second, np.minimum(first, second), np.full(len(shapes), whole), shapes]
    return is_first, np.stack(features, axis=1)
