"""n-MNIST: the published noisy copies of MNIST."""

import os
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import Bunch

from skmnist.datasets._docstrings import share_paragraphs
from skmnist.datasets._fetch import fetch_variant
from skmnist.datasets._matlab import MATLAB_GZ
from skmnist.datasets._records import (
    ArrayRecord,
    DatasetRecord,
    FileRecord,
    Rows,
    UnexpectedContentError,
)

# Name of the variant: name of its file. No checksums have been published.
_FILES = {
    "awgn": "mnist-with-awgn.gz",
    "motion_blur": "mnist-with-motion-blur.gz",
    "reduced_contrast_awgn": "mnist-with-reduced-contrast-and-awgn.gz",
}


def _decode(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64]) -> Rows:
    """Turn the labels, a column of zeros and ones for each digit, into digits."""
    if not ((labels.min(axis=1) == 0) & (labels.sum(axis=1) == 1)).all():
        raise UnexpectedContentError("it has labels that do not name one digit")
    return Rows(images, labels.argmax(axis=1))


def _record(variant: str, name: str) -> DatasetRecord:
    arrays = {}
    for part, n in (("train", 60_000), ("test", 10_000)):
        arrays[f"x_{part}"] = ArrayRecord((n, 784), member=f"{part}_x")
        arrays[f"y_{part}"] = ArrayRecord((n, 10), member=f"{part}_y")
    return DatasetRecord(
        title=f"n-MNIST ({variant})",
        function="fetch_n_mnist",
        descr="n_mnist",
        prepare=_decode,
        files=(
            FileRecord(
                name=f"n_mnist/{name}",
                urls=(
                    f"https://www.csc.lsu.edu/~saikat/n-mnist/data/{name}",
                    f"https://csc.lsu.edu/~saikat/n-mnist/data/{name}",
                ),
                # No source states the size: the bound is a byte per pixel and label, and a tenth.
                n_bytes=62_000_000,
                arrays=arrays,
                format=MATLAB_GZ,
            ),
        ),
    )


N_MNIST = {variant: _record(variant, name) for variant, name in _FILES.items()}


@share_paragraphs
def fetch_n_mnist(
    *,
    variant: str = "awgn",
    subset: str = "train",
    data_home: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Bunch | tuple[Any, Any]:
    """Load a variant of the published n-MNIST, noisy MNIST; download it if necessary.

    =================   ========================================
    Classes                                                   10
    Samples total       60,000 train + 10,000 test, each variant
    Dimensionality                                  784 (28, 28)
    Features                                     integers, 0-255
    =================   ========================================

    Training and test rows are noisy. The authors publish no checksums. The files are therefore
    downloaded over an encrypted connection only, and the names, shapes and numbers of the matrices
    are checked, so that damage is found, but not a file that the server replaced. A file has less
    than 62 MB.

    {files}

    Parameters
    ----------
    variant : {"awgn", "motion_blur", "reduced_contrast_awgn"}, default="awgn"
        "awgn": white Gaussian noise of standard deviation 0.335 for pixels from 0 to 1.
        "motion_blur": a blur over 5 pixels at 15 degrees. "reduced_contrast_awgn": half the
        contrast, then Gaussian noise of standard deviation 0.251.
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
    skmnist.noise.make_suite : The three variants as noises.
    fetch_mnist_c : The corruptions of MNIST-C.

    References
    ----------
    .. [1] S. Basu, M. Karki, S. Ganguly, R. DiBiano, S. Mukhopadhyay, S. Gayaka, R. Kannan,
       R. Nemani. Learning sparse feature representations using probabilistic quadtrees and deep
       belief nets. Neural Processing Letters 45(3), 2017. https://arxiv.org/abs/1509.03413

    Examples
    --------
    >>> from skmnist.datasets import fetch_n_mnist
    >>> X, y = fetch_n_mnist(variant="motion_blur", return_X_y=True)  # doctest: +SKIP
    >>> X.shape  # doctest: +SKIP
    (60000, 784)
    """
    return fetch_variant(N_MNIST, "variant", **locals())
