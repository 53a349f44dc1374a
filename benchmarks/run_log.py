"""A log of long runs: each writes a line as it ends, and a second start goes on from there."""

import re
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
from conditions import print_conditions

RESULTS = Path(__file__).parent / "results"
_RUN = re.compile(r"^(?P<key>[^|:\n]+): (?P<numbers>(?:\w+=[-+.\w]+ ?)+)$", re.MULTILINE)
_CURVES = ("loss", "accuracy", "val_loss", "val_accuracy")
_NUMBER = re.compile(r"(\w+)=([-+.\w]+)")

Numbers = dict[str, float]
History = dict[str, list[float]]


class RunLog:
    """The runs of a script in ``results/NAME.txt``, as text.

    The file has the conditions, a line for each run, and a summary behind an empty line. A start
    under other conditions writes these in front of its own runs. ``results/NAME_curves.csv`` has
    the loss and the accuracies of each epoch.

    Parameters
    ----------
    name : str
        Name of the script.
    restart : bool, default=False
        Whether to forget what is stored.
    path : Path, default=None
        The file; None takes that of the name.
    """

    def __init__(self, name: str, *, restart: bool = False, path: Path | None = None) -> None:
        self.path = path or RESULTS / f"{name}.txt"
        self.curves_path = self.path.with_name(f"{self.path.stem}_curves.csv")
        self._text = ""
        if restart:
            self.curves_path.unlink(missing_ok=True)
        elif self.path.exists():
            self._text = self.path.read_text().partition("\n\n")[0].rstrip() + "\n"
        self.runs: dict[str, Numbers] = {
            match["key"]: {name: float(value) for name, value in _NUMBER.findall(match["numbers"])}
            for match in _RUN.finditer(self._text)
        }
        self._conditions = ""

    def run(self, key: str, train: Callable[[], tuple[Numbers, History]]) -> Numbers:
        """Return the numbers of a run: those stored, or those that `train` returns.

        Parameters
        ----------
        key : str
            Name of the run, without a colon.
        train : callable
            Returns the numbers of the run by their names, and the history of the network.

        Returns
        -------
        dict of str to float
            The numbers, rounded as they are stored.
        """
        if key not in self.runs:
            measured, history = train()
            numbers = {name: f"{value:.4f}" for name, value in measured.items()}
            line = f"{key}: " + " ".join(f"{name}={value}" for name, value in numbers.items())
            self._add_conditions()
            print(line, flush=True)
            self._text += line + "\n"
            self.path.write_text(self._text)
            self._add_curve(key, history)
            self.runs[key] = {name: float(value) for name, value in numbers.items()}
        return self.runs[key]

    def curves(self) -> pd.DataFrame:
        """Return the curves: a row for each run and epoch."""
        return pd.read_csv(self.curves_path)

    def _add_curve(self, key: str, history: History) -> None:
        table = pd.DataFrame({name: history.get(name) for name in _CURVES}).round(5)
        table.insert(0, "run", key)
        table.insert(1, "epoch", np.arange(1, len(table) + 1))
        is_new = not self.curves_path.exists()
        table.to_csv(self.curves_path, mode="a", header=is_new, index=False)

    def summarize(self, summary: str) -> None:
        """Write a summary below the runs, and print it."""
        print(f"\n{summary}")
        self.path.write_text(f"{self._text}\n{summary}\n")

    def _add_conditions(self) -> None:
        """Write the conditions, unless they are those of the last run."""
        if not self._conditions:
            with redirect_stdout(StringIO()) as conditions:
                print_conditions()
            self._conditions = conditions.getvalue()
            first_line = self._conditions.partition("\n")[0]
            earlier = [line for line in self._text.splitlines() if line.startswith("CPU: ")]
            if earlier[-1:] != [first_line] or self._conditions not in self._text:
                print(self._conditions, end="", flush=True)
                self._text += self._conditions
