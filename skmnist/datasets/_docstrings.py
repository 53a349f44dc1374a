"""Paragraphs that the docstrings of the `fetch_*` functions share."""

from collections.abc import Callable
from typing import TypeVar

from skmnist._utils import fill_docstring

_Function = TypeVar("_Function", bound=Callable)

_PARAGRAPHS = {
    "{subset}": """subset : {"train", "test", "all"}, default="train"
    Which rows to load, in their original order. With ``"all"`` the training rows come first.""",
    "{options}": """data_home : str or path-like, default=None
    The folder of downloaded files. If None, the folder is the value of the environment variable
    ``SKMNIST_DATA`` or, if that is not set, ``~/skmnist_data``.
download_if_missing : bool, default=True
    If False, a missing file is an error and is not downloaded.
return_X_y : bool, default=False
    If True, return ``(data, target)`` instead of a Bunch.
as_frame : bool, default=False
    If True, ``data`` is a pandas DataFrame and ``target`` a pandas Series.
n_retries : int, default=3
    Number of retries after network errors, for each address; each retry gives a warning.
delay : float, default=1.0
    Number of seconds before the first retry; doubled before each further one, up to a minute.""",
    "{bunch}": """data : :class:`~sklearn.utils.Bunch`
    Dictionary-like object, with the following attributes.

    data : {ndarray, DataFrame} of shape (n, height * width), dtype uint8
        The images, one flat row each; 0 is the background, 255 the ink.
    images : ndarray of shape (n, height, width), dtype uint8
        The same images; unless ``as_frame=True``, a view of ``data``.
    target : {ndarray, Series} of shape (n,), dtype int64
        The classes, from 0; ``target_names[target]`` are their names.
    frame : DataFrame of shape (n, height * width + 1) or None
        ``data`` and ``target`` in one table; None unless ``as_frame=True``.
    feature_names : list of str
        ``"pixel_{row}_{column}"``, the columns of ``data``.
    target_names : ndarray of shape (n_classes,)
        The names of the classes.
    DESCR : str
        The description of the data set: source, license, citation.""",
    "{tuple}": """(data, target) : tuple if ``return_X_y=True``
    The two entries described above.""",
    "{raises}": """DatasetNotFoundError
    If a file is missing and must not or cannot be downloaded.
DatasetIntegrityError
    If a file, found or downloaded, is damaged or is not the expected file.
OSError
    If a file cannot be opened or is a folder, a pipe or a device, or the data home cannot be
    written to.""",
    "{files}": """Files are read from the data home, and verified each time; missing files are
downloaded first. An existing file is never overwritten or deleted. A download fails if the server
sends more than the size of the file, or less than 16 kB per second on average.""",
}


def share_paragraphs(function: _Function) -> _Function:
    """Replace the names in braces in a docstring by the shared paragraphs."""
    function.__doc__ = fill_docstring(function.__doc__ or "", _PARAGRAPHS)
    return function
