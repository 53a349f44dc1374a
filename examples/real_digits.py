"""
Digits in photos
================

A network that is trained on MNIST, and photo-like images: dark ink on unevenly lit paper, of any
size, somewhere in the image. Resized and inverted, they are hardly recognized. DigitNormalizer
brings them to the form of MNIST. The figure shows some photos, the two forms of each digit, and the
answers.

Run it with ``python examples/real_digits.py``: it takes less than a minute on two cores and needs
no internet connection. Your own images: ``--images photo.png ...``. ``--help`` lists the options.
"""

import argparse
import os
from pathlib import Path

# Must be set before TensorFlow is imported. It hides the start-up messages of TensorFlow, except
# those about oneDNN and CUDA, which TensorFlow writes before it reads the variable.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import matplotlib.pyplot as plt
import numpy as np
from scipy import ndimage

from skmnist.datasets import load_mnist_sample, make_digit_photos
from skmnist.model_selection import real_digits_network
from skmnist.preprocessing import DigitNormalizer


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Recognize digits in photos.")
    parser.add_argument("--images", type=Path, nargs="+", help="your own images, a digit in each")
    parser.add_argument("--rows", type=int, default=4800, help="rows of the sample to train on")
    parser.add_argument("--epochs", type=int, default=10, help="epochs of the network")
    parser.add_argument("--seed", type=int, default=0, help="seed of network and photos")
    parser.add_argument("--output", type=Path, default=Path("real_digits.png"))
    return parser.parse_args()


def main() -> None:
    options = parse_arguments()
    sample = load_mnist_sample()
    rows = slice(options.rows)
    normalizer = DigitNormalizer().fit(sample.images[rows])
    network = real_digits_network(random_state=options.seed).set_params(epochs=options.epochs)
    network.fit(normalizer.transform(sample.images[rows]), sample.target[rows])

    if options.images:
        photos = [read(path) for path in options.images]
    else:
        held_out = {"images": sample.images[4800:], "target": sample.target[4800:]}
        sets = {
            "MNIST's strokes": make_digit_photos(100, source=held_out, random_state=options.seed),
            "drawn by a pen": make_digit_photos(100, strokes="pen", random_state=options.seed),
        }
        for name, photographed in sets.items():
            scores = [
                network.score(form, photographed.target)
                for form in (naive(photographed.images), normalizer.transform(photographed.images))
            ]
            print(f"photos, {name}: resized {scores[0]:.0%}, normalized {scores[1]:.0%}")
        photos = [image for photographed in sets.values() for image in photographed.images[:6]]

    print(normalizer.report(photos).round(2).to_string())
    draw(photos, naive(photos), normalizer.transform(photos), network, options.output)
    print(f"figure: {options.output}")


def read(path: Path) -> np.ndarray:
    """Read an image file as gray levels from 0 to 255."""
    pixels = plt.imread(path)
    scale = 1 if pixels.dtype == np.uint8 else 255
    gray = pixels if pixels.ndim == 2 else pixels[..., :3].mean(axis=2)
    return np.rint(scale * gray).astype(np.uint8)


def naive(images: list[np.ndarray]) -> np.ndarray:
    """Invert images and resize them to 28x28."""
    resized = []
    for image in images:
        smooth = ndimage.gaussian_filter(255.0 - image, [size / 80 for size in image.shape])
        factors = [28 / size for size in image.shape]
        resized.append(ndimage.zoom(smooth, factors, order=1, grid_mode=True, mode="nearest"))
    return np.array(resized).astype(np.uint8)


def draw(
    photos: list[np.ndarray], resized: np.ndarray, normalized: np.ndarray, network, path: Path
) -> None:
    """Draw photos, what the network sees of them, and its answers."""
    rows = {"photo": photos, "resized": resized, "normalized": normalized}
    figure, axes = plt.subplots(
        3, len(photos), figsize=(1.1 * len(photos) + 0.8, 3.9), layout="constrained", squeeze=False
    )
    for axis, (name, images) in zip(axes, rows.items(), strict=True):
        for place, image in zip(axis, images, strict=True):
            place.imshow(image, cmap="gray", vmin=0, vmax=255)
            place.set(xticks=[], yticks=[])
            place.spines[:].set_visible(False)
        axis[0].set_ylabel(name)
    for axis, images in ((axes[1], resized), (axes[2], normalized)):
        probabilities = network.predict_proba(images)
        for place, row in zip(axis, probabilities, strict=True):
            place.set_xlabel(f"{network.classes_[row.argmax()]} ({row.max():.0%})", fontsize=9)
    figure.savefig(path, dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    main()
