"""Write ``docs/accuracy.md`` and its figures from the stored results of the accuracy benchmarks.

Run it after an accuracy benchmark::

    python -m benchmarks.accuracy_page
"""

from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from benchmarks.accuracy_mnist_c import BARS as MNIST_C_RUNS
from benchmarks.accuracy_mnist_c import PUBLISHED as MNIST_C_PUBLISHED
from benchmarks.accuracy_n_mnist import NOISES
from benchmarks.accuracy_reference import PUBLISHED, PUBLISHED_FOLDS
from benchmarks.harness.pages import DOCS, RESULTS, heading
from benchmarks.harness.run_log import RunLog
from skmnist.robustness import RobustnessHeatmapDisplay

OURS, THEIRS = "#0072B2", "#D55E00"  # told apart by the color-blind; markers differ, too

INTRODUCTION = """# Accuracy

This page is written by `python -m benchmarks.accuracy_page` from the stored results of the scripts
below; do not edit it. Each script trains on the 60,000 training digits of MNIST, or on a part of
them if it chooses a recipe by the scores on the rest. All runs used one or two cores and no GPU. A
run is stored when it ends, and a restart skips the stored runs. Except for those of `real_digits`,
the runs with augmentation were made with an earlier version, in which the same seed gave different
augmentations. Functions of `skmnist.model_selection` return the networks and the noises.
"""


def page() -> tuple[str, dict[str, plt.Figure]]:
    """Return the page, and the figures by their file names."""
    parts, figures = [INTRODUCTION], {}
    for script, functions in FIGURES.items():
        stored, _, tables = result_of(script).read_text().partition("\n\n")
        parts += [*heading(script), tables, f"```\n{stored.strip()}\n```\n"]
        for draw in functions:
            figure, name = draw(), f"{draw.__name__}.png"
            parts.append(f"![{figure.axes[0].get_title()}](images/{name})\n")
            figures[name] = figure
    return "\n".join(parts), figures


def result_of(script: str) -> Path:
    return RESULTS / f"{Path(script).name}.txt"


def main() -> None:
    text, figures = page()
    (DOCS / "accuracy.md").write_text(text)
    for name, figure in figures.items():
        figure.savefig(DOCS / "images" / name, dpi=110)
    print(f"accuracy.md and {', '.join(figures)} written")


def reference_table() -> plt.Figure:
    """Draw the accuracies of the nine networks, published and reproduced."""
    runs = RunLog("accuracy_reference").runs
    figure, axis = plt.subplots(figsize=(7, 4), layout="constrained")
    places = np.arange(len(PUBLISHED))
    axis.scatter([a for a, _ in PUBLISHED.values()], places, color=THEIRS, label="published")
    ours = [runs[f"{name} test"]["accuracy"] for name in PUBLISHED]
    axis.scatter(ours, places, color=OURS, marker="D", s=22, label="reproduced")
    for name, (mean, std) in PUBLISHED_FOLDS.items():
        folds = [runs[f"{name} fold {i}"]["accuracy"] for i in range(1, 6)]
        place = list(PUBLISHED).index(name)
        for value, spread, color, marker, shift in (
            (mean, std, THEIRS, "o", 0.25),
            (np.mean(folds), np.std(folds), OURS, "D", 0.45),
        ):
            style = {"fmt": marker, "color": color, "ms": 5, "mfc": "white", "capsize": 3}
            axis.errorbar(value, place + shift, xerr=spread, **style)
    axis.plot([], [], "s-", color="gray", ms=5, mfc="white", label="5 folds, mean ± std")
    axis.set_yticks(places, list(PUBLISHED))
    axis.invert_yaxis()
    axis.set(
        xlabel="accuracy in %",
        ylabel="network",
        title="The nine networks of the study on its noisy test digits",
    )
    axis.grid(alpha=0.3)
    axis.legend()
    return figure


