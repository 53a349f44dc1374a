"""Accuracy with the batch normalization statistics of unlabeled target images.

``fast_network()`` is trained on 50,000 clean training digits of MNIST. For each set of target
images, a copy of the network is adapted by ``adapt`` to all images of the set, without labels. The
sets are the digits of scikit-learn's ``load_digits`` (8x8 pixels, another source), enlarged by
interpolation or prepared as MNIST, with and without noise; 3,000 test digits under noises; and test
digits of one class::

    python -m benchmarks.research.adaptation --data-home FOLDER_OF_MNIST_NPZ
"""

import argparse
import copy

import numpy as np
import numpy.typing as npt
from scipy.ndimage import center_of_mass, shift, zoom
from sklearn.datasets import load_digits

from benchmarks.harness.conditions import print_conditions
from benchmarks.harness.training import Rows, choice_split, clean_rows
from skmnist.model_selection import fast_network
from skmnist.neural_network import BaseImageClassifier
from skmnist.noise import make_noise

NOISES = ("gaussian_noise", "impulse_noise", "fog", "contrast", "brightness", "defocus_blur")
N_TEST = 3000

Images = npt.NDArray[np.uint8]


def targets(data_home: str | None) -> dict[str, Rows]:
    """Return the images and labels of each set."""
    images, digits = load_digits(return_X_y=True)
    images = images.reshape(-1, 8, 8) / 16
    enlarged = np.stack([as_uint8(zoom(image, 3.5, order=1)) for image in images])
    prepared = np.stack([as_mnist(image) for image in images])
    X, y = clean_rows("test", data_home)
    X, y = X[:N_TEST].reshape(-1, 28, 28), y[:N_TEST]
    return {
        "load_digits, enlarged": (enlarged, digits),
        "load_digits, prepared": (prepared, digits),
        "load_digits, prepared, gaussian_noise": (noisy("gaussian_noise", prepared), digits),
        **{noise: (noisy(noise, X), y) for noise in NOISES},
        "clean test digits": (X, y),
        "clean test digits, only threes": (X[y == 3], y[y == 3]),
    }


def noisy(noise: str, images: Images) -> Images:
    return make_noise(noise, random_state=0).fit_transform(images)


def as_mnist(image: npt.NDArray[np.float64]) -> Images:
    """Scale the ink into 20x20 pixels, sharpen it, and center its mass in 28x28."""
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    ink = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    ink = ((zoom(ink, 20 / max(ink.shape), order=3) - 0.35) / 0.35).clip(0, 1)
    canvas = np.zeros((28, 28))
    top, left = (28 - ink.shape[0]) // 2, (28 - ink.shape[1]) // 2
    canvas[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return as_uint8(shift(canvas, np.round(13.5 - np.array(center_of_mass(canvas))), order=0))


def as_uint8(image: npt.NDArray[np.float64]) -> Images:
    return np.round(255 * image.clip(0, 1)).astype(np.uint8)


def accuracies(network: BaseImageClassifier, rows: Rows) -> tuple[float, float]:
    """Return the accuracy of the network and of its adapted copy, in percent."""
    adapted = copy.deepcopy(network).adapt(rows[0])
    return 100 * network.score(*rows), 100 * adapted.score(*rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-home", default=None, help="folder of mnist.npz")
    options = parser.parse_args()
    print_conditions()
    training, _ = choice_split(*clean_rows("train", options.data_home))
    network = fast_network(random_state=0).fit(training[0].reshape(-1, 28, 28), training[1])
    print("\n| images | accuracy | with their statistics |\n|---|---|---|")
    for name, rows in targets(options.data_home).items():
        before, after = accuracies(network, rows)
        print(f"| {name} | {before:.1f} % | {after:.1f} % |", flush=True)


if __name__ == "__main__":
    main()
