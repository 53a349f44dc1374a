"""The corruptions of a suite: one noise for each severity, after the clean images."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sklearn.base import clone

from skmnist._utils import did_you_mean
from skmnist.noise import BaseNoise, list_noises, list_severities, list_suites, make_noise
from skmnist.noise._severities import CORRUPTIONS


class Corruption(NamedTuple):
    """A noise by the name and the severity under which it stands in a table."""

    name: str
    severity: int | None  # None if the noise has no severities
    noise: BaseNoise | None  # None for clean images

    def __str__(self) -> str:
        without = self.severity is None or self.noise is None
        return self.name if without else f"{self.name}, severity {self.severity}"

    def transformer(self, X: Any) -> Callable[[Any], Any]:
        """Fit the noise to images, and return the function that makes images noisy.

        Tables of pandas and polars with named columns stay such tables.
        """
        if self.noise is None:
            return lambda images: images
        self.noise.fit(X)
        package = type(X).__module__.partition(".")[0]
        if package in ("pandas", "polars") and hasattr(self.noise, "feature_names_in_"):
            self.noise.set_output(transform=package)
        return self.noise.transform


CLEAN = Corruption("clean", 0, None)

Severities = str | int | Iterable[int] | None


def make_corruptions(
    suite: Any, severities: Severities, *, seed: int, **params: Any
) -> list[Corruption]:
    """Return the clean images and the corruptions of a suite, with unfitted noises.

    Parameters
    ----------
    suite : str, noise, sequence or mapping
        As in `robustness_scores`.
    severities : "all", int, iterable of int, or None
        As in `robustness_scores`.
    seed : int
        The `random_state` of the noises that have none.
    **params : dict
        Parameters of all noises; None leaves the value of a noise.

    Returns
    -------
    list of Corruption
        `CLEAN`, then each name at each severity.

    Raises
    ------
    TypeError
        If an entry is neither a name nor a noise.
    ValueError
        If a name or a severity is unknown, a name occurs twice, or a noise has ``when="fit"``.
    """
    corruptions = [CLEAN]
    for name, entry in _entries(suite):
        if name in {corruption.name for corruption in corruptions}:
            raise ValueError(
                f"suite has the name {name!r} twice ({CLEAN.name!r} stands for the images without "
                "noise); expected distinct names: pass a dict of noises to name them."
            )
        corruptions += _at_severities(name, entry, severities)
    if len(corruptions) == 1:
        raise ValueError("suite is empty; expected the name of a suite, or at least one noise.")
    given = {key: value for key, value in params.items() if value is not None}
    return [
        CLEAN,
        *(c._replace(noise=_prepared(c.noise, seed, given)) for c in corruptions[1:]),
    ]


def _entries(suite: Any) -> list[tuple[str, Any]]:
    """Return names, and for each a noise, a sequence of noises, or None to build it by its name."""
    if isinstance(suite, Mapping):
        return list(suite.items())
    if isinstance(suite, str) and suite in list_suites():
        return [(name, None) for name in list_noises(suite)]
    if isinstance(suite, str | BaseNoise) or not isinstance(suite, Iterable):
        suite = [suite]
    entries: list[tuple[str, Any]] = []
    for entry in suite:
        if isinstance(entry, str):
            entries.append((_check_name(entry), None))
        else:
            kind = type(entry).__name__
            n_before = sum(type(noise) is type(entry) for _, noise in entries)
            entries.append((f"{kind} {n_before + 1}" if n_before else kind, entry))
    return entries


def _check_name(name: str) -> str:
    known = list_noises()
    if name not in known:
        hint = did_you_mean(name, [*list_suites(), *known])
        raise ValueError(
            f"suite={name!r} is neither a suite nor a noise.{hint} Suites: {list_suites()}. "
            f"Noises: {known}."
        )
    return name


def _at_severities(name: str, entry: Any, severities: Severities) -> list[Corruption]:
    if entry is None:
        levels = [
            CORRUPTIONS[name].official if severities is None else level
            for level in _levels(name, severities)
        ]
        return [Corruption(name, level, make_noise(name, level)) for level in levels]
    if isinstance(entry, Sequence) and not isinstance(entry, str):
        return [Corruption(name, i, _check_noise(e)) for i, e in enumerate(entry, start=1)]
    return [Corruption(name, None, _check_noise(entry))]


def _levels(name: str, severities: Severities) -> list[int] | list[None]:
    available = list_severities(name)
    if severities is None or available == [None]:
        return [None]
    if isinstance(severities, str):
        if severities != "all":
            raise ValueError(
                f"severities={severities!r} is not valid; expected 'all', integers from 1 to 5, or "
                "None for the published severity."
            )
        return available
    levels = list(severities) if isinstance(severities, Iterable) else [severities]
    if not levels or len(set(levels)) < len(levels):
        raise ValueError(
            f"severities={severities!r} is empty or has a value twice; expected distinct integers "
            "from 1 to 5, 'all', or None for the published severity."
        )
    return levels


def _check_noise(noise: Any) -> BaseNoise:
    if not isinstance(noise, BaseNoise):
        raise TypeError(
            f"suite has an entry of type {type(noise).__name__}; expected a noise of skmnist.noise "
            "or the name of one."
        )
    if noise.when == "fit":
        raise ValueError(
            f"suite has a {type(noise).__name__} with when='fit', which leaves test images as they "
            "are; pass it with when='always'."
        )
    return noise


def _prepared(noise: Any, seed: int, params: Mapping[str, Any]) -> BaseNoise:
    noise = clone(noise).set_params(**params)
    if noise.random_state is None:
        noise.set_params(random_state=seed)
    return noise
