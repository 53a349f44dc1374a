"""The paragraphs that stand in the docstring of every noise, written once."""

from skmnist._utils import fill_docstring

_COMMON_PARAMETERS = """\
when : {"always", "fit"}, default="always"
    "always" adds the noise in `transform` and `fit_transform`: the world is noisy, in training
    and in test. "fit" adds it in `fit_transform` only and lets `transform` pass through: noise
    in training only, for robustness.
image_shape : tuple of int, default=None
    (height, width) of the images; None takes it from `X`.
value_range : (low, high), default=None
    Pixel values of black and white; None learns it in `fit`.
random_state : int, RandomState instance or None, default=None
    Seed of the noise. None draws a new seed at each `fit`."""

_BORDER_PARAMETERS = """\
border_mode : {"constant", "edge", "reflect", "wrap"}, default="constant"
    What comes in from beyond the border: `border_value`, the border pixel repeated, the image
    mirrored about its edge, or the opposite side.
border_value : float, default=0.0
    The value for ``border_mode="constant"``, in units of the value range: 0 is black."""

_ATTRIBUTES = """\
value_range_ : tuple of two floats
    Pixel values of black and white.
image_shape_ : tuple of int
    (height, width, 1) of the images.
seed_ : int
    The seed; with it as `random_state`, the noise can be repeated.
n_features_in_ : int
    Number of pixels of an image.
feature_names_in_ : ndarray of shape (`n_features_in_`,)
    Names of the columns, if `X` was a table with string column names."""

_RANDOM = """\
The noise of an image depends on its pixels and the seed only, not on its place in `X`: equal
images get equal noise."""

_DETERMINISTIC = """\
Nothing here is random: `random_state` is there so that all noises are called alike."""

_MNIST_C = """\
Mu, N. and Gilmer, J. (2019). MNIST-C: A Robustness Benchmark for Computer Vision.
:arxiv:`1906.02337`"""

# Marker in the docstring of a noise -> the text that takes its place.
_PARAGRAPHS = {
    "{common parameters}": _COMMON_PARAMETERS,
    "{border parameters}": _BORDER_PARAMETERS,
    "{attributes}": _ATTRIBUTES,
    "{random}": _RANDOM,
    "{deterministic}": _DETERMINISTIC,
    "{MNIST-C}": _MNIST_C,
}


def complete_docstring(docstring: str) -> str:
    """Put in the common paragraphs."""
    return fill_docstring(docstring, _PARAGRAPHS)
