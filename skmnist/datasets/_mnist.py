"""Full MNIST."""

import os
from typing import Any

from sklearn.utils import Bunch

from skmnist.datasets._fetch import fetch
from skmnist.datasets._records import ArrayRecord, DatasetRecord, FileRecord

MNIST = DatasetRecord(
    title="MNIST",
    function="fetch_mnist",
    descr="mnist",
    offline="load_mnist_sample",
    files=(
        FileRecord(
            name="mnist.npz",
            url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
            sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
            n_bytes=11_490_434,
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

    The file ``mnist.npz`` (11 MB) is read from the data home, and downloaded first if it is
    missing. Any npz archive of the same arrays is accepted: the returned arrays are verified by
    SHA-256 each time they are read. Nothing is unpickled, and an existing file is never overwritten
    or deleted. A download fails if the server sends more than the size of the file, or less than
    16 kB per second on average (12 minutes in all).

    Parameters
    ----------
    subset : {"train", "test", "all"}, default="train"
        Which rows to load, in their original order. With ``"all"`` the first 60,000 rows are the
        training rows, the last 10,000 the test rows.
    data_home : str or path-like, default=None
        The folder of the file. If None, the folder is the value of the environment variable
        ``SKMNIST_DATA`` or, if that is not set, ``~/skmnist_data``.
    download_if_missing : bool, default=True
        If False, a missing file is an error and is not downloaded.
    return_X_y : bool, default=False
        If True, return ``(data, target)`` instead of a Bunch.
    as_frame : bool, default=False
        If True, ``data`` is a pandas DataFrame and ``target`` a pandas Series.
    n_retries : int, default=3
        Number of retries after network errors; each retry gives a warning.
    delay : float, default=1.0
        Number of seconds between retries.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Dictionary-like object, with the following attributes; n is 60000, 10000 or 70000.

        data : {ndarray, DataFrame} of shape (n, 784), dtype uint8
            The images, one flat row each; 0 is the background, 255 the ink.
        images : ndarray of shape (n, 28, 28), dtype uint8
            The same images; unless ``as_frame=True``, a view of ``data``.
        target : {ndarray, Series} of shape (n,), dtype int64
            The digits, 0 to 9.
        frame : DataFrame of shape (n, 785) or None
            ``data`` and ``target`` in one table; None unless ``as_frame=True``.
        feature_names : list of str
            ``"pixel_{row}_{column}"``, the columns of ``data``.
        target_names : ndarray of shape (10,)
            The ten digits.
        DESCR : str
            The description of the data set: source, license, citation.
    (data, target) : tuple if ``return_X_y=True``
        The two entries described above.

    Raises
    ------
    DatasetNotFoundError
        If the file is missing and must not or cannot be downloaded.
    DatasetIntegrityError
        If the file, found or downloaded, is damaged or is not MNIST.
    OSError
        If the file cannot be opened or is a folder, a pipe or a device, or the data home cannot be
        written to.

    See Also
    --------
    load_mnist_sample : 5,000 images, offline.
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
