"""Parts that the docstrings of all noises share."""

from skmnist._utils import fill_docstring

_COMMON_PARAMETERS = """\
when : {"always", "fit"}, default="always"
    "always" adds noise in `fit_transform` and `transform`: to training and test images. "fit"
    adds noise in `fit_transform` only, and `transform` returns the images unchanged: noise in
    training only, for robustness.
image_shape : tuple of int, default=None
    (height, width) of the images. If None, it is inferred from `X`.
value_range : (low, high), default=None
    Pixel values of black and white. If None, they are learned in `fit`.
random_state : int, RandomState instance or None, default=None
    Seed of the noise. If None, each `fit` draws a new seed."""

_BORDER_PARAMETERS = """\
border_mode : {"constant", "edge", "reflect", "wrap"}, default="constant"
    How the image is continued beyond its border: by `border_value`, by the border pixel, mirrored
    about its edge, or by the opposite side.
border_value : float, default=0.0
    Value beyond the border for ``border_mode="constant"``, in units of the value range, in [0, 1];
    0 is black."""

_ATTRIBUTES = """\
value_range_ : tuple of two floats
    Pixel values of black and white.
image_shape_ : tuple of int
    (height, width, 1) of the images.
seed_ : int
    The seed; passed as `random_state`, it repeats the noise.
n_features_in_ : int
    Number of pixels of an image.
feature_names_in_ : ndarray of shape (`n_features_in_`,)
    Names of the columns, if `X` was a table with string column names."""

_RANDOM = """\
The noise of an image depends only on its pixels and the seed, not on its position in `X`: equal
images get equal noise."""

_DETERMINISTIC = """\
This noise is deterministic: `random_state` has no effect."""

_MNIST_C = """\
References
----------
Mu, N. and Gilmer, J. (2019). MNIST-C: A Robustness Benchmark for Computer Vision.
:arxiv:`1906.02337`"""

_EXAMPLE = """\
Examples
--------
>>> import numpy as np
>>> from skmnist.noise import {name}
>>> X = np.zeros((1, 28, 28), dtype=np.uint8)
>>> X[0, 6:22, 13:15] = 255
>>> noisy = {name}({seed}).fit_transform(X)
>>> noisy.shape, bool((noisy != X).any())
((1, 28, 28), True)"""

# Marker in the docstring of a noise -> the text that replaces it.
_PARAGRAPHS = {
    "{common parameters}": _COMMON_PARAMETERS,
    "{border parameters}": _BORDER_PARAMETERS,
    "{attributes}": f"Attributes\n----------\n{_ATTRIBUTES}",
    "{more attributes}": _ATTRIBUTES,
    "{random}": _RANDOM,
    "{deterministic}": _DETERMINISTIC,
    "{MNIST-C}": _MNIST_C,
}


def complete_docstring(docstring: str, name: str) -> str:
    """Replace the markers in the docstring of a noise of this name by their texts."""
    seed = "" if "{deterministic}" in docstring else "random_state=0"
    example = {"{example}": _EXAMPLE.format(name=name, seed=seed)}
    return fill_docstring(docstring, _PARAGRAPHS | example)
