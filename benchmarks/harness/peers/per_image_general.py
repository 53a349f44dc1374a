"""The other noises, one image at a time: an independent implementation, like ``per_image``.

Some noises (snow, frost, the elastic transform) have no exact definition. Their versions here do
the same kind of work as skmnist, so that the cost can be compared, but not the pixels. The names
and the strengths are the same as in skmnist.
"""

import io
from math import ceil, cos, pi, radians, sin, sqrt

import numpy as np
from PIL import Image as Pillow
from scipy.ndimage import affine_transform, convolve, gaussian_filter, map_coordinates
from skimage.filters import gaussian
from skimage.util import random_noise

from benchmarks.harness.peers.per_image import (
    CENTER,
    SIZE,
    Corruption,
    Image,
    Rng,
    line_between,
    plasma,
    severities,
    warp_about_center,
)

# Noise


def gaussian_noise(image: Image, rng: Rng, sigma: float) -> Image:
    return random_noise(image, mode="gaussian", var=sigma**2, clip=False, rng=rng)


def speckle_noise(image: Image, rng: Rng, sigma: float) -> Image:
    return random_noise(image, mode="speckle", var=sigma**2, clip=False, rng=rng)


def uniform_noise(image: Image, rng: Rng, amplitude: float) -> Image:
    return image + rng.uniform(-amplitude, amplitude, image.shape)


def reduced_contrast_awgn(image: Image, rng: Rng, sigma: float) -> Image:
    return gaussian_noise(image / 2, rng, sigma)


# Blur


def gaussian_blur(image: Image, rng: Rng, sigma: float) -> Image:
    return gaussian(image, sigma, mode="nearest", truncate=4)


def defocus_blur(image: Image, rng: Rng, radius: float) -> Image:
    offsets = np.arange(-radius, radius + 1)
    disk = (offsets**2 + offsets[:, np.newaxis] ** 2 <= radius**2).astype(float)
    return convolve(image, disk / disk.sum(), mode="nearest")


def zoom_blur(image: Image, rng: Rng, max_zoom: float) -> Image:
    zooms = np.linspace(1, max_zoom, 11)
    return np.mean([warp_about_center(image, np.eye(2) / zoom) for zoom in zooms], axis=0)


