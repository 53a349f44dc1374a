"""A log of long runs: each run is stored when it ends, and a restart skips the stored runs."""

import hashlib
import inspect
import re
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from benchmarks.harness.conditions import print_conditions
from benchmarks.harness.pages import RESULTS

_RUN = re.compile(
    r"^(?P<key>[^|:\[\n]+) \[(?P<digest>\w+)\]: (?P<numbers>(?:\w+=[-+.\w]+ ?)+)$", re.MULTILINE
)
_CURVES = ("loss", "accuracy", "val_loss", "val_accuracy")
_NUMBER = re.compile(r"(\w+)=([-+.\w]+)")

Numbers = dict[str, float]
History = dict[str, list[float]]


class RunLog:
    """The stored runs of a script, in the text file ``results/NAME.txt``.

    The file has the conditions, a line for each run, and a summary after an empty line. If the
    conditions change, the new ones precede the runs that were made under them.
    ``results/NAME_curves.csv`` has the loss and the accuracies of each epoch. To repeat a run,
    delete its line.

    Parameters
    ----------
    name : str
        Name of the result.
    path : Path, default=None
        The file; None is the file of that name in ``results``.
    """

    def __init__(self, name: str, *, path: Path | None = None) -> None:
        self.path = path or RESULTS / f"{name}.txt"
        self.curves_path = self.path.with_name(f"{self.path.stem}_curves.csv")
        self._conditions = ""

    @property
    def runs(self) -> dict[str, Numbers]:
        """The numbers of the stored runs, by the names of the runs."""
        return {match["key"]: _numbers(match["numbers"]) for match in _RUN.finditer(self._text)}

    @property
    def digests(self) -> dict[str, str]:
        """The digests of the recipes of the stored runs, by the names of the runs."""
        return {match["key"]: match["digest"] for match in _RUN.finditer(self._text)}

    @property
    def _text(self) -> str:
        """The file without its summary; read again each time, since other processes write to it."""
        text = self.path.read_text() if self.path.exists() else ""
        return text.partition("\n\n")[0].rstrip("\n") + "\n" if text else ""

    def run(
        self, key: str, recipe: object, train: Callable[[], tuple[Numbers, History]]
    ) -> Numbers:
        """Return the stored numbers of a run, or call `train` and store what it returns.

        Parameters
        ----------
        key : str
            Name of the run, without colons and brackets.
        recipe : object
            The trained network; a stored run must have the digest of the same recipe.
        train : callable
            Returns a dict of numbers and the history of the network.

        Returns
        -------
        dict of str to float
            The numbers, rounded to four decimals.

        Raises
        ------
        SystemExit
            If the stored run of this name was made with another recipe.
        """
        digest, stored = digest_of(recipe), self.digests
        if key in stored and stored[key] != digest:
            raise SystemExit(
                f"{self.path.name} has {key!r} of another recipe; delete its line to run it again"
            )
        if key not in stored:
            measured, history = train()
            numbers = " ".join(f"{name}={value:.4f}" for name, value in measured.items())
            self._add_curve(key, history)
            line = f"{key} [{digest}]: {numbers}"
            print(line, flush=True)
            self.path.write_text(f"{self._text}{self._new_conditions()}{line}\n")
        return self.runs[key]

    def curves(self) -> pd.DataFrame:
        """Return the curves, with a row for each run and epoch."""
        return pd.read_csv(self.curves_path)

    def _add_curve(self, key: str, history: History) -> None:
        table = pd.DataFrame({name: history.get(name) for name in _CURVES}).round(5)
        table.insert(0, "run", key)
        table.insert(1, "epoch", np.arange(1, len(table) + 1))
        if self.curves_path.exists():
            others = self.curves()
            table = pd.concat([others[others["run"] != key], table])
        table.to_csv(self.curves_path, index=False)

    def summarize(self, summary: str) -> None:
        """Write a summary below the runs, and print it."""
        print(f"\n{summary}")
        self.path.write_text(f"{self._text}\n{summary}\n")

    def _new_conditions(self) -> str:
        """Return the conditions, or nothing if they are the same as for the last run."""
        if not self._conditions:
            with redirect_stdout(StringIO()) as conditions:
                print_conditions()
            self._conditions = conditions.getvalue()
        lines = [line for line in self._text.splitlines() if not _RUN.match(line)]
        n_lines = self._conditions.count("\n")
        is_old = lines[-n_lines:] == self._conditions.splitlines()
        return "" if is_old else self._conditions


def digest_of(recipe: object) -> str:
    """Return eight hexadecimal digits that identify a recipe."""
    return hashlib.blake2b(_described(recipe).encode(), digest_size=4).hexdigest()


def _described(recipe: Any) -> str:
    """Return all parameters that are not at their defaults; scikit-learn's `repr` truncates."""
    if isinstance(recipe, list | tuple):
        return f"[{', '.join(map(_described, recipe))}]"
    if not isinstance(recipe, BaseEstimator):
        return repr(recipe)
    defaults = inspect.signature(type(recipe)).parameters
    changed = {
        name: value
        for name, value in sorted(recipe.get_params(deep=False).items())
        if value != defaults[name].default
    }
    params = ", ".join(f"{name}={_described(value)}" for name, value in changed.items())
    return f"{type(recipe).__name__}({params})"


def _numbers(text: str) -> Numbers:
    return {name: float(value) for name, value in _NUMBER.findall(text)}
