"""Prediction by a fitted network, copies of it, and pickling."""

import copy
from functools import partial
from typing import Any, Self

import keras
import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import gen_batches
from sklearn.utils.validation import check_is_fitted

from skmnist._utils import (
    SavedStateMixin,
    as_python,
    check_images,
    check_state,
    clip_to_value_range,
    lies_within,
    sign_state,
    snapshot,
    with_attributes,
)
from skmnist._utils._sklearn import CALLBACKS, attributes_outside_fit, pickled_attributes
from skmnist.neural_network.backends._chosen import ChosenPredictor
from skmnist.neural_network.backends._interruption import interrupts_wait
from skmnist.neural_network.backends._keras import Predictor
from skmnist.neural_network.backends._process import check_process
from skmnist.neural_network.backends._state import (
    backend_versions,
    copy_model,
    pack_model,
    unpack_model,
)
from skmnist.neural_network.training._augmentation import Augmentation, check_views

# Rows per call of the noises that make views.
_ROWS_PER_VIEW = 4096


class PredictionMixin(SavedStateMixin):
    """Prediction, copies and pickling."""

    # Set by `fit`.
    classes_: np.ndarray
    model_: keras.Model
    test_time_views: int
    value_range_: tuple[float, float]
    _augmentation: Augmentation | None
    _predictor: Predictor

    def predict_proba(self, X: Any) -> np.ndarray:
        """Predict the probabilities of the classes.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Images of the shape and range of the training images; never written to.

        Returns
        -------
        ndarray of shape (n, n_classes), float32
            Probabilities in the order of `classes_`; each row sums to 1.

        Raises
        ------
        NotFittedError
            If the network has not been fitted.
        ForkedProcessError
            If this process was forked after a network had been used.
        TypeError, ValueError
            If `X` does not match the training images, if `test_time_views` is not a valid number,
            or if it is positive and `augment` was None in `fit`.
        """
        check_is_fitted(self)
        check_process()
        network = snapshot(self)
        images = check_images(network, X, reset=False)[..., np.newaxis]
        within = lies_within(images, network.value_range_)
        clip = partial(clip_to_value_range, value_range=network.value_range_, warn=False)
        probabilities = network._predictor(images, None if within else clip)
        n_views = as_python(network.test_time_views)
        if n_views != 0:
            augmentation = check_views(n_views, network._augmentation)
            for rows in gen_batches(len(images), _ROWS_PER_VIEW):
                # Inverted, so that the views of a training row differ from its noise in training.
                clean = clip(images[rows])
                keys = ~augmentation.keys(clean)
                for view in range(n_views):
                    noisy = augmentation.noisy(clean, keys, view)
                    probabilities[rows] += network._predictor(noisy)
            probabilities /= 1 + n_views
        return probabilities

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """Predict the logarithms of the probabilities of the classes.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Images of the shape and range of the training images.

        Returns
        -------
        ndarray of shape (n, n_classes), float32
            Finite logarithms: a probability of 0 is replaced by the smallest normal float32.

        Raises
        ------
        NotFittedError, ForkedProcessError, TypeError, ValueError
            In the same cases as `predict_proba`.
        """
        return np.log(np.maximum(self.predict_proba(X), np.finfo(np.float32).tiny))

    def predict(self, X: Any) -> np.ndarray:
        """Predict the classes.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Images of the shape and range of the training images.

        Returns
        -------
        ndarray of shape (n,)
            Class labels of the same type as in `fit`.

        Raises
        ------
        NotFittedError, ForkedProcessError, TypeError, ValueError
            In the same cases as `predict_proba`.
        """
        network = snapshot(self)
        probabilities = network.predict_proba(X)
        return network.classes_[probabilities.argmax(axis=1)]

    # Copies ---------------------------------------------------------------------------------------

    def __copy__(self) -> Self:
        """Return a network that shares the model: nothing is built."""
        return with_attributes(self, attributes_outside_fit(self))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return a network with a model of its own; training goes on from the same state.

        The state includes the optimizer and the seeds of dropout. As by `sklearn.base.clone`,
        scikit-learn's callbacks are shared.
        """
        other = copy.copy(self)
        memo[id(self)] = other
        attributes = other.__dict__
        for name in attributes.keys() - {"model_", "_predictor", CALLBACKS}:
            attributes[name] = copy.deepcopy(attributes[name], memo)
        if "model_" in attributes:
            other._copy_model()
        return other

    def _copy_model(self) -> None:
        """Replace the model by a copy."""
        check_process()
        with interrupts_wait():
            self.model_ = copy_model(self.model_)
        self._predictor = ChosenPredictor(self.model_)

    # Pickling: the architecture and the weights, without the optimizer and compiled functions -----

    def __getstate__(self) -> dict[str, Any]:
        state = pickled_attributes(self)
        for name in ("_predictor", "_optimizer", "_validation"):
            state.pop(name, None)
        if "model_" in state:
            state["model_"] = pack_model(state["model_"])
        return sign_state(state, **backend_versions())

    def __setstate__(self, state: dict[str, Any]) -> None:
        state, versions = check_state(self, state)
        if "model_" in state:
            check_process()
            model = unpack_model(state["model_"], versions)
            state |= {
                "model_": model,
                "_predictor": ChosenPredictor(model),
                "_optimizer": (None, None),
            }
        BaseEstimator.__setstate__(self, state)
