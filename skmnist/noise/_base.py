"""Base class of the noises: validation, value range, random streams per image and ``when``."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils import check_scalar, gen_batches
from sklearn.utils.validation import check_is_fitted

from skmnist._utils import (
    SavedStateMixin,
    as_one_task,
    as_python_number,
    check_images,
    clip_to_value_range,
    draw_seed,
    from_unit_range,
    image_keys,
    lies_within,
    refitted,
    restore_shape,
    snapshot,
    to_unit_range,
    validate_params,
    value_range_of,
)
from skmnist._utils._dataclasses import estimator_dataclass, parameter
from skmnist._utils._sklearn import StrOptions
from skmnist.noise._docstrings import complete_docstring
from skmnist.noise.kernels._streams import EpochStreams, ImageStreams, PixelStreams


@estimator_dataclass
class BaseNoise(SavedStateMixin, OneToOneFeatureMixin, TransformerMixin, BaseEstimator, ABC):
    """Base class of the noises.

    A subclass implements `_corrupt` and, if some parameter values change nothing, `_is_zero`. In
    its docstring, a line such as ``{common parameters}`` is replaced by the text that all noises
    share.

    Parameters
    ----------
    {common parameters}
    """

    when: str = parameter(StrOptions({"always", "fit"}), default="always")
    image_shape: Sequence[int] | None = parameter(None, "array-like", default=None)
    value_range: Sequence[float] | None = parameter(None, "array-like", default=None)
    random_state: int | np.random.RandomState | None = parameter("random_state", default=None)
    # The names of two parameters that are the lower and the upper bound of a range.
    _bounds: ClassVar[tuple[str, str] | None] = None
    # Whether integers are truncated, as in the published reference protocol, instead of rounded.
    _truncates_integers = False
    # Numbers per call of `_corrupt`; few, so that the intermediate arrays stay in the cache.
    _numbers_per_chunk = 2**17

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.__doc__ = cls.__doc__ and complete_docstring(cls.__doc__, cls.__name__)

    @abstractmethod
    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        """Corrupt images of shape (n, height, width) in [0, 1]; they may be overwritten."""

    def _is_zero(self) -> bool:
        """Return whether the noise changes nothing, so that the images are returned as they are."""
        return False

    def _numbers_per_image(self, height: int, width: int) -> int:
        """Return the size of the largest array of `_corrupt` for one image."""
        return height * width

    def _images_at_once(self, height: int, width: int) -> int:
        """Return the number of images per call of `_corrupt`."""
        return max(1, self._numbers_per_chunk // self._numbers_per_image(height, width))

    def _with_python_numbers(self) -> Self:
        """Return this noise, or a shallow copy whose parameters are Python numbers.

        Numbers of numpy would change the dtype of the pixels, and scikit-learn rejects fractions
        and arrays without axes.
        """
        params = self.get_params(deep=False)
        numbers = {name: as_python_number(value) for name, value in params.items()}
        numbers = {name: n for name, n in numbers.items() if n is not params[name]}
        return snapshot(self, **numbers) if numbers else self

    @as_one_task
    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the image shape and the value range, and draw the seed.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Gray images of any numeric dtype.
        y : ignored
            Present for scikit-learn's API.

        Returns
        -------
        self : object
            The fitted noise.

        Raises
        ------
        ValueError
            If a parameter is outside its range or `X` does not hold gray images.
        """
        with refitted(self) as draft:
            draft._fit(X)
        return self

    def _validate_params(self) -> None:
        """Check the parameters; a subclass adds conditions that the constraints cannot express."""
        validate_params(self._with_python_numbers())
        if self._bounds is not None:
            check_order(self, *self._bounds)

    def _fit(self, X: Any) -> np.ndarray:
        """Fit, and return the validated images, which may exceed the value range."""
        self._validate_params()
        images = check_images(self, X, reset=True, image_shape=self.image_shape)
        self.value_range_ = value_range_of(images, self.value_range)
        self._draw_seeds()
        return images

    def _draw_seeds(self) -> None:
        self.seed_ = draw_seed(self.random_state)

    def transform(self, X: Any) -> np.ndarray:
        """Return noisy images, or copies of the images if ``when="fit"``.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Gray images of the shape and range of the training images; never written to.

        Returns
        -------
        ndarray of the shape and dtype of `X`
            The images, clipped to the value range.

        Raises
        ------
        NotFittedError
            If the noise has not been fitted.
        ValueError
            If `X` does not fit the training images.
        """
        check_is_fitted(self)
        noise = snapshot(self)
        images = check_images(noise, X, reset=False)
        lies_within(images, noise.value_range_)
        noisy = noise._clipped_copy(images) if noise.when == "fit" else noise._add_noise(images)
        return restore_shape(noisy, X, transformer=noise)

    @as_one_task
    def fit_transform(self, X: Any, y: Any = None) -> np.ndarray:
        """Fit to images and return them with noise, regardless of `when`.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Gray images of any numeric dtype; never written to.
        y : ignored
            Present for scikit-learn's API.

        Returns
        -------
        ndarray of the shape and dtype of `X`
            The noisy images.

        Raises
        ------
        ValueError
            If a parameter is outside its range or `X` does not hold gray images.
        """
        with refitted(self) as draft:
            images = draft._fit(X)
            noisy = restore_shape(draft._add_noise(images), X, transformer=draft)
        return noisy

    def augment(self, X: Any, epoch: int, keys: np.ndarray | None = None) -> np.ndarray:
        """Return images with the noise of an epoch, regardless of `when`.

        Networks call it for their parameter `augment`, so that each epoch has fresh noise.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Gray images of the shape and range of the training images; never written to.
        epoch : int
            Number of the epoch, from 0. Equal numbers give equal noise, which differs from the
            noise of `transform`.
        keys : ndarray of shape (n, 4), uint64, default=None
            Keys from which the noise of each image is derived. If None, they are computed from `X`.
            When chaining noises, pass the keys of the original images to each.

        Returns
        -------
        ndarray of the shape and dtype of `X`
            The noisy images.

        Raises
        ------
        NotFittedError
            If the noise has not been fitted.
        TypeError, ValueError
            If `epoch` is not a valid number of an epoch, `X` does not fit the training images, or
            `keys` has another shape or dtype.
        """
        check_is_fitted(self)
        check_scalar(epoch, "epoch", Integral, min_val=0)
        noise = snapshot(self)
        images = check_images(noise, X, reset=False)
        # No warning: an earlier noise may have darkened the images, and the network has already
        # warned about unusual ranges.
        images = clip_to_value_range(images, noise.value_range_, warn=False)
        if keys is None:
            keys = image_keys(images, noise.value_range_)
        keys = np.asarray(keys)
        if keys.shape != (len(images), 4) or keys.dtype != np.uint64:
            raise ValueError(
                f"keys has shape {keys.shape} and dtype {keys.dtype}; expected shape "
                f"({len(images)}, 4), a row for each image of X, and uint64, or None."
            )

        def streams_of(unit: np.ndarray, rows: slice) -> ImageStreams:
            name = type(noise).__name__
            return EpochStreams(keys[rows], name=name, seed=noise.seed_, epoch=epoch)

        # Networks need arrays, so set_output is ignored.
        return restore_shape(noise._add_noise(images, streams_of), X)

    def _streams_of(self, unit: np.ndarray, rows: slice) -> ImageStreams:
        """Return the streams of `transform` for some rows, whose images in [0, 1] are given."""
        return PixelStreams(unit, name=type(self).__name__, seed=self.seed_)

    def _add_noise(
        self,
        images: np.ndarray,
        streams_of: Callable[[np.ndarray, slice], ImageStreams] | None = None,
    ) -> np.ndarray:
        """Return noisy images of shape (n, height, width), in their own dtype and range.

        Images that exceed the range are clipped chunk by chunk.
        """
        noise = self._with_python_numbers()
        if noise._is_zero():
            return self._clipped_copy(images)
        _keep_freed_memory()
        noisy = np.empty_like(images)
        # SciPy has no floats wider than float64.
        is_wide = images.dtype.kind == "f" and images.dtype.itemsize > 4
        work_dtype = np.float64 if is_wide else np.float32
        for chunk in gen_batches(len(images), noise._images_at_once(*images.shape[1:])):
            clean = clip_to_value_range(images[chunk], self.value_range_, warn=False)
            unit = to_unit_range(clean, self.value_range_, work_dtype)
            streams = (streams_of or self._streams_of)(unit, chunk)
            corrupted = noise._corrupt(unit, streams)
            np.clip(corrupted, 0, 1, out=corrupted)
            noisy[chunk] = from_unit_range(
                corrupted, self.value_range_, images.dtype, truncate=self._truncates_integers
            )
        return noisy

    def _clipped_copy(self, images: np.ndarray) -> np.ndarray:
        clipped = clip_to_value_range(images, self.value_range_, warn=False)
        return images.copy() if clipped is images else clipped

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


BaseNoise.__doc__ = BaseNoise.__doc__ and complete_docstring(BaseNoise.__doc__, "BaseNoise")


def check_order(noise: BaseNoise, low_name: str, high_name: str) -> None:
    """Raise an error if the lower bound of a range is greater than the upper one."""
    low, high = getattr(noise, low_name), getattr(noise, high_name)
    if as_python_number(low) > as_python_number(high):
        raise ValueError(
            f"{low_name}={low!r} is greater than {high_name}={high!r}; expected {low_name} <= "
            f"{high_name}."
        )


def check_odd(name: str, value: int, what: str) -> None:
    """Raise an error if a length in pixels is even, so that there is no middle pixel."""
    if value % 2 == 0:
        raise ValueError(
            f"{name}={value!r} is even; expected an odd number of pixels, so that the {what} has a "
            f"pixel in its middle: pass {value - 1} or {value + 1}."
        )


def _keep_freed_memory() -> None:
    """Free one large block, which raises glibc's mmap threshold: chunk buffers are then reused.

    Otherwise each chunk would get fresh pages from the system, which takes as long as a warp. The
    block is below glibc's largest threshold, 32 MiB, and uses no memory because it is not written.
    """
    np.empty(2**24, dtype=np.uint8)
