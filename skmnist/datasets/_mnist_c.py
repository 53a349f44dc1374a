"""MNIST-C: the published corruptions of MNIST."""

import os
from dataclasses import replace
from typing import Any

from sklearn.utils import Bunch

from skmnist.datasets._docstrings import share_paragraphs
from skmnist.datasets._fetch import fetch_variant
from skmnist.datasets._npz import NPZ
from skmnist.datasets._records import ArrayRecord, DatasetRecord, FileRecord

_ARCHIVE = FileRecord(
    name="mnist_c/mnist_c.zip",
    urls=(
        "https://zenodo.org/records/3239543/files/mnist_c.zip",
        "https://zenodo.org/record/3239543/files/mnist_c.zip",
    ),
    n_bytes=246_661_575,
    sha256="af9ee8c6a815870c7fdde5af84c7bf8db0bcfa1f41056db83871037fba70e493",
    arrays={},
    format=NPZ,
)
_CORRUPTIONS = (
    "identity",
    "shot_noise",
    "impulse_noise",
    "glass_blur",
    "motion_blur",
    "shear",
    "scale",
    "rotate",
    "brightness",
    "translate",
    "stripe",
    "fog",
    "spatter",
    "dotted_line",
    "zigzag",
    "canny_edges",
)


def _record(corruption: str) -> DatasetRecord:
    arrays = {}
    for part, n in (("train", 60_000), ("test", 10_000)):
        member = f"mnist_c/{corruption}/{part}_{{}}.npy"
        arrays[f"x_{part}"] = ArrayRecord((n, 28, 28, 1), member=member.format("images"))
        arrays[f"y_{part}"] = ArrayRecord(
            (n,), member=member.format("labels"), dtypes=("uint8", "int32", "int64")
        )
    return DatasetRecord(
        title=f"MNIST-C ({corruption})",
        function="fetch_mnist_c",
        descr="mnist_c",
        files=(replace(_ARCHIVE, arrays=arrays),),
    )


MNIST_C = {corruption: _record(corruption) for corruption in _CORRUPTIONS}


@share_paragraphs
def fetch_mnist_c(
    corruption: str,
    *,
    subset: str = "test",
    data_home: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Bunch | tuple[Any, Any]:
    """Load one corruption of the published MNIST-C; download the file if necessary.

    =================   =============================================
    Classes                                                        10
    Samples total       60,000 train + 10,000 test in each corruption
    Dimensionality                                       784 (28, 28)
    Features                                          integers, 0-255
    =================   =============================================

    These are the images that published figures are about. ``make_suite("mnist_c")`` of
    ``skmnist.noise`` has the same corruptions as noises, whose random numbers are others. Row k is
    the same digit of MNIST in every corruption, so train on ``fetch_mnist()`` and score on the test
    rows, the default here. One file of 247 MB has all corruptions; it is downloaded once, and only
    the arrays of the chosen corruption are unpacked, in memory.

    {files}

    Parameters
    ----------
    corruption : str
        "shot_noise", "impulse_noise", "glass_blur", "motion_blur", "shear", "scale", "rotate",
        "brightness", "translate", "stripe", "fog", "spatter", "dotted_line", "zigzag" or
        "canny_edges"; "identity" for the clean images.
    subset : {"train", "test", "all"}, default="test"
        Which rows to load, in their original order. With ``"all"`` the training rows come first.
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
    skmnist.noise.make_suite : The corruptions as noises.
    fetch_n_mnist : Another noisy copy of MNIST.

    References
    ----------
    .. [1] N. Mu, J. Gilmer. MNIST-C: a robustness benchmark for computer vision. 2019.
       https://arxiv.org/abs/1906.02337

    Examples
    --------
    >>> from skmnist.datasets import fetch_mnist_c
    >>> for corruption in ("fog", "stripe"):  # doctest: +SKIP
    ...     X, y = fetch_mnist_c(corruption, return_X_y=True)
    ...     print(corruption, model.score(X, y))
    """
    return fetch_variant(MNIST_C, "corruption", **locals())
