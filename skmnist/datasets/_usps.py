"""USPS: digits from envelopes."""

import os
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import Bunch

from skmnist.datasets._docstrings import share_paragraphs
from skmnist.datasets._fetch import fetch_variant
from skmnist.datasets._libsvm import LIBSVM_BZ2
from skmnist.datasets._records import ArrayRecord, DatasetRecord, FileRecord, Rows

_SIZE, _SIZE_OF_MNIST = 16, 28


def _count_from_zero(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64]) -> Rows:
    """Subtract 1 from the labels: the files use 1 to 10 for the digits 0 to 9."""
    return Rows(images, labels - 1)


def _place(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64]) -> Rows:
    """Add an empty margin around the images, up to the size of MNIST."""
    margin = (_SIZE_OF_MNIST - _SIZE) // 2
    return _count_from_zero(np.pad(images, ((0, 0), (margin, margin), (margin, margin))), labels)


def _file(name: str, part: str, n: int, n_bytes: int, sha256: str) -> FileRecord:
    return FileRecord(
        name=f"usps/{name}",
        urls=(
            f"https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/{name}",
            f"http://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/{name}",
        ),
        n_bytes=n_bytes,
        sha256=sha256,
        arrays={
            f"x_{part}": ArrayRecord((n, _SIZE, _SIZE)),
            f"y_{part}": ArrayRecord((n,)),
        },
        format=LIBSVM_BZ2,
    )


# No source states the sizes: the bounds are four bytes per pixel.
_USPS = DatasetRecord(
    title="USPS",
    function="fetch_usps",
    descr="usps",
    image_shape=(_SIZE, _SIZE),
    prepare=_count_from_zero,
    files=(
        _file(
            "usps.bz2",
            "train",
            7291,
            7_500_000,
            "3771e9dd6ba685185f89867b6e249233dd74652389f263963b3b741e994b034f",
        ),
        _file(
            "usps.t.bz2",
            "test",
            2007,
            2_100_000,
            "a9c0164e797d60142a50604917f0baa604f326e9a689698763793fa5d12ffc4e",
        ),
    ),
)
USPS = {_SIZE: _USPS, _SIZE_OF_MNIST: replace(_USPS, prepare=_place)}


@share_paragraphs
def fetch_usps(
    *,
    image_size: int = 16,
    subset: str = "train",
    data_home: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Bunch | tuple[Any, Any]:
    """Load USPS, digits from envelopes; download it if necessary.

    =================   ==============================
    Classes                                         10
    Samples total             7,291 train + 2,007 test
    Dimensionality      256 (16, 16) or 784 (28, 28)
    Features                           integers, 0-255
    =================   ==============================

    Digits of ZIP codes, scanned by the postal service of the United States: another source than
    MNIST, for tests under a shift of the data. The files have numbers from -1 to 1, which are
    mapped to 0 to 255 and rounded. The two files have about 8 MB.

    {files}

    Parameters
    ----------
    image_size : {16, 28}, default=16
        Height and width of the images in pixels. 16 is the size in the files; with 28, the size of
        MNIST, an empty margin of 6 pixels surrounds each image.
    {subset}
    {options}

    Returns
    -------
    {bunch}
    {tuple}

    Raises
    ------
    {raises}

    See Also
    --------
    fetch_mnist : Digits of forms and of pupils.

    References
    ----------
    .. [1] J. J. Hull. A database for handwritten text recognition research. IEEE Transactions on
       Pattern Analysis and Machine Intelligence 16(5), 1994. https://doi.org/10.1109/34.291440

    Examples
    --------
    >>> from skmnist.datasets import fetch_usps
    >>> X, y = fetch_usps(image_size=28, subset="test", return_X_y=True)  # doctest: +SKIP
    >>> X.shape  # doctest: +SKIP
    (2007, 784)
    """
    return fetch_variant(USPS, "image_size", **locals())
