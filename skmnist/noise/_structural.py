"""Structural noises: parts of the image are hidden, or its pixels grow."""

from collections.abc import Sequence
from functools import lru_cache
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from scipy import sparse

from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise
from skmnist.noise._linear import MAX_WEIGHTS, apply_map, apply_matrices, separable_map
from skmnist.noise._streams import ImageStreams


def rectangles(
    shape: tuple[int, int], area: float, max_aspect_ratio: float, uniform: np.ndarray
) -> np.ndarray:
    """Return where random rectangles lie, all of them within the image.

    Parameters
    ----------
    shape : (height, width)
        Shape of an image.
    area : float
        Share of the image that each rectangle covers, but for rounding to whole pixels.
    max_aspect_ratio : float
        Largest ratio of height to width, and of width to height; its logarithm is uniform.
    uniform : ndarray of shape (n, n_rectangles, 3)
        Random numbers in [0, 1): aspect ratio, place from the top, place from the left.

    Returns
    -------
    ndarray of bool, shape (n, height, width)
        True in a rectangle.
    """
    ratio, down, right = np.moveaxis(uniform.astype(np.float64), 2, 0)
    n_rows, n_columns = shape
    n_pixels = area * n_rows * n_columns
    # A side that would be longer than the image makes the other one longer.
    height = np.sqrt(n_pixels * max_aspect_ratio ** (2 * ratio - 1))
    height = np.clip(height, n_pixels / n_columns, n_rows)

    def covered(size: int, length: np.ndarray, place: np.ndarray) -> np.ndarray:
        """Return which indices along an axis a rectangle covers."""
        length = np.clip(np.rint(length), 1, size)
        start = np.floor(place * (size - length + 1))[..., np.newaxis]
        index = np.arange(size)
        return (index >= start) & (index < start + length[..., np.newaxis])

    rows = covered(n_rows, height, down)
    columns = covered(n_columns, n_pixels / height, right)
    hidden = np.zeros((len(uniform), *shape), dtype=bool)
    for number in range(uniform.shape[1]):
        hidden |= rows[:, number, :, np.newaxis] & columns[:, number, np.newaxis]
    return hidden


@lru_cache(maxsize=32)
def block_means(new_size: int, size: int) -> tuple[sparse.csr_array, np.ndarray]:
    """Return the shrinking of an axis to blocks by their means, and the block that a pixel shows.

    A pixel belongs to the block that its centre lies in, as with Pillow's box filter.
    """
    centre = (np.arange(size) + 0.5) * new_size / size
    block = np.ceil(centre - 1e-9).astype(np.intp) - 1
    weight = 1 / np.bincount(block, minlength=new_size)[block]
    shrink = sparse.csr_array((weight, (block, np.arange(size))), shape=(new_size, size))
    return shrink, np.floor(centre + 1e-9).astype(np.intp)


@lru_cache(maxsize=8)
def shrinking_map(height: int, width: int, new_height: int, new_width: int) -> sparse.csr_array:
    """Return the shrinking of both axes by `block_means`, as a matrix on flattened images."""
    rows, columns = block_means(new_height, height), block_means(new_width, width)
    return separable_map(rows[0], columns[0])


def pixelate(images: np.ndarray, factor: float) -> np.ndarray:
    """Shrink images of shape (n, height, width) by a factor, and enlarge them again."""
    _, height, width = images.shape
    new_height, new_width = (max(1, int(size * factor + 1e-9)) for size in (height, width))
    (rows, shown_rows), (columns, shown_columns) = (
        block_means(new_height, height),
        block_means(new_width, width),
    )
    if height * width > MAX_WEIGHTS:
        small = apply_matrices(images, rows, columns)
    else:
        shrinking = shrinking_map(height, width, new_height, new_width)
        small = apply_map(shrinking, images, (new_height, new_width))
    return small[:, shown_rows[:, np.newaxis], shown_columns]


class Occlusion(BaseNoise):
    """Hide parts of each image behind random rectangles.

    Parameters
    ----------
    area : float, default=0.1
        Share of the image that each rectangle covers, in [0, 1]; 0 changes nothing.
    n_patches : int, default=1
        Number of rectangles, in [0, 1000]; they may overlap. 0 changes nothing.
    max_aspect_ratio : float, default=2.0
        Largest ratio of height to width, and of width to height, in [1, 100]; a rectangle that
        would be longer than the image is less oblong.
    value : float, default=0.5
        Grey of the rectangles, in units of the value range, in [0, 1].
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    Spatter : Drops that hide the digit.

    Notes
    -----
    With more rectangles, those of fewer stay where they are.

    {random}

    References
    ----------
    Zhong, Z. et al. (2020). Random Erasing Data Augmentation. AAAI. :arxiv:`1708.04896`

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import Occlusion
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = Occlusion(random_state=0).fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "area": [Interval(Real, 0, 1, closed="both")],
        "n_patches": [Interval(Integral, 0, 1000, closed="both")],
        "max_aspect_ratio": [Interval(Real, 1, 100, closed="both")],
        "value": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        area: float = 0.1,
        *,
        n_patches: int = 1,
        max_aspect_ratio: float = 2.0,
        value: float = 0.5,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.area = area
        self.n_patches = n_patches
        self.max_aspect_ratio = max_aspect_ratio
        self.value = value

    def _is_zero(self) -> bool:
        return 0 in (self.area, self.n_patches)

    def _numbers_per_image(self, height: int, width: int) -> int:
        return max(height * width, self.n_patches * (height + width + 3))

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        uniform = streams.random((self.n_patches, 3))
        shape = images.shape[1], images.shape[2]
        hidden = rectangles(shape, self.area, self.max_aspect_ratio, uniform)
        images[hidden] = self.value
        return images


class Pixelate(BaseNoise):
    """Shrink each image to a few large pixels.

    Parameters
    ----------
    factor : float, default=0.5
        Size of the shrunken image beside the image, in (0, 1]: its height and width are rounded
        down to whole pixels. 1 changes nothing.
    {common parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    JPEGCompression : Blocks of eight pixels.

    Notes
    -----
    A large pixel is the mean of the pixels whose centres it covers.

    {deterministic}

    References
    ----------
    {MNIST-C}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.noise import Pixelate
    >>> X = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> X[0, 6:22, 13:15] = 255
    >>> noisy = Pixelate().fit_transform(X)
    >>> noisy.shape, bool((noisy != X).any())
    ((1, 28, 28), True)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNoise._parameter_constraints,
        "factor": [Interval(Real, 0, 1, closed="right")],
    }

    def __init__(
        self,
        factor: float = 0.5,
        *,
        when: str = "always",
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            when=when, image_shape=image_shape, value_range=value_range, random_state=random_state
        )
        self.factor = factor

    def _is_zero(self) -> bool:
        return self.factor == 1

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        return pixelate(images, self.factor)
