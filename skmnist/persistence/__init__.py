"""Files of fitted estimators: joblib files, and files that run no code when they are loaded."""

from skmnist.persistence._classes import trusted_types
from skmnist.persistence._files import describe, dump, load
from skmnist.persistence._safe import ModelDescription

__all__ = ["ModelDescription", "describe", "dump", "load", "trusted_types"]
