"""Write ``docs/accuracy.md`` and its figures from the stored results of the accuracy benchmarks.

What has no results yet is left out::

    python benchmarks/accuracy_page.py
"""

from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from mnist_c_accuracy import PUBLISHED as MNIST_C_PUBLISHED
from n_mnist_accuracy import NOISES
from reference_table import PUBLISHED, PUBLISHED_FOLDS
from run_log import RESULTS, RunLog
from script_text import heading

DOCS = Path(__file__).parents[1] / "docs"
OURS, THEIRS = "tab:blue", "tab:orange"

INTRODUCTION = """# Accuracy

This page is written by `python benchmarks/accuracy_page.py` from the stored results of the scripts
below; do not edit it. Each script trains on the 60,000 training digits of MNIST or, where it makes
a choice, on those of them that are not held out; on two cores or one of them, without a GPU. It
stores each run as it ends, so that a second start goes on from there. The stored runs with
augmentation were trained before the noise of an epoch was keyed by the training rows alone: the
same recipe now draws other noise of the same kind.
"""


def main() -> None:
    parts = [INTRODUCTION]
    for script, figures in FIGURES.items():
        path = RESULTS / f"{script}.txt"
        if not path.exists():
            print(f"{script}: no results yet")
            continue
        parts += section(script, path.read_text())
        for draw in figures:
            try:
                figure = draw()
            except KeyError as missing:
                print(f"{script}: no results yet of {missing}")
                continue
            image = DOCS / "images" / f"{draw.__name__}.png"
            figure.savefig(image, dpi=110)
            plt.close(figure)
            title = figure.axes[0].get_title()
            parts.append(f"![{title}](images/{image.name})\n")
            print(f"figure: {image.name}")
    page = DOCS / "accuracy.md"
    page.write_text("\n".join(parts))
    print(f"{page.name} written")


def section(script: str, results: str) -> list[str]:
    """Return the text on a script, the tables that it wrote, and what it stored."""
    stored, _, tables = results.partition("\n\n")
    return [*heading(script), tables, f"```\n{stored.strip()}\n```\n"]


def reference_table() -> plt.Figure:
    """Draw the accuracies of the nine networks, published and reproduced."""
    runs = RunLog("reference_table").runs
    figure, axis = plt.subplots(figsize=(7, 4), layout="constrained")
    places = np.arange(len(PUBLISHED))
    axis.scatter([a for a, _ in PUBLISHED.values()], places, color=THEIRS, label="published")
    ours = [runs[f"{name} test"]["accuracy"] for name in PUBLISHED]
    axis.scatter(ours, places, color=OURS, marker="D", s=22, label="reproduced")
    for name, (mean, std) in PUBLISHED_FOLDS.items():
        if f"{name} fold 5" not in runs:
            continue
        folds = [runs[f"{name} fold {i}"]["accuracy"] for i in range(1, 6)]
        place = list(PUBLISHED).index(name)
        for value, spread, color, shift in (
            (mean, std, THEIRS, 0.2),
            (np.mean(folds), np.std(folds), OURS, 0.32),
        ):
            axis.errorbar(value, place + shift, xerr=spread, fmt="|", color=color, capsize=3)
    axis.plot([], [], "|-", color="grey", label="5 folds, mean ± std")
    axis.set_yticks(places, list(PUBLISHED))
    axis.invert_yaxis()
    axis.set(
        xlabel="accuracy in %", title="The nine networks of the study on its noisy test digits"
    )
    axis.grid(alpha=0.3)
    axis.legend()
    return figure


def training_curves() -> plt.Figure:
    """Draw the validation accuracy of the best network and of cnn-5 in their folds."""
    figure, axis = plt.subplots(figsize=(7, 4), layout="constrained")
    curves = RunLog("accuracy").curves()
    folds = curves[curves["run"].str.startswith("best fold")]
    if folds.empty:
        raise KeyError("best fold")
    for i, (_, fold) in enumerate(folds.groupby("run")):
        label = "best network, 5 folds" if i == 0 else None
        axis.plot(fold["epoch"], 100 * fold["val_accuracy"], color=OURS, lw=1, label=label)
    race = curves[curves["run"] == "race"]
    axis.plot(race["epoch"], 100 * race["val_accuracy"], color=THEIRS, label="cnn-5 of the study")
    axis.axhline(96.62, color="grey", ls=":", label="published, 5 folds: 96.62 %")
    axis.set(
        xlabel="epoch", ylabel="accuracy in %", ylim=(90, 100), title="Rows that were held out"
    )
    axis.grid(alpha=0.3)
    axis.legend(loc="lower right")
    return figure


def ablation() -> plt.Figure:
    """Draw what each ingredient gives."""
    runs = {
        key.removeprefix("ablation "): run["accuracy"]
        for key, run in RunLog("accuracy").runs.items()
        if key.startswith("ablation ")
    }
    everything = runs["all"]
    figure, axis = plt.subplots(figsize=(7, 3), layout="constrained")
    axis.axvline(everything, color="grey", ls=":")
    axis.scatter(list(runs.values()), list(runs), color=OURS)
    for place, value in enumerate(runs.values()):
        axis.annotate(f"{value:.2f}", (value, place), (6, 4), textcoords="offset points")
    axis.invert_yaxis()
    axis.set(
        xlabel="accuracy on held-out rows in %",
        title="One change of the training, a quarter of the epochs",
    )
    axis.grid(alpha=0.3)
    axis.margins(0.2)
    return figure


def n_mnist() -> plt.Figure:
    """Draw the accuracies on the three noises of n-MNIST beside the best published ones."""
    runs = RunLog("n_mnist_accuracy").runs
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
    axis.set(xlabel="accuracy in %", title="n-MNIST-style test digits")
    axis.grid(alpha=0.3)
    axis.margins(0.2)
    axis.legend(loc="lower right")
    return figure


def mnist_c() -> plt.Figure:
    """Draw the accuracy under each of the 15 noises beside the published plain network."""
    runs = RunLog("mnist_c_training").runs
    figure, axis = plt.subplots(figsize=(9, 4.5), layout="constrained")
    places = np.arange(len(MNIST_C_PUBLISHED))
    published = list(MNIST_C_PUBLISHED.values())
    label = f"published, plain network: mean {np.mean(published):.1f} %"
    axis.plot(places, published, "x", color="grey", label=label)
    for key, color, marker in (
        ("first_general", "lightblue", "o"),
        ("general", OURS, "o"),
        ("without_affine", "tab:green", "s"),
        ("the_15", THEIRS, "D"),
    ):
        run = runs[f"{key} test"]
        values = [run[noise] for noise in MNIST_C_PUBLISHED]
        label = f"{key.replace('_', ' ')}: mean {np.mean(values):.1f} %"
        axis.plot(places, values, marker, color=color, ms=5, label=label)
    axis.set_xticks(places, list(MNIST_C_PUBLISHED), rotation=45, ha="right")
    axis.set(ylabel="accuracy in %", title="MNIST-C-style test digits")
    axis.grid(alpha=0.3)
    axis.legend(loc="lower left")
    return figure


FIGURES: dict[str, list[Callable[[], plt.Figure]]] = {
    "reference_table": [reference_table],
    "accuracy": [training_curves, ablation],
    "recipe_choice": [],
    "n_mnist_accuracy": [n_mnist],
    "mnist_c_choice": [],
    "mnist_c_training": [mnist_c],
}

if __name__ == "__main__":
    main()
