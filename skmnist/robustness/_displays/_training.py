"""What a network recorded in each epoch of its training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from sklearn.utils.validation import check_is_fitted

from skmnist.robustness._displays._plotting import line_style, set_axes, set_integer_ticks
from skmnist.robustness._models import final_estimator


@dataclass(kw_only=True, eq=False, repr=False)
class TrainingCurveDisplay:
    """A metric of training and validation rows over the epochs.

    Create it by `from_estimator` or `from_history`; the parameters are stored as attributes.

    Parameters
    ----------
    history : dict of str to list of float
        Numbers per epoch: "loss", "accuracy" and so on, and "val_loss" and so on for validation
        rows, as in `history_` of a network.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The Axes.
    figure_ : matplotlib Figure
        The figure.
    lines_ : list of matplotlib Line2D
        The lines: training, and validation if there was one.

    Examples
    --------
    >>> from skmnist.robustness import TrainingCurveDisplay
    >>> history = {"loss": [0.9, 0.4, 0.2], "val_loss": [0.8, 0.5, 0.4]}
    >>> display = TrainingCurveDisplay.from_history(history)
    >>> [line.get_label() for line in display.lines_]
    ['training', 'validation']
    """

    history: Mapping[str, Sequence[float]]

    @classmethod
    def from_history(
        cls, history: Mapping[str, Sequence[float]], *, ax: Any = None, **plot_params: Any
    ) -> Self:
        """Draw a history.

        Parameters
        ----------
        history : dict of str to list of float
            Numbers per epoch, as in `history_` of a network.
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
            If the history lacks the metric.
        MissingDependencyError
            If matplotlib is not installed.
        """
        return cls(history=history).plot(ax=ax, **plot_params)

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Any = None, **plot_params: Any) -> Self:
        """Draw the history of a fitted network.

        Parameters
        ----------
        estimator : estimator
            A fitted network of skmnist, or a Pipeline or search that ends in one.
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
        NotFittedError
            If the network has not been fitted.
        TypeError
            If the estimator does not record its epochs.
        ValueError
            If the history lacks the metric.
        MissingDependencyError
            If matplotlib is not installed.
        """
        check_is_fitted(estimator)
        network = final_estimator(estimator)
        if not hasattr(network, "history_"):
            raise TypeError(
                f"estimator is a {type(network).__name__}, which has no history_; expected a "
                "network of skmnist.neural_network, or a Pipeline or search that ends in one."
            )
        return cls.from_history(network.history_, ax=ax, **plot_params)

    def plot(
        self,
        ax: Any = None,
        *,
        metric: str = "loss",
        line_kw: Mapping[str, Any] | None = None,
    ) -> Self:
        """Draw a metric over the epochs.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is made.
        metric : str, default="loss"
            Name in the history, without the prefix ``val_``.
        line_kw : dict, default=None
            Parameters of the lines, for ``Axes.plot``.

        Returns
        -------
        display
            This display.

        Raises
        ------
        ValueError
            If the history lacks the metric.
        MissingDependencyError
            If matplotlib is not installed.
        """
        if metric not in self.history:
            raise ValueError(
                f"metric={metric!r} is not in the history; expected one of {list(self.history)}."
            )
        ax = set_axes(self, ax)
        self.lines_ = []
        for i, (name, label) in enumerate([(metric, "training"), (f"val_{metric}", "validation")]):
            if name in self.history:
                values = self.history[name]
                style = {**line_style(i), "markersize": 4, "label": label, **(line_kw or {})}
                (line,) = ax.plot(range(1, len(values) + 1), values, **style)
                self.lines_.append(line)
        units = {"accuracy": "accuracy (share of rows)"}
        ax.set(xlabel="epoch", ylabel=units.get(metric, metric))
        set_integer_ticks(ax)
        ax.grid(alpha=0.3)
        ax.legend()
        return self
