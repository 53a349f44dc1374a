"""Scaling: how the time of a fit and of a noise grows with the number of rows.

Every call is timed in turn at 5,000, 10,000, 20,000 and 40,000 rows, and at 100 rows (one batch)
for the intercept, which is the fixed cost of a call. The exponent is the slope of log(seconds -
intercept) over log(rows - 100), by least squares; 1 is linear growth. It is computed in each round,
because the speed of the machine may change between rounds, and the claim is about the median. The
exponent of the median times is printed, too. It takes about three minutes on an idle machine::

    python -m benchmarks.scaling
"""

import argparse
from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.harness.claims import Claim, conclude
from benchmarks.harness.conditions import print_conditions
from benchmarks.harness.digits import digits
from benchmarks.harness.timing import PEERS, Peer, print_table, seconds_of, spread, take_turns
from skmnist.noise import make_noise

ROWS = [5_000, 10_000, 20_000, 40_000]
INTERCEPT_ROWS = 100
NOISES = ("reference", "fog")


def noise_seconds(name: str, n_rows: int) -> float:
    X, _ = digits(n_rows)
    noise = make_noise(name, random_state=0).fit(X)
    return seconds_of(lambda: noise.transform(X))


def exponent(seconds: Sequence[float]) -> float:
    """Return the slope of log(seconds - intercept); the intercept is the first entry."""
    intercept, *rest = seconds
    rows = np.log(np.array(ROWS) - INTERCEPT_ROWS)
    return float(np.polyfit(rows, np.log(np.array(rest) - intercept), 1)[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    print_conditions()
    claims = []
    with Peer(f"{PEERS}.skmnist") as ours:
        actions: dict[str, Callable[[int], float]] = {
            f"fit of a small CNN, precision={precision!r}": (
                lambda n, precision=precision: ours("small_fit_seconds", n, precision)
            )
            for precision in ("auto", "float32")
        }
        actions |= {
            f"noise {name!r}": lambda n, name=name: noise_seconds(name, n) for name in NOISES
        }
        for what, action in actions.items():
            sizes = [INTERCEPT_ROWS, *ROWS]
            measures = {f"{n:,} rows": lambda n=n, action=action: action(n) for n in sizes}
            seconds = take_turns(measures, repeats)
            print_table(what, "s", seconds)
            each = [exponent(times) for times in zip(*seconds.values(), strict=True)]
            of_medians = exponent([float(np.median(times)) for times in seconds.values()])
            print(f"  exponent of the medians {of_medians:.3f}; of the rounds {spread(each)}")
            claims.append(Claim(f"{what}, exponent of the rows", each, "", 1.05, at_most=True))
    conclude(claims)


if __name__ == "__main__":
    main()
