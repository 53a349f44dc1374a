"""QMNIST: MNIST with its lost test digits and its writers."""

import os
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import Bunch

from skmnist.datasets._docstrings import share_paragraphs
from skmnist.datasets._fetch import fetch
from skmnist.datasets._idx import IDX_GZ
from skmnist.datasets._records import (
    SUBSETS,
    ArrayRecord,
    DatasetRecord,
    FileRecord,
    Rows,
    Subset,
)

# Columns of the labels.
_DIGIT, _WRITER = 0, 2


def _with_writers(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64]) -> Rows:
    return Rows(images, labels[:, _DIGIT].copy(), labels[:, _WRITER].copy())


def _file(name: str, arrays: dict[str, ArrayRecord], n_bytes: int, sha256: str) -> FileRecord:
    return FileRecord(
        name=f"qmnist/{name}",
        urls=(
            f"https://raw.githubusercontent.com/facebookresearch/qmnist/master/{name}",
            f"https://github.com/facebookresearch/qmnist/raw/master/{name}",
        ),
        n_bytes=n_bytes,
        sha256=sha256,
        arrays=arrays,
        format=IDX_GZ,
    )


_IMAGES = ArrayRecord((60000, 28, 28))
_LABELS = ArrayRecord((60000, 8), dtypes=("int32",))

# No source states the sizes: the bounds are twice the size of the images of MNIST, and a half of
# the size of the unpacked labels.
QMNIST = DatasetRecord(
    title="QMNIST",
    function="fetch_qmnist",
    descr="qmnist",
    subsets=SUBSETS
    | {
        "test10k": Subset(("test",), slice(0, 10_000)),
        "test50k": Subset(("test",), slice(10_000, None)),
    },
    prepare=_with_writers,
    files=(
        _file(
            "qmnist-train-images-idx3-ubyte.gz",
            {"x_train": _IMAGES},
            20_000_000,
            "9e26a7bf1683614e065d7b76460ccd52807165b3f22561fb782bd9f38c52b51d",
        ),
        _file(
            "qmnist-train-labels-idx2-int.gz",
            {"y_train": _LABELS},
            1_000_000,
            "2c05dc77f6b916b38e455e97ab129a42a444f3dbef09b278a366f82904e0dd9f",
        ),
        _file(
            "qmnist-test-images-idx3-ubyte.gz",
            {"x_test": _IMAGES},
            20_000_000,
            "43fc22bf7498b8fc98de98369d72f752d0deabc280a43a7bcc364ab19e57b375",
        ),
        _file(
            "qmnist-test-labels-idx2-int.gz",
            {"y_test": _LABELS},
            1_000_000,
            "9fbcbe594c3766fdf4f0b15c5165dc0d1e57ac604e01422608bb72c906030d06",
        ),
    ),
)


@share_paragraphs
def fetch_qmnist(
    *,
    subset: str = "train",
    data_home: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Bunch | tuple[Any, Any]:
    """Load QMNIST, MNIST with writers and 60,000 test digits; download it if necessary.

    =================   ==========================
    Classes                                     10
    Samples total       60,000 train + 60,000 test
    Dimensionality                    784 (28, 28)
    Features                       integers, 0-255
    =================   ==========================

    MNIST, reconstructed from its source: the training rows, and the first 10,000 test rows, are
    those of MNIST in the same order, up to small differences of the pixels. The other 50,000 test
    rows were lost until 2019, so few networks have been tuned on them. `groups` has the writer of
    each digit: pass it to scikit-learn's ``GroupKFold``, which keeps a writer in one fold. The four
    files have about 20 MB.

    {files}

    Parameters
    ----------
    subset : {"train", "test", "test10k", "test50k", "all"}, default="train"
        Which rows to load, in their original order: ``"test10k"`` are the 10,000 test rows of
        MNIST, ``"test50k"`` the other 50,000, ``"test"`` both. With ``"all"`` the training rows
        come first.
    {options}

    Returns
    -------
    {bunch}
        groups : ndarray of shape (n,), dtype int64
            The number of the writer of each image, as in NIST's Special Database 19.
    {tuple}

    Raises
    ------
    {raises}

    See Also
    --------
    fetch_mnist : The original images.
    sklearn.model_selection.GroupKFold : Folds that do not share groups.

    References
    ----------
    .. [1] C. Yadav, L. Bottou. Cold case: the lost MNIST digits. NeurIPS 2019.
       https://arxiv.org/abs/1905.10498

    Examples
    --------
    >>> from sklearn.model_selection import GroupKFold
    >>> from skmnist.datasets import fetch_qmnist
    >>> digits = fetch_qmnist()  # doctest: +SKIP
    >>> folds = GroupKFold().split(
    ...     digits.data, digits.target, groups=digits.groups
    ... )  # doctest: +SKIP
    """
    return fetch(QMNIST, **locals())
