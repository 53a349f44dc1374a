"""How much a part of connected ink looks like one whole digit: a small network in NumPy.

The network sees the part, and the rest of the ink around it. It has eleven classes: the ten digits,
and ink that is not one digit, such as half a digit or two digits that touch. It was trained by
``benchmarks/research/cut_weights.py``.
"""

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

_WEIGHTS = "_likeness.npz"
_STRIDE = 2
# Height and width of an image, and the longer side of a part in it, in pixels.
_SIDE, _PART = 28, 20
# Images per pass, so that the intermediate arrays stay small.
_CHUNK = 256


def likeness(is_ink: np.ndarray, is_part: np.ndarray) -> np.ndarray:
    """Return the log odds that each part of connected ink is one whole digit.

    Parameters
    ----------
    is_ink : ndarray of shape (height, width), bool
        Connected ink, upright.
    is_part : ndarray of shape (n, height, width), bool
        The pixels of each part; each has some ink.

    Returns
    -------
    ndarray of shape (n,), float32
        The log odds.
    """
    images = np.array([part_image(is_ink, pixels) for pixels in is_part])
    chunks = range(0, len(images), _CHUNK)
    logits = np.concatenate([_logits(images[start : start + _CHUNK]) for start in chunks])
    return np.logaddexp.reduce(logits[:, :10], axis=1) - logits[:, 10]


def part_image(is_ink: np.ndarray, is_part: np.ndarray) -> np.ndarray:
    """Return a part of the ink, and in a second channel the rest of the ink around it.

    Parameters
    ----------
    is_ink, is_part : ndarray of shape (height, width), bool
        Ink, and the pixels of a part.

    Returns
    -------
    ndarray of shape (28, 28, 2), float32
        The box of the part is scaled to 20 pixels and centered; ink is 1.
    """
    part = is_ink & is_part
    spans = [np.flatnonzero(part.any(axis=axis)) for axis in (1, 0)]
    pixel = max(np.ptp(span) + 1 for span in spans) / _PART
    down, across = (
        _resampling(size, (span[0] + span[-1] + 1) / 2, pixel)
        for size, span in zip(is_ink.shape, spans, strict=True)
    )
    channels = np.stack([part, is_ink & ~is_part]).astype(np.float32)
    return np.moveaxis(down @ channels @ across.T, 0, -1)


def _resampling(size: int, center: float, pixel: float) -> np.ndarray:
    """Return the matrix that averages an axis over 28 pixels around a center; (28, size)."""
    edges = center + pixel * np.arange(-_SIDE / 2, _SIDE / 2 + 1)[:, np.newaxis]
    old = np.arange(size)
    overlap = np.minimum(edges[1:], old + 1) - np.maximum(edges[:-1], old)
    return (np.clip(overlap, 0, None) / pixel).astype(np.float32)


def _logits(images: np.ndarray) -> np.ndarray:
    """Return the outputs of the network for images of shape (n, 28, 28, 2); shape (n, 11)."""
    weights = _weights()
    maps = images
    for name in ("conv1", "conv2"):
        maps = _convolve(maps, weights[f"{name}_kernel"], weights[f"{name}_bias"])
    hidden = maps.reshape(len(maps), -1) @ weights["dense_kernel"] + weights["dense_bias"]
    return np.maximum(hidden, 0) @ weights["output_kernel"] + weights["output_bias"]


def _convolve(maps: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Return max(0, convolution) with a stride of 2; (n, height, width, channels)."""
    rows, columns, channels, _ = kernel.shape
    windows = sliding_window_view(maps, (rows, columns), axis=(1, 2))
    windows = windows[:, ::_STRIDE, ::_STRIDE].transpose(0, 1, 2, 4, 5, 3)
    flat = windows.reshape(*windows.shape[:3], rows * columns * channels)
    return np.maximum(flat @ kernel.reshape(rows * columns * channels, -1) + bias, 0)


@cache
def _weights() -> dict[str, np.ndarray]:
    with (files(__package__) / _WEIGHTS).open("rb") as file, np.load(file) as arrays:
        return {name: arrays[name].astype(np.float32) for name in arrays.files}
