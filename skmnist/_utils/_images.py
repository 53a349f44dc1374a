"""Validation of images: every accepted form of X becomes an array (n, height, width)."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import assert_all_finite, check_array

from skmnist._utils._containers import as_array, check_column_names, hint_at_cells, is_table
from skmnist._utils._rows import row_chunks
from skmnist._utils._sklearn import check_n_features, get_output_config
from skmnist._utils._validation import name_argument
from skmnist._utils._warnings import warn_user
from skmnist.exceptions import ImageShapeError, ImageShapeWarning

ImageShape = tuple[int, int, int]


def check_images(
    estimator: BaseEstimator,
    X: Any,
    *,
    reset: bool,
    image_shape: Sequence[int] | None = None,
    warn_not_square: bool = True,
    warn_no_names: bool = True,
) -> np.ndarray:
    """Validate images and return them as one array; copy only if necessary.

    Parameters
    ----------
    estimator : estimator
        Gets `n_features_in_` (the number of pixels), `feature_names_in_` (for a table with column
        names) and `image_shape_` if `reset`; otherwise `X` is checked against them.
    X : array-like or table of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
        Gray images of any numeric dtype; a table is a DataFrame of pandas or polars, or a Table of
        pyarrow.
    reset : bool
        True in `fit`, False in `transform` and `predict`.
    image_shape : tuple, default=None
        The estimator's `image_shape` parameter, (height, width) or (height, width, 1). If None, the
        shape of 3-D and 4-D input is used; rows of 2-D input are square images if their number of
        pixels is a perfect square, and images one pixel high otherwise.
    warn_not_square : bool, default=True
        Whether to warn about images one pixel high. A scaler does not need the warning.
    warn_no_names : bool, default=True
        Whether to warn, as scikit-learn does, if `fit` saw column names and `X` has none.

    Returns
    -------
    ndarray of shape (n, height, width)
        The images, in their own dtype (float64 if it was object); may share memory with `X`.

    Raises
    ------
    ImageShapeError
        If `X` cannot be gray images of the expected shape.
    ValueError
        If `X` is empty, complex, masked, NaN, infinite, or has another number of features.
    TypeError
        If `X` contains anything but numbers, is sparse, or is a path, a dict or a loader.

    Warns
    -----
    ImageShapeWarning
        If flat pixels do not form a square, `image_shape` is None and `warn_not_square` is True.
    """
    array = as_array(X)
    own_shape = _own_image_shape(array)
    name = type(estimator).__name__
    if array.ndim == 1:
        raise ValueError(
            hint_at_cells(X, array)
            or f"Expected 2D array, got 1D array instead: X has shape {array.shape}. Reshape your "
            "data: for the first image alone pass X[:1] instead of X[0] (of a DataFrame "
            "X.iloc[:1])."
        )
    if not reset:
        _refuse_lone_image(array, estimator.image_shape_, estimator.n_features_in_, name)
    if own_shape is None and (warn_no_names or reset or is_table(X)):
        check_column_names(estimator, X, reset=reset)
    images = _check_numbers(X, array, estimator)
    if own_shape is None:
        check_n_features(estimator, images, reset=reset)

    if reset:
        shape = _resolve_image_shape(image_shape, images.shape, own_shape, warn_not_square)
        if own_shape is not None:
            estimator.n_features_in_ = math.prod(shape)
            vars(estimator).pop("feature_names_in_", None)
        estimator.image_shape_ = shape
    elif own_shape is not None and own_shape != estimator.image_shape_:
        raise ImageShapeError(
            f"X holds images of shape {own_shape[:2]}, but {name} was fitted on images of shape "
            f"{estimator.image_shape_[:2]}. Pass photos and scans through a "
            "skmnist.preprocessing.DigitNormalizer, which makes images of MNIST's form (28, 28), "
            "or fit again."
        )
    height, width, _ = estimator.image_shape_
    return images.reshape(len(images), height, width)


def restore_shape(
    images: np.ndarray, X: Any, *, transformer: BaseEstimator | None = None
) -> np.ndarray:
    """Reshape images of shape (n, height, width) to the shape of `X`.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        The images.
    X : array-like
        What was passed to `check_images`.
    transformer : transformer, default=None
        The transformer that returns the images, if `set_output` may turn its output into a table.

    Returns
    -------
    ndarray of the shape of `X`
        The images.

    Raises
    ------
    ImageShapeError
        If the output is to be a table and `X` is not one.
    """
    shape = X.shape if hasattr(X, "shape") else np.asarray(X).shape
    if transformer is not None and len(shape) > 2:
        container = get_output_config("transform", transformer)["dense"]
        if container != "default":
            raise ImageShapeError(
                f"X has shape {shape}, which does not fit into the table of "
                f"set_output(transform={container!r}). Pass X of shape (n, n_pixels), or "
                "call set_output(transform='default')."
            )
    return images.reshape(shape)


def _check_numbers(X: Any, array: Any, estimator: BaseEstimator) -> np.ndarray:
    """Check with scikit-learn that an array contains finite numbers.

    Chunk by chunk, because the checks of some memory orders make copies.
    """
    with name_argument("X"):
        try:
            images = array
            if not _has_rows_of_numbers(array):
                images = check_array(
                    array,
                    dtype="numeric",
                    allow_nd=array.ndim > 2,
                    ensure_all_finite=False,
                    input_name="X",
                    estimator=estimator,
                )
            for rows in row_chunks(images) if images.dtype.kind == "f" else ():
                assert_all_finite(
                    images[rows], estimator_name=type(estimator).__name__, input_name="X"
                )
        except (TypeError, ValueError) as error:
            hint = hint_at_cells(X, array)
            if hint is None:
                raise
            raise type(error)(f"{hint} ({error})") from error
    if images.dtype.kind not in "buif":
        raise TypeError(f"X has dtype {images.dtype}; expected numbers (bool, integers or floats).")
    return images


def _has_rows_of_numbers(array: Any) -> bool:
    """Return whether `check_array` would return an array as it is.

    Its search for the kind of container takes nearly as long as ONNX Runtime needs for one row.
    """
    return (
        type(array) is np.ndarray
        and array.ndim >= 2
        and array.size > 0
        and array.dtype.kind in "buif"
    )


def _own_image_shape(X: np.ndarray) -> ImageShape | None:
    """Return the image shape of 3-D and 4-D input; None for input of fewer dimensions."""
    if X.ndim <= 2:
        return None
    if X.ndim > 4:
        raise ImageShapeError(
            f"X has {X.ndim} dimensions {X.shape}; expected (n, n_pixels), (n, height, width) or "
            "(n, height, width, 1)."
        )
    if X.ndim == 4 and X.shape[3] not in (1, 3, 4) and X.shape[1] in (1, 3, 4):
        gray = "X[:, 0]" if X.shape[1] == 1 else "X.mean(axis=1)"
        raise ImageShapeError(
            f"X of shape {X.shape} looks channels-first: pass {gray}. Expected (n, height, width) "
            "or (n, height, width, 1)."
        )
    if X.ndim == 4 and X.shape[3] != 1:
        raise ImageShapeError(
            f"X has {X.shape[3]} channels {X.shape}; gray only: expected (n, height, width, 1). "
            "Convert color images first, for example with X.mean(axis=-1)."
        )
    if 0 in X.shape[1:]:
        raise ImageShapeError(f"X has images without pixels: its shape is {X.shape}.")
    return X.shape[1], X.shape[2], 1


def _resolve_image_shape(
    image_shape: Sequence[int] | None,
    X_shape: tuple[int, ...],
    own_shape: ImageShape | None,
    warn_not_square: bool,
) -> ImageShape:
    """Reconcile the parameter `image_shape` with the data."""
    n_features = math.prod(X_shape[1:])
    if image_shape is not None:
        given = _check_image_shape(image_shape)
        if math.prod(given) != n_features or own_shape not in (None, given):
            raise ImageShapeError(
                f"image_shape={image_shape!r} has {math.prod(given)} pixels, which does not fit X "
                f"of shape {X_shape} with {n_features} features a row. Correct image_shape, or "
                "pass image_shape=None to take it from X."
            )
        return given
    if own_shape is not None:
        return own_shape
    side = math.isqrt(n_features)
    if side * side == n_features:
        return side, side, 1
    if warn_not_square:
        warn_user(
            f"X has {n_features} features, which is not a perfect square: each row is read as an "
            "image one pixel high. Pass image_shape=(height, width) if that is wrong.",
            ImageShapeWarning,
        )
    return 1, n_features, 1


def _check_image_shape(image_shape: Any) -> ImageShape:
    shape = tuple(image_shape) if isinstance(image_shape, Sequence | np.ndarray) else ()
    positive = all(isinstance(size, int | np.integer) and size > 0 for size in shape)
    if len(shape) == 3 and positive and shape[2] != 1:
        raise ImageShapeError(
            f"image_shape={image_shape!r} has {shape[2]} channels; gray only: expected "
            "(height, width) or (height, width, 1)."
        )
    if len(shape) not in (2, 3) or not positive:
        raise ImageShapeError(
            f"image_shape={image_shape!r} is not an image shape; expected (height, width) or "
            "(height, width, 1) of positive integers, or None."
        )
    return int(shape[0]), int(shape[1]), 1


def _refuse_lone_image(X: Any, image_shape: ImageShape, n_features: int, name: str) -> None:
    """Raise an error for a single image without a leading axis."""
    shape = X.shape
    is_lone = shape in (image_shape, image_shape[:2])
    if is_lone and math.prod(shape[1:]) != n_features:
        raise ImageShapeError(
            f"X has {shape[1]} features, but {name} is expecting {n_features} features as input. "
            f"X has the shape {shape} of one image: pass X[None]."
        )