def linear_motion_blur(image: Image, rng: Rng, length: int, angle: float) -> Image:
    """Average over a centered line; weights fall linearly to 0 at a distance of one pixel."""
    offsets = np.arange(-(length // 2), length // 2 + 1)
    down, right = offsets[:, np.newaxis], offsets
    along = right * cos(radians(angle)) - down * sin(radians(angle))
    aside = right * sin(radians(angle)) + down * cos(radians(angle))
    beyond = np.maximum(np.abs(along) - (length - 1) / 2, 0)
    kernel = np.maximum(1 - np.hypot(aside, beyond), 0)
    return convolve(image, kernel / kernel.sum(), mode="nearest")


# Affine


def random_affine(image: Image, rng: Rng) -> Image:
    """Rotate by up to 15 degrees, shift and scale by up to 10 %, with one interpolation."""
    angle, zoom = radians(rng.uniform(-15, 15)), rng.uniform(0.9, 1.1)
    matrix = np.array([[cos(angle), -sin(angle)], [sin(angle), cos(angle)]]) / zoom
    return warp_about_center(image, matrix, tuple(rng.uniform(-0.1, 0.1, 2) * SIZE))


def reference(image: Image, rng: Rng) -> Image:
    """Warp three times: rotate by up to 72 degrees, shift by up to 20 %, zoom out by 20 %."""
    angle, shift = radians(rng.uniform(-72, 72)), rng.uniform(-0.2, 0.2, 2) * SIZE
    rotation = np.array([[cos(angle), -sin(angle)], [sin(angle), cos(angle)]])
    for matrix, offset in ((rotation, 0), (np.eye(2), shift), (1.2 * np.eye(2), 0)):
        center = np.full(2, CENTER)
        image = affine_transform(
            image, matrix, center - matrix @ center + offset, order=1, mode="reflect"
        )
    brightened = np.clip(image + rng.uniform(-0.2, 0.2), 0, 1)
    return np.floor(255 * brightened) / 255


def elastic_transform(image: Image, rng: Rng, strength: float, sigma: float = 4) -> Image:
    grid = np.mgrid[:SIZE, :SIZE].astype(float)
    for axis in range(2):
        field = rng.uniform(-1, 1, image.shape)
        grid[axis] += strength * gaussian_filter(field, sigma, mode="reflect", truncate=3)
    return map_coordinates(image, grid, order=1, mode="reflect")


# Photometric and digital


def contrast(image: Image, rng: Rng, factor: float) -> Image:
    mean = image.mean()
    return (image - mean) * factor + mean


def random_brightness(image: Image, rng: Rng, offset: float) -> Image:
    return image + rng.uniform(-offset, offset)


def gamma(image: Image, rng: Rng, exponent: float) -> Image:
    return image**exponent


def inverse(image: Image, rng: Rng) -> Image:
    return 1 - image


def quantize(image: Image, rng: Rng, bits: int) -> Image:
    steps = 2**bits - 1
    return np.round(steps * image) / steps


def to_pillow(image: Image) -> Pillow.Image:
    return Pillow.fromarray(np.uint8(np.round(255 * image)))


def pixelate(image: Image, rng: Rng, factor: float) -> Image:
    small = to_pillow(image).resize((int(SIZE * factor),) * 2, Pillow.Resampling.BOX)
    return np.asarray(small.resize((SIZE, SIZE), Pillow.Resampling.BOX)) / 255


def jpeg_compression(image: Image, rng: Rng, quality: int) -> Image:
    file = io.BytesIO()
    to_pillow(image).save(file, "JPEG", quality=quality)
    return np.asarray(Pillow.open(file)) / 255


def smooth_noise(image: Image, rng: Rng, amplitude: float, sigma: float = 4) -> Image:
    """Add smoothed white noise, drawn beyond the border, scaled by its known deviation."""
    margin = ceil(4 * sigma)
    field = gaussian_filter(rng.normal(size=(SIZE + 2 * margin,) * 2), sigma)
    return image + amplitude * 2 * sqrt(pi) * sigma * field[margin:-margin, margin:-margin]


def random_filter(image: Image, rng: Rng, kernel_size: int) -> Image:
    filtered = convolve(image, rng.normal(size=(kernel_size, kernel_size)), mode="nearest")
    filtered = (filtered - filtered.min()) / np.ptp(filtered)
    share = rng.random()
    return share * image + (1 - share) * filtered


# Weather and structural


def frost(image: Image, rng: Rng, keep: float, amount: float) -> Image:
    return keep * image + amount * plasma(rng, decay=1.5)


def snow(image: Image, rng: Rng, mean: float, length: int, whiten: float) -> Image:
    flakes = rng.normal(mean, 0.3, image.shape)
    flakes[flakes < 0.5] = 0
    streaks = linear_motion_blur(np.clip(flakes, 0, 1), rng, length, rng.uniform(-135, -45))
    return (1 - whiten) * image + whiten * np.maximum(image, 0.5) + streaks


def line(image: Image, rng: Rng) -> Image:
    row_0, row_1 = rng.integers(27, size=2)
    return image + line_between(rng.integers(5), row_0, rng.integers(22, 27), row_1)


def occlusion(image: Image, rng: Rng, area: float, max_aspect: float = 2) -> Image:
    """Cover a random rectangle with gray."""
    aspect = max_aspect ** rng.uniform(-1, 1)
    height, width = (round(SIZE * sqrt(area * ratio)) for ratio in (aspect, 1 / aspect))
    top, left = rng.integers(SIZE - height + 1), rng.integers(SIZE - width + 1)
    result = image.copy()
    result[top : top + height, left : left + width] = 0.5
    return result


GENERAL = {
    "gaussian_noise": Corruption(
        gaussian_noise, severities("sigma", 0.08, 0.12, 0.18, 0.26, 0.38), 5
    ),
    "speckle_noise": Corruption(speckle_noise, severities("sigma", 0.15, 0.2, 0.35, 0.45, 0.6), 5),
    "uniform_noise": Corruption(
        uniform_noise, severities("amplitude", 0.1, 0.2, 0.35, 0.5, 0.7), 3
    ),
    "gaussian_blur": Corruption(gaussian_blur, severities("sigma", 1, 2, 3, 4, 6), 2),
    "defocus_blur": Corruption(defocus_blur, severities("radius", 3, 4, 6, 8, 10)),
    "zoom_blur": Corruption(zoom_blur, severities("max_zoom", 1.11, 1.16, 1.21, 1.26, 1.31), 5),
    "contrast": Corruption(contrast, severities("factor", 0.4, 0.3, 0.2, 0.1, 0.05), 4),
    "random_brightness": Corruption(random_brightness, severities("offset", 0.3)),
    "gamma": Corruption(gamma, severities("exponent", 0.7, 0.5, 0.3, 0.2, 0.1), 3),
    "inverse": Corruption(inverse),
    "smooth_noise": Corruption(smooth_noise, severities("amplitude", 0.1, 0.2, 0.3, 0.4, 0.5), 3),
    "random_filter": Corruption(random_filter, severities("kernel_size", 3)),
    "quantize": Corruption(quantize, severities("bits", 5, 4, 3, 2, 1), 5),
    "pixelate": Corruption(pixelate, severities("factor", 0.6, 0.5, 0.4, 0.3, 0.25), 3),
    "jpeg_compression": Corruption(jpeg_compression, severities("quality", 25, 18, 15, 10, 7), 5),
    "elastic_transform": Corruption(
        elastic_transform, severities("strength", 14, 24, 34, 44, 54), 3
    ),
    "random_affine": Corruption(random_affine),
    "occlusion": Corruption(occlusion, severities("area", 0.03, 0.06, 0.1, 0.15, 0.2), 3),
    "line": Corruption(line),
    "frost": Corruption(
        frost,
        severities("keep amount", (1, 0.4), (0.8, 0.6), (0.7, 0.7), (0.65, 0.7), (0.6, 0.75)),
        5,
    ),
    "snow": Corruption(
        snow,
        severities(
            "mean length whiten",
            (0.1, 5, 0.1),
            (0.2, 7, 0.15),
            (0.25, 7, 0.2),
            (0.3, 9, 0.25),
            (0.35, 9, 0.3),
        ),
        5,
    ),
    "awgn": Corruption(gaussian_noise, severities("sigma", 0.335)),
    "n_mnist_motion_blur": Corruption(linear_motion_blur, severities("length angle", (5, 15))),
    "reduced_contrast_awgn": Corruption(reduced_contrast_awgn, severities("sigma", 0.251)),
    "reference": Corruption(reference),
}
