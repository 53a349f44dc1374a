"""Find and read the digits of pages: ``segment_digits``, ``DigitNormalizer``, and a network.

The pages are those of ``make_digit_pages``, with MNIST's test digits and with digits drawn by code:

- ``pages``: 1 to 40 digits, a third of them on ruled paper, lines that slope by up to 8 degrees. A
  digit is found if its box overlaps the true one by 0.7 (intersection over union), in order;
- ``pairs``: two digits that touch, both of which must be found;
- ``six``: pages of six digits, which a network reads: all digits right, and none besides.

Cuts are judged by a network that was trained on pages of the same generator, with other seeds and
other digits (``benchmarks.research.cut_weights``). Pairs whose boxes would overlap by more than a
quarter of their height are not generated. The network that reads is ``real_digits_network``,
trained on the MNIST training digits, or on the embedded sample (``--sample``)::

    python -m benchmarks.real_pages --data-home FOLDER_OF_MNIST_NPZ
"""

import argparse
import time
from typing import Any

import numpy as np
from sklearn.utils import Bunch

from benchmarks.harness.boxes import n_in_order, overlaps
from benchmarks.harness.claims import Claim, conclude
from benchmarks.harness.conditions import print_conditions
from skmnist.datasets import fetch_mnist, load_mnist_sample, make_digit_pages
from skmnist.model_selection import real_digits_network
from skmnist.preprocessing import DigitNormalizer, segment_digits

OVERLAP = 0.7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-home", default=None, help="folder of mnist.npz")
    parser.add_argument("--sample", action="store_true", help="train on 4,800 digits, offline")
    parser.add_argument("--pages", type=int, default=100, help="number of pages of each kind")
    options = parser.parse_args()
    print_conditions()
    train, test = digits(options.data_home, options.sample)
    print(f"{options.pages} pages of each kind, {len(train['target']):,} digits to train on")
    network = real_digits_network(random_state=0).fit(train["images"], train["target"])
    claims = []
    for strokes in ("mnist", "pen"):
        source: dict[str, Any] = {"strokes": strokes, "source": test, "random_state": 1000}
        pages = make_digit_pages(options.pages, max_slope=8, **source)
        pairs = make_digit_pages(
            3 * options.pages, min_digits=2, max_digits=2, touching=1, ruled=0, **source
        )
        six = make_digit_pages(options.pages, min_digits=6, max_digits=6, **source)
        for what, value, bar in (
            ("digits of pages found", share_found(pages), 98),
            ("touching pairs cut right", share_of_pairs(pairs), 80),
            ("pages of six digits read", share_read(six, network), 85),
        ):
            claims.append(Claim(f"{strokes}: {what}", [100 * value], "%", bar))
    page = make_digit_pages(
        1, min_digits=40, max_digits=40, digit_height=60, strokes="pen", random_state=0
    ).images[0]
    claims.append(Claim("a page of 40 digits", [seconds(page)], "s", 0.3, at_most=True))
    scan = np.full((3000, 2000), np.median(page), dtype=np.uint8)
    scan[: page.shape[0], : page.shape[1]] = page
    claims.append(Claim("a page of 2000x3000 pixels", [seconds(scan)], "s", 1.2, at_most=True))
    conclude(claims)


def digits(data_home: str | None, sample: bool) -> tuple[Any, Any]:
    """Return digits to train on, and others for the pages."""
    if sample:
        images, target = (load_mnist_sample()[name] for name in ("images", "target"))
        return (
            {"images": images[:4800], "target": target[:4800]},
            {"images": images[4800:], "target": target[4800:]},
        )
    return tuple(fetch_mnist(subset=subset, data_home=data_home) for subset in ("train", "test"))


def share_found(pages: Bunch) -> float:
    found = [n_found(image, boxes) for image, boxes in zip(pages.images, pages.boxes, strict=True)]
    return sum(found) / sum(map(len, pages.boxes))


def share_of_pairs(pages: Bunch) -> float:
    is_right = [
        n_found(image, boxes) == 2
        for image, boxes, line in zip(pages.images, pages.boxes, pages.line, strict=True)
        if line[1] == 0 and boxes[1, 1] < boxes[0, 3]
    ]
    return float(np.mean(is_right))


def n_found(image: np.ndarray, boxes: np.ndarray) -> int:
    """Return the number of digits that are found in order."""
    return n_in_order(overlaps(boxes, segment_digits(image).boxes) >= OVERLAP)


def share_read(pages: Bunch, network: Any) -> float:
    normalizer = DigitNormalizer()
    is_right = []
    for image, target in zip(pages.images, pages.target, strict=True):
        cutouts = segment_digits(image).cutouts
        answer = network.predict(normalizer.fit_transform(cutouts)) if cutouts else []
        is_right.append(np.array_equal(answer, target))
    return float(np.mean(is_right))


def seconds(page: np.ndarray) -> float:
    start = time.process_time()
    segment_digits(page)
    return time.process_time() - start


if __name__ == "__main__":
    main()
