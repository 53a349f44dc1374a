"""What every noise shares: validation, value range, per-image randomness and ``when``."""

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
    as_python_number,
    check_images,
    clip_to_value_range,
    draw_seed,
    from_unit_range,
    image_keys,
    learn_value_range,
    refitted,
    restore_shape,
    snapshot,
    to_unit_range,
    validate_params,
)
from skmnist._utils._sklearn import StrOptions
from skmnist.noise._docstrings import complete_docstring
from skmnist.noise._streams import EpochStreams, ImageStreams, PixelStreams


class BaseNoise(SavedStateMixin, OneToOneFeatureMixin, TransformerMixin, BaseEstimator, ABC):
    """Base class of the noises; a subclass implements `_corrupt` and, if it has a zero, `_is_zero`.

    In the docstring of a subclass, a line such as ``{common parameters}`` stands for the text that
    all noises share.

    Parameters
    ----------
    {common parameters}
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "when": [StrOptions({"always", "fit"})],
        "image_shape": [None, "array-like"],
        "value_range": [None, "array-like"],
        "random_state": ["random_state"],
    }
    # Whether integers are truncated, as in the published reference protocol, instead of rounded.
    _truncates_integers = False
    # Numbers worked on at once: few enough for the intermediate arrays to stay in the cache.
    _numbers_per_chunk = 2**17

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.__doc__ = cls.__doc__ and complete_docstring(cls.__doc__)

    def __init__(
        self,
        *,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.when = when
        self.image_shape = image_shape
        self.value_range = value_range
        self.random_state = random_state

    @abstractmethod
    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        """Corrupt images of shape (n, height, width) in [0, 1]; they may be overwritten."""

    def _is_zero(self) -> bool:
        """Tell whether the strength is zero, so that images pass through exactly."""
        return False

    def _numbers_per_image(self, height: int, width: int) -> int:
        """Return how many numbers the largest array of `_corrupt` has for an image."""
        return height * width

    def _images_at_once(self, height: int, width: int) -> int:
        """Return how many images `_corrupt` gets in one call."""
        return max(1, self._numbers_per_chunk // self._numbers_per_image(height, width))

    def _with_python_numbers(self) -> Self:
        """Return this noise, or a shallow copy with Python's numbers in the place of others.

        Numpy's numbers would spread their dtype to the pixels, and scikit-learn refuses arrays
        without axes and fractions.
        """
        params = self.get_params(deep=False)
        numbers = {name: as_python_number(value) for name, value in params.items()}
        numbers = {name: n for name, n in numbers.items() if n is not params[name]}
        return snapshot(self, **numbers) if numbers else self

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the image shape and the value range, and draw the seed.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Grey images of any numeric dtype.
        y : ignored
            Present for scikit-learn's API.

        Returns
        -------
        self : object
            The fitted noise.

        Raises
        ------
        ValueError
            If a parameter is out of its range or `X` cannot be grey images.
        """
        with refitted(self) as draft:
            draft._fit(X)
        return self

    def _validate_params(self) -> None:
        """Check each parameter by itself; a subclass adds what several parameters must satisfy."""
        validate_params(self._with_python_numbers())

    def _fit(self, X: Any) -> np.ndarray:
        """Fit, and return the validated images in their value range."""
        self._validate_params()
        images = check_images(self, X, reset=True, image_shape=self.image_shape)
        images, self.value_range_ = learn_value_range(images, self.value_range)
        self._draw_seeds()
        return images

    def _draw_seeds(self) -> None:
        self.seed_ = draw_seed(self.random_state)

    def transform(self, X: Any) -> np.ndarray:
        """Return noisy images, or the images themselves if ``when="fit"``.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Grey images of the shape and range of the training images; never written to.

        Returns
        -------
        ndarray of the shape and dtype of `X`
            The images; values outside the value range are clipped to it.

        Raises
        ------
        NotFittedError
            If the noise has not been fitted.
        ValueError
            If `X` does not fit the training images.
        """
        check_is_fitted(self)
        noise = snapshot(self)
        images = clip_to_value_range(check_images(noise, X, reset=False), noise.value_range_)
        noisy = images.copy() if noise.when == "fit" else noise._add_noise(images)
        return restore_shape(noisy, X, transformer=noise)

    def fit_transform(self, X: Any, y: Any = None) -> np.ndarray:
        """Fit to the images and return them noisy, whatever ``when`` says.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Grey images of any numeric dtype; never written to.
        y : ignored
            Present for scikit-learn's API.

        Returns
        -------
        ndarray of the shape and dtype of `X`
            The noisy images.
        """
        with refitted(self) as draft:
            images = draft._fit(X)
            noisy = restore_shape(draft._add_noise(images), X, transformer=draft)
        return noisy

    def augment(self, X: Any, epoch: int, keys: np.ndarray | None = None) -> np.ndarray:
        """Return images with the noise of an epoch, other noise in each, whatever ``when`` says.

        The networks call it for their parameter `augment`.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Grey images of the shape and range of the training images; never written to.
        epoch : int
            Number of the epoch, from 0. Equal numbers give equal noise; no epoch has that of
            `transform`.
        keys : ndarray of shape (n, 4), uint64, default=None
            What the noise of each image depends on; None computes it from `X`. When chaining
            noises, pass the keys of the original images to each.

        Returns
        -------
        ndarray of the shape and dtype of `X`
            The noisy images.

        Raises
        ------
        NotFittedError
            If the noise has not been fitted.
        TypeError, ValueError
            If `epoch` is no number of an epoch, `X` does not fit the training images, or `keys` is
            not of the shape and dtype above.
        """
        check_is_fitted(self)
        check_scalar(epoch, "epoch", Integral, min_val=0)
        noise = snapshot(self)
        images = check_images(noise, X, reset=False)
        # The noise before this one may have made them dark, and the network has warned of others.
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

        # Whatever set_output says: the networks want arrays.
        return restore_shape(noise._add_noise(images, streams_of), X)

    def _streams_of(self, unit: np.ndarray, rows: slice) -> ImageStreams:
        """Return the streams of `transform` for some rows: images in [0, 1]."""
        return PixelStreams(unit, name=type(self).__name__, seed=self.seed_)

    def _add_noise(
        self,
        images: np.ndarray,
        streams_of: Callable[[np.ndarray, slice], ImageStreams] | None = None,
    ) -> np.ndarray:
        """Return noisy images of shape (n, height, width), in their own dtype and range."""
        noise = self._with_python_numbers()
        if noise._is_zero():
            return images.copy()
        _keep_freed_memory()
        noisy = np.empty_like(images)
        # SciPy knows no wider floats than float64.
        is_wide = images.dtype.kind == "f" and images.dtype.itemsize > 4
        work_dtype = np.float64 if is_wide else np.float32
        for chunk in gen_batches(len(images), noise._images_at_once(*images.shape[1:])):
            unit = to_unit_range(images[chunk], self.value_range_, work_dtype)
            streams = (streams_of or self._streams_of)(unit, chunk)
            corrupted = noise._corrupt(unit, streams)
            np.clip(corrupted, 0, 1, out=corrupted)
            noisy[chunk] = from_unit_range(
                corrupted, self.value_range_, images.dtype, truncate=self._truncates_integers
            )
        return noisy

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


BaseNoise.__doc__ = BaseNoise.__doc__ and complete_docstring(BaseNoise.__doc__)


def check_order(low_name: str, low: float, high_name: str, high: float) -> None:
    """Refuse two parameters that are a range upside down."""
    if as_python_number(low) > as_python_number(high):
        raise ValueError(
            f"{low_name}={low!r} is greater than {high_name}={high!r}; expected {low_name} <= "
            f"{high_name}."
        )


def check_odd(name: str, value: int, what: str) -> None:
    """Refuse an even number of pixels, which has no middle."""
    if value % 2 == 0:
        raise ValueError(
            f"{name}={value!r} is even; expected an odd number of pixels, so that the {what} has a "
            f"pixel in its middle: pass {value - 1} or {value + 1}."
        )


def _keep_freed_memory() -> None:
    """Have the C library keep the memory of a chunk for the next one.

    glibc gives it back to the system and asks for other pages, which takes as long as a warp,
    unless a larger block, of at most 32 MiB, has been freed before. No page of this one is touched.
    """
    np.empty(2**24, dtype=np.uint8)
