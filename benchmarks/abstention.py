"""Abstention on full MNIST: promised risk and coverage, and images that are not digits.

A network (``fast_network()``) is trained on 50,000 of the training digits, and thresholds of
``skmnist.selective.SelectiveClassifier`` are set on the other 10,000. The test digits and the drawn
images (``benchmarks/harness/non_digits.py``) are scored once.

- ``clean``: with a target coverage of 0.95 and three scores, the share of test digits that is
  predicted, their error rate, and the share of 1,000 drawn images of each kind that is rejected;
  with a target risk, the coverage and the risk, also on noisy test digits, for which the threshold
  promises nothing.
- ``noisy``: the same target risk, with ``ReferenceNoise`` on training, calibration and test digits.

The letters are in two groups: some of them, such as O, l and S, are written like a digit. A stored
run is not repeated::

    python -m benchmarks.abstention --data-home FOLDER_OF_MNIST_NPZ
"""

import time

from sklearn.frozen import FrozenEstimator

from benchmarks.harness.non_digits import KINDS
from benchmarks.harness.run_log import History, Numbers
from benchmarks.harness.training import (
    Recipes,
    Rows,
    choice_split,
    clean_rows,
    noisy_rows,
    run_recipes,
)
from skmnist.model_selection import fast_network
from skmnist.neural_network import BaseImageClassifier
from skmnist.selective import SelectiveClassifier

TARGET_COVERAGE, TARGET_RISKS = 0.95, (0.001, 0.01)
SCORES = ("max_proba", "energy", "neighbors")
N_DRAWN = 1000
LEAST_REJECTED = 90  # percent
RESEMBLING = "letters that resemble digits"


def recipes() -> Recipes:
    """Return the network of each run."""
    return {"clean": fast_network(random_state=0), "noisy": fast_network(random_state=0)}


def train(key: str, network: BaseImageClassifier, data_home: str | None) -> tuple[Numbers, History]:
    """Train the network of a run, set thresholds, and score them."""
    clean, noisy = (
        {subset: clean_rows(subset, data_home) for subset in ("train", "test")},
        {subset: noisy_rows("reference", subset, data_home) for subset in ("train", "test")},
    )
    rows = clean if key == "clean" else noisy
    training, calibration = choice_split(*rows["train"])
    start = time.perf_counter()
    network.fit(*training)
    numbers = {
        "seconds": time.perf_counter() - start,
        "accuracy": 100 * network.score(*rows["test"]),
    }
    for target in TARGET_RISKS:
        model = calibrated(network, calibration, target_risk=target)
        name = f"target_{round(1000 * target)}"
        numbers |= scored(model, rows["test"], name)
        if key == "clean":
            numbers |= scored(model, noisy["test"], f"{name}_noisy")
    if key == "clean":
        for score in SCORES:
            model = calibrated(
                network, calibration, target_coverage=TARGET_COVERAGE, score_method=score
            )
            numbers |= scored(model, rows["test"], score) | rejected(model, score)
    return numbers, network.history_


def calibrated(
    network: BaseImageClassifier, calibration: Rows, **params: object
) -> SelectiveClassifier:
    """Return a trained network with a threshold."""
    model = SelectiveClassifier(FrozenEstimator(network), random_state=0, **params)
    return model.fit(*calibration)


def scored(model: SelectiveClassifier, rows: Rows, name: str) -> Numbers:
    """Return the coverage and the risk on rows, in percent."""
    return {f"{name}_{key}": 100 * value for key, value in model.selective_scores(*rows).items()}


def rejected(model: SelectiveClassifier, score: str) -> Numbers:
    """Return the share of the drawn images of each kind that is rejected, in percent."""
    shares = {}
    for kind, draw in KINDS.items():
        margins = model.decision_function(draw(N_DRAWN, 0).reshape(N_DRAWN, -1))
        shares[f"{score}_{as_name(kind)}"] = 100 * (margins < 0).mean()
    return shares


def as_name(kind: str) -> str:
    return kind.replace(" ", "_")


def summarize(runs: dict[str, Numbers]) -> tuple[str, dict[str, bool]]:
    """Return the tables of the stored runs, and the claims about them."""
    claims = {}
    lines = ["| digits | target risk | coverage | risk |", "|---|---|---|---|"]
    for key, run in runs.items():
        for target in TARGET_RISKS:
            name = f"target_{round(1000 * target)}"
            coverage, risk = run[f"{name}_coverage"], run[f"{name}_risk"]
            lines.append(f"| {key} | {100 * target:g} % | {coverage:.2f} % | {risk:.2f} % |")
            claims[f"{key}: risk <= {100 * target:g} %"] = risk <= 100 * target
            if key == "clean":
                coverage, risk = run[f"{name}_noisy_coverage"], run[f"{name}_noisy_risk"]
                lines.append(
                    f"| noisy, threshold of clean digits | {100 * target:g} % | {coverage:.2f} % "
                    f"| {risk:.2f} % |"
                )
    if {"clean", "noisy"} <= runs.keys():
        claims["noise costs coverage"] = (
            runs["noisy"]["target_10_coverage"] < runs["clean"]["target_10_coverage"]
        )
    if "clean" in runs:
        run = runs["clean"]
        lines += [
            "",
            f"| at a target coverage of {TARGET_COVERAGE:.0%} | {' | '.join(SCORES)} |",
            "|---" * (1 + len(SCORES)) + "|",
        ]
        for what in ("coverage", "risk", *KINDS):
            cells = [f"{run[f'{score}_{as_name(what)}']:.2f} %" for score in SCORES]
            label = f"{what}, rejected" if what in KINDS else f"{what} on test digits"
            lines.append(f"| {label} | {' | '.join(cells)} |")
        for kind in KINDS.keys() - {RESEMBLING}:
            claims[f"neighbors: {kind}, >= {LEAST_REJECTED} % rejected"] = (
                run[f"neighbors_{kind}"] >= LEAST_REJECTED
            )
    return "\n".join(lines), claims


if __name__ == "__main__":
    run_recipes(__doc__, "abstention", recipes(), train, summarize)
