"""Scores over the severity, and scores of several classifiers under each corruption."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from skmnist.robustness._corruptions import CLEAN
from skmnist.robustness._displays._plotting import line_style, set_axes
from skmnist.robustness._docstrings import share_paragraphs
from skmnist.robustness._metrics import METRICS
from skmnist.robustness._models import check_models
from skmnist.robustness._scores import score_models


@dataclass(kw_only=True, eq=False, repr=False)
class _ScoresDisplay(ABC):
    """What the two figures of scores under corruptions share."""

    scores: pd.DataFrame
    metric: str

    @classmethod
    def from_scores(
        cls, scores: Any, *, metric: str | None = None, ax: Any = None, **plot_params: Any
    ) -> Self:
        """Draw scores that have been computed.

        Parameters
        ----------
        scores : Bunch, DataFrame or dict
            The result of `compare_robustness`, `robustness_scores` or `cross_validate_robustness`
            (the mean over the folds), its table `scores`, or a dict of names of classifiers and
            such results.
        metric : str, default=None
            Name of the metric. If None, the first one.
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is made.
        **plot_params : dict
            Other parameters of `plot`.

        Returns
        -------
        display
            The display, drawn.

        Raises
        ------
        ValueError
            If the scores do not have the metric.
        MissingDependencyError
            If matplotlib is not installed.
        """
        table = _as_one_table(scores)
        names = list(table["metric"].unique())
        metric = names[0] if metric is None else metric
        if metric not in names:
            raise ValueError(f"metric={metric!r} is not in the scores; expected one of {names}.")
        table = table[table["metric"] == metric].drop(columns="metric")
        return cls(scores=table, metric=metric).plot(ax=ax, **plot_params)

    @classmethod
    @share_paragraphs
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        suite: Any = "mnist_c",
        severities: str | int | Iterable[int] | None = "all",
        scoring: str = "accuracy",
        value_range: tuple[float, float] | None = None,
        image_shape: tuple[int, int] | None = None,
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = 0,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Score classifiers under corruptions, and draw the scores.

        Parameters
        ----------
        estimator : estimator or dict of str to estimator
            A fitted classifier, or several by name.
        {images}
        suite : str, noise, list or dict, default="mnist_c"
            The corruptions, as in `robustness_scores`.
        severities : "all", int or sequence of int, default="all"
            The severities, as in `robustness_scores`.
        scoring : str, default="accuracy"
            Name of a metric, as in `robustness_scores`.
        {noise options}
        n_jobs : int, default=None
            Number of corruptions computed at once, in threads.
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
        table, _, _ = score_models(
            check_models(estimator, "estimator"),
            X,
            y,
            suite=suite,
            severities=severities,
            scoring=scoring,
            value_range=value_range,
            image_shape=image_shape,
            n_jobs=n_jobs,
            random_state=random_state,
        )
        return cls.from_scores(table, ax=ax, **plot_params)

    @abstractmethod
    def plot(self, *args: Any, **kwargs: Any) -> Self:
        """Draw the display."""

    def _label(self) -> str:
        known = METRICS.get(self.metric)
        return known.label if known is not None and known.label else self.metric


def _as_one_table(scores: Any) -> pd.DataFrame:
    """Return tidy scores with a column model, averaged over folds."""
    if isinstance(scores, Mapping) and "scores" not in scores:
        tables = [_as_one_table(entry).assign(model=name) for name, entry in scores.items()]
        return pd.concat(tables, ignore_index=True)
    table = scores["scores"] if isinstance(scores, Mapping) else scores
    if "model" not in table:
        table = table.assign(model="classifier")
    if "fold" in table:
        keys = ["model", "corruption", "severity", "metric"]
        folds = table.groupby(keys, sort=False, dropna=False)
        means = folds["value"].mean().to_frame()
        means["standard_error"] = folds["value"].sem()
        table = means.reset_index()
    return table


@dataclass(kw_only=True, eq=False, repr=False)
class RobustnessCurveDisplay(_ScoresDisplay):
    """Scores over the severity of the noise, a line for each classifier.

    Create it by `from_scores` or `from_estimator`; the parameters are stored as attributes.

    Parameters
    ----------
    scores : DataFrame
        Tidy scores of one metric; columns model, corruption, severity, value and standard_error.
    metric : str
        Name of the metric.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The Axes.
    figure_ : matplotlib Figure
        The figure.
    lines_ : list of matplotlib Line2D
        The lines, in the order of the classifiers.

    See Also
    --------
    RobustnessHeatmapDisplay : Scores under each corruption.
    compare_robustness : The scores, and tests of their differences.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from skmnist.robustness import RobustnessCurveDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> model = KNeighborsClassifier().fit(X[:1000], y[:1000])
    >>> display = RobustnessCurveDisplay.from_estimator(
    ...     model, X[1000:], y[1000:], suite="gaussian_noise", value_range=(0, 16)
    ... )
    >>> display.lines_[0].get_xdata().tolist()
    [0, 1, 2, 3, 4, 5]
    """

    def plot(
        self,
        ax: Any = None,
        *,
        corruption: str | None = None,
        line_kw: Mapping[str, Any] | None = None,
    ) -> Self:
        """Draw the scores over the severity.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is made.
        corruption : str, default=None
            The corruption; bars show one standard error. If None, the mean over the corruptions
            that have severities.
        line_kw : dict, default=None
            Parameters of the lines, for ``Axes.plot``.

        Returns
        -------
        display
            This display.

        Raises
        ------
        ValueError
            If the scores lack the corruption, or the corruptions have no severity in common.
        MissingDependencyError
            If matplotlib is not installed.
        """
        names = [name for name in self.scores["corruption"].unique() if name != CLEAN.name]
        if corruption is not None and corruption not in names:
            raise ValueError(
                f"corruption={corruption!r} is not in the scores; expected one of {names}."
            )
        shown = self.scores[self.scores["severity"].notna()]
        if corruption is not None:
            shown = shown[shown["corruption"].isin([CLEAN.name, corruption])]
        noisy = shown[shown["corruption"] != CLEAN.name]
        n_corruptions = noisy["corruption"].nunique()
        counts = noisy.groupby("severity")["corruption"].nunique()
        severities = [0, *counts.index[counts == n_corruptions]]
        if len(severities) == 1:
            raise ValueError(
                "The corruptions have no severity in common; expected scores over several "
                "severities: compute them with severities='all', or pass corruption= to plot one."
            )
        ax = set_axes(self, ax)
        self.lines_ = []
        for i, (name, rows) in enumerate(shown.groupby("model", sort=False)):
            means = rows.groupby("severity")[["value", "standard_error"]].mean().loc[severities]
            style = {**line_style(i), "label": str(name), **(line_kw or {})}
            (line,) = ax.plot(severities, means["value"].to_numpy(), **style)
            self.lines_.append(line)
            if corruption is not None:
                ax.errorbar(
                    severities,
                    means["value"],
                    means["standard_error"],
                    fmt="none",
                    ecolor=line.get_color(),
                    capsize=3,
                )
        ax.set(
            xlabel="severity (0: no noise)",
            ylabel=self._label(),
            title=corruption or f"Mean over {n_corruptions} corruptions with severities",
            xticks=severities,
        )
        ax.grid(alpha=0.3)
        ax.legend()
        return self


@dataclass(kw_only=True, eq=False, repr=False)
class RobustnessHeatmapDisplay(_ScoresDisplay):
    """Scores of classifiers under each corruption, as a table of colors and numbers.

    Create it by `from_scores` or `from_estimator`; the parameters are stored as attributes.

    Parameters
    ----------
    scores : DataFrame
        Tidy scores of one metric; columns model, corruption, severity, value and standard_error.
    metric : str
        Name of the metric.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The Axes.
    figure_ : matplotlib Figure
        The figure.
    im_ : matplotlib AxesImage
        The colors.
    text_ : ndarray of matplotlib Text
        The numbers, by corruption and classifier.

    See Also
    --------
    RobustnessCurveDisplay : Scores over the severity.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from skmnist.robustness import RobustnessHeatmapDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> models = {f"k={k}": KNeighborsClassifier(k).fit(X[:1000], y[:1000]) for k in (1, 9)}
    >>> display = RobustnessHeatmapDisplay.from_estimator(
    ...     models, X[1000:], y[1000:], suite=["fog", "stripe"], value_range=(0, 16)
    ... )
    >>> [label.get_text() for label in display.ax_.get_yticklabels()]
    ['clean', 'fog', 'stripe', 'mean of 2']
    """

    def plot(
        self,
        ax: Any = None,
        *,
        cmap: str = "cividis",
        values_format: str = ".3f",
        colorbar: bool = True,
    ) -> Self:
        """Draw the scores; a corruption with several severities shows their mean.

        A hyphen stands for a score that a classifier lacks.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is made.
        cmap : str, default="cividis"
            Colormap. The default gets lighter as the score grows.
        values_format : str, default=".3f"
            Format of the numbers.
        colorbar : bool, default=True
            Whether to draw a color bar.

        Returns
        -------
        display
            This display.

        Raises
        ------
        MissingDependencyError
            If matplotlib is not installed.
        """
        means = self.scores.groupby(["corruption", "model"], sort=False)["value"].mean().unstack()
        means = means.loc[self.scores["corruption"].unique(), self.scores["model"].unique()]
        noisy = means.drop(index=CLEAN.name)
        means.loc[f"mean of {len(noisy)}"] = noisy.mean()
        values = means.to_numpy()
        n_rows, n_columns = values.shape
        ax = set_axes(self, ax, figsize=(2.5 + 1.1 * n_columns, 1.5 + 0.3 * n_rows))
        self.im_ = ax.imshow(values, cmap=cmap, aspect="auto")
        self.text_ = np.empty(values.shape, dtype=object)
        for place, value in np.ndenumerate(values):
            is_missing = np.isnan(value)
            red, green, blue, _ = self.im_.cmap(self.im_.norm(value))
            is_dark = not is_missing and 0.3 * red + 0.6 * green + 0.1 * blue < 0.5
            self.text_[place] = ax.text(
                place[1],
                place[0],
                "-" if is_missing else format(value, values_format),
                ha="center",
                va="center",
                color="white" if is_dark else "black",
            )
        for edge in (0.5, n_rows - 1.5):  # below the clean images, above the mean
            ax.axhline(edge, color="white", linewidth=3)
        names = [str(name) for name in means.columns]
        ax.set_xticks(range(n_columns), names, rotation=30, ha="right", rotation_mode="anchor")
        ax.set_yticks(range(n_rows), [str(name) for name in means.index])
        several = (self.scores.groupby("corruption")["severity"].nunique() > 1).any()
        of_mean = " (mean over its severities)" if several else ""
        ax.set(xlabel="classifier", ylabel=f"corruption{of_mean}")
        if colorbar:
            ax.figure.colorbar(self.im_, ax=ax, label=self._label())
        return self
