"""One random stream per image, keyed by the image itself.

The state of a PCG64 generator is set from a key of the image. The draws of an image therefore
depend only on its pixels, the name of the noise, the seed and the epoch. Setting the state of one
generator is about ten times faster than creating one generator per image. If few numbers are drawn
for many images, all generators are advanced together, which is faster still and gives the same
bits.
"""

import hashlib
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import cached_property
from typing import Self

import numpy as np

from skmnist._utils import as_key_bytes, image_digests
from skmnist.noise.kernels._pcg64 import uniform_float32


class ImageStreams(ABC):
    """Random draws for a batch of images, one independent stream each.

    Every method call is one draw per image; the next call draws fresh numbers. A subclass defines
    the keys of the streams.

    Parameters
    ----------
    n : int
        Number of images.
    """

    def __init__(self, n: int) -> None:
        self._n = n
        self._n_calls = 0

    @abstractmethod
    def of_noise(self, name: str, seed: int, rows: np.ndarray) -> Self:
        """Return the streams of another noise for some of the images."""

    @abstractmethod
    def _words_of_call(self, call: int) -> np.ndarray:
        """Return 256 random bits per image for a draw, of shape (n, 4) and dtype uint64."""

    def _next_states(self) -> np.ndarray:
        """Return state and increment of each generator for the next draw, lower halves first."""
        states = self._words_of_call(self._n_calls)
        states[:, 2] |= np.uint64(1)  # PCG64 needs an odd increment
        self._n_calls += 1
        return states

    def generators(self) -> Iterator[np.random.Generator]:
        """Yield the generator of each image: one object whose state is replaced for each image."""
        bit_generator = np.random.PCG64(0)
        generator = np.random.Generator(bit_generator)
        for low, high, increment_low, increment_high in self._next_states().tolist():
            bit_generator.state = {
                "bit_generator": "PCG64",
                "state": {
                    "state": high << 64 | low,
                    "inc": increment_high << 64 | increment_low,
                },
                "has_uint32": 0,
                "uinteger": 0,
            }
            yield generator

    def standard_normal(self, shape: tuple[int, ...]) -> np.ndarray:
        """Draw float32 standard normal numbers, an array of `shape` for each image."""
        draws = np.empty((self._n, *shape), dtype=np.float32)
        for row, generator in zip(draws, self.generators(), strict=True):
            generator.standard_normal(dtype=np.float32, out=row)
        return draws

    def random(self, shape: tuple[int, ...]) -> np.ndarray:
        """Draw float32 numbers, uniform in [0, 1), an array of `shape` for each image."""
        size = math.prod(shape)
        if self._n >= 2 * size:  # few numbers for many images
            states = self._next_states()
            return uniform_float32(states[:, :2], states[:, 2:], size).reshape(self._n, *shape)
        draws = np.empty((self._n, *shape), dtype=np.float32)
        for row, generator in zip(draws, self.generators(), strict=True):
            generator.random(dtype=np.float32, out=row)
        return draws

    def uniform(self, lows: tuple[float, ...], highs: tuple[float, ...]) -> np.ndarray:
        """Draw one float64 number per image and interval [low, high].

        Other bounds scale the same draws. The result has shape (number of intervals, n) and unpacks
        into one array per interval.
        """
        low, high = np.array([lows, highs], dtype=np.float64)[..., np.newaxis]
        return low + (high - low) * self.random((len(lows),)).T

    def integers(self, n: int, shape: tuple[int, ...]) -> np.ndarray:
        """Draw integers in [0, n), an array of `shape` for each image."""
        return as_integers(self.random(shape), n)


class PixelStreams(ImageStreams):
    """Streams keyed by the pixels of the images.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        Images in [0, 1], whose pixels rounded to 8 bits are the keys; or the keys in uint8. They
        are copied, so that the images may be overwritten afterward.
    name : str
        Name of the noise. Noises of different names with equal seeds draw different numbers.
    seed : int
        Seed of the noise.
    """

    def __init__(self, images: np.ndarray, *, name: str, seed: int) -> None:
        super().__init__(len(images))
        self._pixels = as_key_bytes(images)
        # Do not change the 0: the noise of every seed would change.
        self._salt = hashlib.blake2b(f"{name}/{seed}/0".encode(), digest_size=32).digest()

    def of_noise(self, name: str, seed: int, rows: np.ndarray) -> Self:
        """Return the streams of another noise for some of the images."""
        return type(self)(self._pixels[rows], name=name, seed=seed)

    @cached_property
    def _digests(self) -> list[bytes]:
        """The digest of each image, computed at the first draw: some noises draw nothing."""
        return image_digests(self._pixels, self._salt)

    def _words_of_call(self, call: int) -> np.ndarray:
        digests = self._digests
        if call:
            number = call.to_bytes(4, "little")
            digests = [hashlib.blake2b(key + number, digest_size=32).digest() for key in digests]
        return np.frombuffer(bytearray(b"".join(digests)), dtype="<u8").reshape(self._n, 4)


class EpochStreams(ImageStreams):
    """Streams of an epoch, keyed by digests of images.

    Noises in a chain share the digests of the original images, since computing a digest per noise
    would be slow.

    Parameters
    ----------
    keys : ndarray of shape (n, 4), uint64
        The keys, as `skmnist._utils.image_keys` returns them.
    name : str
        Name of the noise. Noises of different names with equal seeds draw different numbers.
    seed : int
        Seed of the noise.
    epoch : int
        Number of the epoch.
    """

    def __init__(self, keys: np.ndarray, *, name: str, seed: int, epoch: int) -> None:
        super().__init__(len(keys))
        self._keys = keys
        self._noise = f"{name}/{seed}"
        self._epoch = epoch

    def of_noise(self, name: str, seed: int, rows: np.ndarray) -> Self:
        """Return the streams of another noise in the same epoch, for some of the images."""
        return type(self)(self._keys[rows], name=name, seed=seed, epoch=self._epoch)

    def _words_of_call(self, call: int) -> np.ndarray:
        place = f"{self._noise}/{self._epoch}/{call}"
        salt = hashlib.blake2b(place.encode(), digest_size=32).digest()
        return _mix(self._keys ^ np.frombuffer(salt, dtype="<u8"))


def _mix(words: np.ndarray) -> np.ndarray:
    """Mix the bits of uint64 numbers in place by the finalizer of MurmurHash3, a bijection."""
    for multiplier in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        words ^= words >> np.uint64(33)
        words *= np.uint64(multiplier)
    words ^= words >> np.uint64(33)
    return words


def as_integers(uniform: np.ndarray, n: int) -> np.ndarray:
    """Convert float32 draws, uniform in [0, 1), to integers in [0, n)."""
    # The product of n and a float32 below 1 is below n even after rounding.
    return np.floor(uniform * np.float32(n)).astype(np.intp)
