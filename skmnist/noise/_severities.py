"""Table of all corruptions: names, classes, parameters at each severity, and suites.

Most values are from the papers of MNIST-C and n-MNIST and from the code of MNIST-C. A comment
explains each value that is not from there or does not suit 28x28 pixels.
"""

from math import degrees
from typing import Any, NamedTuple

from skmnist.noise._affine import (
    RandomAffine,
    RandomRotation,
    RandomScale,
    RandomShear,
    RandomTranslation,
)
from skmnist.noise._base import BaseNoise
from skmnist.noise._blurs import DefocusBlur, GaussianBlur, GlassBlur, MotionBlur, ZoomBlur
from skmnist.noise._elastic import ElasticTransform
from skmnist.noise._lines import DottedLine, Line, Zigzag
from skmnist.noise._paper import BleedThrough, Fold, FormLines, InkBleed, LowInk
from skmnist.noise._photometric import (
    Contrast,
    Gamma,
    Inversion,
    Quantization,
    RandomBrightness,
    ReducedContrast,
    SmoothNoise,
)
from skmnist.noise._pixelwise import (
    GaussianNoise,
    SaltAndPepperNoise,
    ShotNoise,
    SpeckleNoise,
    UniformNoise,
)
from skmnist.noise._random_filter import RandomFilter
from skmnist.noise._reference import ReferenceNoise
from skmnist.noise._scan import Fax, Photocopy, Streaks
from skmnist.noise._strokes import StrokeWidth
from skmnist.noise._structural import CannyEdges, JPEGCompression, Occlusion, Pixelate, Stripe
from skmnist.noise._weather import Fog, Frost, Snow, Spatter


class Corruption(NamedTuple):
    """A noise class with its parameters at each severity.

    Attributes
    ----------
    noise : type
        The class.
    severities : tuple of dict
        Parameters at severity 1, 2, ...; a single entry for a corruption without severities.
    official : int or None
        The severity of the published data set, or of the published code if the data set lacks the
        corruption. None for a corruption without severities.
    """

    noise: type[BaseNoise]
    severities: tuple[dict[str, Any], ...]
    official: int | None


def _graded(noise: type[BaseNoise], official: int, **columns: Any) -> Corruption:
    """Make a corruption from a column per parameter: five values, or one for all severities."""
    rows = [
        {name: c[level] if isinstance(c, tuple) else c for name, c in columns.items()}
        for level in range(5)
    ]
    return Corruption(noise, tuple(rows), official)


def _fixed(noise: type[BaseNoise], **params: Any) -> Corruption:
    """Make a corruption without severities."""
    return Corruption(noise, (params,), None)


def _both(*values: float) -> dict[str, tuple[float, ...]]:
    """Return columns for a strength that is equal for all images."""
    return {"low": values, "high": values}


_ANGLES = _both(*(degrees(radians) for radians in (0.2, 0.4, 0.6, 0.8, 1.0)))

_MNIST_C = {
    "shot_noise": _graded(ShotNoise, 5, peak=(60, 25, 12, 5, 3)),
    "impulse_noise": _graded(SaltAndPepperNoise, 4, amount=(0.03, 0.06, 0.09, 0.17, 0.27)),
    "glass_blur": _graded(
        GlassBlur,
        1,
        sigma=(0.7, 0.9, 1.0, 1.1, 1.5),
        max_delta=(1, 2, 2, 3, 4),
        iterations=(2, 1, 3, 2, 2),
        swap_probability=0.5,  # as in the published code
        vertical=True,
    ),
    # The published radii are 10, 15, 15, 15, 20; the length is twice the radius plus one.
    "motion_blur": _graded(MotionBlur, 1, length=(21, 31, 31, 31, 41), sigma=(3, 5, 8, 12, 15)),
    "shear": _graded(RandomShear, 2, **_ANGLES, stretch=True),
    "scale": _graded(RandomScale, 3, **_both(0.9, 0.8, 0.7, 0.6, 0.5)),
    "rotate": _graded(RandomRotation, 2, **_ANGLES),
    "brightness": _graded(RandomBrightness, 5, **_both(0.1, 0.2, 0.3, 0.4, 0.5)),
    "translate": _graded(
        RandomTranslation, 3, min_shift=(1, 2, 3, 4, 5), max_shift=(1, 2, 3, 4, 5)
    ),
    "stripe": _fixed(Stripe, width_fraction=0.25),  # 7 of 28 columns
    "fog": _graded(Fog, 5, thickness=(1.5, 2, 2.5, 2.5, 3), decay=(2, 2, 1.7, 1.5, 1.4)),
    "spatter": _graded(
        Spatter,
        4,
        mean=(0.65, 0.65, 0.65, 0.65, 0.67),
        scale=(0.3, 0.3, 0.3, 0.3, 0.4),
        sigma=(4, 3, 2, 1, 1),
        threshold=(0.69, 0.68, 0.68, 0.65, 0.65),
        edge_sigma=(0.6, 0.6, 0.5, 1.5, 1.5),
        cutoff=0.8,
        value=63 / 255,
    ),
    "dotted_line": _fixed(DottedLine),
    "zigzag": _fixed(Zigzag),
    "canny_edges": _fixed(CannyEdges),
}

