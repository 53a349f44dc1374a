"""The base of the networks: scikeras' KerasClassifier, made to keep scikit-learn's contract.

This is the only module that imports scikeras. Of scikeras it keeps the class, so that
``isinstance(net, KerasClassifier)`` holds, and the names of its parameters and attributes; fitting,
prediction, cloning, tags and pickling are scikit-learn's or our own.
"""

import math
from abc import ABC, abstractmethod
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import keras
import numpy as np
from scikeras.wrappers import KerasClassifier
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import ClassifierTags

from skmnist._utils import (
    check_images,
    clip_to_value_range,
    draw_seed,
    learn_value_range,
    refitted,
)
from skmnist._utils._sklearn import HasMethods, Interval, StrOptions
from skmnist.neural_network._augmentation import Augmentation, check_views
from skmnist.neural_network._docstrings import complete_docstring
from skmnist.neural_network._inference import CompiledInference
from skmnist.neural_network._interruption import interrupts_wait
from skmnist.neural_network._layers import ACTIVATIONS, INITIALIZERS
from skmnist.neural_network._parameters import ParametersMixin
from skmnist.neural_network._precision import PRECISIONS, training_precision
from skmnist.neural_network._prediction import PredictionMixin
from skmnist.neural_network._runtime import check_process
from skmnist.neural_network._samples import Samples
from skmnist.neural_network._targets import (
    check_class_weight,
    check_labels,
    check_weights,
    combine_weights,
    hold_out,
    one_hot,
)
from skmnist.neural_network._trainer import LOSSES, borrow_trainer
from skmnist.neural_network._training import (
    LEARNING_RATE_SCHEDULES,
    OPTIMIZERS,
    check_callbacks,
    fresh_optimizer,
    join_histories,
    train,
)


