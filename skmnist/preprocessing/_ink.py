"""Find the ink in photos: its polarity, an uneven background, specks.

All functions take a stack of images of one size. The result for an image does not depend on the
other images of the stack.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import ndimage

# The background has one value if at least this share of the pixels is equal to it. The share is
# lower for small images, in which a digit fills more of the frame and light hardly changes; images
# with fewer pixels than blocks along a side do not determine a surface.
_LEAST_SHARE, _LEAST_SHARE_IF_SMALL, _SMALL = 0.5, 0.2, 32
_EQUAL = 0.5 / 255
# Otherwise, it is fitted to the medians of about this many blocks along each axis.
_N_BLOCKS, _BLOCK_PIXELS = 16, 8
_N_ITERATIONS = 4
# Weight of a block in the first fit, unless it lies at the border of the image.
_INNER_WEIGHT = 0.002
# A block this many deviations on the ink's side of the background has half of the usual weight.
_HALF_WEIGHT = 2.0
# Pixels are ink from this many deviations of the paper's texture.
_TEXTURE = 3.0
# Ink differs from paper by at least this part of the value range, and by this many deviations.
_LEAST_CONTRAST, _LEAST_DEVIATIONS = 1 / 16, 4.0
# A third of normal numbers are nearer to zero than this, in standard deviations.
_THIRD = np.float32(0.431)
_TINY = np.float32(1e-4)
# Statistics of an image are taken over at most about this many of its pixels.
_N_PIXELS = 2**14
# Fainter pixels belong neither to a part of a digit nor to its box.
FAINT = 0.05
# Parts lighter than this share of the heaviest part are specks.
SPECK = 0.05

Outlying = Callable[[np.ndarray], np.ndarray]


class Ink(NamedTuple):
    """The ink in a stack of images.

    Attributes
    ----------
    strength : ndarray of shape (n, height, width), float32
        Amount of ink per pixel, from 0 (paper) to 1; all 0 if an image has no ink.
    is_dark : ndarray of shape (n,), bool
        Whether the ink is darker than the paper; False if there is no ink.
    contrast : ndarray of shape (n,), float32
        Difference between ink and paper as a part of the value range; 0 if there is no ink.
    """

    strength: np.ndarray
    is_dark: np.ndarray
    contrast: np.ndarray


def find_ink(images: np.ndarray) -> Ink:
    """Separate ink from the background, which may be unevenly lit.

    If many pixels have the smallest or the largest value of the image, this value is the
    background, as in scans and drawings. Otherwise, the background is a quadratic surface that is
    fitted robustly, and the ink is on the side of it to which the pixels are skewed.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        Gray images in [0, 1], finite; never written to.

    Returns
    -------
    Ink
        Strength, polarity and contrast of the ink.
    """
    return _grade(*flatten(images))


def flatten(images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Subtract the background, as in :func:`find_ink`.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        Gray images in [0, 1], finite; never written to.

    Returns
    -------
    excess : ndarray of shape (n, height, width), float32
        Difference between pixel and background; positive for ink.
    is_dark : ndarray of shape (n,), bool
        Whether the ink is darker than the background.
    is_even : ndarray of shape (n,), bool
        Whether the background has one value.
    """
    images = images.astype(np.float32)
    is_even, is_dark, surfaces = _even_background(images)
    if not is_even.all():
        is_dark[~is_even], surfaces[~is_even] = _uneven_background(images[~is_even])
    sign = np.where(is_dark, np.float32(-1), np.float32(1))[:, np.newaxis]
    excess = images * sign[..., np.newaxis]
    excess -= _surface(surfaces * sign, *images.shape[1:])
    return excess, is_dark, is_even


def drop_specks(strength: np.ndarray, share: float = SPECK) -> np.ndarray:
    """Remove the parts of each image that are much lighter than its heaviest part.

    Parameters
    ----------
    strength : ndarray of shape (n, height, width)
        Ink in [0, 1]; never written to.
    share : float, default=0.05
        Parts with less than this share of the ink of the heaviest part are removed.

    Returns
    -------
    ndarray of shape (n, height, width)
        The ink without specks and without faint pixels.
    """
    within_image = np.zeros((3, 3, 3), dtype=bool)
    within_image[1] = True
    labels, n_parts = ndimage.label(strength > FAINT, within_image)
    inked = np.flatnonzero(labels)
    part_of = labels.ravel()[inked]
    masses = np.bincount(part_of, weights=strength.ravel()[inked], minlength=n_parts + 1)
    image_of = np.zeros(n_parts + 1, dtype=np.intp)
    image_of[part_of] = inked // strength[0].size
    heaviest = np.zeros(len(strength))
    np.maximum.at(heaviest, image_of, masses)
    is_kept = masses >= share * heaviest[image_of]
    is_kept[0] = False
    return np.where(is_kept[labels], strength, 0)


