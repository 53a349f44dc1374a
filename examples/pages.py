"""
Digits of a page
================

A page of handwritten digits: ruled paper, lines that slope, specks, and some digits that touch. The
figure shows the boxes of the digits in reading order; digits that may be several are dashed.

Run it with ``python examples/pages.py``: it takes seconds and needs no internet connection. Your
own pages: ``--images scan.png ...``. ``--help`` lists the options.
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.patches import Rectangle

from skmnist.datasets import make_digit_pages
from skmnist.preprocessing import read_images, segment_digits


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Find the digits of pages.")
    parser.add_argument("--images", type=Path, nargs="+", help="your own pages")
    parser.add_argument("--seed", type=int, default=17, help="seed of the generated pages")
    parser.add_argument("--output", type=Path, default=Path("pages.png"))
    return parser.parse_args()


def main() -> None:
    options = parse_arguments()
    if options.images:
        pages = read_images(options.images).images
    else:
        params = {"min_digits": 20, "max_digits": 30, "touching": 0.1, "random_state": options.seed}
        pages = make_digit_pages(2, ruled=1, **params).images
    figure, axes = plt.subplots(1, len(pages), figsize=(5 * len(pages), 5), squeeze=False)
    for ax, page in zip(axes.flat, pages, strict=True):
        digits = segment_digits(page)
        print(f"{len(digits.boxes)} digits, {digits.touching.sum()} of them doubtful")
        draw(ax, page, digits)
    figure.tight_layout()
    figure.savefig(options.output, dpi=120)
    print(f"Saved {options.output}")


def draw(ax, page, digits) -> None:
    """Draw a page with the boxes of its digits; each line has its color."""
    ax.imshow(page, cmap="gray", vmin=0, vmax=255)
    ax.set_axis_off()
    for number, (top, left, bottom, right) in enumerate(digits.boxes):
        color = f"C{digits.line[number] % 10}"
        style = "--" if digits.touching[number] else "-"
        corner, size = (left - 1, top - 1), (right - left + 1, bottom - top + 1)
        ax.add_patch(Rectangle(corner, *size, fill=False, color=color, linestyle=style))
        ax.text(left, top - 3, str(number), color=color, fontsize=6)


if __name__ == "__main__":
    main()
