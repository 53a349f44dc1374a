"""Full MNIST."""

import os
from typing import Any

from sklearn.utils import Bunch

from skmnist.datasets._docstrings import share_paragraphs
from skmnist.datasets._fetch import fetch
from skmnist.datasets._npz import NPZ
from skmnist.datasets._records import ArrayRecord, DatasetRecord, FileRecord

MNIST = DatasetRecord(
    title="MNIST",
    function="fetch_mnist",
    descr="mnist",
    offline="load_mnist_sample",
    files=(
        FileRecord(
            name="mnist.npz",
            urls=(
                "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
                "https://s3.amazonaws.com/img-datasets/mnist.npz",
            ),
            sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
            n_bytes=11_490_434,
            format=NPZ,
            arrays={
                "x_train": ArrayRecord(
                    (60000, 28, 28),
                    "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
                ),
                "y_train": ArrayRecord(
                    (60000,), "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13"
                ),
                "x_test": ArrayRecord(
                    (10000, 28, 28),
                    "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
                ),
                "y_test": ArrayRecord(
                    (10000,), "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5"
                ),
            },
        ),
    ),
)


@share_paragraphs
def fetch_mnist(
    *,
    subset: str = "train",
    data_home: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Bunch | tuple[Any, Any]:
    """Load full MNIST; download it if necessary.

    =================   ==========================
    Classes                                     10
    Samples total       60,000 train + 10,000 test
    Dimensionality                    784 (28, 28)
    Features                       integers, 0-255
    =================   ==========================

    Any npz archive of the same arrays is accepted in place of the file ``mnist.npz`` (11 MB),
    because the arrays are verified themselves. Nothing is unpickled.

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
    load_mnist_sample : 5,000 images, offline.
    fetch_qmnist : The same digits with their writers, and 50,000 more test digits.
    fetch_emnist : More digits, and letters.
    make_noisy : A fixed noisy copy of a data set.

    References
    ----------
    .. [1] Y. LeCun, L. Bottou, Y. Bengio, P. Haffner. Gradient-based learning applied to document
       recognition. Proceedings of the IEEE 86(11), 1998. https://doi.org/10.1109/5.726791

    Examples
    --------
    >>> from skmnist.datasets import fetch_mnist
    >>> X, y = fetch_mnist(subset="test", return_X_y=True)  # doctest: +SKIP
    >>> X.shape, y.shape  # doctest: +SKIP
    ((10000, 784), (10000,))

    To stay offline:

    >>> fetch_mnist(data_home="no_such_folder", download_if_missing=False)
    Traceback (most recent call last):
        ...
    skmnist.exceptions.DatasetNotFoundError: MNIST is not at no_such_folder...mnist.npz...
    """
    return fetch(MNIST, **locals())
