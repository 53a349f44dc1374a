"""Read image files as gray images."""

import os
from collections.abc import Iterable, Iterator
from numbers import Integral
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils import Bunch

from skmnist._utils import validate_arguments, warn_user
from skmnist._utils._sklearn import Interval, StrOptions
from skmnist.exceptions import ImageFileError, ImageFileWarning
from skmnist.preprocessing._decoding import ENDINGS, EXPECTED, read_pages, reason

# The scan of a sheet of A4 at 600 dpi has 35 million pixels.
_MAX_PIXELS = 50_000_000
_MAX_PIXELS_CONSTRAINT: dict[str, list[Any]] = {
    "max_pixels": [Interval(Integral, 1, None, closed="left")]
}
_CONSTRAINTS: dict[str, list[Any]] = {
    "on_error": [StrOptions({"warn", "raise", "skip"})],
    **_MAX_PIXELS_CONSTRAINT,
}

Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


class ReadImage(NamedTuple):
    """An image of a file, or the reason why there is none.

    Attributes
    ----------
    image : ndarray of shape (height, width), uint8, or None
        The gray image; None if it could not be read.
    path : str
        The file.
    page : int
        Number of the image in the file, from 0.
    error : str or None
        Why the image could not be read; None if it was.
    """

    image: np.ndarray | None
    path: str
    page: int
    error: str | None


def read_images(paths: Paths, *, on_error: str = "warn", max_pixels: int = _MAX_PIXELS) -> Bunch:
    """Read image files as gray images; a bad file does not stop the others.

    Parameters
    ----------
    paths : str, path-like or iterable of them
        Files, or folders, whose images are read in the order of their names; see Notes.
    on_error : {"warn", "raise", "skip"}, default="warn"
        What happens if a file cannot be read: one warning at the end, which names the files; an
        error at the first such file; or only an entry of `errors`.
    max_pixels : int, default=50_000_000
        Images with more pixels are errors. They are recognized before they are decoded, so that a
        small file cannot fill the memory.

    Returns
    -------
    :class:`~sklearn.utils.Bunch`
        Dictionary-like object, with the following attributes.

        images : list of ndarray of shape (height, width), dtype uint8
            The images; each has its own size.
        paths : list of str
            The file of each image.
        pages : list of int
            The number of each image in its file, from 0.
        errors : dict of str to str
            The files that could not be read, or not completely, and why.

    Raises
    ------
    ImageFileError
        If a file cannot be read and ``on_error="raise"``.
    MissingDependencyError
        If Pillow is not installed, and a file is not in NPY format.
    TypeError
        If `paths` is not a path or an iterable of paths.
    ValueError
        If `paths` is empty, or a parameter is outside its range.

    See Also
    --------
    iter_images : The same images one at a time, for more than fit into memory.
    segment_digits : Finds the digits of a page.

    Notes
    -----
    The format is found from the content of a file: PNG, JPEG, TIFF (all pages), BMP, WebP, PGM
    (also PBM and PPM) or NPY. From folders, files with the endings of these formats are read, but
    not hidden files and not the folders in them.

    The orientation that a camera has stored is applied. Transparent pixels are put on white, and
    colors become their luminance. One and 16 bits are scaled to 8 bits. From animations, the first
    image is read.

    NPY files hold one image, (height, width), several, (n, height, width), or either of them with 3
    or 4 channels. Pixels are bool, uint16 (0 to 65535), within [0, 1] for other floats, or
    within [0, 255]. NPY files with Python objects are errors; nothing is unpickled.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from skmnist.preprocessing import read_images
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(Path(folder, "page.npy"), np.full((30, 40), 0.5))
    ...     _ = Path(folder, "text.png").write_text("This is not an image.")
    ...     result = read_images(folder, on_error="skip")
    >>> result.images[0].shape, result.images[0].dtype
    ((30, 40), dtype('uint8'))
    >>> for path, error in result.errors.items():
    ...     print(f"{Path(path).name}: {error}")
    text.png: not an image of a known format, or damaged; expected PNG, JPEG, TIFF, BMP, WebP, PGM
    or NPY
    """
    validate_arguments(_CONSTRAINTS, locals(), caller="read_images")
    result = Bunch(images=[], paths=[], pages=[], errors={})
    for image, path, page, error in iter_images(paths, max_pixels=max_pixels):
        if error is None:
            result.images.append(image)
            result.paths.append(path)
            result.pages.append(page)
        elif on_error == "raise":
            raise ImageFileError(f"{path} cannot be read: {error}.")
        else:
            result.errors[path] = "; ".join(filter(None, [result.errors.get(path), error]))
    if result.errors and on_error == "warn":
        warn_user(_describe(result.errors), ImageFileWarning)
    return result


