"""Choice of the augmentation of ``real_digits_network``, on transformed MNIST training digits.

A small network is trained on 10,000 training digits for six epochs, with each of several
augmentations and parameters of ``DigitNormalizer``. It is scored on 1,000 training digits that were
held out, transformed in ways that real digits differ from those of MNIST: thin and thick strokes,
few pixels, rotation. None of the sets of ``benchmarks.real_digits`` is used here::

    python -m benchmarks.research.real_digits_choice --data-home FOLDER_OF_MNIST_NPZ
"""

import time
from functools import cache
from typing import Any

import numpy as np
from scipy import ndimage
from skimage.morphology import skeletonize
from sklearn.pipeline import Pipeline, make_pipeline

from benchmarks.harness.run_log import History, Numbers
from benchmarks.harness.training import choice_split, clean_rows, run_recipes
from skmnist.model_selection import fast_network, real_digits_network
from skmnist.preprocessing import DigitNormalizer

N_TRAIN, N_HELD_OUT, EPOCHS = 10_000, 1_000, 6
# Magnification at which strokes are drawn anew.
_ZOOM = 10


def recipes() -> dict[str, Pipeline]:
    """Return the pipeline of each run."""
    augment = real_digits_network().augment
    affine = augment[0]
    candidates: dict[str, tuple[dict[str, Any], Any]] = {
        "no augmentation": ({}, None),
        "affine": ({}, affine),
        "affine and elastic": ({}, augment[:2]),
        "chosen": ({}, augment),
        "chosen, upright": ({"deslant": True}, augment),
        "chosen, equal strokes": ({"stroke_width": 2.5}, augment),
    }
    return {
        name: make_pipeline(
            DigitNormalizer(**params),
            fast_network(random_state=0).set_params(epochs=EPOCHS, augment=noises),
        )
        for name, (params, noises) in candidates.items()
    }


def train(key: str, pipeline: Pipeline, data_home: str | None) -> tuple[Numbers, History]:
    """Train the pipeline of a run, and score it on each transformed set."""
    (X, y), (_, labels) = choice_split(*clean_rows("train", data_home))
    start = time.perf_counter()
    pipeline.fit(X[:N_TRAIN], y[:N_TRAIN])
    numbers = {"seconds": time.perf_counter() - start}
    for name, images in transformed(data_home).items():
        numbers[name] = 100 * pipeline.score(images, labels[:N_HELD_OUT])
    numbers["mean"] = float(np.mean(list(numbers.values())[1:]))
    return numbers, pipeline[-1].history_


@cache
def transformed(data_home: str | None) -> dict[str, np.ndarray]:
    """Return the held-out digits, uint8, under each transformation."""
    _, (X, _) = choice_split(*clean_rows("train", data_home))
    unit = X[:N_HELD_OUT].reshape(-1, 28, 28).astype(np.float32) / 255
    sets = {
        "clean": unit,
        "thin": drawn(unit, 1.2),
        "medium": drawn(unit, 2.2),
        "thick": drawn(unit, 4.5),
        "pixels_10": few_pixels(unit, 10),
        "pixels_14": few_pixels(unit, 14),
        "rotated": ndimage.rotate(unit, 12, axes=(2, 1), reshape=False, order=1),
        "rotated_back": ndimage.rotate(unit, -12, axes=(2, 1), reshape=False, order=1),
    }
    return {name: np.rint(255 * np.clip(s, 0, 1)).astype(np.uint8) for name, s in sets.items()}


def drawn(images: np.ndarray, width: float) -> np.ndarray:
    """Draw the middle of the strokes anew, with a pen of a width in pixels."""
    result = []
    for image in images:
        large = ndimage.zoom(image, _ZOOM, order=3, mode="grid-constant", grid_mode=True) > 0.5
        distance = ndimage.distance_transform_edt(~skeletonize(large))
        ink = np.clip(width * _ZOOM / 2 + 0.5 - distance, 0, 1)
        result.append(ink.reshape(28, _ZOOM, 28, _ZOOM).mean(axis=(1, 3)))
    return np.array(result)


def few_pixels(images: np.ndarray, side: int) -> np.ndarray:
    """Average black and white digits over the pixels of a scan, with 17 gray levels."""
    result = []
    for image in images:
        large = ndimage.zoom(image, _ZOOM, order=3, mode="grid-constant", grid_mode=True) > 0.5
        factor = len(large) // side
        result.append(large.reshape(side, factor, side, factor).mean(axis=(1, 3)))
    return np.rint(16 * np.array(result)) / 16


def summarize(runs: dict[str, Numbers]) -> tuple[str, dict[str, bool]]:
    """Return the table of the stored runs, and the claim that the chosen one is the best."""
    sets = [name for name in next(iter(runs.values())) if name != "seconds"]
    lines = [f"| candidate | {' | '.join(sets)} |", f"|---|{'---|' * len(sets)}"]
    for key, run in runs.items():
        lines.append(f"| {key} | {' | '.join(f'{run[name]:.2f} %' for name in sets)} |")
    claims = {}
    if "chosen" in runs:
        best = max(run["mean"] for run in runs.values())
        claims["chosen: best mean, within 0.2 points"] = runs["chosen"]["mean"] >= best - 0.2
    return "\n".join(lines), claims


if __name__ == "__main__":
    run_recipes(__doc__, "real_digits_choice", recipes(), train, summarize)
