"""Data sets of handwritten digits.

``load_*`` functions work offline, ``fetch_*`` functions download a data set once and verify it each
time they read it, and ``make_*`` functions generate data. All of them return scikit-learn's
:class:`~sklearn.utils.Bunch` with the same keys. Importing this package does not open the network.
"""

from skmnist.datasets._fetch import get_data_home
from skmnist.datasets._mnist import fetch_mnist
from skmnist.datasets._noisy import make_noisy
from skmnist.datasets._pages import make_digit_pages
from skmnist.datasets._photos import make_digit_photos
from skmnist.datasets._sample import load_mnist_sample

__all__ = [
    "fetch_mnist",
    "get_data_home",
    "load_mnist_sample",
    "make_digit_pages",
    "make_digit_photos",
    "make_noisy",
]
