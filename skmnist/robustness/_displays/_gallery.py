"""Images with their true and predicted labels, the most confident errors first."""

from dataclasses import dataclass
from numbers import Integral
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import column_or_1d
from sklearn.utils.validation import check_consistent_length

from skmnist._utils import check_images, draw_seed, validate_arguments
from skmnist._utils._sklearn import Interval
from skmnist.robustness._corruptions import make_corruptions
from skmnist.robustness._displays._plotting import set_axes
from skmnist.robustness._docstrings import share_paragraphs
from skmnist.robustness._models import check_models
from skmnist.robustness._scores import check_images_and_labels

_CONSTRAINTS: dict[str, list[Any]] = {
    "n_images": [Interval(Integral, 1, None, closed="left")],
    "n_columns": [Interval(Integral, 1, None, closed="left")],
    "image_shape": [None, "array-like"],
}


@dataclass(kw_only=True, eq=False, repr=False)
class ImageGalleryDisplay:
    """Images with their true and predicted labels, clean images above noisy ones.

    Create it by `from_estimator` or `from_predictions`; the parameters are stored as attributes.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        The images that were predicted.
    y_true : ndarray of shape (n,)
        Labels.
    y_pred : ndarray of shape (n,)
        Predicted labels.
    confidence : ndarray of shape (n,), default=None
        Probabilities of the predicted labels.
    clean_images : ndarray of shape (n, height, width), default=None
        The images before the noise.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The Axes, one for all images.
    figure_ : matplotlib Figure
        The figure.
    images_ : list of matplotlib AxesImage
        The images.
    text_ : list of matplotlib Text
        The labels.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from skmnist.robustness import ImageGalleryDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> model = KNeighborsClassifier().fit(X[:1000], y[:1000])
    >>> display = ImageGalleryDisplay.from_estimator(model, X[1000:], y[1000:], n_images=8)
    >>> display.text_[0].get_text().splitlines()
    ['5 as 6', '100 %']
    """

    images: np.ndarray
    y_true: np.ndarray
    y_pred: np.ndarray
    confidence: np.ndarray | None = None
    clean_images: np.ndarray | None = None

    @classmethod
    def from_predictions(
        cls,
        X: Any,
        y_true: Any,
        y_pred: Any,
        *,
        confidence: Any = None,
        X_clean: Any = None,
        n_images: int = 24,
        image_shape: tuple[int, int] | None = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Draw the images of the most confident errors, then those of the least confident hits.

        Parameters
        ----------
        X : array-like or table of shape (n, n_pixels) or (n, height, width)
            The images that were predicted, also (n, height, width, 1).
        y_true : array-like of shape (n,)
            Labels.
        y_pred : array-like of shape (n,)
            Predicted labels.
        confidence : array-like of shape (n,), default=None
            Probabilities of the predicted labels. If None, errors come in the order of `X`.
        X_clean : array-like or table, default=None
            The images before the noise, in the form of `X`.
        n_images : int, default=24
            Number of images.
        image_shape : (height, width), default=None
            Shape of flat images. If None, flat images are square.
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
            If a parameter is outside its range, or shapes do not fit.
        MissingDependencyError
            If matplotlib is not installed.
        """
        validate_arguments(_CONSTRAINTS, locals(), caller=f"{cls.__name__}.from_predictions")
        y_true, y_pred = column_or_1d(y_true), column_or_1d(y_pred)
        check_consistent_length(X, X_clean, y_true, y_pred, confidence)
        certainty = np.ones(len(y_true)) if confidence is None else column_or_1d(confidence)
        is_error = y_true != y_pred
        order = np.argsort(np.where(is_error, -certainty, certainty), kind="stable")
        chosen = np.concatenate([order[is_error[order]], order[~is_error[order]]])[:n_images]
        clean = None if X_clean is None else _as_images(X_clean, image_shape)[chosen]
        return cls(
            images=_as_images(X, image_shape)[chosen],
            y_true=y_true[chosen],
            y_pred=y_pred[chosen],
            confidence=None if confidence is None else certainty[chosen],
            clean_images=clean,
        ).plot(ax=ax, **plot_params)

    @classmethod
    @share_paragraphs
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        noise: Any = None,
        severity: int | None = None,
        n_images: int = 24,
        value_range: tuple[float, float] | None = None,
        image_shape: tuple[int, int] | None = None,
        random_state: int | np.random.RandomState | None = 0,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Predict, and draw the images of the most confident errors first.

        Parameters
        ----------
        estimator : estimator
            A fitted classifier. Without `predict_proba`, errors come in the order of `X`.
        {images}
        noise : str or noise, default=None
            A noise, or the name of one: the noisy images are predicted, and the clean images are
            drawn above them.
        severity : int, default=None
            Severity of a noise that is given by its name. If None, the published one.
        n_images : int, default=24
            Number of images.
        {noise options}
        random_state : int, RandomState instance or None, default=0
            Seed of a noise that has none.
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
        X_clean = None
        if noise is not None:
            params = {"value_range": value_range, "image_shape": image_shape}
            _, corruption, *_ = make_corruptions(
                [noise], severity, seed=draw_seed(random_state), **params
            )
            X_clean, X = X, corruption.transformer(X)(X)
        confidence = None
        if hasattr(estimator, "predict_proba"):
            confidence = estimator.predict_proba(X).max(axis=1)
        return cls.from_predictions(
            X,
            y,
            estimator.predict(X),
            confidence=confidence,
            X_clean=X_clean,
            n_images=n_images,
            image_shape=image_shape,
            ax=ax,
            **plot_params,
        )

    def plot(self, ax: Any = None, *, n_columns: int = 8, cmap: str = "gray") -> Self:
        """Draw the images, each below its label, or "true as predicted" in bold for an error.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is made.
        n_columns : int, default=8
            Number of images in a row.
        cmap : str, default="gray"
            Colormap.

        Returns
        -------
        display
            This display.

        Raises
        ------
        ValueError
            If `n_columns` is less than 1.
        MissingDependencyError
            If matplotlib is not installed.
        """
        validate_arguments(_CONSTRAINTS, locals(), caller=f"{type(self).__name__}.plot")
        n, height, width = self.images.shape
        n_columns = min(n_columns, n)
        n_rows = -(-n // n_columns)
        stacks = [self.images] if self.clean_images is None else [self.clean_images, self.images]
        # In units of the width of an image.
        tall = height / width
        step = len(stacks) * tall + (0.5 if self.confidence is None else 0.75)
        ax = set_axes(self, ax, figsize=(1.1 * n_columns, 1.1 * n_rows * step))
        low, high = min(s.min() for s in stacks), max(s.max() for s in stacks)
        self.images_, self.text_ = [], []
        for i in range(n):
            left, bottom = 1.15 * (i % n_columns), -step * (i // n_columns)
            for level, stack in enumerate(reversed(stacks)):
                y = bottom + level * tall
                extent = (left, left + 1, y, y + tall)
                shown = ax.imshow(stack[i], cmap=cmap, vmin=low, vmax=high, extent=extent)
                self.images_.append(shown)
            is_error = self.y_true[i] != self.y_pred[i]
            label = f"{self.y_true[i]} as {self.y_pred[i]}" if is_error else str(self.y_true[i])
            if self.confidence is not None:
                label += f"\n{self.confidence[i]:.0%}".replace("%", " %")
            text = ax.text(
                left + 0.5,
                bottom + len(stacks) * tall + 0.05,
                label,
                ha="center",
                va="bottom",
                fontsize="small",
                fontweight="bold" if is_error else "normal",
            )
            self.text_.append(text)
        ax.set(xlim=(-0.1, 1.15 * n_columns), ylim=(bottom - 0.1, step), aspect="equal")
        ax.set_axis_off()
        above = "" if self.clean_images is None else "; clean images above noisy ones"
        ax.set_title(f"label, or “true as predicted” for an error{above}", fontsize="medium")
        return self


def _as_images(X: Any, image_shape: tuple[int, int] | None) -> np.ndarray:
    return check_images(BaseEstimator(), X, reset=True, image_shape=image_shape)