def training_curves() -> plt.Figure:
    """Draw the validation accuracy of the best network and of cnn-5 in their folds."""
    figure, axis = plt.subplots(figsize=(7, 4), layout="constrained")
    curves = RunLog("accuracy_best").curves()
    folds = curves[curves["run"].str.startswith("best fold")]
    for i, (_, fold) in enumerate(folds.groupby("run")):
        label = "best network, 5 folds" if i == 0 else None
        axis.plot(fold["epoch"], 100 * fold["val_accuracy"], color=OURS, lw=1, label=label)
    race = curves[curves["run"] == "race"]
    style = {"color": THEIRS, "ls": "--", "lw": 2, "label": "cnn-5 of the study"}
    axis.plot(race["epoch"], 100 * race["val_accuracy"], **style)
    axis.axhline(96.62, color="gray", ls=":", label="published, 5 folds: 96.62 %")
    axis.set(
        xlabel="epoch", ylabel="accuracy in %", ylim=(90, 100), title="Rows that were held out"
    )
    axis.grid(alpha=0.3)
    axis.legend(loc="lower right")
    return figure


def ablation() -> plt.Figure:
    """Draw the accuracies with one change in each training."""
    runs = {
        key.removeprefix("ablation "): run["accuracy"]
        for key, run in RunLog("accuracy_best").runs.items()
        if key.startswith("ablation ")
    }
    everything = runs["all"]
    figure, axis = plt.subplots(figsize=(7, 3), layout="constrained")
    axis.axvline(everything, color="gray", ls=":")
    axis.scatter(list(runs.values()), list(runs), color=OURS)
    for place, value in enumerate(runs.values()):
        axis.annotate(f"{value:.2f}", (value, place), (6, 4), textcoords="offset points")
    axis.invert_yaxis()
    axis.set(
        xlabel="accuracy on held-out rows in %",
        ylabel="training",
        title="One change of the training, a quarter of the epochs",
    )
    axis.grid(alpha=0.3)
    axis.margins(0.2)
    return figure


def n_mnist() -> plt.Figure:
    """Draw the accuracies on the three noises of n-MNIST, measured and best published."""
    runs = RunLog("accuracy_n_mnist").runs
    figure, axis = plt.subplots(figsize=(7, 2.6), layout="constrained")
    for place, (name, (published, _)) in enumerate(NOISES.items()):
        measured = runs[f"{name} test"]["accuracy"]
        for value, color, marker, label in (
            (published, THEIRS, "o", "best published"),
            (measured, OURS, "D", "best network"),
        ):
            label = label if place == 0 else None
            axis.plot(value, place, marker, color=color, label=label)
            axis.annotate(f"{value:.2f}", (value, place), (6, 4), textcoords="offset points")
    axis.set_yticks(range(len(NOISES)), list(NOISES))
    axis.invert_yaxis()
    axis.set(xlabel="accuracy in %", ylabel="noise", title="n-MNIST-style test digits")
    axis.grid(alpha=0.3)
    axis.margins(0.2)
    axis.legend(loc="lower right")
    return figure


def mnist_c() -> plt.Figure:
    """Draw the accuracies under the 15 noises, measured and published for a plain network."""
    runs = RunLog("accuracy_mnist_c").runs
    accuracies = {"published, plain": MNIST_C_PUBLISHED}
    stored = [name for name in MNIST_C_RUNS if f"{name} test" in runs]
    accuracies |= {name: runs[f"{name} test"] for name in stored}
    scores = pd.DataFrame(
        [
            {"model": name, "corruption": noise, "value": of.get(noise, np.nan)}
            for name, of in accuracies.items()
            for noise in ("clean", *MNIST_C_PUBLISHED)
        ]
    ).assign(severity=0, metric="accuracy in %")
    display = RobustnessHeatmapDisplay.from_scores(scores, values_format=".1f")
    display.ax_.set_title("MNIST-C-style test digits")
    return display.figure_


FIGURES: dict[str, list[Callable[[], plt.Figure]]] = {
    "accuracy_reference": [reference_table],
    "accuracy_best": [training_curves, ablation],
    "research/recipe_choice": [],
    "accuracy_n_mnist": [n_mnist],
    "research/mnist_c_choice": [],
    "accuracy_mnist_c": [mnist_c],
    "research/real_digits_choice": [],
    "real_digits": [],
}

if __name__ == "__main__":
    main()
