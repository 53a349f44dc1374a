"""Photos and scans of single digits in the form of MNIST."""

from collections.abc import Iterator, Sequence
from numbers import Real
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from skmnist._utils import (
    SavedStateMixin,
    as_one_task,
    check_images,
    clip_to_value_range,
    learn_value_range,
    name_argument,
    refitted,
    snapshot,
    to_unit_range,
    validate_params,
    warn_user,
)
from skmnist._utils._containers import as_array
from skmnist._utils._dataclasses import estimator_dataclass, parameter
from skmnist._utils._sklearn import Interval, get_output_config
from skmnist.exceptions import ImageShapeError, NoInkWarning
from skmnist.preprocessing._ink import drop_specks, find_ink, ink_boxes
from skmnist.preprocessing._placing import SIDE, place
from skmnist.preprocessing._strokes import set_stroke_width, shear, slants, stroke_widths

# Pixels per stack of images; few, so that the intermediate arrays stay in the cache.
_PIXELS_PER_STACK = 2**17
# Columns of the report.
_COLUMNS = (
    "has_ink", "is_dark", "contrast", "top", "left", "bottom", "right", "slant", "stroke_width",
)  # fmt: skip


@estimator_dataclass
class DigitNormalizer(
    SavedStateMixin, ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator
):
    """Bring images of single digits, such as photos, to the form of MNIST.

    Networks that are trained on MNIST fail on photos: there, ink is dark on unevenly lit paper, and
    the digit has any size and position. This transformer finds the ink of each image, removes the
    background and specks, crops the ink, scales it to a box of 20x20 pixels, and centers it by mass
    in 28x28 pixels; ink is 255 and paper 0. Images of MNIST hardly change. The result for an image
    does not depend on other images.

    Parameters
    ----------
    image_shape : (height, width), default=None
        Shape of images that are flat rows. If None, rows whose number of pixels is a perfect square
        are square images, and other rows are images one pixel high.
    value_range : (low, high), default=None
        Pixel values of black and white. If None, they are learned in `fit`, as in `PixelScaler`.
    deslant : bool, default=False
        Whether slanted digits are sheared upright.
    stroke_width : float, default=None
        Width of the strokes of the result, in pixels, from 1 to 6; in MNIST it is usually between
        2 and 3.5. If None, the width is left as it is.

    Attributes
    ----------
    value_range_ : tuple of two floats
        Pixel values of black and white.
    image_shape_ : tuple of int
        (height, width, 1) of flat rows, and of arrays of images; a list does not set it.
    n_features_in_ : int
        Number of pixels of an image; a list does not set it.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, if `X` was a table with string column names.

    See Also
    --------
    PixelScaler : Scales the pixels and leaves the digits where they are.
    skmnist.datasets.make_digit_photos : Images to try it on.

    References
    ----------
    .. [1] Y. LeCun, L. Bottou, Y. Bengio, P. Haffner. Gradient-based learning applied to document
       recognition. Proceedings of the IEEE 86(11), 1998. https://doi.org/10.1109/5.726791

    Examples
    --------
    >>> from skmnist.datasets import make_digit_photos
    >>> from skmnist.preprocessing import DigitNormalizer
    >>> photos = make_digit_photos(3, strokes="pen", max_size=150, random_state=0)
    >>> normalizer = DigitNormalizer().fit(photos.images)
    >>> X = normalizer.transform(photos.images)
    >>> X.shape, X.dtype
    ((3, 28, 28), dtype('uint8'))
    >>> normalizer.report(photos.images)["is_dark"].tolist()
    [True, True, True]
    """

    image_shape: Sequence[int] | None = parameter(None, "array-like", default=None)
    value_range: Sequence[float] | None = parameter(None, "array-like", default=None)
    deslant: bool = parameter("boolean", default=False)
    stroke_width: float | None = parameter(None, Interval(Real, 1, 6, closed="both"), default=None)

    @as_one_task
    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the value range, and the number of pixels of flat rows.

        Parameters
        ----------
        X : list of arrays, or array-like of shape (n, height, width) or (n, n_pixels)
            Gray images of any numeric dtype. The images of a list are arrays of shape
            (height, width) and may differ in size.
        y : ignored
            Present for scikit-learn's API.

        Returns
        -------
        self : object
            The fitted normalizer.

        Raises
        ------
        TypeError, ValueError
            If a parameter is outside its range or `X` does not hold gray images.
        """
        with refitted(self) as draft:
            validate_params(draft)
            for name in ("image_shape_", "n_features_in_", "feature_names_in_"):
                draft.__dict__.pop(name, None)
            images = _as_list(X)
            if images is None:
                array = check_images(
                    draft, X, reset=True, image_shape=self.image_shape, warn_not_square=False
                )
                _, draft.value_range_ = learn_value_range(array, draft.value_range)
            else:
                extremes = np.array([[image.min(), image.max()] for image in images])
                dtype = np.result_type(*images)
                _, draft.value_range_ = learn_value_range(extremes.astype(dtype), draft.value_range)
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Bring images to the form of MNIST.

        Parameters
        ----------
        X : list of arrays, or array-like of shape (n, height, width) or (n, n_pixels)
            Images of any size; flat rows must have as many pixels as in `fit`. Never written to.

        Returns
        -------
        ndarray of shape (n, 28, 28), uint8
            The digits: ink is 255, paper 0. For flat rows, and if `set_output` makes tables, the
            shape is (n, 784); for `X` of shape (n, height, width, 1) it is (n, 28, 28, 1).

        Raises
        ------
        NotFittedError
            If the normalizer has not been fitted.
        TypeError, ValueError
            If `X` does not hold gray images.

        Warns
        -----
        NoInkWarning
            If images have no ink; their result is black.
        """
        check_is_fitted(self, "value_range_")
        normalizer = snapshot(self)
        images, n_axes = normalizer._check(X)
        digits = np.zeros((len(images), SIDE, SIDE), dtype=np.uint8)
        is_blank = np.zeros(len(images), dtype=bool)
        for rows, stack in normalizer._stacks(images):
            strength = drop_specks(find_ink(stack).strength)
            boxes = ink_boxes(strength)
            placed = np.zeros((len(rows), SIDE, SIDE), dtype=np.float32)
            for i in np.flatnonzero(boxes[:, 2]):
                placed[i] = place(normalizer._cropped(strength[i], boxes[i]))
            if normalizer.stroke_width is not None:
                placed = set_stroke_width(placed, normalizer.stroke_width)
            digits[rows] = np.rint(255 * placed)
            is_blank[rows] = boxes[:, 2] == 0
        if is_blank.any():
            _warn_of_blanks(is_blank)
        if n_axes == 2 or get_output_config("transform", normalizer)["dense"] != "default":
            return digits.reshape(len(digits), -1)
        return digits[..., np.newaxis] if n_axes == 4 else digits

    def report(self, X: Any) -> pd.DataFrame:
        """Return what is found in each image.

        Parameters
        ----------
        X : list of arrays, or array-like of shape (n, height, width) or (n, n_pixels)
            Images, as for `transform`.

        Returns
        -------
        DataFrame of shape (n, 9)
            A row per image. "has_ink" and "is_dark" (ink is darker than paper) are bool.
            "contrast" is the difference of ink and paper as a part of the value range. "top",
            "left", "bottom" and "right" are the box of the ink in pixels, without the last row and
            column. "slant" is the angle by which strokes lean to the right, in degrees.
            "stroke_width" is the mean width of the strokes in pixels of the image. Without ink,
            the numbers are 0.

        Raises
        ------
        NotFittedError
            If the normalizer has not been fitted.
        TypeError, ValueError
            If `X` does not hold gray images.
        """
        check_is_fitted(self, "value_range_")
        normalizer = snapshot(self)
        images, _ = normalizer._check(X)
        found: dict[int, tuple[Any, ...]] = {}
        for rows, stack in normalizer._stacks(images):
            ink = find_ink(stack)
            strength = drop_specks(ink.strength)
            angles = np.degrees(np.arctan(slants(strength)))
            numbers = (*ink_boxes(strength).T, angles, stroke_widths(strength))
            columns = (ink.contrast > 0, ink.is_dark, ink.contrast, *numbers)
            found.update(zip(rows, zip(*columns, strict=True), strict=True))
        return pd.DataFrame([found[i] for i in range(len(images))], columns=list(_COLUMNS))

    def _cropped(self, strength: np.ndarray, box: np.ndarray) -> np.ndarray:
        """Return the ink in a box, upright if `deslant`."""
        top, left, bottom, right = box
        crop = strength[top:bottom, left:right]
        if not self.deslant:
            return crop
        crop = shear(crop, slants(crop[np.newaxis])[0])
        top, left, bottom, right = ink_boxes(crop[np.newaxis])[0]
        return crop[top:bottom, left:right]

    def _check(self, X: Any) -> tuple[Sequence[np.ndarray] | np.ndarray, int]:
        """Return the validated images, and the number of axes of `X`."""
        images = _as_list(X)
        if images is not None:
            return images, 3
        n_axes = as_array(X).ndim
        if n_axes != 2:
            # Images of any size are normalized, so they need not have the shape of those in `fit`.
            return check_images(BaseEstimator(), X, reset=True), n_axes
        if not hasattr(self, "image_shape_"):
            raise ImageShapeError(
                "DigitNormalizer was fitted on a list of images, so the shape of flat rows is not "
                "known. Fit it on flat rows, or pass X of shape (n, height, width)."
            )
        return check_images(self, X, reset=False), n_axes

    def _stacks(
        self, images: Sequence[np.ndarray] | np.ndarray
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the positions of images of equal shape, and the images as floats in [0, 1]."""
        groups: dict[tuple[Any, ...], list[int]] = {}
        for i, image in enumerate(images):
            groups.setdefault((image.shape, image.dtype), []).append(i)
        for ((height, width), _), members in groups.items():
            step = max(1, _PIXELS_PER_STACK // (height * width))
            for start in range(0, len(members), step):
                rows = np.array(members[start : start + step])
                stack = np.stack([images[i] for i in rows])
                stack = clip_to_value_range(stack, self.value_range_, warn=False)
                yield rows, to_unit_range(stack, self.value_range_)

    @property
    def _n_features_out(self) -> int:
        return SIDE * SIDE

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["uint8"]
        return tags


def _as_list(X: Any) -> list[np.ndarray] | None:
    """Return a list of images of any sizes, validated; None if `X` is one array or table."""
    is_objects = isinstance(X, np.ndarray) and X.dtype == object and X.ndim == 1
    if not (is_objects or isinstance(X, list | tuple)):
        return None
    if len(X) == 0:
        raise ValueError(f"X is an empty {type(X).__name__}; expected at least one image.")
    if not all(hasattr(image, "shape") and len(image.shape) > 1 for image in X):
        return None
    images = []
    for i, image in enumerate(X):
        with name_argument(f"X[{i}]"):
            images.append(check_images(BaseEstimator(), image[np.newaxis], reset=True)[0])
    return images


def _warn_of_blanks(is_blank: np.ndarray) -> None:
    first = ", ".join(map(str, np.flatnonzero(is_blank)[:5]))
    more = ", ..." if is_blank.sum() > 5 else ""
    warn_user(
        f"X has {is_blank.sum()} images without ink (rows {first}{more}), which become black. A "
        "network gives them a digit nevertheless: drop the rows for which has_ink is False in "
        "DigitNormalizer.report(X).",
        NoInkWarning,
    )
