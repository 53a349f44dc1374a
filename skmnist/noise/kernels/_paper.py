"""What ink and paper do to images: ink is 1, paper is 0."""

import numpy as np

from skmnist.noise.kernels._fields import smooth_mirrored


def bleed(images: np.ndarray, share: np.ndarray, sigma: float) -> np.ndarray:
    """Spread ink to a share, an array of the shape of the images, of its blurred surroundings."""
    halo = np.minimum(2 * smooth_mirrored(images, sigma), 1)
    return images + share * np.maximum(halo - images, 0)


def mirror_and_shift(images: np.ndarray, down: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Exchange left and right, then shift each image by whole pixels over empty paper."""
    n, height, width = images.shape
    row = np.arange(height) - down[:, np.newaxis]
    column = width - 1 - (np.arange(width) - right[:, np.newaxis])
    is_inside = ((row >= 0) & (row < height))[:, :, np.newaxis] & (
        (column >= 0) & (column < width)
    )[:, np.newaxis]
    image = np.arange(n)[:, np.newaxis, np.newaxis]
    taken = images[image, (row % height)[:, :, np.newaxis], (column % width)[:, np.newaxis]]
    return taken * is_inside


def distances_to_line(
    shape: tuple[int, int], angle: np.ndarray, offset: np.ndarray, dtype: np.dtype
) -> np.ndarray:
    """Return the signed distances in pixels of all pixels to one line per image.

    Parameters
    ----------
    shape : (height, width)
        Shape of the images.
    angle : ndarray of shape (n,)
        Angles between the lines and the rows in radians; positive is counterclockwise.
    offset : ndarray of shape (n,)
        Distances of the lines from the center of the images.
    dtype : dtype
        The dtype of the result.

    Returns
    -------
    ndarray of shape (n, height, width)
        The distances, positive below a horizontal line.
    """
    height, width = shape
    down = np.cos(angle)[:, np.newaxis] * (np.arange(height) - (height - 1) / 2)
    right = np.sin(angle)[:, np.newaxis] * (np.arange(width) - (width - 1) / 2)
    down -= offset[:, np.newaxis]
    return down.astype(dtype)[:, :, np.newaxis] + right.astype(dtype)[:, np.newaxis]


def fold(images: np.ndarray, distance: np.ndarray, strength: float, width: float) -> np.ndarray:
    """Rub off ink near a crease, and shade the paper beside it.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        The images.
    distance : ndarray of shape (n, height, width)
        Signed distance of each pixel to the crease; the shade is where it is positive.
    strength : float
        Share of the ink that is rubbed off in the crease, and twice the darkest shade.
    width : float
        Distance at which the loss of ink has fallen to 1/e; the shade is four times as wide.

    Returns
    -------
    ndarray of shape (n, height, width)
        The folded images.
    """
    worn = images * (1 - strength * np.exp(-((distance / width) ** 2)))
    shade = np.where(distance > 0, np.exp(-np.maximum(distance, 0) / (4 * width)), 0)
    return worn + strength / 2 * shade * (1 - worn)


def rules(size: int, offset: np.ndarray, spacing: float, width: float) -> np.ndarray:
    """Return how much of each pixel of an axis equidistant bars cover.

    Parameters
    ----------
    size : int
        Number of pixels.
    offset : ndarray of shape (n,)
        Center of one bar per image, in pixels.
    spacing, width : float
        Distance of the centers and width of the bars, in pixels. Each pixel counts the nearest bar
        only.

    Returns
    -------
    ndarray of shape (n, size)
        Shares in [0, 1].
    """
    place = np.arange(size) - offset[:, np.newaxis]
    distance = np.abs(place - spacing * np.rint(place / spacing))
    return np.clip((1 + width) / 2 - distance, 0, min(1, width))
