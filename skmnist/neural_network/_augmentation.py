"""Fresh noise in each epoch of training, made in a thread beside it."""

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from numbers import Integral
from typing import Any, NamedTuple, Self

import numpy as np
from sklearn.base import clone
from sklearn.utils import check_scalar

from skmnist._utils import image_keys
from skmnist.neural_network._samples import Samples, order_of_epoch


class Call(NamedTuple):
    """What is trained on in one call: samples, and the order of their rows."""

    epoch: int
    samples: Samples
    order: np.ndarray


# What makes a transformer a noise: the first draws the noise of an epoch.
_NEEDED = ("augment", "fit", "get_params", "set_params", "random_state", "value_range")


class Augmentation:
    """Noises, fitted to the training images, that follow one another.

    Parameters
    ----------
    noises : list of noises
        Fitted noises.
    value_range : (low, high)
        The value range of the images.
    """

    def __init__(self, noises: list[Any], value_range: tuple[float, float]) -> None:
        self._noises = noises
        self._value_range = value_range

    @classmethod
    def fitted(
        cls, augment: Any, images: np.ndarray, *, value_range: tuple[float, float], seed: int
    ) -> Self | None:
        """Fit clones of the noises in the parameter `augment`; None if there are none.

        Parameters
        ----------
        augment : noise, list of noises or None
            The parameter.
        images : ndarray of shape (n, height, width, 1)
            The training images.
        value_range : (low, high)
            The value range of noises that do not bring their own.
        seed : int
            Decides the seeds of noises that do not bring their own.
        """
        noises = []
        for place, given in enumerate(check_augment(augment)):
            noise = clone(given)
            if given.value_range is None:
                noise.set_params(value_range=value_range)
            # A RandomState is advanced, which a clone of it would not show.
            own_seed = int(np.random.default_rng([seed, place]).integers(2**31))
            noise.set_params(
                random_state=own_seed if given.random_state is None else given.random_state
            )
            noises.append(noise.fit(images))
        return cls(noises, value_range) if noises else None

    def keys(self, images: np.ndarray) -> np.ndarray:
        """Return what the noise of each image depends on, in all epochs."""
        return image_keys(images, self._value_range)

    def noisy(self, images: np.ndarray, keys: np.ndarray, epoch: int) -> np.ndarray:
        """Return images of shape (n, height, width, 1) with the noise of an epoch.

        Between the noises of a list, integers are floats: they are rounded once, at the end.
        """
        dtype, (low, high) = images.dtype, self._value_range
        in_floats = len(self._noises) > 1 and dtype.kind in "biu"
        if in_floats:
            # Float32 does not hold every integer beyond 2**24.
            images = images.astype(np.float32 if max(-low, high) <= 2**24 else np.float64)
        for place, noise in enumerate(self._noises):
            # Two noises with equal seeds draw differently all the same.
            images = noise.augment(images, epoch, keys + np.uint64(place))
        if in_floats:
            images = np.clip(images, low, high)
            images = np.rint(images, out=images).astype(dtype)
        return images


def check_augment(augment: Any) -> list[Any]:
    """Return a noise, a list of them, or None as a list."""
    if augment is None:
        return []
    noises = augment if isinstance(augment, list | tuple) else [augment]
    for noise in noises:
        if isinstance(noise, type) or not all(hasattr(noise, name) for name in _NEEDED):
            raise TypeError(
                f"augment holds {noise!r}; expected noises such as RandomAffine(), instances of "
                f"the classes in skmnist.noise, or what has {', '.join(_NEEDED)} as they have."
            )
    return list(noises)


def advise_on(augment: Any) -> str:
    """Tell how to set a parameter of noises, if `augment` is not one noise, whose names work."""
    return (
        f"augment={augment!r} is not a single noise, so that no parameter of a noise has a name. "
        "Pass the noises anew, such as augment=[RandomAffine(), GaussianNoise(scale=0.3)], or call "
        "set_params of a noise in the list."
    )


def check_views(n_views: int, augmentation: Augmentation | None) -> Augmentation:
    """Return what makes noisy views of an image, or say that there is nothing that does."""
    check_scalar(n_views, "test_time_views", Integral, min_val=0)
    if augmentation is None:
        raise ValueError(
            f"test_time_views={n_views!r} needs a noise to make views of an image; pass augment= "
            "too, and fit, or test_time_views=0."
        )
    return augmentation


def feed(
    samples: Samples,
    augmentation: Augmentation | None,
    *,
    epochs: Iterable[int],
    rows_per_call: int,
    seed: int,
) -> Generator[Call, None, None]:
    """Yield what is trained on, call by call.

    Parameters
    ----------
    samples : Samples
        The training rows.
    augmentation : Augmentation or None
        What is done to them in each epoch, while the rows before them are trained on.
    epochs : iterable of int
        Numbers of the epochs.
    rows_per_call : int
        Number of rows of a call.
    seed : int
        Seed of the order of the rows.
    """
    calls = (
        (epoch, order[start : start + rows_per_call])
        for epoch in epochs
        for order in [order_of_epoch(len(samples), seed=seed, epoch=epoch)]
        for start in range(0, len(samples), rows_per_call)
    )
    if augmentation is None:
        return (Call(epoch, samples, rows) for epoch, rows in calls)

    keys = augmentation.keys(samples.images)

    def make(epoch: int, rows: np.ndarray) -> Call:
        clean = samples.rows(rows)
        noisy = replace(clean, images=augmentation.noisy(clean.images, keys[rows], epoch))
        return Call(epoch, noisy, np.arange(len(rows)))

    return _ahead(partial(make, epoch, rows) for epoch, rows in calls)


def _ahead(tasks: Iterator[Callable[[], Call]]) -> Generator[Call, None, None]:
    """Yield the results of tasks; the next one runs in a thread meanwhile."""
    with ThreadPoolExecutor(1, thread_name_prefix="skmnist-augment") as thread:
        following = thread.submit(next(tasks))
        for task in tasks:
            result, following = following.result(), thread.submit(task)
            yield result
        yield following.result()
