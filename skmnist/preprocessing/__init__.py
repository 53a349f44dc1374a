"""Preprocessing of images."""

from skmnist.preprocessing._normalizer import DigitNormalizer
from skmnist.preprocessing._reading import iter_images, read_images
from skmnist.preprocessing._scaler import PixelScaler
from skmnist.preprocessing._segmentation import segment_digits

__all__ = ["DigitNormalizer", "PixelScaler", "iter_images", "read_images", "segment_digits"]
