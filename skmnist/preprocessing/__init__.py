"""Preprocessing of images."""

from skmnist.preprocessing._normalizer import DigitNormalizer
from skmnist.preprocessing._scaler import PixelScaler

__all__ = ["DigitNormalizer", "PixelScaler"]
