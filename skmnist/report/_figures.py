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
_WIDTH = 4.8  # inches: two figures fit side by side, and the text is readable on a phone
_SIZE = (_WIDTH, 3.6)
_MAX_NUMBERED = 30  # classes; the cells of a larger confusion matrix have no room for numbers


def confusion_matrix_figure(counts: np.ndarray, classes: np.ndarray) -> str:
    """Draw a confusion matrix of counts."""
    labels = list(short_names(classes, 12).values())
    is_numbered = len(labels) <= _MAX_NUMBERED

    def draw(ax: Any) -> None:
        display = ConfusionMatrixDisplay(counts, display_labels=labels).plot(
            ax=ax,
            cmap="Blues",
            colorbar=not is_numbered,
            include_values=is_numbered,
            xticks_rotation="vertical" if max(map(len, labels)) > 2 else "horizontal",
        )
        ax.set(xlabel="predicted label", ylabel="true label")
        if not is_numbered:
            display.im_.colorbar.set_label("images")

    side = max(_WIDTH, 0.2 * len(labels))
    return _data_uri(draw, (side, side))


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

    return _data_uri(draw, (_WIDTH, _WIDTH))


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
    names = short_names(np.union1d(y, y_pred), 8)
    labels, predicted = ([names[label] for label in ys] for ys in (y, y_pred))
    n_characters = max(map(len, labels)) + len(" as ") + max(map(len, predicted))

    def draw(ax: Any) -> None:
        ImageGalleryDisplay.from_predictions(
            X,
            labels,
            predicted,
            confidence=confidence,
            n_images=len(labels),
            image_shape=image_shape,
            n_columns=max(1, min(4, 64 // n_characters)),
            ax=ax,
        )
        ax.set_title("")
        aspect = np.ptp(ax.get_ylim()) / np.ptp(ax.get_xlim())
        ax.figure.set_size_inches(_WIDTH, _WIDTH * aspect)

    return _data_uri(draw, _SIZE)


def short_names(labels: np.ndarray, length: int) -> dict[Any, str]:
    """Return names of distinct labels that are short enough, or in full if those would be equal."""
    names = {label: " ".join(str(label).split()) for label in labels}
    short = {
        label: name if len(name) <= length else f"{name[: length - 4]}…{name[-3:]}"
        for label, name in names.items()
    }
    return short if len(set(short.values())) == len(short) else names


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
