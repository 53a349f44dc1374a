"""The error rate over the share of images that are predicted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from skmnist.robustness._displays._plotting import line_style, set_axes
from skmnist.robustness._displays._reliability import by_name
from skmnist.robustness._docstrings import share_paragraphs
from skmnist.robustness._metrics import METRICS, needed_methods
from skmnist.robustness._models import check_models
from skmnist.robustness._risk_coverage import risk_coverage_curve
from skmnist.robustness._scores import check_images_and_labels

Floats = npt.NDArray[np.float64]


@dataclass(kw_only=True, eq=False, repr=False)
class RiskCoverageDisplay:
    """Error rate over coverage: what a threshold of the confidence gains.

    Create it by `from_estimator` or `from_predictions`; the parameters are stored as attributes.

    Parameters
    ----------
    curves : dict of str to tuple of ndarray
        For each line the coverage and the risk, as `risk_coverage_curve` returns them.

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
    risk_coverage_curve : The curve.
    risk_coverage_auc : The area under it.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from skmnist.robustness import RiskCoverageDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> model = KNeighborsClassifier().fit(X[:1000], y[:1000])
    >>> display = RiskCoverageDisplay.from_estimator(model, X[1000:], y[1000:])
    >>> display.ax_.get_xlabel()
    'coverage (share of images that are predicted)'
    """

    curves: dict[str, tuple[Floats, Floats]]

    @classmethod
    @share_paragraphs
    def from_predictions(
        cls,
        y_true: Any,
        y_prob: Any,
        *,
        labels: Any = None,
        sample_weight: Any = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Draw the curves of probabilities.

        Parameters
        ----------
        {y_true}
        y_prob : array-like of shape (n, n_classes) or (n,), or dict of str to array-like
            Probabilities, as `predict_proba` returns them; of several classifiers by name.
        {labels}
        {sample_weight}
        {plot}

        Returns
        -------
        display
            The display, drawn.

        Raises
        ------
        ValueError
            If shapes do not fit, or rows are not distributions.
        MissingDependencyError
            If matplotlib is not installed.
        """
        curves = {
            name: risk_coverage_curve(
                y_true, probabilities, labels=labels, sample_weight=sample_weight
            )[:2]
            for name, probabilities in by_name(y_prob).items()
        }
        return cls(curves=curves).plot(ax=ax, **plot_params)

    @classmethod
    @share_paragraphs
    def from_estimator(
        cls, estimator: Any, X: Any, y: Any, *, ax: Any = None, **plot_params: Any
    ) -> Self:
        """Predict, and draw the curves of the probabilities.

        Parameters
        ----------
        estimator : estimator or dict of str to estimator
            A fitted classifier, or several by name.
        {images}
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
        models = check_models(estimator, "estimator")
        X, y = check_images_and_labels(X, y, models)
        needed_methods({"risk_coverage_auc": METRICS["risk_coverage_auc"]}, models)
        curves = {
            name: risk_coverage_curve(y, model.predict_proba(X), labels=model.classes_)[:2]
            for name, model in models.items()
        }
        return cls(curves=curves).plot(ax=ax, **plot_params)

    def plot(self, ax: Any = None, *, line_kw: Mapping[str, Any] | None = None) -> Self:
        """Draw error rate over coverage; the legend gives the areas.

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
        ax = set_axes(self, ax)
        self.lines_ = []
        for i, (name, (coverage, risk)) in enumerate(self.curves.items()):
            area = np.diff(coverage, prepend=0.0) @ risk
            style = {
                **line_style(i),
                "markevery": 0.1,
                "label": f"{name}: area {area:.4f}",
                **(line_kw or {}),
            }
            (line,) = ax.plot(coverage, risk, **style)
            self.lines_.append(line)
        ax.set(
            xlabel="coverage (share of images that are predicted)",
            ylabel="risk (error rate of these images)",
        )
        ax.grid(alpha=0.3)
        ax.legend()
        return self
