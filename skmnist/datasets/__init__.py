"""Data sets of handwritten digits, and others of the same form.

``load_*`` functions work offline, ``fetch_*`` functions download a data set once and verify it each
time they read it, and ``make_*`` functions generate data. All of them return scikit-learn's
:class:`~sklearn.utils.Bunch` with the same keys, except ``make_noisy_labels``, which returns an
array. Importing this package does not open the network.
"""

from skmnist.datasets._catalog import clear_data_home, list_datasets
from skmnist.datasets._emnist import fetch_emnist
from skmnist.datasets._fashion_mnist import fetch_fashion_mnist
from skmnist.datasets._fetch import get_data_home
from skmnist.datasets._kmnist import fetch_kmnist
from skmnist.datasets._mnist import fetch_mnist
from skmnist.datasets._mnist_c import fetch_mnist_c
from skmnist.datasets._n_mnist import fetch_n_mnist
from skmnist.datasets._noisy import make_noisy
from skmnist.datasets._noisy_labels import make_noisy_labels
from skmnist.datasets._pages import make_digit_pages
from skmnist.datasets._photos import make_digit_photos
from skmnist.datasets._qmnist import fetch_qmnist
from skmnist.datasets._sample import load_mnist_sample
from skmnist.datasets._usps import fetch_usps

__all__ = [
    "clear_data_home",
    "fetch_emnist",
    "fetch_fashion_mnist",
    "fetch_kmnist",
    "fetch_mnist",
    "fetch_mnist_c",
    "fetch_n_mnist",
    "fetch_qmnist",
    "fetch_usps",
    "get_data_home",
    "list_datasets",
    "load_mnist_sample",
    "make_digit_pages",
    "make_digit_photos",
    "make_noisy",
    "make_noisy_labels",
]
