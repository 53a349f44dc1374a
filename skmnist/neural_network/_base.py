"""The base class of the networks: scikeras' KerasClassifier that follows scikit-learn's contract.

This is the only module that imports scikeras. It uses its class, so that ``isinstance(net,
KerasClassifier)`` holds, and its names of parameters and attributes. Fitting, prediction, cloning,
tags and pickling are implemented here or by scikit-learn.
"""

import copy
import inspect
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, Self

import keras
import numpy as np
from scikeras.wrappers import KerasClassifier
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import ClassifierTags

from skmnist._utils import (
    Task,
    border_end,
    check_images,
    draw_seed,
    name_argument,
    refitted,
    snapshot,
    value_range_of,
)
from skmnist._utils._sklearn import has_callbacks, with_callbacks
from skmnist.neural_network._adaptation import AdaptationMixin
from skmnist.neural_network._parameters import ParametersMixin
from skmnist.neural_network._samples import Samples, clipped_images
from skmnist.neural_network.backends._chosen import ChosenPredictor
from skmnist.neural_network.backends._interruption import interrupts_wait
from skmnist.neural_network.backends._keras import Trainer
from skmnist.neural_network.backends._pool import borrow_trainer
from skmnist.neural_network.backends._precision import training_precision
from skmnist.neural_network.backends._process import check_process
from skmnist.neural_network.training._augmentation import Augmentation, check_views
from skmnist.neural_network.training._callbacks import check_callbacks
from skmnist.neural_network.training._loop import join_histories, train
from skmnist.neural_network.training._losses import make_loss
from skmnist.neural_network.training._optimizers import (
    SCHEDULES,
    Constant,
    Schedule,
    fresh_optimizer,
)
from skmnist.neural_network.training._targets import (
    check_class_weight,
    check_labels,
    check_lengths,
    check_weights,
    combine_weights,
    count_classes,
    hold_out,
    one_hot,
)
from skmnist.neural_network.training._tasks import EpochTasks


