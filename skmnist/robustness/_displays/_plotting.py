"""Axes, and lines that can be told apart in gray and by the color-blind."""

from typing import Any

from skmnist._utils import import_optional

# The colors of Okabe and Ito without yellow, which is too pale for lines.
_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9")
_MARKERS = ("o", "s", "^", "D", "v", "X")
_LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))


def set_axes(display: Any, ax: Any, figsize: tuple[float, float] | None = None) -> Any:
    """Return Axes to draw on, new ones if `ax` is None; set `ax_` and `figure_` of a display."""
    purpose = f"{type(display).__name__}.plot"
    pyplot = import_optional("matplotlib.pyplot", purpose=purpose, extra="examples")
    if ax is None:
        _, ax = pyplot.subplots(figsize=figsize, layout="constrained")
    display.ax_, display.figure_ = ax, ax.figure
    return ax


def line_style(i: int) -> dict[str, Any]:
    """Return color, line style and marker of the line of a number."""
    return {
        "color": _COLORS[i % len(_COLORS)],
        "linestyle": _LINES[i % len(_LINES)],
        "marker": _MARKERS[i % len(_MARKERS)],
        "markersize": 5,
    }


def set_integer_ticks(ax: Any) -> None:
    """Label the x-axis with whole numbers only."""
    ticker = import_optional("matplotlib.ticker", purpose="Axes", extra="examples")
    ax.xaxis.set_major_locator(ticker.MaxNLocator(integer=True))
