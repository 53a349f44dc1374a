"""Affine warps of a batch of small images, each with its own matrix, bilinear.

Plain numpy, over all pixels of the batch at once: for images of 28x28 a call per image costs more
than the interpolation itself.
"""

from collections.abc import Callable

import numpy as np


def _reflect(index: np.ndarray, size: int) -> np.ndarray:
    """Mirror about the edge of the image: d c b a | a b c d | d c b a."""
    folded = index % (2 * size)
    return np.minimum(folded, 2 * size - 1 - folded)


def _edge(index: np.ndarray, size: int) -> np.ndarray:
    """Repeat the border pixel: a a a a | a b c d | d d d d."""
    return np.clip(index, 0, size - 1)


def _wrap(index: np.ndarray, size: int) -> np.ndarray:
    """Tile the image: a b c d | a b c d | a b c d."""
    return index % size


# What stands beyond the border: a function that maps any index into [0, size).
BORDER_MODES: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "constant": _edge,  # of an image that has been framed by the constant
    "edge": _edge,
    "reflect": _reflect,
    "wrap": _wrap,
}


def warp_affine(
    images: np.ndarray,
    matrices: np.ndarray,
    *,
    border_mode: str = "constant",
    border_value: float = 0.0,
) -> np.ndarray:
    """Warp each image with its own affine matrix, with bilinear interpolation.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        Images of a floating dtype.
    matrices : ndarray of shape (n, 2, 3)
        Map the (y, x, 1) of a pixel of the result, measured from the centre of the image, to the
        (y, x) of the image that is read there.
    border_mode : {"constant", "edge", "reflect", "wrap"}, default="constant"
        What stands beyond the border of the image.
    border_value : float, default=0.0
        The value beyond the border for "constant".

    Returns
    -------
    ndarray of shape (n, height, width)
        The warped images, in the dtype of `images`.
    """
    _, height, width = images.shape
    matrices = matrices.astype(images.dtype)[..., np.newaxis, np.newaxis]
    centre_y, centre_x = (height - 1) / 2, (width - 1) / 2
    y = (np.arange(height, dtype=images.dtype) - images.dtype.type(centre_y))[:, np.newaxis]
    x = np.arange(width, dtype=images.dtype) - images.dtype.type(centre_x)

    def positions(row: int, centre: float) -> np.ndarray:
        position = matrices[:, row, 0] * y + matrices[:, row, 1] * x
        position += matrices[:, row, 2] + images.dtype.type(centre)
        return position

    return sample_bilinear(
        images,
        positions(0, centre_y),
        positions(1, centre_x),
        border_mode=border_mode,
        border_value=border_value,
    )


def sample_bilinear(
    images: np.ndarray,
    y: np.ndarray,
    x: np.ndarray,
    *,
    border_mode: str = "constant",
    border_value: float = 0.0,
) -> np.ndarray:
    """Read each image at its own positions, with bilinear interpolation.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        Images of a floating dtype.
    y, x : ndarray of shape (n, height, width)
        Where each pixel of the result is read, in pixels from the upper left one; overwritten.
    border_mode : {"constant", "edge", "reflect", "wrap"}, default="constant"
        What stands beyond the border of the image.
    border_value : float, default=0.0
        The value beyond the border for "constant".

    Returns
    -------
    ndarray of shape (n, height, width)
        The values, in the dtype of `images`.
    """
    n, height, width = images.shape
    frame = 1 if border_mode == "constant" else 0
    if frame:
        images = np.pad(images, ((0, 0), (1, 1), (1, 1)), constant_values=border_value)

    def taps(position: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the lower and the upper index to read along an axis, and the weight between."""
        lower = np.floor(position)
        position -= lower
        index = lower.astype(np.intp)
        # Folding an index costs a division: do it once per index that occurs, not once per pixel.
        first = index.min()
        indices = np.arange(first, index.max() + 2) + frame
        table = BORDER_MODES[border_mode](indices, size + 2 * frame)
        index -= first
        return table.take(index), table[1:].take(index), position

    y0, y1, weight_y = taps(y, height)
    x0, x1, weight_x = taps(x, width)
    offset = (np.arange(n) * images[0].size)[:, np.newaxis, np.newaxis]
    y0 *= images.shape[2]
    y0 += offset
    y1 *= images.shape[2]
    y1 += offset
    flat = images.ravel()
    top, bottom = flat.take(y0 + x0), flat.take(y1 + x0)
    top += (flat.take(y0 + x1) - top) * weight_x
    bottom += (flat.take(y1 + x1) - bottom) * weight_x
    bottom -= top
    bottom *= weight_y
    top += bottom
    return top


def affine_matrices(
    n: int,
    *,
    angle: np.ndarray | float = 0.0,
    shift_y: np.ndarray | float = 0.0,
    shift_x: np.ndarray | float = 0.0,
    zoom: np.ndarray | float = 1.0,
    shear: np.ndarray | float = 0.0,
) -> np.ndarray:
    """Build the matrices of `warp_affine`: the content is sheared, zoomed, rotated, then shifted.

    Parameters
    ----------
    n : int
        Number of images.
    angle : float or ndarray of shape (n,), default=0.0
        Rotation in radians, counter-clockwise as seen.
    shift_y, shift_x : float or ndarray of shape (n,), default=0.0
        Shift in pixels, down and to the right.
    zoom : float or ndarray of shape (n,), default=1.0
        Factor that the content is enlarged by.
    shear : float or ndarray of shape (n,), default=0.0
        Angle in radians that upright lines are slanted by, clockwise as seen; rows stay rows.

    Returns
    -------
    ndarray of shape (n, 2, 3), float64
        Matrices from the result to the image, both measured from the centre.
    """
    angle = np.asarray(angle, dtype=np.float64)  # numpy's float32 cos depends on the processor
    cos, sin = np.cos(angle) / zoom, np.sin(angle) / zoom
    matrices = np.empty((n, 2, 3))
    matrices[:, 0, 0] = matrices[:, 1, 1] = cos
    matrices[:, 0, 1] = sin
    matrices[:, 1, 0] = -sin
    matrices[:, 0, 2] = -(cos * shift_y + sin * shift_x)
    matrices[:, 1, 2] = -(-sin * shift_y + cos * shift_x)
    matrices[:, 1] += np.tan(shear)[..., np.newaxis] * matrices[:, 0]
    return matrices
