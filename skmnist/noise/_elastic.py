"""Elastic deformation: the digit changes its shape."""

from numbers import Real

import numpy as np

from skmnist._utils._dataclasses import estimator_dataclass, parameter
from skmnist._utils._sklearn import Interval
from skmnist.noise._affine import WarpNoise
from skmnist.noise.kernels._fields import smooth_mirrored
from skmnist.noise.kernels._streams import ImageStreams
from skmnist.noise.kernels._warp import sample_bilinear


@estimator_dataclass
class ElasticTransform(WarpNoise):
    """Deform each image by a smooth random field, like another handwriting.

    Parameters
    ----------
    alpha : float, default=34.0
        Strength in pixels, in [0, 10000]: the displacements are uniform in [-`alpha`, `alpha`]
        before they are smoothed. 0 changes nothing.
    sigma : float, default=4.0
        Standard deviation in pixels of the Gaussian that smooths the displacements, in [0.1, 1000].
        Smaller values deform more locally.
    {border parameters}
    {common parameters}

    {attributes}

    See Also
    --------
    RandomAffine : Rotation, translation, scale and shear of the whole image.

    Notes
    -----
    {random}

    References
    ----------
    Simard, P. Y., Steinkraus, D. and Platt, J. C. (2003). Best Practices for Convolutional Neural
    Networks Applied to Visual Document Analysis. ICDAR. :doi:`10.1109/ICDAR.2003.1227801`

    {example}
    """

    alpha: float = parameter(Interval(Real, 0, 10000, closed="both"), default=34.0, kw_only=False)
    sigma: float = parameter(Interval(Real, 0.1, 1000, closed="both"), default=4.0, kw_only=False)

    def _is_zero(self) -> bool:
        return self.alpha == 0

    def _corrupt(self, images: np.ndarray, streams: ImageStreams) -> np.ndarray:
        _, height, width = images.shape
        shifts = 2 * streams.random((2, height, width)) - 1
        shifts = smooth_mirrored(shifts.reshape(-1, height, width), self.sigma)
        shifts *= np.float32(self.alpha)
        down, right = shifts.reshape(-1, 2, height, width).swapaxes(0, 1)
        down += np.arange(height, dtype=np.float32)[:, np.newaxis]
        right += np.arange(width, dtype=np.float32)
        return sample_bilinear(
            images,
            down,
            right,
            border_mode=self.border_mode,
            border_value=self.border_value,
        )
