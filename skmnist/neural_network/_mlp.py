"""The multi-layer perceptron."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from skmnist.neural_network._builders import build_mlp
from skmnist.neural_network._hidden_layers import BaseHiddenLayersClassifier


class MLPClassifier(BaseHiddenLayersClassifier):
    """Multi-layer perceptron for grey images, trained with Keras.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int, default=(1024, 512)
        Number of units of each hidden layer.
    {dense parameters}
    {training parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    CNNClassifier : Convolutional network, more accurate on images.

    Notes
    -----
    {notes}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.neural_network import MLPClassifier
    >>> X = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8)
    >>> y = np.where(X[:, :4].mean(axis=(1, 2)) > X[:, 4:].mean(axis=(1, 2)), "top", "bottom")
    >>> net = MLPClassifier((8,), epochs=1, random_state=0).fit(X, y)
    >>> net.predict_proba(X).shape
    (40, 2)
    """

    _reads_neighbours = False

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (1024, 512),
        *,
        activation: str = "relu",
        dropout: float | Sequence[float] = 0.5,
        batch_normalization: bool = False,
        kernel_initializer: str | Sequence[str] = "he_normal",
        output_kernel_initializer: str = "glorot_uniform",
        optimizer: str | keras.optimizers.Optimizer = "adam",
        optimizer__learning_rate: Any = None,
        optimizer__weight_decay: float | None = None,
        learning_rate_schedule: str = "cosine",
        warmup_fraction: float = 0.0,
        loss: str | keras.losses.Loss = "categorical_crossentropy",
        label_smoothing: float = 0.0,
        augment: Any = None,
        test_time_views: int = 0,
        epochs: int = 40,
        batch_size: int = 32,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        class_weight: dict[Any, float] | str | None = None,
        callbacks: Any = None,
        precision: str = "auto",
        warm_start: bool = False,
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.batch_normalization = batch_normalization
        self.kernel_initializer = kernel_initializer
        self.output_kernel_initializer = output_kernel_initializer
        self.optimizer = optimizer
        self.optimizer__learning_rate = optimizer__learning_rate
        self.optimizer__weight_decay = optimizer__weight_decay
        self.learning_rate_schedule = learning_rate_schedule
        self.warmup_fraction = warmup_fraction
        self.loss = loss
        self.label_smoothing = label_smoothing
        self.augment = augment
        self.test_time_views = test_time_views
        self.epochs = epochs
        self.batch_size = batch_size
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.class_weight = class_weight
        self.callbacks = callbacks
        self.precision = precision
        self.warm_start = warm_start
        self.image_shape = image_shape
        self.value_range = value_range
        self.random_state = random_state
        self.verbose = verbose

    def _build_model(self, n_classes: int) -> keras.Model:
        return build_mlp(
            self.image_shape_,
            n_classes,
            value_range=self.value_range_,
            seed=self.seed_,
            **self._dense_params(),
        )