class BaseImageClassifier(ParametersMixin, AdaptationMixin, KerasClassifier, ABC):
    """Base class of the networks; a subclass implements `_build_model`.

    In the docstring of a subclass, a line such as ``{training parameters}`` is replaced by the text
    that all networks share, and ``default=?`` in it by the default of the subclass.
    """

    # Whether the network depends on which pixels are neighbors.
    _reads_neighbors: ClassVar[bool] = True

    # Request the validation data if metadata routing is enabled, so that users can call
    # Pipeline(transform_input=["X_val"]).fit(X, y, X_val=..., y_val=...) without set_fit_request.
    __metadata_request__fit: ClassVar[dict[str, bool]] = {"X_val": True, "y_val": True}

    @abstractmethod
    def _build_model(self, n_classes: int) -> keras.Model:
        """Build the uncompiled network from the parameters, `image_shape_` and `value_range_`."""

    def _built_by(self, builder: Callable[..., keras.Model], n_classes: int) -> keras.Model:
        """Call a builder with the learned attributes and parameters that its signature names."""
        learned = {
            "image_shape": self.image_shape_,
            "n_classes": n_classes,
            "value_range": self.value_range_,
            "seed": self.seed_,
        }
        names = inspect.signature(builder).parameters
        return builder(**{n: learned[n] if n in learned else self._value(n) for n in names})

    def _build_model_as_fitted(self) -> keras.Model:
        """Build the network from the parameters that it had in `fit`, and the learned attributes.

        They are checked, whatever scikit-learn's configuration is: a file may hold others, and
        Keras looks up the name of an activation among the functions that the application has
        registered.
        """
        draft = snapshot(self, **self._architecture)
        with config_context(skip_parameter_validation=False):
            draft._validate_params(self._architecture_names())
        return draft._build_model(self.n_classes_)

    # scikit-learn's own methods, which scikeras overrides -----------------------------------------

    _get_param_names: ClassVar[Any] = classmethod(BaseEstimator._get_param_names.__func__)
    __repr__ = BaseEstimator.__repr__
    score = ClassifierMixin.score

    def __sklearn_tags__(self) -> Any:
        # scikeras lists ClassifierMixin after BaseEstimator, so its tags are never merged.
        tags = BaseEstimator.__sklearn_tags__(self)
        tags.estimator_type = "classifier"
        tags.classifier_tags = ClassifierTags()
        tags.target_tags.required = True
        return tags

    # Fitting --------------------------------------------------------------------------------------

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, X_val: Any = None, y_val: Any = None
    ) -> Self:
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Gray images of any numeric dtype; never written to.
        y : array-like of shape (n,)
            Class labels of any type.
        sample_weight : array-like of shape (n,), default=None
            Weights of the rows, not negative. Rows of weight zero are dropped first; the other
            weights are scaled to a mean of 1, so that only their ratios matter.
        X_val : array-like of the forms of `X`, default=None
            Validation images, for monitoring and early stopping. In a Pipeline, list "X_val" in
            `transform_input`, so that the steps before the network transform it.
        y_val : array-like of shape (n_val,), default=None
            Class labels of `X_val`, all of which occur in `y`. `class_weight` also weights their
            losses.

        Returns
        -------
        self : object
            The fitted network.

        Raises
        ------
        TypeError, ValueError
            If a parameter, `X`, `y`, the weights or the validation data are not valid. The
            estimator is then unchanged.
        KeyboardInterrupt
            If training is interrupted. In the first epoch, the estimator is then unchanged. Later,
            it is fitted, with the weights of the epoch with the lowest validation loss, or with the
            last weights if there are no validation rows.
        """
        self._validate_params()
        with refitted(self) as draft:
            interruption = self._fit_draft(draft, X, y, sample_weight, X_val, y_val)
        if interruption is not None:
            raise interruption
        return self

    @with_callbacks
    def _fit_draft(
        self, draft: Self, X: Any, y: Any, sample_weight: Any, X_val: Any, y_val: Any
    ) -> KeyboardInterrupt | None:
        """Fit a draft of this network, as a task of scikit-learn's callbacks if there are any."""
        task = None
        if has_callbacks(self):
            task = Task.of_fit(
                self, X, y, {"sample_weight": sample_weight}, n_subtasks=self._value("epochs")
            )
        return draft._fit_network(X, y, sample_weight, X_val, y_val, task)

    def _fit_network(
        self, X: Any, y: Any, sample_weight: Any, X_val: Any, y_val: Any, task: Task | None
    ) -> KeyboardInterrupt | None:
        """Fit; return the exception that interrupted the training after its first epoch, if any."""
        goes_on = self.warm_start and hasattr(self, "model_")
        samples, y = self._check_training_data(X, y, sample_weight, reset=not goes_on)
        n_iter_no_change = self._value("n_iter_no_change") if self.early_stopping else None
        validation = self._check_validation_data(X_val, y_val, y)
        if self.early_stopping and validation is None:
            kept, held_out = hold_out(y, self._value("validation_fraction"), self.seed_)
            samples, validation = samples.part(kept), samples.part(held_out)
        schedule = SCHEDULES[self._value("learning_rate_schedule")]
        epochs = self._value("epochs")
        return self._train(samples, validation, epochs, n_iter_no_change, schedule, task)

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Train the network for one epoch, without early stopping.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Gray images of any numeric dtype; never written to.
        y : array-like of shape (n,)
            Class labels.
        classes : array-like of shape (n_classes,), default=None
            All labels that can occur in later calls; required in the first call only.
        sample_weight : array-like of shape (n,), default=None
            Weights of the rows, not negative; scaled to a mean of 1 in each call.

        Returns
        -------
        self : object
            The fitted network.

        Raises
        ------
        TypeError, ValueError
            If the first call lacks `classes`, or a parameter or the data are not valid. The
            estimator is then unchanged.
        KeyboardInterrupt
            If training is interrupted. Until the end of the epoch, the estimator is then unchanged.
        """
        self._validate_params()
        goes_on = hasattr(self, "model_")
        if classes is None and not goes_on:
            raise ValueError("classes must be passed on the first call to partial_fit.")
        if classes is not None:
            classes = np.unique(check_labels(classes, "classes"))
            if goes_on and not np.array_equal(classes, self.classes_):
                raise ValueError(
                    f"classes={classes} is not the same as on the last call to partial_fit, or in "
                    f"fit: {self.classes_}. Omit classes, or use a new estimator."
                )
        with refitted(self) as draft:
            samples, _ = draft._check_training_data(
                X, y, sample_weight, reset=not goes_on, classes=classes
            )
            interruption = draft._train(
                samples, None, epochs=1, n_iter_no_change=None, schedule=Constant
            )
        if interruption is not None:
            raise interruption
        return self

    def initialize(self, X: Any, y: Any) -> Self:
        """Build the network with random weights, without training it.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Gray images, from which the image shape and the value range are learned.
        y : array-like of shape (n,)
            Class labels, from which the classes are learned.

        Returns
        -------
        self : object
            The network, which can predict.

        Raises
        ------
        TypeError, ValueError
            If a parameter or the data are not valid. The estimator is then unchanged.
        """
        self._validate_params()
        with refitted(self) as draft:
            draft._check_training_data(X, y, None, reset=True)
        return self

    def _check_training_data(
        self, X: Any, y: Any, sample_weight: Any, *, reset: bool, classes: Any = None
    ) -> tuple[Samples, np.ndarray]:
        """Return the validated training rows and their labels.

        With `reset`, learn the attributes and build the network first.
        """
        check_process()
        if y is None:
            raise ValueError(
                f"This {type(self).__name__} requires y to be passed, but the target y is None."
            )
        images = check_images(
            self,
            X,
            reset=reset,
            image_shape=self._value("image_shape"),
            warn_not_square=self._reads_neighbors or self.augment is not None,
        )
        y = check_labels(y, "y")
        check_lengths(images, y, "X", "y")
        labels, weights = np.unique(y), None
        if sample_weight is not None:
            weights = check_weights(sample_weight, images)
            kept = weights > 0
            if not kept.all():
                images, y, weights = images[kept], y[kept], weights[kept]
        if reset:
            self.value_range_ = value_range_of(images, self._value("value_range"))
            self._border_end = border_end(images, self.value_range_)
            self.classes_ = np.unique(y) if classes is None else classes
            self.n_classes_ = count_classes(self.classes_)
            self.seed_ = draw_seed(self._value("random_state"))
            self.history_: dict[str, list[float]] = {}
            # The network is rebuilt from them, even if `set_params` changes them later.
            self._architecture = {
                name: copy.deepcopy(getattr(self, name)) for name in self._architecture_names()
            }
            with interrupts_wait():
                self.model_ = self._build_model(self.n_classes_)
            self._predictor = ChosenPredictor(self.model_)
            self._augmentation: Augmentation | None = None
            # Optimizer settings, and the values of the optimizer's variables after training.
            self._optimizer: tuple[Any, Any] = (None, None)
        else:
            self._warn_if_inverted(images)
        images = clipped_images(images, self.value_range_, warn=not reset)
        class_weight = self._value("class_weight")
        check_class_weight(class_weight, np.union1d(labels, self.classes_))
        weights = combine_weights(weights, class_weight, y)
        return Samples(images, one_hot(y, self.classes_, "y"), weights), y

    def _check_validation_data(self, X_val: Any, y_val: Any, y_train: np.ndarray) -> Samples | None:
        if X_val is None and y_val is None:
            return None
        if X_val is None or y_val is None:
            missing = "X_val" if X_val is None else "y_val"
            raise ValueError(f"{missing} is missing; pass X_val and y_val together.")
        with name_argument("X_val"):
            images = check_images(self, X_val, reset=False)
            self._warn_if_inverted(images)
            images = clipped_images(images, self.value_range_)
        y_val = check_labels(y_val, "y_val")
        check_lengths(images, y_val, "X_val", "y_val")
        targets = one_hot(y_val, self.classes_, "y_val")
        weights = combine_weights(None, self._value("class_weight"), y_val, y_train=y_train)
        return Samples(images, targets, weights)

    def _train(
        self,
        samples: Samples,
        validation: Samples | None,
        epochs: int,
        n_iter_no_change: int | None,
        schedule: type[Schedule],
        task: Task | None = None,
    ) -> KeyboardInterrupt | None:
        """Train; return the exception that interrupted it after the first epoch, if any."""
        batch_size, label_smoothing = self._value("batch_size"), self._value("label_smoothing")
        n_steps = epochs * math.ceil(len(samples) / batch_size)
        steps = schedule(n_steps, self._value("warmup_fraction"))
        callbacks = check_callbacks(self.callbacks, steps)
        self._augmentation = Augmentation.fitted(
            self._value("augment"), samples.images, value_range=self.value_range_, seed=self.seed_
        )
        if self.test_time_views:
            check_views(self._value("test_time_views"), self._augmentation)
        optimizer, loss = self._value("optimizer"), self._value("loss")
        learning_rate, weight_decay = self._rates()
        settings = (optimizer, learning_rate, weight_decay, loss, label_smoothing)
        borrowed = borrow_trainer(
            self.model_,
            fresh_optimizer(
                optimizer, learning_rate=learning_rate, weight_decay=weight_decay, schedule=steps
            ),
            make_loss(loss, label_smoothing),
            training_precision(self._value("precision")),
            loss_key=(loss, label_smoothing) if isinstance(loss, str) and not callbacks else None,
        )
        state = self._optimizer[1] if steps.goes_on and self._optimizer[0] == settings else None
        with borrowed as trainer:
            trainer.load(self.model_, state)
            take_over = partial(
                self._take_over, trainer, self.history_, settings if steps.goes_on else None
            )
            tasks = EpochTasks(task, self, take_over, validation) if task else None
            history, interruption = train(
                trainer,
                samples,
                validation,
                augmentation=self._augmentation,
                batch_size=batch_size,
                epochs=epochs,
                initial_epoch=self.current_epoch,
                n_iter_no_change=n_iter_no_change,
                callbacks=callbacks,
                seed=self.seed_,
                verbose=self._value("verbose"),
                tasks=tasks,
            )
            if tasks:
                tasks.reclaim_model()
            take_over(history)
        if tasks and interruption is None:
            tasks.end_fit()
        return interruption

    def _take_over(
        self,
        trainer: Trainer,
        earlier: dict[str, list[float]],
        settings: tuple[Any, ...] | None,
        history: dict[str, list[float]],
    ) -> None:
        """Take over the weights of a trainer, and its optimizer if it has settings to go on."""
        trainer.save_to(self.model_)
        self._optimizer = (None, None) if settings is None else (settings, trainer.optimizer_state)
        self.history_ = join_histories(earlier, history)

    @property
    def current_epoch(self) -> int:
        """Number of epochs trained so far."""
        return len(getattr(self, "history_", {}).get("loss", []))
