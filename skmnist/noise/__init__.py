"""Noises as scikit-learn transformers, reproducible per image and independent of the batch."""

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
from skmnist.noise._random_noise import RandomNoise
from skmnist.noise._reference import ReferenceNoise
from skmnist.noise._registry import (
    list_noises,
    list_severities,
    list_suites,
    make_noise,
    make_suite,
)
from skmnist.noise._scan import Fax, Photocopy, Streaks
from skmnist.noise._strokes import StrokeWidth
from skmnist.noise._structural import CannyEdges, JPEGCompression, Occlusion, Pixelate, Stripe
from skmnist.noise._weather import Fog, Frost, Snow, Spatter

__all__ = [
    "BaseNoise",
    "BleedThrough",
    "CannyEdges",
    "Contrast",
    "DefocusBlur",
    "DottedLine",
    "ElasticTransform",
    "Fax",
    "Fog",
    "Fold",
    "FormLines",
    "Frost",
    "Gamma",
    "GaussianBlur",
    "GaussianNoise",
    "GlassBlur",
    "InkBleed",
    "Inversion",
    "JPEGCompression",
    "Line",
    "LowInk",
    "MotionBlur",
    "Occlusion",
    "Photocopy",
    "Pixelate",
    "Quantization",
    "RandomAffine",
    "RandomBrightness",
    "RandomFilter",
    "RandomNoise",
    "RandomRotation",
    "RandomScale",
    "RandomShear",
    "RandomTranslation",
    "ReducedContrast",
    "ReferenceNoise",
    "SaltAndPepperNoise",
    "ShotNoise",
    "SmoothNoise",
    "Snow",
    "Spatter",
    "SpeckleNoise",
    "Streaks",
    "Stripe",
    "StrokeWidth",
    "UniformNoise",
    "Zigzag",
    "ZoomBlur",
    "list_noises",
    "list_severities",
    "list_suites",
    "make_noise",
    "make_suite",
]
