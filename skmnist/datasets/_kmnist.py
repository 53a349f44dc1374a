"""Kuzushiji-MNIST."""

import os
from typing import Any

from sklearn.utils import Bunch

from skmnist.datasets._docstrings import share_paragraphs
from skmnist.datasets._fetch import fetch
from skmnist.datasets._idx import IDX_GZ
from skmnist.datasets._records import ArrayRecord, DatasetRecord, FileRecord


def _file(name: str, array: str, shape: tuple[int, ...], n_bytes: int, sha256: str) -> FileRecord:
    return FileRecord(
        name=f"kmnist/{name}",
        urls=(
            f"https://codh.rois.ac.jp/kmnist/dataset/kmnist/{name}",
            f"http://codh.rois.ac.jp/kmnist/dataset/kmnist/{name}",
        ),
        n_bytes=n_bytes,
        sha256=sha256,
        arrays={array: ArrayRecord(shape)},
        format=IDX_GZ,
    )


KMNIST = DatasetRecord(
    title="Kuzushiji-MNIST",
    function="fetch_kmnist",
    descr="kmnist",
    target_names=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
    files=(
        _file(
            "train-images-idx3-ubyte.gz",
            "x_train",
            (60000, 28, 28),
            18_165_135,
            "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
        ),
        _file(
            "train-labels-idx1-ubyte.gz",
            "y_train",
            (60000,),
            29_497,
            "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
        ),
        _file(
            "t10k-images-idx3-ubyte.gz",
            "x_test",
            (10000, 28, 28),
            3_041_136,
            "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
        ),
        _file(
            "t10k-labels-idx1-ubyte.gz",
            "y_test",
            (10000,),
            5_120,
            "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
        ),
    ),
)


@share_paragraphs
def fetch_kmnist(
    *,
    subset: str = "train",
    data_home: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Bunch | tuple[Any, Any]:
    """Load Kuzushiji-MNIST, cursive Japanese characters; download it if necessary.

    =================   ==========================
    Classes                                     10
    Samples total       60,000 train + 10,000 test
    Dimensionality                    784 (28, 28)
    Features                       integers, 0-255
    =================   ==========================

    Characters of printed books of the 18th and 19th century, one class for each row of the table of
    hiragana, in the form of MNIST. A character may be written in several ways. The four files have
    21 MB.

    {files}

    Parameters
    ----------
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
    fetch_mnist : Handwritten digits.
    fetch_emnist : Handwritten digits and letters.

    References
    ----------
    .. [1] T. Clanuwat, M. Bober-Irizar, A. Kitamoto, A. Lamb, K. Yamamoto, D. Ha. Deep learning for
       classical Japanese literature. 2018. https://arxiv.org/abs/1812.01718

    Examples
    --------
    >>> from skmnist.datasets import fetch_kmnist
    >>> characters = fetch_kmnist(subset="test")  # doctest: +SKIP
    >>> characters.images.shape  # doctest: +SKIP
    (10000, 28, 28)
    """
    return fetch(KMNIST, **locals())
