"""Drawn images that are not digits, prepared as MNIST prepared its digits."""

from collections.abc import Callable
from functools import cache
from itertools import product
from pathlib import Path
from string import ascii_letters

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from scipy.interpolate import CubicSpline
from scipy.ndimage import center_of_mass, shift

from skmnist.noise import RandomAffine

Images = npt.NDArray[np.uint8]

# Letters that are written as a digit is: 0, 1, 2, 5, 6, 8, 9.
LIKE_DIGITS = "OoDQIilZzSsbBgq"
_CANVAS, _PEN = 160, 14
_FONTS = ("DejaVuSans[-.]*", "DejaVuSansMono*", "DejaVuSerif[-.]*", "STIXGeneral*")


def letters(n: int, seed: int, *, like_digits: bool) -> Images:
    """Return letters in several fonts, slightly rotated, sheared and scaled."""
    names = [letter for letter in ascii_letters if (letter in LIKE_DIGITS) == like_digits]
    pairs = list(product(names, _font_files()))
    rng = np.random.default_rng(seed)
    images = np.stack([_letter(*pairs[i]) for i in rng.integers(len(pairs), size=n)])
    images[:, 0, 0] = rng.integers(1, 4, size=n)  # equal images would get equal warps
    warp = RandomAffine(10, scale=0.1, shear=10, random_state=seed, value_range=(0, 255))
    return warp.fit(images).transform(images)


def scribbles(n: int, seed: int) -> Images:
    """Return smooth random curves of one or two strokes."""
    rng = np.random.default_rng(seed)
    return np.stack([_prepared(_scribble(rng)) for _ in range(n)])


def noise(n: int, seed: int) -> Images:
    """Return uniform noise; a share of the pixels, from 5 to 100 %, is not black."""
    rng = np.random.default_rng(seed)
    share = rng.uniform(0.05, 1, size=(n, 1, 1))
    pixels = rng.integers(0, 256, size=(n, 28, 28))
    return np.where(rng.random((n, 28, 28)) < share, pixels, 0).astype(np.uint8)


def blank(n: int, seed: int) -> Images:
    """Return images of one gray value, black and white included."""
    grays = np.linspace(0, 255, n).astype(np.uint8)
    return np.broadcast_to(grays[:, np.newaxis, np.newaxis], (n, 28, 28)).copy()


# Name -> function of the number of images and the seed.
KINDS: dict[str, Callable[[int, int], Images]] = {
    "letters": lambda n, seed: letters(n, seed, like_digits=False),
    "letters that resemble digits": lambda n, seed: letters(n, seed, like_digits=True),
    "scribbles": scribbles,
    "noise": noise,
    "blank": blank,
}


def _font_files() -> list[Path]:
    """Return the fonts that matplotlib brings along."""
    folder = Path(mpl.get_data_path(), "fonts", "ttf")
    return sorted(path for pattern in _FONTS for path in folder.glob(pattern))


@cache
def _letter(letter: str, font: Path) -> Images:
    canvas = Image.new("L", (_CANVAS, _CANVAS))
    middle = (_CANVAS // 2, _CANVAS // 2)
    face = ImageFont.truetype(str(font), _CANVAS // 2)
    ImageDraw.Draw(canvas).text(middle, letter, 255, font=face, anchor="mm")
    return _prepared(canvas)


def _scribble(rng: np.random.Generator) -> Image.Image:
    canvas = Image.new("L", (_CANVAS, _CANVAS))
    pen = ImageDraw.Draw(canvas)
    for _ in range(rng.integers(1, 3)):
        n_points = rng.integers(4, 9)
        points = rng.uniform(_PEN, _CANVAS - _PEN, size=(n_points, 2))
        curve = CubicSpline(np.arange(n_points), points)(np.linspace(0, n_points - 1, 200))
        pen.line([tuple(point) for point in curve], 255, _PEN, joint="curve")
    return canvas


def _prepared(canvas: Image.Image) -> Images:
    """Scale the ink into 20x20 pixels and put its center of mass into the center of 28x28."""
    ink = canvas.crop(canvas.getbbox())
    factor = 20 / max(ink.size)
    size = [max(1, round(factor * side)) for side in ink.size]
    small = np.asarray(ink.resize(size, Image.Resampling.LANCZOS), dtype=float)
    image = np.zeros((28, 28))
    top, left = (28 - small.shape[0]) // 2, (28 - small.shape[1]) // 2
    image[top : top + small.shape[0], left : left + small.shape[1]] = small
    offset = np.round(13.5 - np.array(center_of_mass(image)))
    return shift(image, offset, order=0).clip(0, 255).round().astype(np.uint8)
