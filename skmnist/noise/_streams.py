"""One random stream per image, keyed by the image itself.

The state of a PCG64 generator is set from a BLAKE2b digest of the image, so the draws of an image
depend on nothing but its pixels, the name of the noise, the seed and the stream number. Setting the
state of one generator is some ten times faster than making a generator per image; a few numbers for
many images come faster still, with the same bits, from all their generators at once.
"""

import hashlib
import math
from collections.abc import Iterator
from functools import cached_property
from typing import Self

import numpy as np

from skmnist.noise._pcg64 import uniform_float32


class ImageStreams:
    """Random draws for a batch of images, one independent stream each.

    Every method is one draw per image; a second call goes on with fresh numbers.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        Images in [0, 1]; rounded to 8 bits, they are the keys of their streams. Or, in uint8, the
        keys themselves. The images may be overwritten afterwards.
    name : str
        Name of the noise: two noises with equal seeds draw differently.
    seed : int
        Seed of the noise.
    stream : int, default=0
        Number of the stream: fresh draws for the same images, for example one per epoch.
    """

    def __init__(self, images: np.ndarray, *, name: str, seed: int, stream: int = 0) -> None:
        is_key = images.dtype == np.uint8
        self._pixels = images if is_key else np.rint(images * 255).astype(np.uint8, order="C")
        self._salt = hashlib.blake2b(f"{name}/{seed}/{stream}".encode(), digest_size=32).digest()
        self._stream = stream
        self._n_calls = 0

    def of_noise(self, name: str, seed: int, rows: np.ndarray) -> Self:
        """Return the streams of another noise, with the same stream number, for some images."""
        return type(self)(self._pixels[rows], name=name, seed=seed, stream=self._stream)

    @cached_property
    def _keys(self) -> list[bytes]:
        """The digest of each image; made at the first draw, since not every noise is random."""
        rows = self._pixels.reshape(len(self._pixels), -1)
        return [hashlib.blake2b(row.data, digest_size=32, key=self._salt).digest() for row in rows]

    def _keys_of_draw(self) -> list[bytes]:
        """Return the digest of each image for the next draw."""
        keys = self._keys
        if self._n_calls:
            call = self._n_calls.to_bytes(4, "little")
            keys = [hashlib.blake2b(key + call, digest_size=32).digest() for key in keys]
        self._n_calls += 1
        return keys

    def generators(self) -> Iterator[np.random.Generator]:
        """Yield one generator per image; it is the same object, set anew for each image."""
        bit_generator = np.random.PCG64(0)
        generator = np.random.Generator(bit_generator)
        for key in self._keys_of_draw():
            bit_generator.state = {
                "bit_generator": "PCG64",
                "state": {
                    "state": int.from_bytes(key[:16], "little"),
                    "inc": int.from_bytes(key[16:], "little") | 1,  # PCG64 needs an odd increment
                },
                "has_uint32": 0,
                "uinteger": 0,
            }
            yield generator

    def standard_normal(self, shape: tuple[int, ...]) -> np.ndarray:
        """Draw float32 standard normal numbers, an array of `shape` for each image."""
        draws = np.empty((len(self._pixels), *shape), dtype=np.float32)
        for row, generator in zip(draws, self.generators(), strict=True):
            generator.standard_normal(dtype=np.float32, out=row)
        return draws

    def random(self, shape: tuple[int, ...]) -> np.ndarray:
        """Draw float32 numbers, uniform in [0, 1), an array of `shape` for each image."""
        n, size = len(self._pixels), math.prod(shape)
        if n >= 2 * size:  # few numbers for many images
            words = np.frombuffer(b"".join(self._keys_of_draw()), dtype="<u8").reshape(n, 4)
            odd = words[:, 2:] | np.array([1, 0], dtype=np.uint64)
            return uniform_float32(words[:, :2], odd, size).reshape(n, *shape)
        draws = np.empty((n, *shape), dtype=np.float32)
        for row, generator in zip(draws, self.generators(), strict=True):
            generator.random(dtype=np.float32, out=row)
        return draws

    def uniform(self, lows: tuple[float, ...], highs: tuple[float, ...]) -> np.ndarray:
        """Draw one float64 number in each [low, high] per image; the bounds share their draws.

        The result has shape (number of bounds, n), so that it unpacks into one array per bound.
        """
        low, high = np.array([lows, highs], dtype=np.float64)[..., np.newaxis]
        return low + (high - low) * self.random((len(lows),)).T

    def integers(self, n: int, shape: tuple[int, ...]) -> np.ndarray:
        """Draw integers in [0, n), an array of `shape` for each image."""
        return as_integers(self.random(shape), n)


def as_integers(uniform: np.ndarray, n: int) -> np.ndarray:
    """Turn float32 draws, uniform in [0, 1), into integers in [0, n)."""
    # A float32 below 1 times n is below n, also after rounding.
    return np.floor(uniform * np.float32(n)).astype(np.intp)
