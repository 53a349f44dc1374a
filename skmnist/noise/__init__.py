"""Noises as scikit-learn transformers: reproducible per image, never dependent on the batch."""

from skmnist.noise._affine import RandomAffine
from skmnist.noise._base import BaseNoise
from skmnist.noise._photometric import RandomBrightness
from skmnist.noise._pointwise import GaussianNoise, SaltAndPepperNoise
from skmnist.noise._reference import ReferenceNoise
from skmnist.noise._registry import list_noises, make_noise

__all__ = [
    "BaseNoise",
    "GaussianNoise",
    "RandomAffine",
    "RandomBrightness",
    "ReferenceNoise",
    "SaltAndPepperNoise",
    "list_noises",
    "make_noise",
]
