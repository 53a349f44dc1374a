"""What an exported file says about itself: its metadata, and a digest at its end.

The metadata are one JSON text in an entry of the ONNX file. The digest is the last entry, so that
it covers all bytes before it, and that it can be checked without a parser of ONNX.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

METADATA_KEY, DIGEST_KEY = "skmnist", "skmnist.sha256"
_FORMAT = 1
# The entry of the digest in the encoding of ONNX (protobuf): field 14 of a model, with two strings.
_DIGEST_PREFIX = b"\x72\x52\x0a\x0e" + DIGEST_KEY.encode() + b"\x12\x40"
_DIGEST_SIZE = len(_DIGEST_PREFIX) + 64


@dataclass(frozen=True)
class Record:
    """The metadata of an exported model.

    Parameters
    ----------
    classes : list of bool, int, float or str
        The class labels, in the order of the probabilities.
    classes_dtype : str
        Data type of the labels, in the notation of numpy.
    image_shape : (height, width)
        Shape of an image.
    value_range : (low, high)
        Pixel values of black and white.
    feature_names : list of str or None
        Names of the columns, if the model was fitted on a table with names.
    versions : dict of str to str
        Versions of the packages that wrote the file.
    border_end : {-1, 0, 1}, default=0
        The end of the value range at which most border pixels of the training images were: -1 for
        black, 1 for white, 0 for neither. Files of earlier versions do not say it.
    """

    classes: list[Any]
    classes_dtype: str
    image_shape: tuple[int, int]
    value_range: tuple[float, float]
    feature_names: list[str] | None
    versions: dict[str, str]
    border_end: int = 0

    def to_metadata(self) -> dict[str, str]:
        """Return the entries of the metadata of the ONNX file."""
        return {METADATA_KEY: json.dumps({"format": _FORMAT, **asdict(self)})}

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> Self:
        """Read and check the metadata.

        Raises
        ------
        ValueError
            If they are missing or not valid; the text is the reason.
        """
        if METADATA_KEY not in metadata:
            raise ValueError(f"it has no metadata {METADATA_KEY!r}, so to_onnx did not write it")
        try:
            fields = json.loads(metadata[METADATA_KEY])
            file_format = fields.pop("format")
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"its metadata are not readable: {error!r}") from error
        if file_format != _FORMAT:
            raise ValueError(
                f"its metadata have the format {file_format!r}, but this version of skmnist reads "
                f"format {_FORMAT}"
            )
        try:
            record = cls(**fields)
            record._check()
        except (AttributeError, TypeError, ValueError) as error:
            raise ValueError(f"its metadata are not valid: {error!r}") from error
        return record

    def _check(self) -> None:
        height, width = self.image_shape
        low, high = self.value_range
        names = self.feature_names
        checks = {
            "classes": isinstance(self.classes, list) and len(self.classes_array) >= 2,
            "image_shape": all(type(side) is int and side > 0 for side in (height, width)),
            "value_range": math.isfinite(low) and math.isfinite(high) and low < high,
            "feature_names": names is None or len(names) == height * width,
            "versions": isinstance(self.versions, dict),
            "border_end": self.border_end in (-1, 0, 1),
        }
        wrong = [name for name, is_fine in checks.items() if not is_fine]
        if wrong:
            raise ValueError(f"{wrong[0]}={getattr(self, wrong[0])!r}")

    @property
    def classes_array(self) -> np.ndarray:
        """The class labels as an array of their data type, of shape (n_classes,)."""
        dtype = np.dtype(self.classes_dtype)
        if dtype.kind not in "biufUO":
            raise ValueError(f"classes_dtype={self.classes_dtype!r}")
        return np.array(self.classes, dtype=dtype).reshape(-1)


def signed(content: bytes) -> bytes:
    """Return the bytes of an ONNX model with a digest at their end."""
    return content + _DIGEST_PREFIX + hashlib.sha256(content).hexdigest().encode()


def digest_differs(content: bytes) -> bool:
    """Return whether bytes end in a digest that differs from the one of the bytes before it."""
    model, end = content[:-_DIGEST_SIZE], content[-_DIGEST_SIZE:]
    return end.startswith(_DIGEST_PREFIX) and signed(model) != content
