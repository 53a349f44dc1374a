"""Keys of images, from which their random numbers are derived."""

import hashlib

import numpy as np
from sklearn.utils import gen_batches

from skmnist._utils._value_range import ValueRange, to_unit_range

# Images per chunk, so that the float copies need little memory.
_IMAGES_AT_ONCE = 512


def as_key_bytes(images: np.ndarray) -> np.ndarray:
    """Round images to 8 bits.

    Parameters
    ----------
    images : ndarray of shape (n, ...)
        Images in [0, 1], or in uint8.

    Returns
    -------
    ndarray of uint8, shape (n, ...)
        0 is black, 255 white; images of uint8 are returned as they are.
    """
    if images.dtype == np.uint8:
        return images
    return np.rint(images * 255).astype(np.uint8, order="C")


def image_digests(pixels: np.ndarray, salt: bytes = b"") -> list[bytes]:
    """Digest each image by BLAKE2b.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (n, ...)
        The images.
    salt : bytes, default=b""
        At most 64 bytes; each salt gives other digests.

    Returns
    -------
    list of bytes
        The digests, 32 bytes each.
    """
    rows = pixels.reshape(len(pixels), -1)
    return [hashlib.blake2b(row.data, digest_size=32, key=salt).digest() for row in rows]


def image_keys(images: np.ndarray, value_range: ValueRange) -> np.ndarray:
    """Return a key per image; images have equal keys if they are equal after rounding to 8 bits.

    Parameters
    ----------
    images : ndarray of shape (n, ...)
        Images within their value range; their uint8, float32 and float64 forms have equal keys.
    value_range : (low, high)
        The range of the pixels.

    Returns
    -------
    ndarray of shape (n, 4), uint64
        The BLAKE2b digests of the pixels, rounded to 8 bits.
    """
    digests: list[bytes] = []
    for rows in gen_batches(len(images), _IMAGES_AT_ONCE):
        digests += image_digests(as_key_bytes(to_unit_range(images[rows], value_range)))
    return np.frombuffer(b"".join(digests), dtype="<u8").reshape(-1, 4)
