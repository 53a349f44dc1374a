"""Classifiers that predict only where they are confident, with guarantees for finite samples."""

from skmnist.selective._classifier import SelectiveClassifier

__all__ = ["SelectiveClassifier"]
