"""EMNIST: handwritten digits and letters."""

import os
from dataclasses import replace
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import Bunch

from skmnist.datasets._docstrings import share_paragraphs
from skmnist.datasets._fetch import fetch_variant
from skmnist.datasets._idx import IDX_GZ_ZIP
from skmnist.datasets._records import ArrayRecord, DatasetRecord, FileRecord, Rows

_ARCHIVE = FileRecord(
    name="emnist/gzip.zip",
    urls=(
        "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip",
        "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/gzip.zip",
    ),
    n_bytes=561_753_746,
    sha256="fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e",
    arrays={},
    format=IDX_GZ_ZIP,
)
# In two splits, these letters have a class for each case; the others have one class.
_BOTH_CASES = "abdefghnqrt"
# Name of the split: rows of the parts, and the names of the classes.
_SPLITS = {
    "byclass": (697_932, 116_323, digits + ascii_uppercase + ascii_lowercase),
    "bymerge": (697_932, 116_323, digits + ascii_uppercase + _BOTH_CASES),
    "balanced": (112_800, 18_800, digits + ascii_uppercase + _BOTH_CASES),
    "letters": (124_800, 20_800, ascii_uppercase),
    "digits": (240_000, 40_000, digits),
    "mnist": (60_000, 10_000, digits),
}
# Images that are transposed at once.
_ROWS = 4096


def _upright(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64]) -> Rows:
    """Transpose the images in place: the files hold them by columns."""
    for start in range(0, len(images), _ROWS):
        block = images[start : start + _ROWS]
        block[...] = block.transpose(0, 2, 1).copy()
    return Rows(images, labels)


def _upright_letters(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64]) -> Rows:
    """Count the letters from 0; the files count them from 1."""
    return _upright(images, labels - 1)


def _record(split: str, n_train: int, n_test: int, names: str) -> DatasetRecord:
    member = f"gzip/emnist-{split}-{{}}-{{}}-ubyte.gz"
    arrays = {}
    for part, n in (("train", n_train), ("test", n_test)):
        arrays[f"x_{part}"] = ArrayRecord((n, 28, 28), member=member.format(part, "images-idx3"))
        arrays[f"y_{part}"] = ArrayRecord((n,), member=member.format(part, "labels-idx1"))
    return DatasetRecord(
        title=f"EMNIST ({split})",
        function="fetch_emnist",
        descr="emnist",
        target_names=() if names == digits else tuple(names),
        files=(replace(_ARCHIVE, arrays=arrays),),
        prepare=_upright_letters if split == "letters" else _upright,
    )


EMNIST = {split: _record(split, *facts) for split, facts in _SPLITS.items()}


@share_paragraphs
def fetch_emnist(
    *,
    split: str = "digits",
    subset: str = "train",
    data_home: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Bunch | tuple[Any, Any]:
    """Load EMNIST, handwritten digits and letters; download it if necessary.

    ==========   =======   ===========================   =======   =======
    split        classes   of                              train      test
    ==========   =======   ===========================   =======   =======
    byclass           62   digits, A to Z, a to z        697,932   116,323
    bymerge           47   digits, A to Z, abdefghnqrt   697,932   116,323
    balanced          47   the same, equally often       112,800    18,800
    letters           26   A to Z, of either case        124,800    20,800
    digits            10   digits, equally often         240,000    40,000
    mnist             10   digits, as many as in MNIST    60,000    10,000
    ==========   =======   ===========================   =======   =======

    Gray images of 28 x 28 pixels, prepared like those of MNIST from the same source. The splits
    share images, also with MNIST. One file of 562 MB has all splits; it is downloaded once, and
    only the arrays of the chosen split are unpacked, in memory. The files hold the images by
    columns and count letters from 1; here, images are upright and classes count from 0. In
    "bymerge" and "balanced", 15 lower-case letters are in the class of their upper-case form.

    {files}

    Parameters
    ----------
    split : {"byclass", "bymerge", "balanced", "letters", "digits", "mnist"}, default="digits"
        The split of the table above.
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
    fetch_mnist : The original digits.
    fetch_qmnist : The original digits, with 50,000 more test digits and the writers.

    References
    ----------
    .. [1] G. Cohen, S. Afshar, J. Tapson, A. van Schaik. EMNIST: extending MNIST to handwritten
       letters. 2017. https://arxiv.org/abs/1702.05373

    Examples
    --------
    >>> from skmnist.datasets import fetch_emnist
    >>> letters = fetch_emnist(split="letters", subset="test")  # doctest: +SKIP
    >>> letters.target_names[letters.target[0]]  # doctest: +SKIP
    'A'
    """
    return fetch_variant(EMNIST, "split", **locals())