class BaseImageClassifier(ParametersMixin, PredictionMixin, KerasClassifier, ABC):
    """Base class of the networks; a subclass implements `_build_model`.

    In the docstring of a subclass, a line such as ``{training parameters}`` stands for the text
    that all networks share, and ``default=?`` in it for the default of the subclass.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "activation": [StrOptions(set(ACTIVATIONS))],
        "output_kernel_initializer": [StrOptions(set(INITIALIZERS))],
        "optimizer": [StrOptions(set(OPTIMIZERS)), keras.optimizers.Optimizer],
        "optimizer__learning_rate": [
            None,
            Interval(Real, 0, 1e38, closed="right"),
            keras.optimizers.schedules.LearningRateSchedule,
        ],
        "optimizer__weight_decay": [None, Interval(Real, 0, 1, closed="left")],
        "learning_rate_schedule": [StrOptions(set(LEARNING_RATE_SCHEDULES))],
        "warmup_fraction": [Interval(Real, 0, 1, closed="left")],
        "loss": [StrOptions(set(LOSSES)), keras.losses.Loss],
        "label_smoothing": [Interval(Real, 0, 1, closed="left")],
        "augment": [None, list, tuple, HasMethods("augment")],
        "test_time_views": [Interval(Integral, 0, None, closed="left")],
        "epochs": [Interval(Integral, 1, 2**31 - 1, closed="both")],
        "batch_size": [Interval(Integral, 1, 2**31 - 1, closed="both")],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "class_weight": [None, StrOptions({"balanced"}), dict],
        "callbacks": [None, list, tuple, keras.callbacks.Callback],
        "precision": [StrOptions(set(PRECISIONS))],
        "warm_start": ["boolean"],
        "image_shape": [None, "array-like"],
        "value_range": [None, "array-like"],
        "random_state": ["random_state"],
        "verbose": [StrOptions({"auto"}), Interval(Integral, 0, 2, closed="both"), "boolean"],
    }

    # Learning rate and weight decay of "adam" by its name on normalised maps, if None is passed.
    _rates_of_adam: ClassVar[tuple[float, float] | None] = None

    # Whether it matters to the network which pixels are neighbours.
    _reads_neighbours: ClassVar[bool] = True

    # Ask for the validation data wherever metadata is routed:
    # Pipeline(transform_input=["X_val"]).fit(X, y, X_val=..., y_val=...) works as it stands.
    __metadata_request__fit: ClassVar[dict[str, bool]] = {"X_val": True, "y_val": True}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__doc__:
            cls.__doc__ = complete_docstring(cls.__doc__, cls.__init__, cls._rates_of_adam)

    @abstractmethod
    def _build_model(self, n_classes: int) -> keras.Model:
        """Build the uncompiled network from the parameters, `image_shape_` and `value_range_`."""

    # scikit-learn's own methods, where scikeras replaced them -------------------------------------

    _get_param_names: Any = classmethod(BaseEstimator._get_param_names.__func__)
    __repr__ = BaseEstimator.__repr__
    score = ClassifierMixin.score

    def __sklearn_tags__(self) -> Any:
        # scikeras lists ClassifierMixin behind BaseEstimator, so that its tags are never merged.
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
            Grey images of any numeric dtype; never written to.
        y : array-like of shape (n,)
            Class labels of any type.
        sample_weight : array-like of shape (n,), default=None
            Weights of the rows, not negative. Rows of weight zero are dropped first; the other
            weights are scaled to a mean of 1, so that only their ratios count.
        X_val : array-like of the forms of `X`, default=None
            Validation images, to monitor and for early stopping. In a Pipeline, name it in
            `transform_input` so that the steps before the network transform it.
        y_val : array-like of shape (n_val,), default=None
            Labels of `X_val`, all of which occur in `y`. Their losses are weighted by
            `class_weight`.

        Returns
        -------
        self : object
            The fitted network.

        Raises
        ------
        TypeError, ValueError
            If a parameter, `X`, `y`, the weights or the validation data are not valid; the
            estimator is then as it was before.
        KeyboardInterrupt
            If training is interrupted. In the first epoch, the estimator is then as it was before.
            Later, it is fitted: it has the weights of the epoch with the lowest validation loss, or
            the last ones if there are no validation rows.
        """
        self._validate_params()
        with refitted(self) as draft:
            interruption = draft._fit_network(X, y, sample_weight, X_val, y_val)
        if interruption is not None:
            raise interruption
        return self

    def _fit_network(
        self, X: Any, y: Any, sample_weight: Any, X_val: Any, y_val: Any
    ) -> KeyboardInterrupt | None:
        """Fit, and return what interrupted the training after its first epoch."""
        goes_on = self.warm_start and hasattr(self, "model_")
        samples, y = self._check_training_data(X, y, sample_weight, reset=not goes_on)
        n_iter_no_change = self._value("n_iter_no_change") if self.early_stopping else None
        validation = self._check_validation_data(X_val, y_val, y)
        if self.early_stopping and validation is None:
            kept, held_out = hold_out(y, self._value("validation_fraction"), self.seed_)
            samples, validation = samples.rows(kept), samples.rows(held_out)
        epochs, cosine_steps = self._value("epochs"), None
        if self.learning_rate_schedule == "cosine":
            cosine_steps = epochs * math.ceil(len(samples.images) / self._value("batch_size"))
        return self._train(samples, validation, epochs, n_iter_no_change, cosine_steps)

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Train the network for one epoch, without early stopping.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Grey images of any numeric dtype; never written to.
        y : array-like of shape (n,)
            Class labels.
        classes : array-like of shape (n_classes,), default=None
            All labels that will ever occur; needed at the first call only.
        sample_weight : array-like of shape (n,), default=None
            Weights of the rows, not negative; scaled to a mean of 1 in each call.

        Returns
        -------
        self : object
            The fitted network.

        Raises
        ------
        TypeError, ValueError
            If the first call lacks `classes`, or a parameter or the data are not valid; the
            estimator is then as it was before.
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
                    f"fit: {self.classes_}. Leave it out, or use a new estimator."
                )
        with refitted(self) as draft:
            samples, _ = draft._check_training_data(
                X, y, sample_weight, reset=not goes_on, classes=classes
            )
            draft._train(samples, None, epochs=1, n_iter_no_change=None, cosine_steps=None)
        return self

    def initialize(self, X: Any, y: Any) -> Self:
        """Build the network with random weights, without training it.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Grey images; they give the image shape and the value range.
        y : array-like of shape (n,)
            Class labels; they give the classes.

        Returns
        -------
        self : object
            The network, which can predict.
        """
        self._validate_params()
        with refitted(self) as draft:
            draft._check_training_data(X, y, None, reset=True)
        return self

    def _check_training_data(
        self, X: Any, y: Any, sample_weight: Any, *, reset: bool, classes: Any = None
    ) -> tuple[Samples, np.ndarray]:
        """Validate training rows; with `reset`, learn what is to be learned and build the network.

        Returns the samples and the labels of their rows.
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
            warn_not_square=self._reads_neighbours or self.augment is not None,
        )
        y = check_labels(y, "y")
        if len(images) != len(y):
            raise ValueError(
                f"X has {len(images)} rows, but y has {len(y)}; expected one label per image."
            )
        labels, weights = np.unique(y), None
        if sample_weight is not None:
            weights = check_weights(sample_weight, images)
            kept = weights > 0
            if not kept.all():
                images, y, weights = images[kept], y[kept], weights[kept]
        if reset:
            images, self.value_range_ = learn_value_range(images, self._value("value_range"))
            self.classes_ = np.unique(y) if classes is None else classes
            self.n_classes_ = len(self.classes_)
            if self.n_classes_ < 2:
                raise ValueError(
                    f"y has one class only, {self.classes_.tolist()}; expected at least two "
                    "classes."
                )
            self.seed_ = draw_seed(self._value("random_state"))
            self.history_: dict[str, list[float]] = {}
            with interrupts_wait():
                self.model_ = self._build_model(self.n_classes_)
            self._inference = CompiledInference(self.model_)
            self._augmentation: Augmentation | None = None
            # The settings and the numbers of the optimizer after the last training.
            self._optimizer: tuple[Any, Any] = (None, None)
        else:
            images = clip_to_value_range(images, self.value_range_)
        class_weight = self._value("class_weight")
        check_class_weight(class_weight, np.union1d(labels, self.classes_))
        weights = combine_weights(weights, class_weight, y)
        return Samples(images[..., np.newaxis], one_hot(y, self.classes_, "y"), weights), y

    def _check_validation_data(self, X_val: Any, y_val: Any, y_train: np.ndarray) -> Samples | None:
        if X_val is None and y_val is None:
            return None
        if X_val is None or y_val is None:
            missing = "X_val" if X_val is None else "y_val"
            raise ValueError(f"{missing} is missing; pass X_val and y_val together.")
        try:
            images = clip_to_value_range(check_images(self, X_val, reset=False), self.value_range_)
        except (ValueError, TypeError) as error:
            error.args = (f"X_val cannot be used for validation: {error}",)
            raise
        y_val = check_labels(y_val, "y_val")
        if len(images) != len(y_val):
            raise ValueError(f"X_val has {len(images)} rows, but y_val has {len(y_val)}.")
        targets = one_hot(y_val, self.classes_, "y_val")
        weights = combine_weights(None, self._value("class_weight"), y_val, y_train=y_train)
        return Samples(images[..., np.newaxis], targets, weights)

    def _train(
        self,
        samples: Samples,
        validation: Samples | None,
        epochs: int,
        n_iter_no_change: int | None,
        cosine_steps: int | None,
    ) -> KeyboardInterrupt | None:
        callbacks = check_callbacks(self.callbacks, sets_learning_rate=cosine_steps is None)
        augmentation = Augmentation.fitted(
            self._value("augment"), samples.images, value_range=self.value_range_, seed=self.seed_
        )
        if self.test_time_views:
            check_views(self._value("test_time_views"), augmentation)
        learning_rate, weight_decay = self._rates()
        label_smoothing = self._value("label_smoothing")
        optimizer, loss = self._value("optimizer"), self._value("loss")
        settings = (optimizer, learning_rate, weight_decay, loss, label_smoothing)
        optimizer = fresh_optimizer(
            optimizer,
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            cosine_steps=cosine_steps,
            warmup_fraction=self._value("warmup_fraction"),
        )
        # An optimizer goes on where it stopped; a cosine has ended, and one begins anew.
        goes_on = cosine_steps is None and self._optimizer[0] == settings
        precision = training_precision(self._value("precision"))
        lent = borrow_trainer(
            self.model_,
            optimizer,
            loss,
            precision,
            label_smoothing=label_smoothing,
            shared=not callbacks,
        )
        with lent as trainer:
            trainer.load(self.model_, self._optimizer[1] if goes_on else None)
            history, interruption = train(
                trainer,
                samples,
                validation,
                augmentation=augmentation,
                batch_size=self._value("batch_size"),
                epochs=epochs,
                initial_epoch=self.current_epoch,
                n_iter_no_change=n_iter_no_change,
                callbacks=callbacks,
                seed=self.seed_,
                verbose=self._value("verbose"),
            )
            trainer.save_to(self.model_)
            self._optimizer = (None, None)
            if cosine_steps is None:
                self._optimizer = (settings, trainer.optimizer_state)
        self.history_ = join_histories(self.history_, history)
        self._augmentation = augmentation
        return interruption

    def _rates(self) -> tuple[Any, float | None]:
        """Return the learning rate and the weight decay; None is that of the optimizer."""
        learning_rate = self._value("optimizer__learning_rate")
        if isinstance(learning_rate, Integral):
            # A schedule computes in the type of its peak: with integers, it would round to 0 or 1.
            learning_rate = float(learning_rate)
        given = learning_rate, self._value("optimizer__weight_decay")
        if self._rates_of_adam is None or self.optimizer != "adam" or not self._normalizes_maps():
            return given
        learning_rate, weight_decay = (
            tuned if value is None else value
            for value, tuned in zip(given, self._rates_of_adam, strict=True)
        )
        return learning_rate, weight_decay

    def _normalizes_maps(self) -> bool:
        """Tell whether the maps of convolutions are normalised: they bear larger steps."""
        return False

    @property
    def current_epoch(self) -> int:
        """Number of epochs that the network has been trained for."""
        return len(getattr(self, "history_", {}).get("loss", []))
