"""Errors and warnings that skmnist raises.

Each class is also the builtin or scikit-learn type that callers expect, so that
``except ValueError`` works, too.
"""

from typing import Any

from sklearn.exceptions import InconsistentVersionWarning

__all__ = [
    "DatasetIntegrityError",
    "DatasetNotFoundError",
    "ForkedProcessError",
    "ImageFileError",
    "ImageFileWarning",
    "ImageShapeError",
    "ImageShapeWarning",
    "MissingDependencyError",
    "ModelFileError",
    "ModelVersionWarning",
    "NoInkWarning",
    "SkmnistError",
    "SkmnistWarning",
    "UnreachableTargetWarning",
    "ValueRangeError",
    "ValueRangeWarning",
]


class SkmnistError(Exception):
    """Base class of every error that skmnist defines."""


class ImageShapeError(SkmnistError, ValueError):
    """The shape of the images does not fit gray images of the expected size."""


class ValueRangeError(SkmnistError, ValueError):
    """The pixels do not fit the learned or the given value range of an estimator."""


class MissingDependencyError(SkmnistError, ImportError):
    """An optional dependency is not installed; the message gives the pip command."""


class ForkedProcessError(SkmnistError, RuntimeError):
    """A network would hang, because the process was forked after a network had been used."""


class ModelFileError(SkmnistError, ValueError):
    """A model file is damaged, is not a model file, or needs other package versions."""


class ImageFileError(SkmnistError, OSError):
    """An image file cannot be read."""


class DatasetNotFoundError(SkmnistError, FileNotFoundError):
    """A data set is not in the data home, and must not or cannot be downloaded."""


class DatasetIntegrityError(SkmnistError, ValueError):
    """A data set file is damaged, or is not the expected file."""


class SkmnistWarning(UserWarning):
    """Base class of every warning that skmnist defines."""


class ImageFileWarning(SkmnistWarning):
    """Some image files could not be read; the others were."""


class ImageShapeWarning(SkmnistWarning):
    """Flat pixels do not form a square, so each row is read as an image one pixel high."""


class ValueRangeWarning(SkmnistWarning):
    """The value range seems wrong for the pixels, or is only a guess from the training data."""


class UnreachableTargetWarning(SkmnistWarning):
    """A `SelectiveClassifier` can guarantee its target at no threshold, and rejects everything."""


class NoInkWarning(SkmnistWarning):
    """Images hold no digit: they have a single color, or only texture and noise."""


class ModelVersionWarning(SkmnistWarning, InconsistentVersionWarning):
    """An estimator was saved by another version of skmnist, or lacks parameters of this one.

    Parameters
    ----------
    message : str
        The text of the warning.
    **attributes : dict
        The attributes of scikit-learn's warning: `estimator_name`, `current_sklearn_version` and
        `original_sklearn_version`.
    """

    def __init__(self, message: str, **attributes: Any) -> None:
        InconsistentVersionWarning.__init__(self, **attributes)
        self.args = (message,)

    __str__ = SkmnistWarning.__str__
