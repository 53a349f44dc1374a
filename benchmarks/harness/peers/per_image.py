"""The 15 MNIST-C corruptions, one image at a time: an independent implementation.

It is written from the definitions with SciPy and scikit-image and uses no code of skmnist, so that
two implementations can be compared. Every function takes an image of 28x28 values in [0, 1] as
float64 and a numpy Generator; a `Corruption` clips the result to [0, 1].
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import atan, ceil, cos, floor, radians, sin
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d
from skimage.feature import canny
from skimage.filters import gaussian
from skimage.transform import AffineTransform, warp
from skimage.util import random_noise

Image = npt.NDArray[np.float64]
Rng = np.random.Generator

SIZE = 28
CENTER = 13.5


@dataclass(frozen=True)
class Corruption:
    """A function of an image, and its parameters at each severity."""

    function: Callable[..., Image]
    severities: tuple[dict[str, Any], ...] = ({},)
    official: int = 1

    def __call__(self, image: Image, rng: Rng, severity: int | None = None) -> Image:
        """Corrupt one image with values in [0, 1]; the result is in [0, 1] too."""
        parameters = self.severities[(severity or self.official) - 1]
        return np.clip(self.function(image, rng, **parameters), 0, 1)

    def corrupt_all(
        self, images: npt.NDArray[np.uint8], rng: Rng, severity: int | None = None
    ) -> npt.NDArray[np.uint8]:
        """Corrupt images of gray levels one by one; the results are rounded."""
        corrupted = np.empty_like(images)
        for image, out in zip(images, corrupted, strict=True):
            out[:] = np.round(255 * self(image / 255, rng, severity))
        return corrupted


def severities(names: str, *values: Any) -> tuple[dict[str, Any], ...]:
    """Return the parameters of each severity: ``severities("a b", (1, 2), (3, 4), ...)``."""
    keys = names.split()
    rows = values if len(keys) > 1 else [(value,) for value in values]
    return tuple(dict(zip(keys, row, strict=True)) for row in rows)


def random_sign(rng: Rng) -> int:
    return int(rng.choice([-1, 1]))


# Noise


def shot_noise(image: Image, rng: Rng, photons: float) -> Image:
    return rng.poisson(image * photons) / photons


def impulse_noise(image: Image, rng: Rng, amount: float) -> Image:
    return random_noise(image, mode="s&p", amount=amount, rng=rng)


# Blur


def glass_blur(
    image: Image, rng: Rng, sigma: float, delta: int, passes: int, swap_probability: float = 0.5
) -> Image:
    """Swap pixels with near ones, between two Gaussians along the vertical axis."""
    blurred = gaussian_filter1d(image, sigma, axis=0, mode="nearest")
    for _ in range(passes):
        for row in range(SIZE - delta, delta, -1):
            for column in range(SIZE - delta, delta, -1):
                if rng.random() < swap_probability:
                    down, right = rng.integers(-delta, delta, size=2)
                    here, there = (row, column), (row + down, column + right)
                    blurred[here], blurred[there] = blurred[there], blurred[here]
    return gaussian_filter1d(blurred, sigma, axis=0, mode="nearest")


def motion_blur(
    image: Image, rng: Rng, radius: int, sigma: float, max_angle: float = 45.0
) -> Image:
    """Average along a ray that starts at the pixel, with one half of a Gaussian as weights."""
    angle = radians(rng.uniform(-max_angle, max_angle))
    taps = np.arange(2 * radius + 1)
    weights = np.exp(-(taps**2) / (2 * sigma**2))
    margin = 2 * radius + 1
    padded = np.pad(image, margin, mode="edge")
    result = np.zeros_like(image)
    for tap, weight in zip(taps, weights / weights.sum(), strict=True):
        top = margin + ceil(tap * sin(angle) - 0.5)
        left = margin + ceil(tap * cos(angle) - 0.5)
        result += weight * padded[top : top + SIZE, left : left + SIZE]
    return result


# Affine


def warp_about_center(
    image: Image, matrix: npt.ArrayLike, shift: tuple[float, float] = (0, 0)
) -> Image:
    """Take the pixel (x, y) of the result from ``matrix @ (x, y) + shift``, about the center."""
    matrix = np.asarray(matrix, dtype=float)
    center = np.full(2, CENTER)
    homogeneous = np.eye(3)
    homogeneous[:2, :2] = matrix
    homogeneous[:2, 2] = center - matrix @ center + shift
    return warp(image, AffineTransform(matrix=homogeneous), order=1, mode="constant", cval=0)


def shear(image: Image, rng: Rng, angle: float) -> Image:
    angle = random_sign(rng) * angle
    return warp_about_center(image, [[1, -sin(angle)], [0, cos(angle)]])


def scale(image: Image, rng: Rng, factor: float) -> Image:
    return warp_about_center(image, np.eye(2) / factor)


def rotate(image: Image, rng: Rng, angle: float) -> Image:
    angle = random_sign(rng) * angle
    return warp_about_center(image, [[cos(angle), -sin(angle)], [sin(angle), cos(angle)]])


def translate(image: Image, rng: Rng, pixels: int) -> Image:
    shift = (random_sign(rng) * pixels, random_sign(rng) * pixels)
    return warp_about_center(image, np.eye(2), shift)


# Photometric


def brightness(image: Image, rng: Rng, offset: float) -> Image:
    return image + offset


def stripe(image: Image, rng: Rng) -> Image:
    result = image.copy()
    for columns in (slice(0, 7), slice(21, 28)):
        result[:, columns] = 1 - image[:, columns]
    return result


# Weather


def plasma(rng: Rng, decay: float) -> Image:
    """Diamond-square noise on a torus of 32x32 points, stretched to [0, 1], cut to 28x28."""
    values = np.zeros((32, 32))
    step, amplitude = 32, 1.0

    def jitter(total: Image) -> Image:
        return total / 4 + amplitude * rng.uniform(-1, 1, total.shape)

    while step > 1:
        half = step // 2
        corners = values[::step, ::step]
        pairs = corners + np.roll(corners, -1, axis=0)
        centers = jitter(pairs + np.roll(pairs, -1, axis=1))
        values[half::step, half::step] = centers
        beside = corners + np.roll(corners, -1, axis=1) + centers + np.roll(centers, 1, axis=0)
        below = corners + np.roll(corners, -1, axis=0) + centers + np.roll(centers, 1, axis=1)
        values[::step, half::step] = jitter(beside)
        values[half::step, ::step] = jitter(below)
        step, amplitude = half, amplitude / decay**2
    values -= values.min()
    return values[:SIZE, :SIZE] / values.max()


def fog(image: Image, rng: Rng, density: float, decay: float) -> Image:
    brightest = image.max()
    return (image + density * plasma(rng, decay)) * brightest / (brightest + density)


def spatter(
    image: Image,
    rng: Rng,
    mean: float,
    spread: float,
    sigma: float,
    threshold: float,
    mask_sigma: float,
) -> Image:
    """Splash opaque drops of the gray level 63 on the image."""
    liquid = gaussian(rng.normal(mean, spread, image.shape), sigma, mode="nearest", truncate=4)
    mask = gaussian((liquid > threshold).astype(float), mask_sigma, mode="nearest", truncate=4)
    mask[mask < 0.8] = 0
    return image * (1 - mask) + 63 / 255 * mask


# Structural


def line_between(column_0: float, row_0: float, column_1: float, row_1: float) -> Image:
    """Draw a soft straight line on black, between two columns."""
    columns, rows = np.arange(SIZE), np.arange(SIZE)[:, np.newaxis]
    line_rows = row_0 + (row_1 - row_0) / (column_1 - column_0) * (columns - column_0)
    distances = np.minimum(np.abs(rows - line_rows), 2.299)
    drawn = np.clip(1 + np.log(1 - distances / 2.3), 0, 1)
    drawn[:, (columns < floor(column_0)) | (columns >= ceil(column_1))] = 0
    return drawn


def dotted_line(image: Image, rng: Rng) -> Image:
    drawn = line_between(0, rng.integers(27), SIZE - 1, rng.integers(27))
    drawn[:, np.arange(SIZE) % 4 < 2] = 0
    return image + drawn


def zigzag(image: Image, rng: Rng, amplitude: float = 2.0, quarter: float = 2.0) -> Image:
    """Add a zigzag around a straight line from column 2 to column 25."""
    column_0, width = 2, 23
    row_0 = rng.integers(27)
    slope = atan(rng.integers(-5, 5) / width)
    length = width / cos(slope)
    n_turns = floor((length - quarter) / (2 * quarter)) + 1
    along = [0.0] + [(2 * turn + 1) * quarter for turn in range(n_turns)]
    aside = [0.0] + [(-1) ** turn * amplitude for turn in range(n_turns)]
    rest = length % (2 * quarter)
    if rest > 0:
        along.append(length)
        aside.append(aside[-1] / (2 * rest))
    points = [
        (column_0 + x * cos(slope) - y * sin(slope), row_0 + x * sin(slope) + y * cos(slope))
        for x, y in zip(along, aside, strict=True)
    ]
    for start, end in pairwise(points):
        image = np.minimum(image + line_between(*start, *end), 1)
    return image


def canny_edges(image: Image, rng: Rng) -> Image:
    return canny(image, sigma=1).astype(float)


MNIST_C = {
    "shot_noise": Corruption(shot_noise, severities("photons", 60, 25, 12, 5, 3), 5),
    "impulse_noise": Corruption(
        impulse_noise, severities("amount", 0.03, 0.06, 0.09, 0.17, 0.27), 4
    ),
    "glass_blur": Corruption(
        glass_blur,
        severities(
            "sigma delta passes", (0.7, 1, 2), (0.9, 2, 1), (1, 2, 3), (1.1, 3, 2), (1.5, 4, 2)
        ),
    ),
    "motion_blur": Corruption(
        motion_blur, severities("radius sigma", (10, 3), (15, 5), (15, 8), (15, 12), (20, 15))
    ),
    "shear": Corruption(shear, severities("angle", 0.2, 0.4, 0.6, 0.8, 1.0), 2),
    "scale": Corruption(scale, severities("factor", 0.9, 0.8, 0.7, 0.6, 0.5), 3),
    "rotate": Corruption(rotate, severities("angle", 0.2, 0.4, 0.6, 0.8, 1.0), 2),
    "translate": Corruption(translate, severities("pixels", 1, 2, 3, 4, 5), 3),
    "brightness": Corruption(brightness, severities("offset", 0.1, 0.2, 0.3, 0.4, 0.5), 5),
    "stripe": Corruption(stripe),
    "fog": Corruption(
        fog, severities("density decay", (1.5, 2), (2, 2), (2.5, 1.7), (2.5, 1.5), (3, 1.4)), 5
    ),
    "spatter": Corruption(
        spatter,
        severities(
            "mean spread sigma threshold mask_sigma",
            (0.65, 0.3, 4, 0.69, 0.6),
            (0.65, 0.3, 3, 0.68, 0.6),
            (0.65, 0.3, 2, 0.68, 0.5),
            (0.65, 0.3, 1, 0.65, 1.5),
            (0.67, 0.4, 1, 0.65, 1.5),
        ),
        4,
    ),
    "dotted_line": Corruption(dotted_line),
    "zigzag": Corruption(zigzag),
    "canny_edges": Corruption(canny_edges),
}
