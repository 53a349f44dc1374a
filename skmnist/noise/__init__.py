"""Noises as scikit-learn transformers: reproducible per image, never dependent on the batch."""

from skmnist.noise._additive import GaussianNoise, SpeckleNoise, UniformNoise
from skmnist.noise._affine import ElasticTransform, RandomAffine
from skmnist.noise._base import BaseNoise
from skmnist.noise._blur import DefocusBlur, GaussianBlur, MotionBlur, ZoomBlur
from skmnist.noise._edges import CannyEdges
from skmnist.noise._fields import SmoothNoise
from skmnist.noise._glass import GlassBlur
from skmnist.noise._impulse import Quantization, SaltAndPepperNoise, ShotNoise
from skmnist.noise._jpeg import JPEGCompression
from skmnist.noise._lines import DottedLine, Line, Stripe, Zigzag
from skmnist.noise._photometric import Contrast, Gamma, Inversion, RandomBrightness, ReducedContrast
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
from skmnist.noise._single_affine import RandomRotation, RandomScale, RandomShear, RandomTranslation
from skmnist.noise._structural import Occlusion, Pixelate
from skmnist.noise._weather import Fog, Frost, Snow, Spatter

__all__ = [
    "BaseNoise",
    "CannyEdges",
    "Contrast",
    "DefocusBlur",
    "DottedLine",
    "ElasticTransform",
    "Fog",
    "Frost",
    "Gamma",
    "GaussianBlur",
    "GaussianNoise",
    "GlassBlur",
    "Inversion",
    "JPEGCompression",
    "Line",
    "MotionBlur",
    "Occlusion",
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
    "Stripe",
    "UniformNoise",
    "Zigzag",
    "ZoomBlur",
    "list_noises",
    "list_severities",
    "list_suites",
    "make_noise",
    "make_suite",
]
