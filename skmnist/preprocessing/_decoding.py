"""Decode the pages of one image file to gray images."""

import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import count
from pathlib import Path
from shutil import SpecialFileError
from typing import Any, BinaryIO

import numpy as np

from skmnist._utils import check_regular_file, import_optional
from skmnist.exceptions import ImageFileError, MissingDependencyError

# Names that Pillow gives to the formats.
_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "PPM")
EXPECTED = "expected PNG, JPEG, TIFF, BMP, WebP, PGM or NPY"
# Endings of the files that are read from a folder.
ENDINGS = frozenset(
    (".bmp", ".jpe", ".jpeg", ".jpg", ".npy", ".pbm", ".pgm")
    + (".png", ".pnm", ".ppm", ".tif", ".tiff", ".webp")
)
_NPY_MAGIC = b"\x93NUMPY"
# Weights of red, green and blue (ITU-R BT.601), as in Pillow.
_LUMINANCE = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def read_pages(path: str, max_pixels: int) -> Iterator[np.ndarray | str]:
    """Yield each image of a file, or the reason why it cannot be read.

    Parameters
    ----------
    path : str
        The file.
    max_pixels : int
        Images with more pixels are not decoded.

    Yields
    ------
    ndarray of shape (height, width), uint8, or str
        A gray image, or a reason.

    Raises
    ------
    MissingDependencyError
        If Pillow is needed and not installed.
    """
    try:
        check_regular_file(Path(path))
        with open(path, "rb") as file:
            is_npy = file.read(len(_NPY_MAGIC)) == _NPY_MAGIC
            yield from _npy_pages(path, max_pixels) if is_npy else _pillow_pages(file, max_pixels)
    except MissingDependencyError:
        raise
    except Exception as error:  # damaged files make decoders raise errors of any class
        yield reason(error)


def reason(error: Exception) -> str:
    """Return an error as one line without the path."""
    if isinstance(error, SpecialFileError):
        return "a pipe, a socket or a device; expected a regular file"
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(text.split()).rstrip(".")


def _attempt(decode: Callable[..., np.ndarray], *args: Any) -> np.ndarray | str:
    """Return a decoded image, or the reason of the error, without the warnings of a decoder."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return decode(*args)
    except Exception as error:
        return reason(error)


def _check_size(height: int, width: int, max_pixels: int) -> None:
    if height * width > max_pixels:
        raise ImageFileError(
            f"{height} x {width} pixels; expected at most max_pixels={max_pixels:_} in all"
        )
    if height * width == 0:
        raise ImageFileError(f"{height} x {width} pixels; expected at least one")


def _npy_pages(path: str, max_pixels: int) -> Iterator[np.ndarray | str]:
    # The file is mapped, so only its header is read before its shape is checked.
    array = np.lib.format.open_memmap(path, mode="r")
    if array.dtype.kind not in "buif":
        raise ImageFileError(f"an array of dtype {array.dtype}; expected bool, integers or floats")
    has_channels = array.ndim > 2 and array.shape[-1] in (1, 3, 4)
    n_axes = array.ndim - has_channels
    if n_axes not in (2, 3):
        raise ImageFileError(
            f"an array of shape {array.shape}; expected (height, width) or (n, height, width)"
        )
    for page in array if n_axes == 3 else [array]:
        yield _attempt(_decode_array, page, max_pixels)


def _decode_array(array: np.ndarray, max_pixels: int) -> np.ndarray:
    height, width = array.shape[:2]
    _check_size(height, width, max_pixels)
    pixels = _as_uint8(np.array(array))
    if pixels.ndim == 2:
        return pixels
    if pixels.shape[2] == 1:
        return pixels[..., 0]
    gray: np.ndarray = pixels[..., :3] @ _LUMINANCE
    if pixels.shape[2] == 4:  # transparent pixels are put on white
        gray = 255 + (gray - 255) * (pixels[..., 3] / np.float32(255))
    return np.rint(gray).astype(np.uint8)


def _as_uint8(pixels: np.ndarray) -> np.ndarray:
    """Scale pixels to 8 bits; their range follows from the dtype and the largest value."""
    if pixels.dtype == np.uint8:
        return pixels
    if pixels.dtype == np.uint16:
        return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)
    low, high = pixels.min(), pixels.max()
    if not (low >= 0 and high <= 255):  # also NaN
        raise ImageFileError(
            f"pixels of dtype {pixels.dtype} from {low} to {high}; expected 0 to 1, 0 to 255, or "
            "uint16"
        )
    return np.rint(pixels * np.float32(255 if high <= 1 else 1)).astype(np.uint8)


def _pillow_pages(file: BinaryIO, max_pixels: int) -> Iterator[np.ndarray | str]:
    pillow = import_optional("PIL.Image", purpose="Reading images", extra="images")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Not the path, which Pillow would map into memory: rotated TIFF files are read wrongly.
            image = pillow.open(file, formats=_FORMATS)
    except pillow.UnidentifiedImageError:
        raise ImageFileError(f"not an image of a known format, or damaged; {EXPECTED}") from None
    with image:
        # Other formats have several images for animations and previews.
        for page in count() if image.format == "TIFF" else range(1):
            try:
                image.seek(page)
            except EOFError:
                return
            yield _attempt(_decode_image, image, max_pixels)


def _decode_image(image: Any, max_pixels: int) -> np.ndarray:
    _check_size(image.height, image.width, max_pixels)
    operations = import_module("PIL.ImageOps")
    # Integers of PNG and PGM have at most 16 bits, but Pillow may give 32.
    has_16_bits = image.mode.startswith("I;16") or (
        image.mode == "I" and image.format in ("PNG", "PPM")
    )
    image = operations.exif_transpose(image)
    if has_16_bits or image.mode in ("I", "F"):
        pixels = np.array(image)
        return _as_uint8(pixels.astype(np.uint16) if has_16_bits else pixels)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        paper = image.copy()
        paper.paste("white", (0, 0, *image.size))
        paper.alpha_composite(image)
        image = paper
    return np.array(image.convert("L"))
