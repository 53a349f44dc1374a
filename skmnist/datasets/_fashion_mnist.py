"""Fashion-MNIST."""

import os
from typing import Any

from sklearn.utils import Bunch

from skmnist.datasets._docstrings import share_paragraphs
from skmnist.datasets._fetch import fetch
from skmnist.datasets._idx import IDX_GZ
from skmnist.datasets._records import ArrayRecord, DatasetRecord, FileRecord


def _file(name: str, array: str, shape: tuple[int, ...], n_bytes: int, sha256: str) -> FileRecord:
    return FileRecord(
        name=f"fashion_mnist/{name}",
        urls=(
            f"https://storage.googleapis.com/tensorflow/tf-keras-datasets/{name}",
            f"https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/{name}",
            f"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/{name}",
        ),
        n_bytes=n_bytes,
        sha256=sha256,
        arrays={array: ArrayRecord(shape)},
        format=IDX_GZ,
    )


FASHION_MNIST = DatasetRecord(
    title="Fashion-MNIST",
    function="fetch_fashion_mnist",
    descr="fashion_mnist",
    target_names=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    files=(
        _file(
            "train-images-idx3-ubyte.gz",
            "x_train",
            (60000, 28, 28),
            26_421_880,
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        ),
        _file(
            "train-labels-idx1-ubyte.gz",
            "y_train",
            (60000,),
            29_515,
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        ),
        _file(
            "t10k-images-idx3-ubyte.gz",
            "x_test",
            (10000, 28, 28),
            4_422_102,
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        ),
        _file(
            "t10k-labels-idx1-ubyte.gz",
            "y_test",
            (10000,),
            5_148,
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
    ),
)


@share_paragraphs
def fetch_fashion_mnist(
    *,
    subset: str = "train",
    data_home: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Bunch | tuple[Any, Any]:
    """Load Fashion-MNIST, photos of clothes; download it if necessary.

    =================   ==========================
    Classes                                     10
    Samples total       60,000 train + 10,000 test
    Dimensionality                    784 (28, 28)
    Features                       integers, 0-255
    =================   ==========================

    A harder task in the form of MNIST: the same numbers of classes, rows and pixels. The four files
    have 31 MB.

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
    fetch_kmnist : Handwritten Japanese characters.

    References
    ----------
    .. [1] H. Xiao, K. Rasul, R. Vollgraf. Fashion-MNIST: a novel image dataset for benchmarking
       machine learning algorithms. 2017. https://arxiv.org/abs/1708.07747

    Examples
    --------
    >>> from skmnist.datasets import fetch_fashion_mnist
    >>> clothes = fetch_fashion_mnist(subset="test")  # doctest: +SKIP
    >>> clothes.target_names[clothes.target[:2]]  # doctest: +SKIP
    array(['Ankle boot', 'Pullover'], dtype='<U11')
    """
    return fetch(FASHION_MNIST, **locals())