def iter_images(paths: Paths, *, max_pixels: int = _MAX_PIXELS) -> Iterator[ReadImage]:
    """Read image files one at a time.

    Only one file is open, and one image is in memory, at any time.

    Parameters
    ----------
    paths : str, path-like or iterable of them
        As in :func:`read_images`; an iterable is consumed image by image.
    max_pixels : int, default=50_000_000
        Images with more pixels are errors, as in :func:`read_images`.

    Returns
    -------
    iterator of ReadImage
        Named tuples ``(image, path, page, error)``. If an image cannot be read, `image` is None
        and `error` says why; otherwise `image` is an array of shape (height, width) and dtype
        uint8, and `error` is None.

    Raises
    ------
    MissingDependencyError
        If Pillow is not installed, and a file is not in NPY format.
    TypeError
        If `paths` is not a path or an iterable of paths.
    ValueError
        If `paths` is empty, or `max_pixels` is less than 1.

    See Also
    --------
    read_images : Reads all images, and says which formats there are.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from skmnist.preprocessing import iter_images
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(Path(folder, "pages.npy"), np.zeros((2, 30, 40), dtype=np.uint8))
    ...     for image, path, page, error in iter_images(folder):
    ...         print(Path(path).name, page, image.shape)
    pages.npy 0 (30, 40)
    pages.npy 1 (30, 40)
    """
    validate_arguments(_MAX_PIXELS_CONSTRAINT, locals(), caller="iter_images")
    return _read_all(_each_path(paths), max_pixels)


def _describe(errors: dict[str, str], n_named: int = 5) -> str:
    """Return a warning that names the first files that could not be read."""
    named = "; ".join(f"{path}: {error}" for path, error in list(errors.items())[:n_named])
    more = f"; and {len(errors) - n_named} more" if len(errors) > n_named else ""
    return (
        f"{len(errors)} of the paths could not be read completely. {named}{more}. The attribute "
        'errors of the result lists them; on_error="skip" hides this warning.'
    )


def _each_path(paths: Paths) -> Iterator[str]:
    """Check the type of `paths` now; return its entries later, one at a time."""
    if isinstance(paths, str | os.PathLike):
        paths = [paths]
    if isinstance(paths, bytes) or not isinstance(paths, Iterable):  # type: ignore[unreachable]
        raise TypeError(
            f"paths must be a path or an iterable of paths, got {type(paths).__name__}; pass a str "
            "or a pathlib.Path"
        )
    return _checked(paths)


def _checked(paths: Iterable[Any]) -> Iterator[str]:
    number = -1
    for number, path in enumerate(paths):
        if not isinstance(path, str | os.PathLike):
            raise TypeError(
                f"paths must hold paths, got {type(path).__name__} at position {number}; pass a "
                "str or a pathlib.Path"
            )
        yield os.fspath(path)
    if number < 0:
        raise ValueError("paths is empty; expected at least one file or folder.")


def _read_all(paths: Iterator[str], max_pixels: int) -> Iterator[ReadImage]:
    for path in paths:
        try:
            files = _files_of(path)
        except OSError as error:
            yield ReadImage(None, path, 0, reason(error))
            continue
        for file in files:
            for page, image in enumerate(read_pages(file, max_pixels)):
                if isinstance(image, np.ndarray):
                    yield ReadImage(image, file, page, None)
                else:
                    yield ReadImage(None, file, page, f"page {page}: {image}" if page else image)


def _files_of(path: str) -> list[str]:
    """Return the image files of a folder, or the file itself."""
    if not os.path.isdir(path):
        return [path]
    with os.scandir(path) as entries:
        files = sorted(
            entry.path
            for entry in entries
            if not entry.name.startswith(".")
            and Path(entry.name).suffix.lower() in ENDINGS
            and not entry.is_dir()
        )
    if not files:
        raise ImageFileError(f"a folder without images; {EXPECTED} files")
    return files
