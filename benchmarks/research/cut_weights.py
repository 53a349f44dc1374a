"""Train what judges the cuts of ``segment_digits``: a small network, and weights of its outputs.

The digits are those of pages of ``make_digit_pages`` on which half of the digits touch, in both
kinds of strokes. MNIST's are training digits that are not in ``load_mnist_sample``, so that neither
the test digits nor the sample were seen.

The network is trained on connected ink, and on the parts of its candidate cuts; also on pairs that
are made of single digits, joined by a thin bar or one above the other. The class of a part is the
digit whose box it overlaps by 0.74 (intersection over union), or "no digit" below 0.66; other parts
are skipped. On other pages, a logistic regression then weighs the features of a cut. The smallest
score of a safe cut is chosen there, too: 0.4 % of MNIST's single digits are cut. The network is
written to ``skmnist/preprocessing/_likeness.npz``; the weights are printed and stand in
``_touching.py``::

    python -m benchmarks.research.cut_weights --data-home FOLDER_OF_MNIST_NPZ
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor
from sklearn.linear_model import LogisticRegression
from sklearn.utils import Bunch

import skmnist.preprocessing
from benchmarks.harness.boxes import overlaps
from benchmarks.harness.conditions import print_conditions
from benchmarks.real_pages import OVERLAP
from skmnist.datasets import fetch_mnist, load_mnist_sample, make_digit_pages
from skmnist.preprocessing import segment_digits
from skmnist.preprocessing._cuts import candidate_cuts
from skmnist.preprocessing._likeness import part_image
from skmnist.preprocessing._segmentation import _INK
from skmnist.preprocessing._touching import (
    WEIGHTS,
    judged_cuts,
    may_be_several,
)

NO_DIGIT = 10
# A part is the digit whose box it overlaps by the first number, and no digit below the second one.
IS_DIGIT, IS_NOT = 0.74, 0.66
CUT_SINGLES = 0.004
# Pairs for each page that are made of its single digits.
JOINED = 4
HEIGHTS = (20, 28, 40, 40, 40, 60)
EPOCHS = 8


class Component(NamedTuple):
    """Connected ink, with the boxes and labels of the digits in it."""

    is_ink: np.ndarray
    boxes: np.ndarray
    digits: np.ndarray
    is_column: bool = False


def components(strokes: str, source: Any, seed: int) -> Iterator[Component]:
    """Yield the ink of one page that contains one to four digits."""
    pages = make_digit_pages(
        1,
        min_digits=20,
        digit_height=HEIGHTS[seed % len(HEIGHTS)],
        touching=0.5,
        ruled=0.1,
        max_slope=8,
        strokes=strokes,
        source=source,
        random_state=seed,
    )
    boxes = pages.boxes[0]
    found = segment_digits(pages.images[0], cut_touching=False)
    owner = overlaps(boxes, found.boxes).argmax(axis=1)
    for number, (cutout, box) in enumerate(zip(found.cutouts, found.boxes, strict=True)):
        mine = np.flatnonzero(owner == number)
        if 1 <= len(mine) <= 4:
            is_ink = cropped(cutout > 255 * _INK)
            yield Component(is_ink, boxes[mine] - box[[0, 1, 0, 1]], pages.target[0][mine])


def cropped(is_ink: np.ndarray) -> np.ndarray:
    top, left, bottom, right = box_of(is_ink)
    return is_ink[top:bottom, left:right]


def box_of(is_ink: np.ndarray) -> np.ndarray:
    rows, columns = (np.flatnonzero(is_ink.any(axis=axis)) for axis in (1, 0))
    return np.array([rows[0], columns[0], rows[-1] + 1, columns[-1] + 1])


def joined(first: Component, second: Component, rng: np.random.Generator) -> Component | None:
    """Return two digits that touch or are joined by a thin bar: side by side, or in two rows."""
    is_column = bool(rng.integers(2))
    left, right = (part.is_ink.T if is_column else part.is_ink for part in (first, second))
    shift = rng.integers(-len(left) // 6, len(left) // 6 + 1)
    tops = max(0, -shift), max(0, shift)
    height = max(tops[0] + len(left), tops[1] + len(right))
    left, right = (
        np.pad(ink, ((top, height - top - len(ink)), (0, 0)))
        for ink, top in zip((left, right), tops, strict=True)
    )
    in_both = left.any(axis=1) & right.any(axis=1)
    if not in_both.any():
        return None
    ends, starts = left.shape[1] - left[:, ::-1].argmax(axis=1), right.argmax(axis=1)
    row = np.where(in_both, ends - starts, -np.inf).argmax()  # where the two are closest
    column = ends[row] - starts[row] + rng.integers(-3, 7)
    if not 0 < column <= left.shape[1] + 6:
        return None
    width = max(left.shape[1], column + right.shape[1])
    is_ink = np.zeros((height, width), dtype=bool)
    is_ink[:, : left.shape[1]] = left
    is_ink[:, column : column + right.shape[1]] |= right
    is_ink[row : row + rng.integers(2, 5), ends[row] : column + starts[row]] = True
    boxes = np.array([box_of(left), box_of(right) + [0, column, 0, column]])
    digits = np.array([first.digits[0], second.digits[0]])
    if is_column:
        is_ink, boxes = is_ink.T, boxes[:, [1, 0, 3, 2]]
    return Component(is_ink, boxes, digits, is_column)


def network_examples(strokes: str, source: Any, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return images of ink and of parts of it, uint8, and their classes."""
    rng = np.random.default_rng(seed)
    found = list(components(strokes, source, seed))
    singles = [component for component in found if len(component.digits) == 1]
    made = []
    for _ in range(JOINED if len(singles) > 1 else 0):
        first, second = rng.choice(len(singles), 2, replace=False)
        made.append(joined(singles[first], singles[second], rng))
    images, classes = [], []
    for is_ink, boxes, digits, is_column in [*found, *filter(None, made)]:
        images.append(part_image(is_ink, is_ink))
        classes.append(digits[0] if len(digits) == 1 else NO_DIGIT)
        is_first, _ = candidate_cuts(is_ink, is_column=is_column)
        if len(digits) == 1:
            is_first = rng.permutation(is_first)[:4]
        for is_part in (*is_first, *~is_first):
            shares = overlaps(box_of(is_ink & is_part)[np.newaxis], boxes)[0]
            is_digit = shares.max() >= IS_DIGIT and len(digits) > 1
            if is_digit or shares.max() < IS_NOT:
                images.append(part_image(is_ink, is_part))
                classes.append(digits[shares.argmax()] if is_digit else NO_DIGIT)
    return np.rint(255 * np.array(images)).astype(np.uint8), np.array(classes)


