"""
All corruptions at all severities
=================================

A contact sheet: every named noise of the package at its five severities, on real digits. A frame
marks the severity of the published data set or its code; a noise without severities has one
picture.

Run it with ``python examples/corruptions.py``: it takes seconds and needs no internet connection.
"""

import argparse
import textwrap
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from skmnist.datasets import load_mnist_sample
from skmnist.noise import list_noises, list_severities, list_suites, make_noise

N_COLUMNS = 3  # noises side by side


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw every noise at every severity.")
    parser.add_argument("--seed", type=int, default=0, help="seed of the noises")
    parser.add_argument("--output", type=Path, default=Path("corruptions.png"))
    options = parser.parse_args()

    sample = load_mnist_sample()
    digits = [sample.images[sample.target == digit][3] for digit in range(10)]
    names = names_by_suite()
    figure = plt.figure(figsize=(15, 11.5), layout="constrained")
    per_column = -(-len(names) // N_COLUMNS)
    for column, part in enumerate(figure.subfigures(1, N_COLUMNS, wspace=0.02)):
        rows = names[column * per_column : (column + 1) * per_column]
        axes = part.subplots(per_column, 6)
        for axis in axes.flat:
            axis.axis("off")
        for row, name in enumerate(rows):
            digit = digits[(column * per_column + row) % 10]
            draw_noise(axes[row], name, digit, options.seed)
    figure.savefig(options.output, dpi=110)
    print(f"{len(names)} noises, figure: {options.output}")


def names_by_suite() -> list[str]:
    """Return all names, ordered by suite; names without a suite come last."""
    names = [name for suite in list_suites() for name in list_noises(suite)]
    return names + [name for name in list_noises() if name not in names]


def draw_noise(axes: np.ndarray, name: str, digit: np.ndarray, seed: int) -> None:
    """Draw the name of a noise, and a digit at each of its severities."""
    label = textwrap.fill(name.replace("_", " "), 12)
    axes[0].text(1, 0.5, label, ha="right", va="center", fontsize=9)
    published = make_noise(name, random_state=seed).get_params()
    for axis, severity in zip(axes[1:], list_severities(name), strict=False):
        noise = make_noise(name, severity, random_state=seed)
        axis.imshow(noise.fit_transform(digit[np.newaxis])[0], cmap="gray", vmin=0, vmax=255)
        axis.axis("on")
        axis.set(xticks=[], yticks=[])
        if noise.get_params() == published:
            axis.spines[:].set(color="tab:orange", linewidth=2.5)


if __name__ == "__main__":
    main()
