"""Adaptation of a fitted network to unlabeled images."""

from typing import Any, Self

import keras
import numpy as np
from sklearn.utils import gen_batches

from skmnist._utils import refitted
from skmnist.neural_network._prediction import PredictionMixin
from skmnist.neural_network.backends._chosen import ChosenPredictor

_FEWEST_ROWS = 32
_ROWS_PER_CHUNK = 1008


def adapt_statistics(model: keras.Model, images: np.ndarray) -> None:
    """Set the mean and variance of each batch normalization to those of its inputs.

    The layers are set from the first to the last: each sees the images as the layers before it
    normalize them now.

    Parameters
    ----------
    model : keras.Model
        The network, which is modified.
    images : ndarray of shape (n, height, width, 1)
        The images.
    """
    for layer in normalizations(model):
        inputs_of = ChosenPredictor(keras.Model(model.inputs, layer.input))
        total = squares = 0.0
        n_values = 0
        for rows in gen_batches(len(images), _ROWS_PER_CHUNK):
            inputs = inputs_of(images[rows]).astype(np.float64)
            inputs = inputs.reshape(-1, inputs.shape[-1])
            total = total + inputs.sum(axis=0)
            squares = squares + (inputs**2).sum(axis=0)
            n_values += len(inputs)
        mean = total / n_values
        layer.moving_mean.assign(mean)
        layer.moving_variance.assign(np.maximum(squares / n_values - mean**2, 0))


def normalizations(model: keras.Model) -> list[keras.layers.BatchNormalization]:
    """Return the batch normalizations of a network, from the first to the last."""
    return [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]


class AdaptationMixin(PredictionMixin):
    """Adds `adapt` to prediction."""

    def adapt(self, X: Any) -> Self:
        """Adapt the batch normalization to unlabeled images of another source.

        The mean and variance of each batch normalization are replaced by those of its inputs over
        all rows of `X`. This helps if the images to be predicted differ from the training images
        in noise, contrast or scanner. It harms if `X` has few images, or if its classes are
        distributed differently than in training: with digits of one class only, most predictions
        become wrong. Adapt again, or fit again, when the source changes.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            At least 32 images, better hundreds, of the shape and range of the training images;
            never written to. In a Pipeline, call
            ``model[-1].adapt(model[:-1].transform(X))``.

        Returns
        -------
        self : object
            The adapted network.

        Raises
        ------
        NotFittedError, ForkedProcessError, TypeError, ValueError
            In the same cases as `predict_proba`; also ValueError if the network has no batch
            normalization or `X` has fewer than 32 rows. The network is then unchanged.

        References
        ----------
        Schneider, S. et al. (2020). Improving robustness against common corruptions by covariate
        shift adaptation. NeurIPS. :arxiv:`2006.16971`

        Nado, Z. et al. (2020). Evaluating Prediction-Time Batch Normalization for Robustness under
        Covariate Shift. :arxiv:`2006.10963`
        """
        network, images = self._snapshot_and_images(X)
        if not normalizations(network.model_):
            raise ValueError(
                f"This {type(self).__name__} has no batch normalization to adapt. Use a network "
                "with batch normalization, such as ResNetClassifier."
            )
        if len(images) < _FEWEST_ROWS:
            raise ValueError(
                f"X has {len(images)} rows; expected at least {_FEWEST_ROWS}, because the mean and "
                "variance of few images are unreliable. Pass more images of the new source."
            )
        with refitted(self) as draft:
            draft._copy_model()
            adapt_statistics(draft.model_, images)
        return self
