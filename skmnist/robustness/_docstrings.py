"""Paragraphs that the docstrings of this package share."""

from collections.abc import Callable
from typing import TypeVar

from skmnist._utils import fill_docstring

_Function = TypeVar("_Function", bound=Callable)

_PARAGRAPHS = {
    "{y_true}": """y_true : array-like of shape (n,)
    Labels: numbers or strings.""",
    "{y_prob}": """y_prob : array-like of shape (n, n_classes) or (n,)
    Probabilities, as `predict_proba` returns them: a column for each class, or the probabilities
    of the second of two classes.""",
    "{labels}": """labels : array-like of shape (n_classes,), default=None
    The classes in the order of the columns of `y_prob`, such as ``model.classes_``. If None, the
    sorted labels of `y_true`, which must then contain every class.""",
    "{n_bins}": """n_bins : int, default=15
    Number of bins of the confidence. Empty bins are left out.""",
    "{strategy}": """strategy : {"uniform", "quantile"}, default="uniform"
    "uniform": bins of equal width, (0, 1/n_bins], (1/n_bins, 2/n_bins] and so on. "quantile":
    bins of equal mass, with bounds at the quantiles of the confidence; equal confidences share a
    bin.""",
    "{sample_weight}": """sample_weight : array-like of shape (n,), default=None
    Non-negative weights of the images. If None, all weights are 1.""",
    "{images}": """X : array-like or table of shape (n, n_pixels) or (n, height, width)
    Gray images in the form that the classifier takes, also (n, height, width, 1); never written to.
y : array-like of shape (n,)
    Labels; each is in `classes_` of the classifier.""",
    "{suite}": """suite : str, noise, list or dict, default="mnist_c"
    The corruptions: the name of a suite (``skmnist.noise.list_suites()``), the name of a noise
    (``skmnist.noise.list_noises()``), a noise, a list of names and noises, or a dict of names and
    noises. A list of noises as a value of the dict stands for the severities 1, 2 and so on.
severities : "all", int or sequence of int, default=None
    Severities of the noises built from names, from 1 to 5. If None, the severity of the published
    data set. A noise without severities is used once, with severity <NA> in the tables. Noises that
    are passed as instances keep their own strength.""",
    "{scoring}": """scoring : str, callable, list of str or dict, default="accuracy"
    The metrics, all computed from the same predictions: "accuracy", "log_loss" (nats),
    "brier_score", "calibration_error", "risk_coverage_auc", the name of any classification scorer
    of scikit-learn, a scorer of ``make_scorer``, or a function. A function
    ``f(y_true, y_pred)`` gets labels; if its second parameter is called `y_prob`, `y_proba` or
    `y_score`, it gets probabilities. Greater values of a function are better; wrap a loss in
    ``make_scorer(f, greater_is_better=False)``. A dict maps names of your own to any of these.""",
    "{noise options}": """value_range : (low, high), default=None
    Pixel values of black and white, for the noises. If None, each noise learns it from the images.
image_shape : (height, width), default=None
    Shape of flat images, for the noises. If None, flat images are square.""",
    "{plot}": """ax : matplotlib Axes, default=None
    Axes to draw on. If None, a new figure is made.
**plot_params : dict
    Other parameters of `plot`.""",
    "{n_jobs}": """n_jobs : int, default=None
    Number of corruptions computed at once, in threads; -1 for all processors. Results do not depend
    on it. A network predicts on all processors with one job; use processes, by
    ``joblib.parallel_config("loky")``, where TensorFlow is limited to one thread.
random_state : int, RandomState instance or None, default=0
    Seed of the noises that have none, and of the bootstrap. Calls with the same int have the same
    noise, so their scores can be compared. If None, a seed is drawn; `seed` of the result is that
    seed.
verbose : int, default=0
    If positive, a line is written to stderr for each corruption that is done.""",
}


def share_paragraphs(function: _Function) -> _Function:
    """Fill the docstring of a function or class, in which a line such as ``{y_true}`` is a marker.

    Parameters
    ----------
    function : callable
        The function or class.

    Returns
    -------
    callable
        The same object.
    """
    function.__doc__ = function.__doc__ and fill_docstring(function.__doc__, _PARAGRAPHS)
    return function
