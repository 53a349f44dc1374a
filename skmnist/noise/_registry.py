"""Noises by name and severity, one by one or in suites."""

from collections.abc import Iterable
from numbers import Integral
from typing import Any

from skmnist._utils import did_you_mean
from skmnist.noise._base import BaseNoise
from skmnist.noise._severities import CORRUPTIONS, SUITES, Corruption


def list_noises(suite: str | None = None) -> list[str]:
    """List the names of the noises that `make_noise` builds.

    Parameters
    ----------
    suite : str, default=None
        One of `list_suites()`: only its names are listed, in their published order. If None, all
        names are listed.

    Returns
    -------
    list of str
        The names, sorted if `suite` is None.

    Raises
    ------
    ValueError
        If the suite is unknown; the message suggests a similar one.

    See Also
    --------
    list_severities : The severities of a noise.
    list_suites : The suites.
    make_noise : Build a noise from its name.

    Examples
    --------
    >>> from skmnist.noise import list_noises
    >>> "fog" in list_noises()
    True
    >>> list_noises("n_mnist")
    ['awgn', 'n_mnist_motion_blur', 'reduced_contrast_awgn']
    """
    return sorted(CORRUPTIONS) if suite is None else list(_suite(suite))


def list_suites() -> list[str]:
    """List the suites of noises.

    Returns
    -------
    list of str
        "mnist_c" (15 corruptions), "mnist_c_extra", "n_mnist", "reference" and "scan" (paper and
        scanners).

    See Also
    --------
    list_noises : The names in a suite.
    make_suite : Build all noises of a suite.

    References
    ----------
    Mu, N. and Gilmer, J. (2019). MNIST-C: A Robustness Benchmark for Computer Vision.
    :arxiv:`1906.02337`

    Basu, S. et al. (2017). Learning Sparse Feature Representations Using Probabilistic Quadtrees
    and Deep Belief Nets. Neural Processing Letters 45. :arxiv:`1509.03413`

    Examples
    --------
    >>> from skmnist.noise import list_suites
    >>> list_suites()
    ['mnist_c', 'mnist_c_extra', 'n_mnist', 'reference', 'scan']
    """
    return list(SUITES)


def list_severities(name: str) -> list[int] | list[None]:
    """List the severities of a noise.

    Parameters
    ----------
    name : str
        One of `list_noises()`.

    Returns
    -------
    list
        ``[1, 2, 3, 4, 5]``, or ``[None]`` for a noise without severities.

    Raises
    ------
    ValueError
        If the name is unknown; the message suggests a similar one.

    See Also
    --------
    make_noise : Build a noise from its name and severity.

    Examples
    --------
    >>> from skmnist.noise import list_severities
    >>> list_severities("fog"), list_severities("stripe")
    ([1, 2, 3, 4, 5], [None])
    """
    corruption = _corruption(name)
    if corruption.official is None:
        return [None]
    return list(range(1, 1 + len(corruption.severities)))


def make_noise(name: str, severity: int | None = None, **params: Any) -> BaseNoise:
    """Build a noise from its name and severity.

    Parameters
    ----------
    name : str
        One of `list_noises()`. "reference" is the noise of the reference protocol.
    severity : int, default=None
        One of `list_severities(name)`, from 1 (weak) to 5 (strong). If None, the severity of the
        published data set is used. A noise without severities accepts only None.
    **params : dict
        Parameters of the noise, for example `random_state`. They override the values of the
        severity.

    Returns
    -------
    BaseNoise
        The unfitted noise, a scikit-learn transformer.

    Raises
    ------
    ValueError
        If the name is unknown (the message suggests a similar one), or the noise lacks the
        severity.
    TypeError
        If the noise lacks one of the parameters.

    See Also
    --------
    list_noises : The names.
    list_severities : The severities of a noise.
    make_suite : Build all noises of a suite.

    Examples
    --------
    >>> from skmnist.noise import make_noise
    >>> make_noise("gaussian_noise", severity=2, random_state=0)
    GaussianNoise(random_state=0, scale=0.12)
    >>> make_noise("gaussian_noise", scale=0.1)
    GaussianNoise(scale=0.1)
    """
    corruption = _corruption(name)
    level = corruption.official if severity is None else _check_severity(name, severity)
    return corruption.noise(**{**corruption.severities[(level or 1) - 1], **params})


def make_suite(suite: str, severity: int | None = None, **params: Any) -> dict[str, BaseNoise]:
    """Build all noises of a suite.

    Parameters
    ----------
    suite : str
        One of `list_suites()`.
    severity : int, default=None
        Severity of the noises that have severities, from 1 to 5. If None, each noise has its
        published severity.
    **params : dict
        Parameters that all noises have, for example `random_state`.

    Returns
    -------
    dict of str to BaseNoise
        The unfitted noises by name, in the published order.

    Raises
    ------
    ValueError
        If the suite is unknown (the message suggests a similar one), or its noises lack the
        severity.

    See Also
    --------
    make_noise : Build one noise.
    RandomNoise : Pick one noise per image, for example one of a suite.

    Examples
    --------
    >>> from skmnist.noise import make_suite
    >>> noises = make_suite("mnist_c", random_state=0)
    >>> len(noises), noises["translate"]
    (15, RandomTranslation(max_shift=3, min_shift=3, random_state=0))
    """
    corruptions = _suite(suite)
    graded = [name for name, corruption in corruptions.items() if corruption.official is not None]
    if severity is not None:
        _check_severity(graded[0] if graded else next(iter(corruptions)), severity)
    return {
        name: make_noise(name, severity if name in graded else None, **params)
        for name in corruptions
    }


def _corruption(name: str) -> Corruption:
    return CORRUPTIONS[_check_name("name", name, CORRUPTIONS, "a noise")]


def _suite(name: str) -> dict[str, Corruption]:
    return SUITES[_check_name("suite", name, SUITES, "a suite")]


def _check_name(argument: str, name: Any, known: Iterable[str], what: str) -> str:
    if isinstance(name, str) and name in known:
        return name
    hint = did_you_mean(name, known)
    raise ValueError(f"{argument}={name!r} is not {what}.{hint} Known: {sorted(known)}.")


def _check_severity(name: str, severity: Any) -> int:
    allowed = list_severities(name)
    if allowed == [None]:
        raise ValueError(
            f"severity={severity!r} was given, but {name!r} has no severities; pass severity=None "
            "and set its parameters by keyword to change its strength."
        )
    if isinstance(severity, bool) or not isinstance(severity, Integral) or severity not in allowed:
        raise ValueError(
            f"severity={severity!r} is not a severity of {name!r}; expected an int from "
            f"{allowed[0]} to {allowed[-1]}, or None for the published one."
        )
    return int(severity)
