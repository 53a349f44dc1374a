"""Scaling of pixels."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from skmnist._utils import (
    SavedStateMixin,
    as_one_task,
    border_end,
    check_images,
    clip_to_value_range,
    from_unit_range,
    lies_within,
    refitted,
    restore_shape,
    row_chunks,
    snapshot,
    to_unit_range,
    validate_params,
    value_range_of,
    warn_if_inverted,
)
from skmnist._utils._dataclasses import estimator_dataclass, parameter


@estimator_dataclass
class PixelScaler(SavedStateMixin, OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Scale the pixels of images to [0, 1], in float32.

    Unlike scikit-learn's MinMaxScaler, it scales all pixels equally, from the values of black and
    white of the data type (0 and 255 for uint8) instead of the minimum and maximum of the training
    images.

    Parameters
    ----------
    value_range : (low, high), default=None
        Pixel values of black and white. If None, they are learned in `fit`: (0, 1) for bool,
        (0, 255) for uint8, (0, 65535) for uint16. For other dtypes, they are (0, 1) if the training
        images lie within [0, 1], (0, 255) if their minimum is at least 0 and their maximum is in
        (16, 255], and otherwise the minimum and maximum themselves, with a warning. Images whose
        maximum is at most an eighth of the range, or at least eight times the range, also cause a
        warning, and so do images whose border is white if that of the training images was black, or
        the reverse.

    Attributes
    ----------
    value_range_ : tuple of two floats
        Pixel values that are mapped to 0 and 1.
    image_shape_ : tuple of int
        (height, width, 1) of the images.
    n_features_in_ : int
        Number of pixels of an image.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, if `X` was a table with string column names.

    See Also
    --------
    skmnist.neural_network.CNNClassifier : A network, which scales its input itself.

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.preprocessing import PixelScaler
    >>> X = np.array([[0, 51, 102, 255]], dtype=np.uint8)
    >>> PixelScaler().fit_transform(X).round(3)
    array([[0. , 0.2, 0.4, 1. ]], dtype=float32)
    """

    value_range: Sequence[float] | None = parameter(None, "array-like", default=None)

    @as_one_task
    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the value range.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Gray images of any numeric dtype.
        y : ignored
            Present for scikit-learn's API.

        Returns
        -------
        self : object
            The fitted scaler.

        Raises
        ------
        ValueError
            If `value_range` is not a range or `X` does not hold gray images.
        """
        with refitted(self) as draft:
            validate_params(draft)
            images = check_images(draft, X, reset=True, warn_not_square=False)
            draft.value_range_ = value_range_of(images, draft.value_range)
            draft._border_end = border_end(images, draft.value_range_)
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Map the value range to [0, 1].

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Images of the shape of the training images; never written to.

        Returns
        -------
        ndarray of the shape of `X`, float32
            The scaled images; values outside the range are clipped.

        Raises
        ------
        ValueError
            If `X` does not fit the training images.
        """
        check_is_fitted(self)
        scaler = snapshot(self)
        images, value_range = check_images(scaler, X, reset=False), scaler.value_range_
        lies_within(images, value_range)
        # Files of earlier versions have no border.
        warn_if_inverted(images, value_range, getattr(scaler, "_border_end", 0))
        unit = np.empty(images.shape, dtype=np.float32)
        for rows in row_chunks(images):
            chunk = clip_to_value_range(images[rows], value_range, warn=False)
            unit[rows] = to_unit_range(chunk, value_range)
        return restore_shape(unit, X, transformer=scaler)

    def inverse_transform(self, X: Any) -> np.ndarray:
        """Map [0, 1] back to the value range.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Scaled images; never written to.

        Returns
        -------
        ndarray of the shape of `X`, float32
            The images in their value range; values outside [0, 1] are clipped first. To get
            integers, round and cast them.

        Raises
        ------
        ValueError
            If `X` does not fit the training images.
        """
        check_is_fitted(self)
        scaler = snapshot(self)
        # The arrays of `transform` have no column names.
        unit = check_images(scaler, X, reset=False, warn_no_names=False)
        unit = clip_to_value_range(unit, (0.0, 1.0), warn=False)
        images = from_unit_range(unit.astype(np.float32), scaler.value_range_, np.float32)
        return restore_shape(images, X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
