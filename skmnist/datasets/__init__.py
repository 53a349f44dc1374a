"""Data sets of handwritten digits.

``load_*`` functions work offline, ``fetch_*`` functions download a data set once and verify it each
time they read it, and ``make_*`` functions generate data. All of them return scikit-learn's
:class:`~sklearn.utils.Bunch` with the same keys. Importing this package does not open the network.
"""

from skmnist.datasets._fetch import get_data_home
from skmnist.datasets._mnist import fetch_mnist
from skmnist.datasets._noisy import make_noisy
from skmnist.datasets._noisy_labels import make_noisy_labels
from skmnist.datasets._sample import load_mnist_sample

__all__ = [
    "fetch_mnist",
    "get_data_home",
    "load_mnist_sample",
    "make_noisy",
    "make_noisy_labels",
]