def trained(images: np.ndarray, classes: np.ndarray) -> keras.Model:
    keras.utils.set_random_seed(0)
    network = keras.Sequential(
        [
            keras.layers.Input((28, 28, 2), dtype="uint8"),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(16, 5, strides=2, activation="relu", name="conv1"),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu", name="conv2"),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu", name="dense"),
            keras.layers.Dense(11, name="output"),
        ]
    )
    steps = EPOCHS * -(-len(images) // 256)
    network.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(3e-3, steps)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    network.fit(images, classes, 256, EPOCHS, verbose=0)
    return network


def save(network: keras.Model) -> None:
    """Write the weights that `skmnist.preprocessing._likeness` reads."""
    weights = {
        f"{layer.name}_{variable.name}": variable.numpy().astype(np.float16)
        for layer in network.layers
        for variable in layer.weights
    }
    path = Path(skmnist.preprocessing.__file__).with_name("_likeness.npz")
    np.savez_compressed(path, **weights)


def judged(strokes: str, source: Any, seed: int) -> list[tuple[int, np.ndarray, np.ndarray]]:
    """Return, for the ink of a page, its number of digits, features of cuts, and which are right.

    Single digits that :func:`~skmnist.preprocessing._touching.split` does not consider for a cut
    have no features.
    """
    found = []
    for is_ink, boxes, *_ in components(strokes, source, seed):
        features, is_right = np.zeros((0, len(WEIGHTS))), np.zeros(0, dtype=bool)
        if may_be_several(is_ink):
            is_first, features = judged_cuts(is_ink)
            is_right = np.array(
                [len(boxes) == 2 and is_right_cut(is_ink, first, boxes) for first in is_first],
                dtype=bool,
            )
        found.append((len(boxes), features, is_right))
    return found


def is_right_cut(is_ink: np.ndarray, is_first: np.ndarray, boxes: np.ndarray) -> bool:
    parts = np.array([box_of(is_ink & is_first), box_of(is_ink & ~is_first)])
    return bool((np.diag(overlaps(parts, boxes)) >= OVERLAP).all())


def weigh(found: dict[str, list[Any]]) -> tuple[np.ndarray, float]:
    """Return the weights of the features, and the smallest score of a safe cut."""
    cuts = [entry for kind in found.values() for entry in kind if entry[0] <= 2]
    features, is_right = (np.concatenate([entry[i] for entry in cuts]) for i in (1, 2))
    weights = LogisticRegression(max_iter=1000).fit(features, is_right).coef_[0]
    weights = np.round(weights, 3)
    singles = [best(entry, weights)[0] for entry in found["mnist"] if entry[0] == 1]
    return weights, float(np.round(np.quantile(singles, 1 - CUT_SINGLES), 2))


def best(entry: Any, weights: np.ndarray) -> tuple[float, bool]:
    """Return the highest score of the cuts of some ink, and whether this cut is right."""
    _, features, is_right = entry
    if not len(features):
        return -np.inf, False
    scores = features @ weights
    return scores.max(), is_right[scores.argmax()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-home", default=None, help="folder of mnist.npz")
    parser.add_argument("--pages", type=int, default=800, help="number of pages of each kind")
    parser.add_argument("--keep-network", action="store_true", help="fit only the weights")
    options = parser.parse_args()
    print_conditions()
    source = training_digits(options.data_home)
    kinds = ("mnist", "pen")
    if not options.keep_network:
        examples = Parallel(n_jobs=2)(
            delayed(network_examples)(kind, source, 10_000 + number)
            for kind in kinds
            for number in range(options.pages)
        )
        images, classes = (np.concatenate(arrays) for arrays in zip(*examples, strict=True))
        save(trained(images, classes))
        print(f"the network was trained on {len(images):,} images")
        get_reusable_executor().shutdown()  # The next processes read the new network.
    found = {}
    for kind in kinds:
        pages = Parallel(n_jobs=2)(
            delayed(judged)(kind, source, 50_000 + number) for number in range(options.pages // 4)
        )
        found[kind] = [entry for page in pages for entry in page]
    weights, least = weigh(found)
    for name, weight in zip(WEIGHTS, weights, strict=True):
        print(f"{name}: {weight}")
    print(f"smallest score: {least}")
    for kind in kinds:
        for n_digits, what in ((1, "single digits"), (2, "pairs")):
            results = [best(entry, weights) for entry in found[kind] if entry[0] == n_digits]
            scores, is_right = np.array(results, dtype=float).T
            is_cut = scores > least
            print(
                f"{kind}, {len(scores):,} {what}: {100 * is_cut.mean():.1f} % cut, "
                f"{100 * (is_cut & (is_right > 0)).mean():.1f} % rightly"
            )


def training_digits(data_home: str | None) -> Bunch:
    """Return the training digits of MNIST that are not in the sample."""
    mnist = fetch_mnist(subset="train", data_home=data_home)
    known = {image.tobytes() for image in load_mnist_sample().images}
    is_new = np.array([image.tobytes() not in known for image in mnist.images])
    return Bunch(data=mnist.data[is_new], images=mnist.images[is_new], target=mnist.target[is_new])


if __name__ == "__main__":
    main()
