"""Prediction by a fitted SelectiveClassifier."""

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import column_or_1d
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from skmnist._utils import snapshot
from skmnist.selective._labels import with_rejections
from skmnist.selective._scores import SCORES, Floats, Predictions


class SelectivePredictionMixin:
    """Prediction, rejection and scores."""

    # Set by `fit`.
    classes_: npt.NDArray[Any]
    estimator_: Any
    references_: npt.NDArray[np.float32] | None
    reject_label_: Any
    threshold_: float
    _score_method: str  # of the threshold, whatever `set_params` does later

    def _labels_and_scores(self, X: Any) -> tuple[npt.NDArray[Any], Floats]:
        """Return the most probable classes and the confidences."""
        probabilities = np.asarray(self.estimator_.predict_proba(X), dtype=np.float64)
        predictions = Predictions(self.estimator_, X, probabilities, self.references_)
        scores = SCORES[self._score_method](predictions)
        return self.classes_[probabilities.argmax(axis=1)], scores

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Predict the most probable classes, and reject rows of low confidence.

        Parameters
        ----------
        X : array-like or table of shape (n, ...)
            The rows, in the form that `estimator` takes.

        Returns
        -------
        ndarray of shape (n,)
            Class labels, and `reject_label_` for rejected rows. The dtype holds both: object if
            one is a string and the other is not.

        Raises
        ------
        NotFittedError
            If the classifier has not been fitted.
        """
        check_is_fitted(self)
        model = snapshot(self)
        labels, scores = model._labels_and_scores(X)
        return with_rejections(labels, scores < model.threshold_, model.reject_label_)

    def predict_proba(self, X: Any) -> npt.NDArray[Any]:
        """Predict the probabilities of the classes, also of rejected rows.

        Parameters
        ----------
        X : array-like or table of shape (n, ...)
            The rows, in the form that `estimator` takes.

        Returns
        -------
        ndarray of shape (n, n_classes)
            Probabilities in the order of `classes_`.

        Raises
        ------
        NotFittedError
            If the classifier has not been fitted.
        """
        check_is_fitted(self)
        return self.estimator_.predict_proba(X)

    def score_samples(self, X: Any) -> Floats:
        """Compute the confidence, as `score_method` defines it.

        Parameters
        ----------
        X : array-like or table of shape (n, ...)
            The rows, in the form that `estimator` takes.

        Returns
        -------
        ndarray of shape (n,), float64
            The confidences; rows that reach `threshold_` are predicted.

        Raises
        ------
        NotFittedError
            If the classifier has not been fitted.
        """
        check_is_fitted(self)
        return snapshot(self)._labels_and_scores(X)[1]

    def decision_function(self, X: Any) -> Floats:
        """Compute by how much the confidence exceeds the threshold.

        Parameters
        ----------
        X : array-like or table of shape (n, ...)
            The rows, in the form that `estimator` takes.

        Returns
        -------
        ndarray of shape (n,), float64
            ``score_samples(X) - threshold_``: negative for rejected rows.

        Raises
        ------
        NotFittedError
            If the classifier has not been fitted.
        """
        check_is_fitted(self)
        model = snapshot(self)
        return model.score_samples(X) - model.threshold_

    def selective_scores(self, X: Any, y: Any) -> dict[str, float]:
        """Compute the coverage, and the risk of the predicted rows.

        `score` is the accuracy, in which rejected rows count as wrong.

        Parameters
        ----------
        X : array-like or table of shape (n, ...)
            The rows, in the form that `estimator` takes.
        y : array-like of shape (n,)
            Class labels.

        Returns
        -------
        dict of str to float
            "coverage": share of predicted rows. "risk": error rate of the predicted rows, 0 if
            there are none.

        Raises
        ------
        NotFittedError
            If the classifier has not been fitted.
        ValueError
            If `X` and `y` differ in their length.

        Notes
        -----
        It is a scoring of several metrics for searches:
        ``GridSearchCV(..., scoring=SelectiveClassifier.selective_scores, refit="coverage")``.
        """
        check_is_fitted(self)
        model = snapshot(self)
        labels, scores = model._labels_and_scores(X)
        y = column_or_1d(y)
        check_consistent_length(labels, y)
        predicted = scores >= model.threshold_
        n_predicted = int(np.count_nonzero(predicted))
        n_errors = int(np.count_nonzero(predicted & (labels != y)))
        return {"coverage": n_predicted / len(y), "risk": n_errors / max(1, n_predicted)}