def ink_boxes(strength: np.ndarray) -> np.ndarray:
    """Return the smallest box around the ink of each image.

    Parameters
    ----------
    strength : ndarray of shape (n, height, width)
        Ink in [0, 1].

    Returns
    -------
    ndarray of shape (n, 4), int64
        (top, left, bottom, right) in pixels, without the last row and column; zeros if there is
        no ink.
    """
    is_ink = strength > FAINT
    rows, columns = (np.asarray(is_ink.any(axis=axis)) for axis in (2, 1))
    boxes = np.stack(
        [
            rows.argmax(axis=1),
            columns.argmax(axis=1),
            strength.shape[1] - rows[:, ::-1].argmax(axis=1),
            strength.shape[2] - columns[:, ::-1].argmax(axis=1),
        ],
        axis=1,
    )
    return np.where(rows.any(axis=1, keepdims=True), boxes, 0)


def _even_background(images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return whether the paper of each image has one value, whether ink is dark, and surfaces."""
    n, height, width = images.shape
    lowest, highest = images.min(axis=(1, 2)), images.max(axis=(1, 2))
    # Shares of the pixels, and of those at the border, where there is less ink.
    weights = np.full((height, width), 1 / (height * width), dtype=np.float32)
    weights[1:-1, 1:-1] /= 2
    weights /= weights.sum()
    lows, highs = (
        (weights * (np.abs(images - value[:, np.newaxis, np.newaxis]) < _EQUAL)).sum(axis=(1, 2))
        for value in (lowest, highest)
    )
    is_dark = highs > lows
    least = 0.0 if min(height, width) < _N_BLOCKS else _LEAST_SHARE_IF_SMALL
    is_even = np.maximum(lows, highs) >= (least if min(height, width) < _SMALL else _LEAST_SHARE)
    surfaces = np.zeros((n, 6), dtype=np.float32)
    surfaces[:, 0] = np.where(is_dark, highest, lowest)
    return is_even, is_dark, surfaces


def _uneven_background(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return whether the ink of each image is dark, and the coefficients of the background."""
    n, height, width = images.shape
    blocks = _block_medians(images)
    design = _design(*blocks.shape[1:])
    samples = blocks.reshape(n, -1)
    # Ink seldom touches the border, so the first surface is fitted there.
    weights = np.full_like(blocks, _INNER_WEIGHT)
    weights[:, [0, -1]] = weights[:, :, [0, -1]] = 1
    surfaces = _fit_robustly(samples, weights.reshape(n, -1), design, np.abs)
    residual = (images - _surface(surfaces, height, width)).reshape(n, -1)
    is_dark = (residual * residual * residual).mean(axis=1) < 0

    # Now that the side of the ink is known, only blocks on this side are outliers.
    sign = np.where(is_dark, np.float32(-1), np.float32(1))[:, np.newaxis]
    samples, surfaces = samples * sign, surfaces * sign
    weights = _robust_weights(samples, surfaces, design, _positive)
    return is_dark, sign * _fit_robustly(samples, weights, design, _positive)


def _grade(excess: np.ndarray, is_dark: np.ndarray, is_even: np.ndarray) -> Ink:
    """Map the difference from the background to [0, 1]; the texture of uneven paper becomes 0."""
    pixels = np.sort(_pixels(excess), axis=1)
    n_pixels = pixels.shape[1]
    strongest = pixels[:, [n_pixels - 1 - n_pixels // 1000]]
    n_strong = (pixels > strongest / 2).sum(axis=1, keepdims=True)
    contrast = np.take_along_axis(pixels, n_pixels - 1 - n_strong // 8, axis=1)
    is_paper = pixels < contrast / 2
    texture = np.sort(np.where(is_paper, np.abs(pixels), np.inf), axis=1)
    third = is_paper.sum(axis=1, keepdims=True) // 3
    deviation = np.take_along_axis(texture, third, axis=1)[:, 0] / _THIRD
    deviation[is_even] = 0
    contrast = contrast[:, 0]
    has_ink = contrast > np.maximum(_LEAST_CONTRAST, _LEAST_DEVIATIONS * deviation)
    low = np.minimum(_TEXTURE * deviation, contrast / 2)
    scale = np.where(has_ink, 1 / np.maximum(contrast - low, _LEAST_CONTRAST / 2), 0)
    strength = excess - low[:, np.newaxis, np.newaxis].astype(np.float32)
    strength *= scale[:, np.newaxis, np.newaxis].astype(np.float32)
    return Ink(
        np.clip(strength, 0, 1, out=strength),
        is_dark & has_ink,
        np.where(has_ink, contrast, 0).astype(np.float32),
    )


def _pixels(images: np.ndarray) -> np.ndarray:
    """Return pixels of each image on a regular grid, flat."""
    step = max(1, int(np.sqrt(images[0].size / _N_PIXELS)))
    return images[:, ::step, ::step].reshape(len(images), -1)


def _block_medians(images: np.ndarray) -> np.ndarray:
    """Return the medians of about 16x16 blocks, of which at most 8x8 pixels are read."""
    rows, columns = (_pixels_of_blocks(size) for size in images.shape[1:])
    blocks = images[:, rows[:, np.newaxis, :, np.newaxis], columns[:, np.newaxis]]
    blocks = blocks.reshape(*blocks.shape[:3], -1)
    middle = blocks.shape[-1] // 2
    medians = np.partition(blocks, middle, axis=-1)[..., middle]
    # In C order, because the rounding of sums over an image depends on the memory order.
    return np.ascontiguousarray(medians)


def _pixels_of_blocks(size: int) -> np.ndarray:
    """Return evenly spaced pixels of an axis; shape (number of blocks, pixels per block)."""
    n_blocks = size if size < 2 * _N_BLOCKS else _N_BLOCKS
    n_pixels = min(size // n_blocks, _BLOCK_PIXELS)
    places = (np.arange(n_blocks * n_pixels) + 0.5) * (size / (n_blocks * n_pixels))
    return places.astype(np.intp).reshape(n_blocks, n_pixels)


def _axis(n_points: int) -> np.ndarray:
    """Return the centers of pixels or blocks along an axis that runs from -1 to 1."""
    return ((2 * np.arange(n_points, dtype=np.float32) + 1) / n_points - 1).astype(np.float32)


@lru_cache(maxsize=8)
def _design(height: int, width: int) -> np.ndarray:
    """Return the terms 1, y, x, y², yx, x² at each point; shape (height * width, 6)."""
    y, x = np.meshgrid(_axis(height), _axis(width), indexing="ij")
    return np.stack([y**0, y, x, y * y, y * x, x * x], axis=-1).reshape(-1, 6)


def _fit(samples: np.ndarray, weights: np.ndarray, design: np.ndarray) -> np.ndarray:
    """Return the coefficients of weighted least squares for each row; shape (n, 6)."""
    weighted = design.T * weights[:, np.newaxis]
    normal = np.matmul(weighted, design).astype(np.float64)
    # Slightly prefer a flat surface, in case that few samples have weight.
    normal[:, range(1, 6), range(1, 6)] += 1e-4 * normal[:, :1, 0]
    moments = np.matmul(weighted, samples[..., np.newaxis]).astype(np.float64)
    return np.linalg.solve(normal, moments)[..., 0].astype(np.float32)


def _fit_robustly(
    samples: np.ndarray, weights: np.ndarray, design: np.ndarray, outlying: Outlying
) -> np.ndarray:
    """Refit from the given weights until outliers hardly count; return coefficients, (n, 6)."""
    for _ in range(_N_ITERATIONS):
        coefficients = _fit(samples, weights, design)
        weights = _robust_weights(samples, coefficients, design, outlying)
    return _fit(samples, weights, design)


def _robust_weights(
    samples: np.ndarray, coefficients: np.ndarray, design: np.ndarray, outlying: Outlying
) -> np.ndarray:
    """Return the weights of the samples, given the side on which samples are outliers."""
    excess = samples - np.matmul(design, coefficients[..., np.newaxis])[..., 0]
    # Up to two thirds of the samples may be ink.
    third = excess.shape[1] // 3
    magnitude = np.partition(np.abs(excess), third, axis=1)[:, [third]]
    deviation = magnitude / _THIRD + _TINY
    return 1 / (1 + np.square(np.square(outlying(excess) / (_HALF_WEIGHT * deviation))))


def _positive(values: np.ndarray) -> np.ndarray:
    return np.maximum(values, 0)


def _surface(coefficients: np.ndarray, height: int, width: int) -> np.ndarray:
    """Evaluate the quadratic surfaces at each pixel."""
    c = coefficients[:, :, np.newaxis]
    y, x = _axis(height), _axis(width)
    along_y = c[:, 0] + c[:, 1] * y + c[:, 3] * (y * y)
    along_x = c[:, 2] * x + c[:, 5] * (x * x)
    mixed = (c[:, 4] * y)[..., np.newaxis] * x
    return along_y[..., np.newaxis] + along_x[:, np.newaxis] + mixed
