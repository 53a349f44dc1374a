"""Random values of single pixels: sums, impulses and photon counts."""

from functools import lru_cache

import numpy as np
from scipy.special import pdtr, pdtrik


def add_scaled(images: np.ndarray, scale: float, draws: np.ndarray) -> np.ndarray:
    """Add draws times a scale; overwrites both arrays and returns `images`."""
    np.multiply(draws, scale, out=draws)
    images += draws
    return images


def salt_and_pepper(
    images: np.ndarray, amount: float, salt_ratio: float, uniform: np.ndarray
) -> np.ndarray:
    """Set the pixels in both tails of uniform draws to 1 or 0; overwrites and returns `images`.

    The tails grow with `amount`, so that a stronger noise changes all pixels of a weaker one.
    """
    images[uniform < amount * salt_ratio] = 1
    images[uniform >= 1 - amount * (1 - salt_ratio)] = 0
    return images


def poisson_quantiles(pixels: np.ndarray, peak: float, uniform: np.ndarray) -> np.ndarray:
    """Return the Poisson quantiles of uniform draws for the means `pixels` * `peak`.

    Pixels that are multiples of 1 / 255 are looked up in a table, which is about a hundred times
    faster than SciPy's function for the others.
    """
    pixels = pixels.astype(np.float64)
    uniform = np.maximum(uniform, 2**-25)  # 0 has no quantile; the next possible draw is 2**-24
    level = np.rint(pixels * 255)
    table = _poisson_table(peak)
    place = table.ravel().searchsorted(level + uniform, side="right")
    counts = place - level * table.shape[1]
    between = np.flatnonzero(np.abs(pixels * 255 - level) > 1e-3)
    if between.size:
        mean, draws = pixels[between] * peak, uniform[between].astype(np.float64)
        count = np.ceil(pdtrik(np.maximum(draws, np.exp(-mean)), mean))
        count -= (count > 0) & (pdtr(np.maximum(count - 1, 0), mean) >= draws)
        counts[between] = count
    return counts


@lru_cache(maxsize=8)
def _poisson_table(peak: float) -> np.ndarray:
    """Return level + P(count <= k) for the means level / 255 * peak, of shape (256, n_counts)."""
    n_counts = int(peak + 6 * np.sqrt(peak)) + 20  # P reaches 1 - 2**-24, the largest draw
    level = np.arange(256.0)[:, np.newaxis]
    return level + pdtr(np.arange(n_counts), level / 255 * peak)
