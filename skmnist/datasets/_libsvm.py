"""Images in the text format of libsvm, compressed by bzip2."""

import bz2
import io
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from sklearn.datasets import load_svmlight_file

from skmnist.datasets._records import ArrayRecord, Format, UnexpectedContentError

# Rows that are parsed at once, and the bytes that a row may have for each of its pixels.
_ROWS, _BYTES_PER_PIXEL = 32, 40


def _read_libsvm(
    file: BinaryIO, arrays: Mapping[str, ArrayRecord], out: Mapping[str, npt.NDArray[Any]]
) -> None:
    """Read images with numbers from -1 (background) to 1 (ink), which become 0 to 255."""
    (images,) = (out[name] for name in arrays if name.startswith("x_"))
    (labels,) = (out[name] for name in arrays if name.startswith("y_"))
    n_pixels = images[0].size
    limit = _BYTES_PER_PIXEL * n_pixels
    with bz2.open(file) as text:
        for start in range(0, len(labels), _ROWS):
            rows = slice(start, min(start + _ROWS, len(labels)))
            lines = [text.readline(limit) for _ in range(rows.start, rows.stop)]
            if max(map(len, lines)) == limit:
                raise UnexpectedContentError(f"it has a line of more than {limit} bytes")
            pixels, classes = load_svmlight_file(
                io.BytesIO(b"".join(lines)), n_features=n_pixels, zero_based=False
            )
            if len(classes) != len(lines):
                raise UnexpectedContentError(f"it has less than the {len(labels)} rows expected")
            images[rows] = _as_gray(pixels.toarray()).reshape(images[rows].shape)
            labels[rows] = _as_integers(classes)
        if text.read(1):
            raise UnexpectedContentError(f"it has more than the {len(labels)} rows expected")


def _as_gray(pixels: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    if not (np.abs(pixels) <= 1).all():  # NaN fails, too
        raise UnexpectedContentError("it has a pixel outside of -1 to 1")
    return np.rint((pixels + 1) * 127.5).astype(np.uint8)


def _as_integers(classes: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    if not (np.abs(classes) < 2**31).all() or (classes != np.rint(classes)).any():
        raise UnexpectedContentError("it has a label that is not an integer")
    return classes.astype(np.int64)


LIBSVM_BZ2 = Format("a text of libsvm compressed by bzip2", _read_libsvm)
