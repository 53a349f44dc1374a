"""Accuracy on digits that are not MNIST's: photos, drawn digits, scikit-learn's ``load_digits``.

Networks are trained on the 60,000 MNIST training digits only:

- ``plain``: ``fast_network()``, without augmentation;
- ``real digits``: ``real_digits_network()``, with the augmentation for real digits.

Each is scored on four sets, whose labels were not used for training or for a choice:

- ``mnist``: the 10,000 test digits;
- ``photos``: 1,000 of them in ``make_digit_photos``: 100 to 600 pixels, uneven light, colored ink,
  blur, JPEG, rotated by up to 10 degrees, off-center;
- ``pen``: 1,000 photos of digits that are drawn by code, with pens of different widths;
- ``load_digits``: 1,797 scans of 8x8 pixels.

Each set is scored twice: "naive" images are inverted if they are dark on light, and resized to
28x28 by averaging or bilinear interpolation; the others pass through ``DigitNormalizer()``. The
speed of ``DigitNormalizer`` is that of one process on one core. The augmentation was chosen on
transformed MNIST training digits (``benchmarks.research.real_digits_choice``). A stored run is not
repeated::

    python -m benchmarks.real_digits --data-home FOLDER_OF_MNIST_NPZ
"""

import time
from collections.abc import Sequence
from functools import cache

import numpy as np
from scipy import ndimage
from sklearn.datasets import load_digits

from benchmarks.harness.run_log import History, Numbers
from benchmarks.harness.training import Recipes, clean_rows, run_recipes
from skmnist.datasets import fetch_mnist, make_digit_photos
from skmnist.model_selection import fast_network, real_digits_network
from skmnist.neural_network import BaseImageClassifier
from skmnist.preprocessing import DigitNormalizer

N_PHOTOS = 1000
# Set -> bar and stretch goal for the normalized images and the network for real digits, in percent.
BARS = {"photos": (98, None), "pen": (92, 96), "load_digits": (92, 96)}
# Largest loss of accuracy on MNIST by normalization, in points.
MOST_LOSS = 0.2
# Side of an image in pixels -> images per second.
SPEEDS = {28: 2000, 256: 300}

Images = Sequence[np.ndarray]


def recipes() -> Recipes:
    """Return the network of each run."""
    return {
        "plain": fast_network(random_state=0),
        "real digits": real_digits_network(random_state=0),
    }


@cache
def test_sets(data_home: str | None) -> dict[str, tuple[Images, np.ndarray]]:
    """Return the images, uint8, and the labels of each set."""
    mnist = fetch_mnist(subset="test", data_home=data_home)
    photos = make_digit_photos(N_PHOTOS, source=mnist, random_state=0)
    pen = make_digit_photos(N_PHOTOS, strokes="pen", random_state=0)
    scans = load_digits()
    return {
        "mnist": (mnist.images, mnist.target),
        "photos": (photos.images, photos.target),
        "pen": (pen.images, pen.target),
        "load_digits": (np.rint(scans.images * (255 / 16)).astype(np.uint8), scans.target),
    }


def naive(images: Images) -> np.ndarray:
    """Invert dark digits on light paper, and resize images to 28x28."""
    resized = []
    for image in images:
        unit = image / 255
        if np.median(unit) > 0.5:
            unit = 1 - unit
        blur = [max(0.0, size / 28 - 1) / 2 for size in unit.shape]
        smooth = ndimage.gaussian_filter(unit, blur)
        factors = [28 / size for size in unit.shape]
        resized.append(ndimage.zoom(smooth, factors, order=1, grid_mode=True, mode="nearest"))
    return np.rint(255 * np.clip(resized, 0, 1)).astype(np.uint8)


def train(key: str, network: BaseImageClassifier, data_home: str | None) -> tuple[Numbers, History]:
    """Train the network of a run, and score it on all sets."""
    X, y = clean_rows("train", data_home)
    start = time.perf_counter()
    network.fit(X, y)
    numbers = {"seconds": time.perf_counter() - start}
    normalizer = DigitNormalizer(value_range=(0, 255)).fit(X)
    for name, (images, target) in test_sets(data_home).items():
        numbers[f"{name}_naive"] = 100 * network.score(naive(images), target)
        numbers[f"{name}_normalized"] = 100 * network.score(normalizer.transform(images), target)
    for side in SPEEDS:
        numbers[f"per_second_{side}"] = speed(normalizer, side)
    return numbers, network.history_


def speed(normalizer: DigitNormalizer, side: int) -> float:
    """Return the number of photos that are normalized per second of processor time."""
    n = 50 * 256 // side
    images = np.stack(
        make_digit_photos(n, strokes="pen", min_size=side + 4, max_size=side + 4).images
    )[:, 2:-2, 2:-2]
    start = time.process_time()
    normalizer.transform(images)
    return n / (time.process_time() - start)


def summarize(runs: dict[str, Numbers]) -> tuple[str, dict[str, bool]]:
    """Return the table of the stored runs, and the claims about them."""
    sets = ("mnist", *BARS)
    lines = [
        f"| network | images | {' | '.join(sets)} |",
        f"|---|---|{'---|' * len(sets)}",
    ]
    for key, run in runs.items():
        for form in ("naive", "normalized"):
            scores = " | ".join(f"{run[f'{name}_{form}']:.2f} %" for name in sets)
            lines.append(f"| {key} | {form} | {scores} |")
    claims = {}
    for key, run in runs.items():
        lines.append(f"\nTraining of {key}: {run['seconds'] / 60:.1f} minutes.")
        loss = run["mnist_naive"] - run["mnist_normalized"]
        claims[f"{key}: MNIST loses at most {MOST_LOSS} points"] = loss <= MOST_LOSS
    if "real digits" in runs:
        run = runs["real digits"]
        for name, (bar, _) in BARS.items():
            claims[f"{name} >= {bar} %"] = run[f"{name}_normalized"] >= bar
        for side, bar in SPEEDS.items():
            measured = run[f"per_second_{side}"]
            lines.append(f"{measured:.0f} images of {side}x{side} pixels per second on one core.")
            claims[f"{side}x{side}: >= {bar} images per second"] = measured >= bar
    return "\n".join(lines), claims


if __name__ == "__main__":
    run_recipes(__doc__, "real_digits", recipes(), train, summarize)
