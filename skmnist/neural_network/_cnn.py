"""The convolutional network."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar

import keras
import numpy as np

from skmnist._utils._sklearn import StrOptions
from skmnist.neural_network._builders import build_cnn
from skmnist.neural_network._hidden_layers import BaseHiddenLayersClassifier
from skmnist.neural_network._layers import INITIALIZERS, PADDINGS


class CNNClassifier(BaseHiddenLayersClassifier):
    """Convolutional network for grey images, trained with Keras.

    Parameters
    ----------
    filters : tuple of int, default=(32, 64, 128)
        Number of filters of each convolution.
    kernel_size : int or tuple of int, default=3
        Side of the square kernels, in pixels, or one for each convolution. A kernel that is larger
        than the feature map shrinks to it.
    padding : {"same", "valid"}, default="same"
        Whether a convolution keeps the size of the map or drops the border.
    pool_size : int or tuple of int, default=2
        Side of the max pooling after each convolution, or one for each of them; 1 pools nothing.
    conv_dropout : float or tuple of float, default=0.0
        Dropout rate in [0, 1) after each pooling, or one for each of them.
    conv_kernel_initializer : str or tuple of str, default="he_normal"
        Initialiser of the kernels of the convolutions, or one for each of them.
    hidden_layer_sizes : tuple of int, default=(128,)
        Number of units of each dense hidden layer behind the convolutions.
    {dense parameters}
    {training parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    MLPClassifier : Multi-layer perceptron, faster and less accurate.

    Notes
    -----
    {notes}

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.neural_network import CNNClassifier
    >>> X = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8)
    >>> y = np.where(X[:, :4].mean(axis=(1, 2)) > X[:, 4:].mean(axis=(1, 2)), "top", "bottom")
    >>> net = CNNClassifier((4,), hidden_layer_sizes=(8,), epochs=1, random_state=0).fit(X, y)
    >>> net.predict_proba(X).shape
    (40, 2)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseHiddenLayersClassifier._parameter_constraints,
        "filters": ["array-like", Integral],
        "kernel_size": ["array-like", Integral],
        "padding": [StrOptions(set(PADDINGS))],
        "pool_size": ["array-like", Integral],
        "conv_dropout": ["array-like", Real],
        "conv_kernel_initializer": [StrOptions(set(INITIALIZERS)), "array-like"],
    }
    _rates_of_adam = (0.005, 0.05)

    def __init__(
        self,
        filters: int | Sequence[int] = (32, 64, 128),
        *,
        kernel_size: int | Sequence[int] = 3,
        padding: str = "same",
        pool_size: int | Sequence[int] = 2,
        conv_dropout: float | Sequence[float] = 0.0,
        conv_kernel_initializer: str | Sequence[str] = "he_normal",
        hidden_layer_sizes: int | Sequence[int] = (128,),
        activation: str = "relu",
        dropout: float | Sequence[float] = 0.4,
        batch_normalization: bool = True,
        kernel_initializer: str | Sequence[str] = "he_normal",
        output_kernel_initializer: str = "glorot_uniform",
        optimizer: str | keras.optimizers.Optimizer = "adam",
        optimizer__learning_rate: Any = None,
        optimizer__weight_decay: float | None = None,
        learning_rate_schedule: str = "cosine",
        warmup_fraction: float = 0.2,
        loss: str | keras.losses.Loss = "categorical_crossentropy",
        label_smoothing: float = 0.0,
        augment: Any = None,
        test_time_views: int = 0,
        epochs: int = 15,
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
        self.filters = filters
        self.kernel_size = kernel_size
        self.padding = padding
        self.pool_size = pool_size
        self.conv_dropout = conv_dropout
        self.conv_kernel_initializer = conv_kernel_initializer
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

    def _normalizes_maps(self) -> bool:
        return self.batch_normalization

    def _build_model(self, n_classes: int) -> keras.Model:
        return build_cnn(
            self.image_shape_,
            n_classes,
            value_range=self.value_range_,
            seed=self.seed_,
            **self._values(
                "filters",
                "kernel_size",
                "padding",
                "pool_size",
                "conv_dropout",
                "conv_kernel_initializer",
            ),
            **self._dense_params(),
        )
