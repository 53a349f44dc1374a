"""Prediction by a fitted network, copies of it, and pickling."""

import copy
from collections.abc import Callable, Iterator
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
    sign_state,
    snapshot,
    warn_if_inverted,
    with_attributes,
)
from skmnist._utils._sklearn import CALLBACKS, attributes_outside_fit, pickled_attributes
from skmnist.neural_network._samples import clipped_images
from skmnist.neural_network.backends._chosen import ChosenPredictor
from skmnist.neural_network.backends._interruption import interrupts_wait
from skmnist.neural_network.backends._keras import Predictor
from skmnist.neural_network.backends._process import check_process
from skmnist.neural_network.backends._state import backend_versions, copy_model, rebuild_model
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
    # Defined by the base class of the networks.
    _build_model_as_fitted: Callable[[], keras.Model]

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
        network, images = self._snapshot_and_images(X)
        probabilities = network._predictor(images)
        for _, rows, of_view in network._predict_views(images):
            probabilities[rows] += of_view
        probabilities /= 1 + as_python(network.test_time_views)
        return probabilities

    def predict_view_proba(self, X: Any) -> np.ndarray:
        """Predict the probabilities of the classes for each noisy view of test-time augmentation.

        `predict_proba` returns their mean, which includes the image itself.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Images of the shape and range of the training images; never written to.

        Returns
        -------
        ndarray of shape (test_time_views, n, n_classes), float32
            Probabilities in the order of `classes_`.

        Raises
        ------
        NotFittedError, ForkedProcessError, TypeError, ValueError
            In the same cases as `predict_proba`.
        """
        network, images = self._snapshot_and_images(X)
        views = list(network._predict_views(images))
        shape = (as_python(network.test_time_views), len(images), len(network.classes_))
        probabilities = np.empty(shape, dtype=np.float32)
        for view, rows, of_view in views:
            probabilities[view, rows] = of_view
        return probabilities

    def score_samples(self, X: Any) -> np.ndarray:
        """Compute the negative energy of each image, a measure of how familiar it is.

        It is the logarithm of the summed exponentials of the logits, the numbers before softmax.
        Images unlike the training images, such as letters and scribbles, have lower values. The
        unit depends on the network: compare images, not networks. `test_time_views` is ignored.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Images of the shape and range of the training images; never written to.

        Returns
        -------
        ndarray of shape (n,), float64
            The negative energies.

        Raises
        ------
        NotFittedError, ForkedProcessError, TypeError, ValueError
            In the same cases as `predict_proba`; also TypeError if the last layer of the network
            is not dense with softmax.

        References
        ----------
        Liu, W. et al. (2020). Energy-based Out-of-distribution Detection. NeurIPS.
        :arxiv:`2010.03759`
        """
        network, images = self._snapshot_and_images(X)
        return network._predictor.log_sum_exp(images)

    def extract_features(self, X: Any) -> np.ndarray:
        """Compute the last feature maps, before global pooling or the dense layers.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Images of the shape and range of the training images; never written to.

        Returns
        -------
        ndarray of shape (n, n_features), float32
            The feature maps, flattened; for an `MLPClassifier`, the pixels in [0, 1].

        Raises
        ------
        NotFittedError, ForkedProcessError, TypeError, ValueError
            In the same cases as `predict_proba`.
        """
        network, images = self._snapshot_and_images(X)
        return network._predictor.features(images).reshape(len(images), -1)

    def _snapshot_and_images(self, X: Any) -> tuple[Self, np.ndarray]:
        """Return the fitted network as it is now, and the images for its predictor."""
        check_is_fitted(self)
        check_process()
        network = snapshot(self)
        images = check_images(network, X, reset=False)
        clipped = clipped_images(images, network.value_range_)
        network._warn_if_inverted(images)
        return network, clipped

    def _warn_if_inverted(self, images: np.ndarray) -> None:
        # Files of earlier versions have no border.
        warn_if_inverted(images, self.value_range_, getattr(self, "_border_end", 0))

    def _predict_views(self, images: np.ndarray) -> Iterator[tuple[int, slice, np.ndarray]]:
        """Yield the number of a noisy view, some rows, and their probabilities."""
        n_views = as_python(self.test_time_views)
        if n_views == 0:
            return
        augmentation = check_views(n_views, self._augmentation)
        for rows in gen_batches(len(images), _ROWS_PER_VIEW):
            # Inverted, so that the views of a training row differ from its noise in training.
            keys = ~augmentation.keys(images[rows])
            for view in range(n_views):
                yield view, rows, self._predictor(augmentation.noisy(images[rows], keys, view))

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

    # Pickling: attributes and weights, from which the model is built again ------------------------

    def __getstate__(self) -> dict[str, Any]:
        state = pickled_attributes(self)
        for name in ("_predictor", "_optimizer", "_validation"):
            state.pop(name, None)
        if "model_" in state:
            state["model_"] = state["model_"].get_weights()
            augmentation = state["_augmentation"]
            state["_augmentation"] = augmentation and augmentation.noises
        return sign_state(state, **backend_versions())

    def __setstate__(self, state: dict[str, Any]) -> None:
        state, versions = check_state(self, state)
        if "model_" in state:
            check_process()
            noises = state["_augmentation"]
            state["_augmentation"] = noises and Augmentation(noises, state["value_range_"])
            weights = state.pop("model_")
            BaseEstimator.__setstate__(self, state)
            model = rebuild_model(self._build_model_as_fitted, weights, versions)
            state = {
                "model_": model,
                "_predictor": ChosenPredictor(model),
                "_optimizer": (None, None),
            }
        BaseEstimator.__setstate__(self, state)
