"""Reliability of the confidence of multiclass classifiers, also under corruptions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import numpy as np

from skmnist._utils import draw_seed, validate_arguments
from skmnist.robustness._calibration import BINNING, Bins, reliability_bins
from skmnist.robustness._confidence import confidences
from skmnist.robustness._corruptions import CLEAN, make_corruptions
from skmnist.robustness._displays._plotting import line_style, set_axes
from skmnist.robustness._docstrings import share_paragraphs
from skmnist.robustness._metrics import METRICS, needed_methods
from skmnist.robustness._models import check_models
from skmnist.robustness._predictions import StoredPredictions, evaluate
from skmnist.robustness._scores import check_images_and_labels


@dataclass(kw_only=True, eq=False, repr=False)
class ReliabilityDisplay:
    """Accuracy over confidence (reliability diagram), a line for each classifier or corruption.

    Create it by `from_estimator` or `from_predictions`; the parameters are stored as attributes.

    Parameters
    ----------
    bins : dict of str to tuple of ndarray
        For each line, the mean confidence, the accuracy and the share of the predictions of its
        bins; each ndarray has shape (n_bins,).

    Attributes
    ----------
    ax_ : matplotlib Axes
        The Axes.
    figure_ : matplotlib Figure
        The figure.
    lines_ : list of matplotlib Line2D
        The lines.

    See Also
    --------
    calibration_error : The mean distance from the diagonal.
    calibration_test : Tells whether it is larger than chance.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from skmnist.robustness import ReliabilityDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> model = KNeighborsClassifier().fit(X[:1000], y[:1000])
    >>> display = ReliabilityDisplay.from_estimator(
    ...     model, X[1000:], y[1000:], suite="fog", severities=(1, 5), value_range=(0, 16)
    ... )
    >>> list(display.bins)
    ['clean', 'fog, severity 1', 'fog, severity 5']
    """

    bins: dict[str, Bins]

    @classmethod
    @share_paragraphs
    def from_predictions(
        cls,
        y_true: Any,
        y_prob: Any,
        *,
        labels: Any = None,
        n_bins: int = 15,
        strategy: str = "uniform",
        sample_weight: Any = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Draw the reliability of probabilities.

        Parameters
        ----------
        {y_true}
        y_prob : array-like of shape (n, n_classes) or (n,), or dict of str to array-like
            Probabilities, as `predict_proba` returns them; of several classifiers by name.
        {labels}
        {n_bins}
        {strategy}
        {sample_weight}
        {plot}

        Returns
        -------
        display
            The display, drawn.

        Raises
        ------
        ValueError
            If a parameter is outside its range, shapes do not fit, or rows are not distributions.
        MissingDependencyError
            If matplotlib is not installed.
        """
        validate_arguments(BINNING, locals(), caller=f"{cls.__name__}.from_predictions")
        bins = {
            name: reliability_bins(
                *confidences(y_true, probabilities, labels, sample_weight),
                n_bins=n_bins,
                strategy=strategy,
            )
            for name, probabilities in by_name(y_prob).items()
        }
        return cls(bins=bins).plot(ax=ax, **plot_params)

    @classmethod
    @share_paragraphs
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        suite: Any = None,
        severities: str | int | Iterable[int] | None = "all",
        n_bins: int = 15,
        strategy: str = "uniform",
        value_range: tuple[float, float] | None = None,
        image_shape: tuple[int, int] | None = None,
        random_state: int | np.random.RandomState | None = 0,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Predict, and draw the reliability of the probabilities, a line for each corruption.

        Parameters
        ----------
        estimator : estimator or dict of str to estimator
            A fitted classifier, or several by name.
        {images}
        suite : str, noise, list or dict, default=None
            The corruptions, as in `robustness_scores`. If None, clean images only.
        severities : "all", int or sequence of int, default="all"
            The severities, as in `robustness_scores`.
        {n_bins}
        {strategy}
        {noise options}
        random_state : int, RandomState instance or None, default=0
            Seed of the noises that have none.
        {plot}

        Returns
        -------
        display
            The display, drawn.

        Raises
        ------
        NotFittedError, TypeError, ValueError
            As in `robustness_scores`.
        MissingDependencyError
            If matplotlib is not installed.
        """
        validate_arguments(BINNING, locals(), caller=f"{cls.__name__}.from_estimator")
        models = check_models(estimator, "estimator")
        X, y = check_images_and_labels(X, y, models)
        corruptions = [CLEAN]
        if suite is not None:
            params = {"value_range": value_range, "image_shape": image_shape}
            corruptions = make_corruptions(
                suite, severities, seed=draw_seed(random_state), **params
            )
        methods = needed_methods({"calibration_error": METRICS["calibration_error"]}, models)
        reduce = partial(_bin, y=y, n_bins=n_bins, strategy=strategy)
        bins = {}
        for corruption, result in evaluate(models, X, corruptions, methods, reduce):
            for name, of_model in result.items():
                parts = [name] if len(models) > 1 else []
                if suite is not None:
                    parts.append(str(corruption))
                bins[", ".join(parts) or name] = of_model
        return cls(bins=bins).plot(ax=ax, **plot_params)

    def plot(self, ax: Any = None, *, line_kw: Mapping[str, Any] | None = None) -> Self:
        """Draw accuracy over confidence; the area of a marker grows with its share.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is made.
        line_kw : dict, default=None
            Parameters of the lines, for ``Axes.plot``.

        Returns
        -------
        display
            This display.

        Raises
        ------
        MissingDependencyError
            If matplotlib is not installed.
        """
        ax = set_axes(self, ax, figsize=(7.5, 4.5))
        ax.plot([0, 1], [0, 1], color="grey", linewidth=1, label="calibrated")
        self.lines_ = []
        for i, (name, bins) in enumerate(self.bins.items()):
            confidence, accuracy, share = bins
            label = f"{name}: error {Bins(*bins).error():.3f}"
            style = {**line_style(i), "label": label, "linewidth": 1.2, **(line_kw or {})}
            (line,) = ax.plot(confidence, accuracy, **style)
            ax.scatter(
                confidence, accuracy, s=15 + 100 * share, c=style["color"], marker=style["marker"]
            )
            self.lines_.append(line)
        ax.set(
            xlabel="confidence (probability of the predicted class)",
            ylabel="accuracy (share of predictions)",
        )
        ax.set_aspect("equal")
        ax.grid(alpha=0.3)
        ax.legend(fontsize="small", loc="upper left", bbox_to_anchor=(1.02, 1))
        return self


def by_name(y_prob: Any) -> dict[str, Any]:
    """Return probabilities by the name of their classifier."""
    return dict(y_prob) if isinstance(y_prob, Mapping) else {"classifier": y_prob}


def _bin(
    predictions: Mapping[str, StoredPredictions], *, y: np.ndarray, n_bins: int, strategy: str
) -> dict[str, Bins]:
    return {
        name: reliability_bins(
            *confidences(y, stored.predict_proba(slice(None)), stored.classes_),
            n_bins=n_bins,
            strategy=strategy,
        )
        for name, stored in predictions.items()
    }
