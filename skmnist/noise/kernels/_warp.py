"""Bilinear warps of a batch of small images, each with its own affine matrix or positions.

Numpy computes all pixels of the batch at once. For images of 28x28, a call per image would take
longer than the interpolation itself.
"""

from typing import Any, Literal

import numpy as np

# Border mode -> numpy's name for it; the comments show an image a b c d and its surroundings.
BORDER_MODES: dict[str, Literal["constant", "edge", "symmetric", "wrap"]] = {
    "constant": "constant",  # k k k k | a b c d | k k k k
    "edge": "edge",  # a a a a | a b c d | d d d d
    "reflect": "symmetric",  # d c b a | a b c d | d c b a
    "wrap": "wrap",  # a b c d | a b c d | a b c d
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
        Map the (y, x, 1) of a pixel of the result to the (y, x) that it is read from, both in
        pixels from the center of the image.
    border_mode : {"constant", "edge", "reflect", "wrap"}, default="constant"
        How the image is continued beyond its border.
    border_value : float, default=0.0
        Value beyond the border for "constant".

    Returns
    -------
    ndarray of shape (n, height, width)
        The warped images, in the dtype of `images`.
    """
    _, height, width = images.shape
    matrices = matrices.astype(images.dtype)[..., np.newaxis, np.newaxis]
    center_y, center_x = (height - 1) / 2, (width - 1) / 2
    y = (np.arange(height, dtype=images.dtype) - images.dtype.type(center_y))[:, np.newaxis]
    x = np.arange(width, dtype=images.dtype) - images.dtype.type(center_x)

    def positions(row: int, center: float) -> np.ndarray:
        position = matrices[:, row, 0] * y + matrices[:, row, 1] * x
        position += matrices[:, row, 2] + images.dtype.type(center)
        return position

    return sample_bilinear(
        images,
        positions(0, center_y),
        positions(1, center_x),
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
        Position that each pixel of the result is read from, in pixels from the upper left one;
        overwritten.
    border_mode : {"constant", "edge", "reflect", "wrap"}, default="constant"
        How the image is continued beyond its border.
    border_value : float, default=0.0
        Value beyond the border for "constant".

    Returns
    -------
    ndarray of shape (n, height, width)
        The interpolated images, in the dtype of `images`.
    """
    n, height, width = images.shape
    index, weight_y, margin_y = _taps(y, height, border_mode)
    column, weight_x, margin_x = _taps(x, width, border_mode)
    fill: dict[str, Any] = {"constant_values": border_value} if border_mode == "constant" else {}
    framed = np.pad(images, ((0, 0), margin_y, margin_x), BORDER_MODES[border_mode], **fill)
    row = framed.shape[2]
    starts = np.arange(n) * framed[0].size + margin_y[0] * row + margin_x[0]
    # In place, because allocating an array takes as long as the arithmetic.
    index *= row
    index += column
    index = index.astype(np.intp)  # 32 bits suffice only within one image
    index += starts[:, np.newaxis, np.newaxis]
    flat = framed.ravel()

    def along_x(pixels: np.ndarray) -> np.ndarray:
        left, right = pixels.take(index), pixels[1:].take(index)
        right -= left
        right *= weight_x
        left += right
        return left

    top, bottom = along_x(flat), along_x(flat[row:])
    bottom -= top
    bottom *= weight_y
    top += bottom
    return top


def _taps(
    position: np.ndarray, size: int, border_mode: str
) -> tuple[np.ndarray, np.ndarray, tuple[int, int]]:
    """Return the index below each position along an axis, the weight of the next one, and margins.

    The margins are the pixels to add before and after the image, so that both neighbors of each
    position exist. The positions are overwritten.
    """
    lower = np.floor(position)
    position -= lower
    if border_mode in ("constant", "edge"):
        np.clip(lower, -2, size, out=lower)  # pixels farther out are equal
    elif lower.min() < -(size // 2) or lower.max() >= size + size // 2:
        lower %= size if border_mode == "wrap" else 2 * size
    margins = max(0, -int(lower.min())), max(0, int(lower.max()) + 2 - size)
    # Converting to 32 bits takes numpy a fifth of the time of 64 bits.
    return lower.astype(np.int32), position, margins


def affine_matrices(
    n: int,
    *,
    angle: np.ndarray | float = 0.0,
    shift_y: np.ndarray | float = 0.0,
    shift_x: np.ndarray | float = 0.0,
    scale: np.ndarray | float = 1.0,
    shear: np.ndarray | float = 0.0,
) -> np.ndarray:
    """Build the matrices of `warp_affine`: the content is sheared, scaled, rotated, then shifted.

    Parameters
    ----------
    n : int
        Number of images.
    angle : float or ndarray of shape (n,), default=0.0
        Rotation in radians, counterclockwise as seen.
    shift_y, shift_x : float or ndarray of shape (n,), default=0.0
        Shift in pixels, down and to the right.
    scale : float or ndarray of shape (n,), default=1.0
        Factor by which the content is enlarged.
    shear : float or ndarray of shape (n,), default=0.0
        Angle in radians by which vertical lines are slanted, clockwise as seen; rows stay
        horizontal.

    Returns
    -------
    ndarray of shape (n, 2, 3), float64
        Matrices from the result to the image, both measured from the center.
    """
    angle = np.asarray(angle, dtype=np.float64)  # numpy's float32 cos depends on the processor
    cos, sin = np.cos(angle) / scale, np.sin(angle) / scale
    matrices = np.empty((n, 2, 3))
    matrices[:, 0, 0] = matrices[:, 1, 1] = cos
    matrices[:, 0, 1] = sin
    matrices[:, 1, 0] = -sin
    matrices[:, 0, 2] = -(cos * shift_y + sin * shift_x)
    matrices[:, 1, 2] = -(-sin * shift_y + cos * shift_x)
    matrices[:, 1] += np.tan(shear)[..., np.newaxis] * matrices[:, 0]
    return matrices
