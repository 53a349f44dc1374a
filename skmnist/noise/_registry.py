"""Noises by name."""

import difflib
from typing import Any

from skmnist.noise._affine import RandomAffine
from skmnist.noise._base import BaseNoise
from skmnist.noise._photometric import RandomBrightness
from skmnist.noise._pointwise import GaussianNoise, SaltAndPepperNoise
from skmnist.noise._reference import ReferenceNoise

NOISES: dict[str, type[BaseNoise]] = {
    "gaussian_noise": GaussianNoise,
    "impulse_noise": SaltAndPepperNoise,
    "random_affine": RandomAffine,
    "random_brightness": RandomBrightness,
    "reference": ReferenceNoise,
}


def list_noises() -> list[str]:
    """List the names that `make_noise` knows.

    Returns
    -------
    list of str
        The names, sorted.

    See Also
    --------
    make_noise : Build a noise from its name.

    Examples
    --------
    >>> from skmnist.noise import list_noises
    >>> "reference" in list_noises()
    True
    """
    return sorted(NOISES)


def make_noise(name: str, **params: Any) -> BaseNoise:
    """Build a noise from its name.

    Parameters
    ----------
    name : str
        One of `list_noises()`. "reference" is the noise of the reference protocol.
    **params : dict
        Parameters of the noise, for example `random_state`.

    Returns
    -------
    BaseNoise
        The unfitted noise, a scikit-learn transformer.

    Raises
    ------
    ValueError
        If the name is unknown; the message suggests the nearest one.
    TypeError
        If the noise has no such parameter.

    See Also
    --------
    list_noises : The names.

    Examples
    --------
    >>> from skmnist.noise import make_noise
    >>> make_noise("gaussian_noise", scale=0.1, random_state=0)
    GaussianNoise(random_state=0, scale=0.1)
    """
    if name not in NOISES:
        nearest = difflib.get_close_matches(str(name), NOISES, n=1, cutoff=0)[0]
        raise ValueError(
            f"name={name!r} is not a noise. Did you mean {nearest!r}? Known: {list_noises()}."
        )
    return NOISES[name](**params)
