"""Training rows, call by call, with noise that is drawn anew in each epoch."""

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from numbers import Integral
from typing import Any, NamedTuple, Self

import numpy as np
from sklearn.base import clone
from sklearn.utils import check_scalar

from skmnist._utils import NOISE_MEMBERS, Noise, image_keys, name_argument
from skmnist.neural_network._samples import Samples, order_of_epoch


class Call(NamedTuple):
    """The rows of one compiled call: samples, and the order of their rows."""

    epoch: int
    samples: Samples
    order: np.ndarray


class Augmentation:
    """Noises, fitted to the training images, that are applied in turn.

    Parameters
    ----------
    noises : list of Noise
        Fitted noises.
    value_range : (low, high)
        The value range of the images.
    """

    def __init__(self, noises: list[Noise], value_range: tuple[float, float]) -> None:
        self.noises = noises
        self._value_range = value_range

    @classmethod
    def fitted(
        cls, augment: Any, images: np.ndarray, *, value_range: tuple[float, float], seed: int
    ) -> Self | None:
        """Fit clones of the noises in the parameter `augment`.

        Parameters
        ----------
        augment : Noise, list of Noise or None
            The parameter.
        images : ndarray of shape (n, height, width, 1)
            The training images.
        value_range : (low, high)
            The value range of noises whose own is None.
        seed : int
            Seed from which the seeds of noises without a `random_state` are derived.

        Returns
        -------
        Augmentation or None
            None if there are no noises.

        Raises
        ------
        TypeError
            If one of them is not a noise.
        ValueError
            If a parameter of a noise is not valid.
        """
        noises = []
        for place, given in enumerate(check_augment(augment)):
            noise = clone(given)
            if given.value_range is None:
                noise.set_params(value_range=value_range)
            # Not the clone's random_state: drawing a seed must advance the caller's RandomState.
            own_seed = int(np.random.default_rng([seed, place]).integers(2**31))
            noise.set_params(
                random_state=own_seed if given.random_state is None else given.random_state
            )
            with name_argument("augment"):
                noises.append(noise.fit(images))
        return cls(noises, value_range) if noises else None

    def keys(self, images: np.ndarray) -> np.ndarray:
        """Return the key of each image, from which its noise is derived in all epochs."""
        return image_keys(images, self._value_range)

    def noisy(self, images: np.ndarray, keys: np.ndarray, epoch: int) -> np.ndarray:
        """Return images of shape (n, height, width, 1) with the noise of an epoch.

        Between the noises of a list, integers are floats: they are rounded once, at the end.
        """
        dtype, (low, high) = images.dtype, self._value_range
        in_floats = len(self.noises) > 1 and dtype.kind in "biu"
        if in_floats:
            # Float32 cannot hold every integer beyond 2**24.
            images = images.astype(np.float32 if max(-low, high) <= 2**24 else np.float64)
        for place, noise in enumerate(self.noises):
            # Add the place in the list, so that noises with equal seeds are independent.
            images = noise.augment(images, epoch, keys + np.uint64(place))
        if in_floats:
            images = np.clip(images, low, high)
            images = np.rint(images, out=images).astype(dtype)
        return images


def check_augment(augment: Any, name: str = "augment") -> list[Noise]:
    """Return the parameter `augment`, or an argument of another name, as a list of noises."""
    if augment is None:
        return []
    noises = augment if isinstance(augment, list | tuple) else [augment]
    for noise in noises:
        if isinstance(noise, type) or not isinstance(noise, Noise):
            raise TypeError(
                f"{name} holds {noise!r}; expected noises such as RandomAffine(), instances of "
                "the classes in skmnist.noise, or other objects with the same "
                f"{', '.join(NOISE_MEMBERS)}."
            )
    return list(noises)


def advise_on(augment: Any) -> str:
    """Return advice on how to set parameters of noises if `augment` is not a single noise."""
    return (
        f"augment={augment!r} is not a single noise, so parameters of noises have no names. "
        "Pass new noises, such as augment=[RandomAffine(), GaussianNoise(scale=0.3)], or call "
        "set_params of a noise in the list."
    )


def check_views(n_views: int, augmentation: Augmentation | None) -> Augmentation:
    """Return the augmentation that makes noisy views, or raise an error if there is none."""
    check_scalar(n_views, "test_time_views", Integral, min_val=0)
    if augmentation is None:
        raise ValueError(
            f"test_time_views={n_views!r} needs a noise to make views of an image; pass augment= "
            "as well and fit again, or pass test_time_views=0."
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
    """Yield the rows to train on, call by call.

    Parameters
    ----------
    samples : Samples
        The training rows.
    augmentation : Augmentation or None
        Noise for the rows. A thread reads large images, and adds noise, during the training on the
        rows before.
    epochs : iterable of int
        Numbers of the epochs.
    rows_per_call : int
        Number of rows of a call.
    seed : int
        Seed of the order of the rows.

    Yields
    ------
    Call
        The rows of a call.
    """
    calls = (
        (epoch, order[start : start + rows_per_call])
        for epoch in epochs
        for order in [order_of_epoch(len(samples), seed=seed, epoch=epoch)]
        for start in range(0, len(samples), rows_per_call)
    )
    if augmentation is None and not samples.is_large:
        return (Call(epoch, samples, rows) for epoch, rows in calls)

    keys = augmentation.keys(samples.images) if augmentation else np.empty(0)

    def make(epoch: int, rows: np.ndarray) -> Call:
        part = samples.rows(rows)
        if augmentation:
            part = replace(part, images=augmentation.noisy(part.images, keys[rows], epoch))
        return Call(epoch, part, np.arange(len(rows)))

    return _ahead(partial(make, epoch, rows) for epoch, rows in calls)


def _ahead(tasks: Iterator[Callable[[], Call]]) -> Generator[Call, None, None]:
    """Yield the results of tasks; the next task runs in a thread meanwhile."""
    with ThreadPoolExecutor(1, thread_name_prefix="skmnist-feed") as thread:
        following = thread.submit(next(tasks))
        for task in tasks:
            result, following = following.result(), thread.submit(task)
            yield result
        yield following.result()
