"""The first numbers of many PCG64 generators at once, with the bits of ``numpy.random.PCG64``.

A noise draws a few numbers for each of thousands of images. Setting the state of one generator for
each image would take longer than the rest, so all generators are advanced at once in numpy.
"""

import numpy as np

# The two halves of the multiplier of the 128-bit congruential generator.
_MULTIPLIER_HIGH, _MULTIPLIER_LOW = np.uint64(2549297995355413924), np.uint64(4865540595714422341)
_HALF = np.uint64(32)
_LOW_HALF = np.uint64(0xFFFFFFFF)


def uniform_float32(state: np.ndarray, increment: np.ndarray, size: int) -> np.ndarray:
    """Return the first float32 numbers in [0, 1) of each generator, as ``Generator.random`` does.

    Parameters
    ----------
    state, increment : ndarray of shape (n, 2), uint64
        State and (odd) increment of each generator, the lower 64 of their 128 bits first.
    size : int
        Numbers per generator.

    Returns
    -------
    ndarray of shape (n, size), float32
        The numbers.
    """
    low, high = state.T
    words = np.empty((len(state), (size + 1) // 2), dtype="<u8")
    for column in words.T:
        low, high = _step(low, high, *increment.T)
        rotation = high >> np.uint64(58)
        mixed = high ^ low
        column[:] = mixed >> rotation | mixed << (-rotation & np.uint64(63))
    bits = words.view("<u4")[:, :size] >> np.uint32(8)  # lower half first, 24 bits of each
    return bits.astype(np.float32) * np.float32(2**-24)


def _step(
    low: np.ndarray, high: np.ndarray, low_increment: np.ndarray, high_increment: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Multiply the 128 bits by the multiplier, and add the increment."""
    product = low * _MULTIPLIER_LOW
    following = product + low_increment
    carry = following < product
    high = high * _MULTIPLIER_LOW + low * _MULTIPLIER_HIGH + _high_of_product(low)
    return following, high + high_increment + carry


def _high_of_product(low: np.ndarray) -> np.ndarray:
    """Return the upper 64 of the 128 bits of a product with the lower half of the multiplier."""
    a, b = low & _LOW_HALF, low >> _HALF
    c, d = _MULTIPLIER_LOW & _LOW_HALF, _MULTIPLIER_LOW >> _HALF
    middle = b * c + (a * c >> _HALF)
    return b * d + (middle >> _HALF) + (a * d + (middle & _LOW_HALF) >> _HALF)