_MNIST_C_EXTRA = {
    "gaussian_noise": _graded(GaussianNoise, 5, scale=(0.08, 0.12, 0.18, 0.26, 0.38)),
    "speckle_noise": _graded(SpeckleNoise, 5, scale=(0.15, 0.2, 0.35, 0.45, 0.6)),
    "gaussian_blur": _graded(GaussianBlur, 2, sigma=(1, 2, 3, 4, 6)),
    "defocus_blur": _graded(DefocusBlur, 1, radius=(3, 4, 6, 8, 10)),
    "zoom_blur": _graded(ZoomBlur, 5, max_scale=(1.11, 1.16, 1.21, 1.26, 1.31)),
    "contrast": _graded(Contrast, 4, factor=(0.4, 0.3, 0.2, 0.1, 0.05)),
    "pixelate": _graded(Pixelate, 3, factor=(0.6, 0.5, 0.4, 0.3, 0.25)),
    "jpeg_compression": _graded(JPEGCompression, 5, quality=(25, 18, 15, 10, 7)),
    # The published values (such as alpha 56 with sigma 20) shift the whole digit or hardly move it.
    # Severity 3 has the values of Simard et al. for MNIST instead: alpha 34, sigma 4.
    "elastic_transform": _graded(ElasticTransform, 3, alpha=(14.0, 24.0, 34.0, 44.0, 54.0)),
    "quantize": _graded(Quantization, 5, bits=(5, 4, 3, 2, 1)),
    "line": _fixed(Line),
    "inverse": _fixed(Inversion),
    # The weights of ice and image are the published ones; the ice is drawn, not photographed.
    "frost": _graded(
        Frost,
        5,
        thickness=(0.4, 0.6, 0.7, 0.7, 0.75),
        transparency=(1.0, 0.8, 0.7, 0.65, 0.6),
    ),
    # The published trails (21 to 25 pixels) would blur a 28x28 image completely: these are shorter,
    # and the flakes are smaller.
    "snow": _graded(
        Snow,
        5,
        mean=(0.1, 0.2, 0.25, 0.3, 0.35),
        flake_size=(2.0, 2.0, 1.75, 1.5, 1.5),
        length=(5, 7, 7, 9, 9),
        sigma=(2.0, 2.0, 2.5, 3.0, 3.0),
        whiteness=(0.1, 0.15, 0.2, 0.25, 0.3),
    ),
}

_N_MNIST = {
    "awgn": _fixed(GaussianNoise, scale=0.335),
    "n_mnist_motion_blur": _fixed(MotionBlur, length=5, angle_low=15, angle_high=15),
    "reduced_contrast_awgn": _fixed(ReducedContrast, factor=0.5, scale=0.251),
}

_REFERENCE = {"reference": _fixed(ReferenceNoise)}

# What paper and scanners do. The severities are our choice, as those in no suite.
_SCAN = {
    "ink_bleed": _graded(
        InkBleed, 3, amount=(0.4, 0.6, 0.8, 0.9, 1.0), sigma=(1.0, 1.25, 1.5, 1.75, 2.0)
    ),
    "bleed_through": _graded(BleedThrough, 3, opacity=(0.2, 0.35, 0.5, 0.65, 0.8)),
    "fold": _graded(Fold, 3, strength=(0.3, 0.45, 0.6, 0.8, 1.0), width=(0.7, 0.85, 1.0, 1.2, 1.4)),
    "streaks": _graded(
        Streaks, 3, amount=(0.1, 0.15, 0.2, 0.3, 0.4), strength=(0.4, 0.5, 0.6, 0.8, 1.0)
    ),
    "low_ink": _graded(LowInk, 3, amount=(0.4, 0.6, 0.8, 0.9, 1.0)),
    "photocopy": _graded(
        Photocopy, 3, generations=(1, 2, 3, 4, 5), grain=(0.1, 0.12, 0.15, 0.18, 0.21)
    ),
    "fax": _graded(Fax, 3, tint=(0.02, 0.05, 0.1, 0.17, 0.25)),
    "form_lines": _graded(
        FormLines, 3, value=(0.3, 0.45, 0.6, 0.8, 1.0), width=(0.8, 0.9, 1.0, 1.5, 2.0)
    ),
}

# In no suite. The severities are our choice: from hardly visible noise to the strongest that leaves
# the digit readable. Corruptions that draw several parameters have no severities. Neither do the
# filters, whose results are stretched to the value range.
_GENERAL = {
    "uniform_noise": _graded(UniformNoise, 3, amplitude=(0.1, 0.2, 0.35, 0.5, 0.7)),
    "gamma": _graded(Gamma, 3, gamma=(0.7, 0.5, 0.3, 0.2, 0.1)),
    "smooth_noise": _graded(SmoothNoise, 3, amplitude=(0.1, 0.2, 0.3, 0.4, 0.5)),
    "thicker": _graded(StrokeWidth, 3, **_both(0.75, 1.0, 1.5, 2.0, 3.0)),
    # MNIST's strokes are about three pixels wide: more would erase thin ones.
    "thinner": _graded(StrokeWidth, 3, **_both(-0.3, -0.6, -0.9, -1.2, -1.5)),
    "occlusion": _graded(Occlusion, 3, area=(0.03, 0.06, 0.1, 0.15, 0.2)),
    "random_affine": _fixed(RandomAffine),
    "random_brightness": _fixed(RandomBrightness),
    "random_filter": _fixed(RandomFilter),
}

# Suite -> name -> corruption.
SUITES: dict[str, dict[str, Corruption]] = {
    "mnist_c": _MNIST_C,
    "mnist_c_extra": _MNIST_C_EXTRA,
    "n_mnist": _N_MNIST,
    "reference": _REFERENCE,
    "scan": _SCAN,
}

# Name -> corruption.
CORRUPTIONS: dict[str, Corruption] = {
    name: corruption for group in (*SUITES.values(), _GENERAL) for name, corruption in group.items()
}
