"""The figures of a report: Displays, drawn as SVG in data URIs."""

import base64
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import ConfusionMatrixDisplay

from skmnist._utils import import_optional
from skmnist.robustness import (
    ImageGalleryDisplay,
    ReliabilityDisplay,
    RiskCoverageDisplay,
    RobustnessCurveDisplay,
    TrainingCurveDisplay,
)

# Labels of classes may contain dollar signs, and equal reports have equal figures.
_STYLE = {"text.parse_math": False, "svg.fonttype": "path", "svg.hashsalt": "skmnist"}
_METADATA = {"Creator": None, "Date": None}
_SIZE = (4.8, 3.6)  # inches: the text is readable on a phone
_MAX_NUMBERED = 30  # classes; the cells of a larger confusion matrix have no room for numbers
_MAX_LABEL = 12  # characters


def confusion_matrix_figure(counts: np.ndarray, classes: Sequence[Any]) -> str:
    """Draw a confusion matrix of counts."""
    labels = [_shortened(label) for label in classes]
    side = max(_SIZE[1], 1.5 + 0.36 * len(labels))

    def draw(ax: Any) -> None:
        display = ConfusionMatrixDisplay(counts, display_labels=labels)
        display.plot(
            ax=ax,
            cmap="Blues",
            colorbar=False,
            include_values=len(labels) <= _MAX_NUMBERED,
            xticks_rotation="vertical" if max(map(len, labels)) > 2 else "horizontal",
        )
        ax.set(xlabel="predicted label", ylabel="true label")
        ax.figure.colorbar(display.im_, ax=ax, label="images", shrink=0.8)

    return _data_uri(draw, (side * 1.2, side))


def training_figure(history: Mapping[str, Sequence[float]], metric: str) -> str:
    """Draw a metric over the epochs."""
    return _data_uri(
        lambda ax: TrainingCurveDisplay.from_history(history, metric=metric, ax=ax), _SIZE
    )


def robustness_figure(scores: pd.DataFrame) -> str:
    """Draw the accuracy over the severity, as a mean over the corruptions."""

    def draw(ax: Any) -> None:
        RobustnessCurveDisplay.from_scores(scores, metric="accuracy", ax=ax)
        ax.get_legend().remove()  # there is one line

    return _data_uri(draw, _SIZE)


def reliability_figure(y: np.ndarray, y_prob: np.ndarray, classes: np.ndarray) -> str:
    """Draw a reliability diagram."""

    def draw(ax: Any) -> None:
        ReliabilityDisplay.from_predictions(y, {"classifier": y_prob}, labels=classes, ax=ax)
        ax.legend(loc="upper left", fontsize="small")

    return _data_uri(draw, (4.8, 4.8))


def risk_coverage_figure(y: np.ndarray, y_prob: np.ndarray, classes: np.ndarray) -> str:
    """Draw the error rate over the coverage."""
    return _data_uri(
        lambda ax: RiskCoverageDisplay.from_predictions(
            y, {"classifier": y_prob}, labels=classes, ax=ax
        ),
        _SIZE,
    )


def errors_figure(
    X: Any,
    y: np.ndarray,
    y_pred: np.ndarray,
    confidence: np.ndarray | None,
    image_shape: tuple[int, int] | None,
) -> str:
    """Draw wrongly predicted images."""
    labels, predicted = ([_shortened(label) for label in ys] for ys in (y, y_pred))
    n_characters = max(map(len, labels)) + max(map(len, predicted)) + len(" as ")
    n_columns = max(2, min(6, 56 // n_characters, len(labels)))
    n_rows = -(-len(labels) // n_columns)

    def draw(ax: Any) -> None:
        ImageGalleryDisplay.from_predictions(
            X,
            labels,
            predicted,
            confidence=confidence,
            n_images=len(labels),
            image_shape=image_shape,
            n_columns=n_columns,
            ax=ax,
        )
        ax.set_title("")

    width = 1.6 * _SIZE[0] if n_columns > 3 else _SIZE[0]
    return _data_uri(draw, (width, 1.9 * n_rows * width / (1.15 * n_columns)))


def _shortened(label: Any) -> str:
    text = " ".join(str(label).split())
    return text if len(text) <= _MAX_LABEL else f"{text[: _MAX_LABEL - 1]}…"


def _data_uri(draw: Callable[[Any], object], size: tuple[float, float]) -> str:
    """Return what a function draws on Axes, as the data URI of an SVG image."""
    matplotlib = import_optional("matplotlib.figure", purpose="make_report", extra="report")
    style = import_optional("matplotlib.style", purpose="make_report", extra="report")
    content = io.BytesIO()
    with style.context(["default", _STYLE]):
        # Not a figure of pyplot, which would stay open.
        figure = matplotlib.Figure(figsize=size, layout="constrained")
        draw(figure.subplots())
        figure.savefig(content, format="svg", metadata=_METADATA)
    return f"data:image/svg+xml;base64,{base64.b64encode(content.getvalue()).decode()}"
