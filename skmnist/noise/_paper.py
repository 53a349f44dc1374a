"""Noises of ink and paper, for images with bright ink on dark paper, as in MNIST."""

from math import pi, prod
from numbers import Real

import numpy as np

from skmnist._utils._dataclasses import estimator_dataclass, parameter
from skmnist._utils._sklearn import Interval
from skmnist.noise._base import BaseNoise
from skmnist.noise.kernels._fields import smooth_mirrored, smoothing_matrix
from skmnist.noise.kernels._linear import apply_matrices
from skmnist.noise.kernels._paper import bleed, distances_to_line, fold, mirror_and_shift, rules
from skmnist.noise.kernels._streams import ImageStreams

# Size of the patches of strong and weak ink, in pixels.
_PATCH_SIGMA = 4.0


@estimator_dataclass
class _PatchyNoise(BaseNoise):
    """Base class of the noises whose strength differs smoothly from place to place."""

    def _numbers_per_image(self, height: int, width: int) -> int:
        n_points = (smoothing_matrix(size, _PATCH_SIGMA).shape[1] for size in (height, width))
        return max(height * width, prod(n_points))

    def _patches(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        """Return a smooth, nearly uniform field in (0, 1) for each image."""
        _, height, width = images.shape
        rows, columns = (smoothing_matrix(size, _PATCH_SIGMA) for size in (height, width))
        draws = streams.standard_normal((rows.shape[1], columns.shape[1])).astype(images.dtype)
        normal = apply_matrices(draws, rows, columns)
        return (1 + normal / np.sqrt(1 + normal**2)) / 2


@estimator_dataclass
class InkBleed(_PatchyNoise):
    """Let the ink of each image spread unevenly into the paper.

    Parameters
    ----------
    amount : float, default=0.8
        Strongest spread, in [0, 1]: the share of the blurred ink that the paper takes up. 0 changes
        nothing.
    sigma : float, default=1.5
        Distance of the spread in pixels, in [0.1, 1000].
    {common parameters}

    {attributes}

    See Also
    --------
    StrokeWidth : Strokes that are evenly thicker.

    Notes
    -----
    The spread varies smoothly between 0 and `amount` across the image.

    {random}

    {example}
    """

    amount: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.8, kw_only=False)
    sigma: float = parameter(Interval(Real, 0.1, 1000, closed="both"), default=1.5)

    def _is_zero(self) -> bool:
        return self.amount == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        return bleed(images, self.amount * self._patches(images, streams), self.sigma)


@estimator_dataclass
class LowInk(_PatchyNoise):
    """Fade the ink of each image in patches, as an empty cartridge does.

    Parameters
    ----------
    amount : float, default=0.8
        Share of the ink that is missing where the print is faintest, in [0, 1]. 0 changes nothing.
    {common parameters}

    {attributes}

    See Also
    --------
    Contrast : An equal loss of contrast everywhere.

    Notes
    -----
    The loss varies smoothly between 0 and `amount` across the image. Paper stays as it is.

    {random}

    {example}
    """

    amount: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.8, kw_only=False)

    def _is_zero(self) -> bool:
        return self.amount == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        return images * (1 - self.amount * self._patches(images, streams))


@estimator_dataclass
class BleedThrough(BaseNoise):
    """Let writing on the back of the paper show through each image.

    Parameters
    ----------
    opacity : float, default=0.5
        Strength of the writing on the back, in [0, 1]. 0 changes nothing.
    sigma : float, default=0.8
        Standard deviation in pixels of the Gaussian that blurs it, in [0.1, 1000].
    {common parameters}

    {attributes}

    See Also
    --------
    InkBleed : Ink that spreads in the paper.

    Notes
    -----
    The back shows the image itself, mirrored and shifted by at most a quarter of the height and of
    the width.

    {random}

    {example}
    """

    opacity: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.5, kw_only=False)
    sigma: float = parameter(Interval(Real, 0.1, 1000, closed="both"), default=0.8)

    def _is_zero(self) -> bool:
        return self.opacity == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        down, right = (
            streams.integers(2 * (size // 4) + 1, (1,))[:, 0] - size // 4
            for size in images.shape[1:]
        )
        back = smooth_mirrored(mirror_and_shift(images, down, right), self.sigma)
        return images + self.opacity * back * (1 - images)


@estimator_dataclass
class Fold(BaseNoise):
    """Fold the paper of each image once: a crease without ink, and a shade beside it.

    Parameters
    ----------
    strength : float, default=0.6
        Share of the ink that is lost in the crease, in [0, 1]; the shade reaches half of it, in
        units of the value range. 0 changes nothing.
    width : float, default=1.0
        Distance from the crease in pixels at which the loss has fallen to 1/e, in [0.1, 1000]. The
        shade is four times as wide.
    {common parameters}

    {attributes}

    See Also
    --------
    Line : A line in ink.

    Notes
    -----
    The crease is within 15 degrees of horizontal or vertical. It passes the center at a distance of
    at most a quarter of the image size.

    {random}

    {example}
    """

    strength: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.6, kw_only=False)
    width: float = parameter(Interval(Real, 0.1, 1000, closed="both"), default=1.0)

    def _is_zero(self) -> bool:
        return self.strength == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        _, height, width = images.shape
        tilt, place, turn = streams.uniform((-pi / 12, -0.25, 0), (pi / 12, 0.25, 1))
        is_vertical = turn < 0.5
        angle = tilt + np.where(is_vertical, pi / 2, 0)
        offset = place * np.where(is_vertical, width, height)
        distance = distances_to_line((height, width), angle, offset, images.dtype)
        return fold(images, distance, self.strength, self.width)


@estimator_dataclass
class FormLines(BaseNoise):
    """Draw the ruled lines of a form over each image.

    Parameters
    ----------
    value : float, default=0.6
        Gray of the lines, in units of the value range, in [0, 1]. 0 changes nothing.
    spacing : float, default=14.0
        Distance of the lines in pixels, in [2, 10000].
    width : float, default=1.0
        Width of the lines in pixels, in [0.1, 100]. A pixel shows the nearest line only.
    {common parameters}

    {attributes}

    See Also
    --------
    Line : One line in any direction.

    Notes
    -----
    Horizontal and vertical lines form squares, which begin at a random place. Ink stays on top.

    {random}

    {example}
    """

    value: float = parameter(Interval(Real, 0, 1, closed="both"), default=0.6, kw_only=False)
    spacing: float = parameter(Interval(Real, 2, 10000, closed="both"), default=14.0)
    width: float = parameter(Interval(Real, 0.1, 100, closed="both"), default=1.0)

    def _is_zero(self) -> bool:
        return self.value == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        sizes = images.shape[1:]
        # At least one line crosses the image along each axis.
        last = [min(self.spacing, size - 1) for size in sizes]
        offsets = streams.uniform((0, 0), (last[0], last[1]))
        rows, columns = (
            rules(size, offset, self.spacing, self.width).astype(images.dtype)
            for size, offset in zip(sizes, offsets, strict=True)
        )
        lines = np.maximum(rows[:, :, np.newaxis], columns[:, np.newaxis])
        return np.maximum(images, self.value * lines)
