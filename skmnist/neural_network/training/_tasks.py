"""`fit` and its epochs as tasks of scikit-learn's callbacks."""

import weakref
from collections.abc import Callable, Mapping
from typing import Any

import keras

from skmnist._utils import Task
from skmnist._utils._sklearn import attributes_outside_fit
from skmnist.neural_network._samples import Samples


class LentPredictor:
    """The predictor of a network, for a copy that shares the model of the network.

    Parameters
    ----------
    predictor : Predictor
        The predictor.
    """

    def __init__(self, predictor: Any) -> None:
        self._predictor = predictor

    def __call__(self, images: Any) -> Any:
        """Return the outputs of the predictor."""
        return self._predictor(images)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._predictor, name)


class EpochTasks(keras.callbacks.History):
    """Makes each epoch a task, whose callbacks may look at the network and stop the training.

    Copies of the network are made only for callbacks that take `fitted_estimator`. They share the
    model of the network in training, so that it is built and compiled once. If a callback keeps a
    copy, the training goes on with another model.

    Parameters
    ----------
    fit_task : Task
        The task of `fit`, which has begun.
    network : BaseImageClassifier
        The network in training.
    take_over : callable
        Assigns the current weights and the given history to the network.
    validation : Samples or None
        The validation rows.

    Attributes
    ----------
    stopped : bool
        Whether a callback has stopped the training.
    """

    def __init__(
        self,
        fit_task: Task,
        network: Any,
        take_over: Callable[[dict[str, list[float]]], None],
        validation: Samples | None,
    ) -> None:
        super().__init__()
        self._fit_task = fit_task
        self._network = network
        self._take_over = take_over
        self._validation = validation
        self.stopped = False
        # The object that uses the model of the network; after a warm start, the fitted network.
        self._user_of_model: Callable[[], Any] = _nobody
        fitted = fit_task.arguments["estimator"]
        if getattr(fitted, "model_", None) is network.model_:
            self._user_of_model = weakref.ref(fitted)

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Begin the task of an epoch."""
        self._task = self._fit_task.subtask("epoch").begin(self._attributes)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """End the task of an epoch, and stop the training if a callback returns True."""
        super().on_epoch_end(epoch, {name: float(value) for name, value in (logs or {}).items()})
        if self._task.end(self._attributes):
            self.stopped = self.model.stop_training = True

    def end_fit(self) -> None:
        """End the task of `fit`, after the network has taken over the final weights."""
        self._fit_task.end(self._shared_attributes)
        self.reclaim_model()

    def reclaim_model(self) -> None:
        """Replace the model of the network if a copy of the network uses it."""
        if self._user_of_model() is not None:
            self._network._copy_model()
            self._user_of_model = _nobody

    def _attributes(self) -> dict[str, Any]:
        """Return the attributes of the network as if the training had ended now."""
        self.reclaim_model()
        self._take_over(self.history)
        return self._shared_attributes()

    def _shared_attributes(self) -> dict[str, Any]:
        """Return the attributes of the network; their predictor exists as long as their user."""
        predictor = LentPredictor(self._network._predictor)
        self._user_of_model = weakref.ref(predictor)
        return attributes_outside_fit(self._network) | {
            "_predictor": predictor,
            "_validation": self._validation,
        }


def _nobody() -> None:
    """Return None, as a dead weak reference does."""
