"""Scores on validation rows in each epoch, also under noise."""

from typing import Any

import pandas as pd

from skmnist._utils import without_inversion_warning
from skmnist._utils._sklearn import ScoringMonitor
from skmnist.neural_network._prediction import PredictionMixin
from skmnist.neural_network.training._augmentation import Augmentation, check_augment


class ValidationMonitor(ScoringMonitor):
    """Score a network on its validation rows after each epoch, with or without noise.

    A callback of scikit-learn, for `set_callbacks` of a network. `ScoringMonitor` of scikit-learn
    does the same with the training rows. The network must have validation rows: `X_val` and
    `y_val` of `fit`, or the rows that ``early_stopping=True`` holds out.

    Requires scikit-learn 1.9 or later.

    Parameters
    ----------
    scoring : str, callable, list, tuple or dict, default="accuracy"
        The scores, as in `sklearn.callback.ScoringMonitor`.
    noise : noise or list of noises, default=None
        Noises of ``skmnist.noise`` that are applied in turn to the validation rows, the same in
        each epoch. Their parameter `when` is ignored. None leaves the rows as they are.

    Raises
    ------
    MissingDependencyError
        If scikit-learn is older than 1.9.
    TypeError
        If `noise` holds something else, or an estimator is not a network of skmnist.
    ValueError
        In `fit`, if there are no validation rows.

    See Also
    --------
    skmnist.robustness.robustness_scores : Scores of a fitted network under many noises.

    Notes
    -----
    The table `get_logs().data_as_pandas` has a row for each epoch. The row with the task name "fit"
    is the score of the weights that the network keeps.

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.neural_network import MLPClassifier, ValidationMonitor
    >>> from skmnist.noise import GaussianNoise
    >>> X = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8)
    >>> y = np.where(X[:, :4].mean(axis=(1, 2)) > X[:, 4:].mean(axis=(1, 2)), "top", "bottom")
    >>> clean = ValidationMonitor()
    >>> noisy = ValidationMonitor(noise=GaussianNoise(0.3))
    >>> net = MLPClassifier((8,), epochs=2, random_state=0).set_callbacks(clean, noisy)
    >>> net = net.fit(X[:30], y[:30], X_val=X[30:], y_val=y[30:])
    >>> table = noisy.get_logs().data_as_pandas.set_index("task_name")
    >>> table["accuracy"].between(0, 1)
    task_name
    fit      True
    epoch    True
    epoch    True
    Name: accuracy, dtype: bool
    """

    def __init__(self, *, scoring: Any = "accuracy", noise: Any = None) -> None:
        super().__init__(scoring=scoring)
        check_augment(noise, "noise")
        self._noise = noise

    def setup(self, estimator: Any, context: Any) -> None:
        """Prepare for the `fit` of a network; scikit-learn calls it.

        Parameters
        ----------
        estimator : estimator
            The network.
        context : sklearn.callback.CallbackContext
            The task of `fit`.

        Raises
        ------
        TypeError
            If the estimator is not a network of skmnist.
        """
        if not isinstance(estimator, PredictionMixin):
            raise TypeError(
                f"ValidationMonitor is set on a {type(estimator).__name__}; expected a network of "
                'skmnist. In a Pipeline, set it on the network: pipeline["network"]'
                ".set_callbacks(monitor)."
            )
        super().setup(estimator, context)

    def on_fit_task_end(
        self, estimator: Any, context: Any, *, fitted_estimator: Any = None
    ) -> None:
        """Score the network at the end of an epoch; scikit-learn calls it.

        Parameters
        ----------
        estimator : estimator
            The network, not yet fitted.
        context : sklearn.callback.CallbackContext
            The task that has ended.
        fitted_estimator : estimator, default=None
            A copy of the network with its current weights. scikit-learn always passes it.

        Raises
        ------
        ValueError
            If there are no validation rows.
        """
        validation = fitted_estimator._validation
        if validation is None:
            raise ValueError(
                f"ValidationMonitor has no rows to score: this {type(estimator).__name__} is "
                "fitted without validation rows. Pass X_val and y_val to fit, or set "
                "early_stopping=True."
            )
        images = validation.images
        augmentation = Augmentation.fitted(
            self._noise,
            images,
            value_range=fitted_estimator.value_range_,
            seed=fitted_estimator.seed_,
        )
        if augmentation is not None:
            images = augmentation.noisy(images, augmentation.keys(images), epoch=0)
        names = getattr(fitted_estimator, "feature_names_in_", None)
        if names is not None:
            images = pd.DataFrame(images.reshape(len(images), -1), columns=names)
        labels = fitted_estimator.classes_[validation.targets.argmax(axis=1)]
        with without_inversion_warning():  # some noises invert images
            super().on_fit_task_end(
                estimator, context, X=images, y=labels, fitted_estimator=fitted_estimator
            )
