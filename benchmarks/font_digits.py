"""Accuracy on photos of digits in handwriting fonts, which ``real_digits_network`` never saw.

Each font of a folder (TTF or OTF) draws each digit ten times: 100 to 600 pixels, rotated by up to
10 degrees, on uneven paper, blurred, compressed. ``DigitNormalizer`` brings the photos to the form
of MNIST. No font is part of the repository; the fonts of the stored result are Debian's, and its
note names their packages. The network is trained on the 60,000 MNIST training digits only::

    python -m benchmarks.font_digits --fonts FOLDER_OF_FONTS --data-home FOLDER_OF_MNIST_NPZ
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.harness.claims import Claim, conclude
from benchmarks.harness.conditions import print_conditions
from benchmarks.harness.training import clean_rows
from skmnist.datasets._photos import photographed, placed
from skmnist.model_selection import real_digits_network
from skmnist.preprocessing import DigitNormalizer

N_PHOTOS = 10
SIZES = (100, 600)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fonts", required=True, help="folder of fonts, searched recursively")
    parser.add_argument("--data-home", default=None, help="folder of mnist.npz")
    options = parser.parse_args()
    print_conditions()
    paths = sorted(
        (path for path in Path(options.fonts).rglob("*.[ot]tf")), key=lambda path: path.stem
    )
    network = real_digits_network(random_state=0).fit(*clean_rows("train", options.data_home))
    normalizer = DigitNormalizer(value_range=(0, 255)).fit(np.zeros((1, 28, 28), dtype=np.uint8))
    target = np.repeat(np.arange(10), N_PHOTOS)
    scores = []
    for seed, path in enumerate(paths):
        answers = network.predict(normalizer.transform(photos(path, target, seed)))
        scores.append(100 * float(np.mean(answers == target)))
        wrong = np.bincount(target[answers != target], minlength=10)
        missed = ", ".join(f"{digit} ({wrong[digit]})" for digit in np.flatnonzero(wrong))
        print(f"{path.stem}: {scores[-1]:.1f} %; wrong: {missed or 'none'}")
    what = f"photos of digits in {len(paths)} handwriting fonts"
    conclude([Claim(what, [float(np.mean(scores))], "%", 92, 96)])


def photos(path: Path, digits: np.ndarray, seed: int) -> list[np.ndarray]:
    """Return a photo of each digit in a font, uint8, of different sizes."""
    rng = np.random.default_rng(seed)
    images = []
    for digit in digits:
        height, width = rng.integers(*SIZES, size=2, endpoint=True)
        size = int(rng.uniform(0.45, 0.95) * min(height, width))
        ink, _ = placed(drawn(path, int(digit), size), int(height), int(width), rng)
        images.append(photographed(ink, rng, max_blur=max(ink.shape) / 200))
    return images


def drawn(path: Path, digit: int, size: int) -> np.ndarray:
    """Return the ink of a digit of about `size` pixels; shape (height, width), in [0, 1]."""
    box = ImageFont.truetype(path, 200).getbbox(str(digit))
    font = ImageFont.truetype(path, 200 * size / max(box[2] - box[0], box[3] - box[1]))
    left, top, right, bottom = font.getbbox(str(digit))
    image = Image.new("L", (int(right - left) + 4, int(bottom - top) + 4))
    ImageDraw.Draw(image).text((2 - left, 2 - top), str(digit), fill=255, font=font)
    return np.asarray(image, dtype=np.float32) / 255


if __name__ == "__main__":
    main()
