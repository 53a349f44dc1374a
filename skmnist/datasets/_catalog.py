"""The data sets that can be downloaded, and the files of them in the data home."""

import os
from collections.abc import Iterator
from contextlib import suppress

from skmnist._utils import remove_stale
from skmnist.datasets._emnist import EMNIST
from skmnist.datasets._fashion_mnist import FASHION_MNIST
from skmnist.datasets._fetch import get_data_home
from skmnist.datasets._kmnist import KMNIST
from skmnist.datasets._mnist import MNIST
from skmnist.datasets._mnist_c import MNIST_C
from skmnist.datasets._n_mnist import N_MNIST
from skmnist.datasets._qmnist import QMNIST
from skmnist.datasets._records import DatasetRecord, FileRecord
from skmnist.datasets._usps import USPS

# Every record: the variants of a data set stand side by side.
CATALOG: tuple[DatasetRecord, ...] = (
    MNIST,
    QMNIST,
    *EMNIST.values(),
    FASHION_MNIST,
    KMNIST,
    *USPS.values(),
    *MNIST_C.values(),
    *N_MNIST.values(),
)


def list_datasets() -> list[str]:
    """List the functions of this package that download a data set.

    Returns
    -------
    list of str
        The names of the functions.

    See Also
    --------
    load_mnist_sample : 5,000 images that need no download.
    clear_data_home : Delete what was downloaded.

    Examples
    --------
    >>> from skmnist.datasets import list_datasets
    >>> list_datasets()
    ['fetch_mnist', 'fetch_qmnist', 'fetch_emnist', 'fetch_fashion_mnist', 'fetch_kmnist',
     'fetch_usps', 'fetch_mnist_c', 'fetch_n_mnist']
    """
    return list(dict.fromkeys(record.function for record in CATALOG))


def clear_data_home(data_home: str | os.PathLike[str] | None = None) -> None:
    """Delete the downloaded files of all data sets.

    Only the files that the ``fetch_*`` functions download are deleted, what killed downloads left,
    and the folders that are then empty; everything else in the folder stays.

    Parameters
    ----------
    data_home : str or path-like, default=None
        The folder, as in :func:`get_data_home`.

    Raises
    ------
    OSError
        If a file cannot be deleted.

    See Also
    --------
    get_data_home : The folder.

    Examples
    --------
    >>> from skmnist.datasets import clear_data_home
    >>> clear_data_home("no_such_folder")
    """
    home = get_data_home(data_home)
    folders = {home}
    for file in all_files():
        path = home / file.name
        path.unlink(missing_ok=True)
        folders.add(path.parent)
    for folder in sorted(folders, reverse=True):  # the data home last
        remove_stale(folder)
        with suppress(OSError):  # not empty, or not there
            folder.rmdir()


def all_files() -> Iterator[FileRecord]:
    """Yield every file of every record; a file that several records share occurs several times."""
    for record in CATALOG:
        yield from record.files
