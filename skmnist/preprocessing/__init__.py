"""Preprocessing of images."""

from skmnist.preprocessing._scaler import PixelScaler

__all__ = ["PixelScaler"]
