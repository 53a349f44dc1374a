"""Claims: a measured value, the bar that it must reach, and a stretch goal."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.harness.timing import spread

HEADER = "| claim | measured | bar | stretch | holds |"
RULE = "|---|---|---|---|---|"


@dataclass(frozen=True)
class Claim:
    """A claim on the median of measured values.

    Parameters
    ----------
    what : str
        The measured quantity.
    values : sequence of float
        The measured values.
    unit : str
        Their unit.
    bar : float
        The value that the median must reach.
    stretch : float, default=None
        The stretch goal; None for none.
    at_most : bool, default=False
        Whether smaller values are better.
    """

    what: str
    values: Sequence[float]
    unit: str
    bar: float
    stretch: float | None = None
    at_most: bool = False

    @property
    def holds(self) -> bool:
        """Whether the median reaches the bar."""
        return self._reaches(self.bar)

    @property
    def row(self) -> str:
        """The claim as a row of a table."""
        sign = "≤" if self.at_most else "≥"
        verdict = "yes" if self.holds else "**no**"
        if self.stretch is not None and self._reaches(self.stretch):
            verdict = "yes, stretch too"
        stretch = "" if self.stretch is None else f"{sign} {self.stretch:g} {self.unit}"
        measured = f"{spread(self.values)} {self.unit}"
        cells = (self.what, measured, f"{sign} {self.bar:g} {self.unit}", stretch, verdict)
        return f"| {' | '.join(cell.strip() for cell in cells)} |"

    def _reaches(self, mark: float) -> bool:
        median = float(np.median(self.values))
        return median <= mark if self.at_most else median >= mark


def conclude(claims: Sequence[Claim]) -> None:
    """Print the claims as a table, and fail unless all of them hold."""
    print("", HEADER, RULE, *(claim.row for claim in claims), "", sep="\n", flush=True)
    fail_unless({claim.what: claim.holds for claim in claims})


def fail_unless(claims: dict[str, bool]) -> None:
    """End the script with an error that names the claims that do not hold."""
    broken = [claim for claim, holds in claims.items() if not holds]
    if broken:
        raise SystemExit(f"does not hold: {'; '.join(broken)}")
    print(f"holds: {'; '.join(claims)}")
