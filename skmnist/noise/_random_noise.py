"""A noise that picks one of several noises for each image."""

from numbers import Real
from typing import Any, Self

import numpy as np
from sklearn.base import clone
from sklearn.utils import gen_batches

from skmnist._utils._dataclasses import estimator_dataclass, parameter
from skmnist._utils._sklearn import BaseComposition, Interval
from skmnist.noise._affine import RandomAffine
from skmnist.noise._base import BaseNoise
from skmnist.noise._blurs import GaussianBlur
from skmnist.noise._pixelwise import GaussianNoise
from skmnist.noise._structural import Occlusion
from skmnist.noise.kernels._streams import ImageStreams, as_integers

# Attributes learned in `fit` that the noises of the list share.
_LEARNED = ("image_shape_", "value_range_", "n_features_in_", "feature_names_in_")


@estimator_dataclass
class RandomNoise(BaseNoise, BaseComposition):
    """Pick one of several noises, or none, at random for each image.

    Parameters
    ----------
    noises : list of (str, BaseNoise) tuples, default=None
        Names and noises to pick from with equal probability, for example
        ``list(make_suite(...).items())``. Parameters of a noise are set by its name:
        ``fog__thickness``. If None, the noises are `GaussianNoise`, `RandomAffine`, `GaussianBlur`
        and `Occlusion`.
    probability : float, default=1.0
        Probability that an image gets a noise, in [0, 1]. 0 changes nothing.
    {common parameters}

    Attributes
    ----------
    noises_ : list of (str, BaseNoise) tuples
        The fitted noises, each of which can also be used alone.
    {more attributes}

    See Also
    --------
    make_suite : Noises to pick from.

    Notes
    -----
    {random}

    A noise of the list with its own `random_state` gives the same result as alone, except
    `ReferenceNoise` on integers, which are rounded here and truncated there. The other noises share
    the seed of this one. Set `when`, `image_shape` and `value_range` here only: the noises of the
    list must leave them at their defaults. To apply several noises one after the other, use a
    ``Pipeline`` or pass a list as `augment` of a network.

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import RandomNoise, make_suite
    >>> X = np.arange(4 * 784, dtype=np.uint8).reshape(4, 28, 28)
    >>> noises = list(make_suite("mnist_c").items())
    >>> augmentation = RandomNoise(noises, probability=0.8, when="fit", random_state=0)
    >>> augmentation.fit_transform(X).shape
    (4, 28, 28)
    """

    noises: list[tuple[str, BaseNoise]] | None = parameter(None, list, default=None, kw_only=False)
    probability: float = parameter(Interval(Real, 0, 1, closed="both"), default=1.0)
    # Larger than usual, because each noise of the list splits its own images into chunks.
    _numbers_per_chunk = 2**22

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters, including the parameters of the noises in the list.

        Parameters
        ----------
        deep : bool, default=True
            Whether to include the noises by their names, and their parameters.

        Returns
        -------
        dict
            Values by parameter names.
        """
        return self._get_params("noises", deep=deep)

    def set_params(self, **params: Any) -> Self:
        """Set parameters, noises of the list, or their parameters.

        Parameters
        ----------
        **params : dict
            Values by the names that `get_params` returns.

        Returns
        -------
        self : object
            This noise.
        """
        self._set_params("noises", **params)
        return self

    def _validate_params(self) -> None:
        super()._validate_params()
        if self.noises is not None and not self.noises:
            raise ValueError("noises=[] is empty; expected at least one (name, noise) tuple.")
        taken = [*self.get_params(deep=False)]
        for pair in self._pairs():
            _check_pair(pair, taken)
            taken.append(pair[0])

    def _pairs(self) -> list[tuple[str, BaseNoise]]:
        """Return the names and noises to pick from."""
        if self.noises is not None:
            return self.noises
        return [
            ("gaussian_noise", GaussianNoise()),
            ("random_affine", RandomAffine()),
            ("gaussian_blur", GaussianBlur(sigma=1.0)),
            ("occlusion", Occlusion()),
        ]

    def _draw_seeds(self) -> None:
        super()._draw_seeds()
        learned = {name: value for name, value in vars(self).items() if name in _LEARNED}
        self.noises_ = [
            (name, clone(given)._with_python_numbers()) for name, given in self._pairs()
        ]
        for (_, given), (_, noise) in zip(self._pairs(), self.noises_, strict=True):
            vars(noise).update(learned)
            # Not the clone's random_state: drawing a seed must advance the caller's RandomState.
            noise.random_state = given.random_state
            if given.random_state is None:
                # A RandomNoise in the list must not repeat the picks of this one.
                noise.random_state = self.seed_ + isinstance(noise, RandomNoise)
            noise._draw_seeds()

    def _is_zero(self) -> bool:
        return self.probability == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        chance, pick = streams.random((2,)).T
        pick = as_integers(pick, len(self.noises_))
        pick[chance >= self.probability] = -1
        for index, (_, noise) in enumerate(self.noises_):
            picked = np.flatnonzero(pick == index)
            if not picked.size or noise._is_zero():
                continue
            for chunk in gen_batches(len(picked), noise._images_at_once(*images.shape[1:])):
                rows = picked[chunk]
                own = streams.of_noise(type(noise).__name__, noise.seed_, rows)
                images[rows] = noise._corrupt(images[rows], own)
        return images


def _check_pair(pair: Any, taken: list[str]) -> None:
    """Raise an error if an entry is not a (name, noise) tuple, or sets parameters of this class."""
    is_pair = isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str)
    if not (is_pair and isinstance(pair[1], BaseNoise)):
        raise ValueError(
            f"noises has the entry {pair!r}; expected (name, noise) tuples, for example "
            "('fog', Fog()) or the entries of list(make_suite('mnist_c').items())."
        )
    name, noise = pair
    if name in taken or "__" in name:
        raise ValueError(
            f"noises has the name {name!r}; expected names that occur once, have no '__', and are "
            "not parameters of RandomNoise: choose another one."
        )
    noise._validate_params()
    for common in ("when", "image_shape", "value_range"):
        value = getattr(noise, common)
        if value is not None and not (common == "when" and value == "always"):
            raise ValueError(
                f"noises has {name!r} with {common}={value!r}; leave it at its default, and pass "
                f"{common} to RandomNoise, which applies it to every noise."
            )
