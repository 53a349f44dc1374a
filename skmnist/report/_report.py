"""The report about one fitted classifier."""

import html
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from numbers import Integral
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from skmnist._utils import (
    atomic_write,
    draw_seed,
    import_optional,
    name_argument,
    validate_arguments,
)
from skmnist._utils._sklearn import Interval
from skmnist.report import _sections
from skmnist.report._parts import Section
from skmnist.report._render import render
from skmnist.report._sections import Predictions
from skmnist.robustness import robustness_scores
from skmnist.robustness._corruptions import CLEAN
from skmnist.robustness._estimates import score_predictions
from skmnist.robustness._metrics import make_metrics
from skmnist.robustness._models import check_models, final_estimator
from skmnist.robustness._predictions import StoredPredictions, evaluate
from skmnist.robustness._scores import check_images_and_labels

_CONSTRAINTS: dict[str, list[Any]] = {
    "title": [str, None],
    "n_errors": [Interval(Integral, 0, None, closed="left")],
    "n_jobs": [Integral, None],
    "random_state": ["random_state"],
}
_OF_LABELS = ("accuracy",)
_OF_PROBABILITIES = ("log_loss", "brier_score", "calibration_error")
_UNDER_NOISE = ("accuracy", "calibration_error")
_N_RESAMPLES = 200


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """A report, as `make_report` returns it.

    In a notebook it is shown as its HTML page.

    Parameters
    ----------
    title : str
        The title.
    sections : tuple of Section
        The sections. Each has a `title`, `paragraphs`, `figures` and `tables`; the `data` of a
        table is a DataFrame with the numbers before they are rounded.

    See Also
    --------
    make_report : Make a report.

    Examples
    --------
    >>> from skmnist.report import Report
    >>> print(Report(title="Nothing yet", sections=()).to_markdown())
    # Nothing yet
    """

    title: str
    sections: tuple[Section, ...]

    def to_html(self) -> str:
        """Return the report as an HTML page, with its figures and style in it.

        The page has no scripts, and loads nothing.

        Returns
        -------
        str
            The page.

        Raises
        ------
        MissingDependencyError
            If Jinja is not installed.
        """
        return render("report.html.jinja", self.title, self.sections)

    def to_markdown(self) -> str:
        """Return the report as Markdown: texts and tables, without figures.

        Returns
        -------
        str
            The text.

        Raises
        ------
        MissingDependencyError
            If Jinja is not installed.
        """
        return render("report.md.jinja", self.title, self.sections)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the report to a file; if that fails, an older file stays as it was.

        Parameters
        ----------
        path : str or path-like
            The file: HTML if it ends in ``.html`` or ``.htm``, Markdown if it ends in ``.md``.

        Raises
        ------
        OSError
            If `path` is a folder, or its folder is missing or not writable.
        ValueError
            If `path` has another ending.
        MissingDependencyError
            If Jinja is not installed.
        """
        path = Path(path)
        formats: dict[str, Callable[[], str]] = {
            ".html": self.to_html,
            ".htm": self.to_html,
            ".md": self.to_markdown,
        }
        if path.suffix.lower() not in formats:
            raise ValueError(
                f"path={str(path)!r} has the ending {path.suffix!r}; expected one of "
                f"{list(formats)}, which choose the format."
            )
        text = formats[path.suffix.lower()]()
        with atomic_write(path) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")

    def _repr_html_(self) -> str:
        # In a frame, so that the style of the page does not change the notebook.
        page = html.escape(self.to_html())
        return f'<iframe srcdoc="{page}" sandbox style="width: 100%; height: 40rem"></iframe>'


def make_report(
    model: Any,
    X_test: Any,
    y_test: Any,
    *,
    title: str | None = None,
    cv_results: Any = None,
    folds: Any = None,
    suite: Any = "mnist_c",
    severities: str | int | Iterable[int] | None = None,
    value_range: tuple[float, float] | None = None,
    image_shape: tuple[int, int] | None = None,
    n_errors: int = 12,
    n_jobs: int | None = None,
    random_state: int | np.random.RandomState | None = 0,
) -> Report:
    """Make a report about a fitted classifier, to be saved as one HTML or Markdown file.

    The sections are: the model and its parameters, the search, the folds, the training, the scores
    on test images, the confusion matrix, the calibration, the robustness, the most confident errors
    and the environment. A section for which there is nothing is left out: the training of a model
    that recorded no epochs, or the calibration of a classifier without `predict_proba`.

    Parameters
    ----------
    model : estimator
        A fitted classifier, or a Pipeline or a search that ends in one. A noise with
        ``when="always"`` in a Pipeline adds to the test images and to each corruption; switch it
        off by ``set_params(noise="passthrough")`` to report the classifier alone.
    X_test : array-like or table of shape (n, n_pixels) or (n, height, width)
        Gray images in the form that the classifier takes, also (n, height, width, 1), that it was
        not trained on; never written to.
    y_test : array-like of shape (n,)
        Labels; each is in `classes_` of the classifier.
    title : str, default=None
        Title of the report. If None, it names the class of the classifier.
    cv_results : dict or DataFrame, default=None
        `cv_results_` of a search by which the model was chosen. If None, those of `model` if it is
        a search.
    folds : dict, DataFrame or array-like, default=None
        The result of :func:`sklearn.model_selection.cross_validate`, or the scores of
        :func:`sklearn.model_selection.cross_val_score`. If None, the scores of the best candidate
        if `model` is a search.
    suite : str, noise, list or dict, default="mnist_c"
        The corruptions, as in :func:`skmnist.robustness.robustness_scores`. If None, robustness is
        left out.
    severities : "all", int or sequence of int, default=None
        Severities of the noises built from names, from 1 to 5. If None, the severity of the
        published data set. Several severities give a curve.
    value_range : (low, high), default=None
        Pixel values of black and white, for the noises. If None, each noise learns it from the
        images.
    image_shape : (height, width), default=None
        Shape of flat images, for the noises and the figures. If None, flat images are square.
    n_errors : int, default=12
        Largest number of errors that are shown.
    n_jobs : int, default=None
        Number of corruptions computed at once, in threads; -1 for all processors.
    random_state : int, RandomState instance or None, default=0
        Seed of the noises that have none, and of the resampling.

    Returns
    -------
    Report
        The report. Its `save` writes a file.

    Raises
    ------
    NotFittedError
        If the model has not been fitted.
    TypeError
        If `model` is not a classifier, or `suite` has an entry of another type.
    ValueError
        If `X_test`, `y_test`, `cv_results` or `folds` does not fit, or a suite or a severity is
        unknown.
    MissingDependencyError
        If Jinja or matplotlib is not installed.

    See Also
    --------
    skmnist.robustness.compare_robustness : Compare several classifiers.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from skmnist.report import make_report
    >>> X, y = load_digits(return_X_y=True)  # 8x8 pixels, from 0 to 16
    >>> model = KNeighborsClassifier().fit(X[:1000], y[:1000])
    >>> report = make_report(model, X[1000:], y[1000:], suite="fog", value_range=(0, 16))
    >>> [section.title for section in report.sections][1:4]
    ['Test scores', 'Confusion matrix', 'Calibration']
    >>> report.save("report.html")  # doctest: +SKIP
    """
    validate_arguments(_CONSTRAINTS, locals(), caller="make_report")
    for module in ("jinja2", "matplotlib"):
        import_optional(module, purpose="make_report", extra="report")
    name = type(final_estimator(model)).__name__
    check_models({name: model}, "model")
    # Cheap sections come first, so that a wrong argument is found at once.
    search = _sections.search_section(model, cv_results)
    in_folds = _sections.folds_section(model, folds)
    seed = draw_seed(random_state)
    with name_argument("y_test"):
        X, y = check_images_and_labels(X_test, y_test, {name: model})
    if len(y) == 0:
        raise ValueError("y_test is empty; expected at least one image.")
    with name_argument("X_test"):
        stored = _predict(model, X)
    y = y.astype(stored.classes_.dtype)  # such as int, from objects
    metrics = make_metrics(_OF_LABELS + _OF_PROBABILITIES * ("predict_proba" in stored.responses))
    scores = score_predictions(
        {name: stored}, y=y, metrics=metrics, n_resamples=_N_RESAMPLES, seed=seed
    )
    robustness = None
    if suite is not None:
        robustness = robustness_scores(
            model,
            X,
            y,
            suite=suite,
            severities=severities,
            scoring=[metric for metric in _UNDER_NOISE if metric in metrics],
            value_range=value_range,
            image_shape=image_shape,
            n_resamples=_N_RESAMPLES,
            n_jobs=n_jobs,
            random_state=seed,
        )
    predictions = Predictions(
        y, stored.responses["predict"], stored.responses.get("predict_proba"), stored.classes_
    )
    sections = (
        _sections.model_section(model, predictions),
        search,
        in_folds,
        _sections.training_section(model),
        _sections.test_section(predictions, scores),
        _sections.confusion_section(predictions),
        _sections.calibration_section(predictions, seed),
        _sections.robustness_section(robustness),
        _sections.errors_section(X, predictions, n_errors, image_shape),
        _sections.environment_section(seed),
    )
    return Report(
        title=f"Report on {name}" if title is None else title,
        sections=tuple(section for section in sections if section is not None),
    )


def _predict(model: Any, X: Any) -> StoredPredictions:
    """Return the labels and, if the model has them, the probabilities of images."""
    methods = [method for method in ("predict", "predict_proba") if hasattr(model, method)]
    ((_, stored),) = evaluate(
        {"model": model}, X, [CLEAN], {"model": methods}, lambda stored: stored["model"]
    )
    return stored
