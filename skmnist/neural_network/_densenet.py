"""The densely connected network."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar

import keras
import numpy as np

from skmnist._utils._sklearn import Interval
from skmnist.neural_network._builders import build_densenet
from skmnist.neural_network._deep import BaseDeepClassifier


class DenseNetClassifier(BaseDeepClassifier):
    """Densely connected network for small grey images, trained with Keras.

    A convolution, stages of dense layers, and the mean of each feature map. Each layer adds
    `growth_rate` maps to those that it sees, which are all before it in its stage; between two
    stages, the maps become fewer and half as high and wide.

    Parameters
    ----------
    n_layers : tuple of int, default=(2, 2, 2)
        Number of layers of each stage.
    growth_rate : int, default=12
        Number of maps that a layer adds; the first convolution makes twice as many.
    bottleneck : bool, default=True
        Whether a 1x1 convolution brings what a layer sees to 4 times `growth_rate` maps first.
    compression : float, default=0.5
        Share of the maps, in (0, 1], that is kept between two stages.
    conv_dropout : float, default=0.0
        Dropout rate in [0, 1) of the maps that a layer adds.
    {stem parameters}
    {deep parameters}
    {training parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    ResNetClassifier : Residual network, faster.
    CNNClassifier : Convolutional network without shortcuts, the fastest.

    Notes
    -----
    {notes}

    References
    ----------
    Huang, G., Liu, Z., van der Maaten, L. and Weinberger, K. Q. (2017). Densely Connected
    Convolutional Networks. CVPR. :arxiv:`1608.06993`

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.neural_network import DenseNetClassifier
    >>> X = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8)
    >>> y = np.where(X[:, :4].mean(axis=(1, 2)) > X[:, 4:].mean(axis=(1, 2)), "top", "bottom")
    >>> net = DenseNetClassifier((1, 1), epochs=1, random_state=0).fit(X, y)
    >>> net.predict_proba(X).shape
    (40, 2)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseDeepClassifier._parameter_constraints,
        "n_layers": ["array-like", Integral],
        "growth_rate": [Interval(Integral, 1, None, closed="left")],
        "bottleneck": ["boolean"],
        "compression": [Interval(Real, 0, 1, closed="right")],
        "conv_dropout": [Interval(Real, 0, 1, closed="left")],
    }

    def __init__(
        self,
        n_layers: Sequence[int] = (2, 2, 2),
        *,
        growth_rate: int = 12,
        bottleneck: bool = True,
        compression: float = 0.5,
        conv_dropout: float = 0.0,
        kernel_size: int = 3,
        stem_kernel_size: int = 3,
        stem_stride: int = 2,
        activation: str = "relu",
        normalization: str = "batch",
        pooling: str = "average",
        dropout: float = 0.0,
        kernel_initializer: str = "he_normal",
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
        epochs: int = 20,
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
        self.n_layers = n_layers
        self.growth_rate = growth_rate
        self.bottleneck = bottleneck
        self.compression = compression
        self.conv_dropout = conv_dropout
        self.kernel_size = kernel_size
        self.stem_kernel_size = stem_kernel_size
        self.stem_stride = stem_stride
        self.activation = activation
        self.normalization = normalization
        self.pooling = pooling
        self.dropout = dropout
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
        return build_densenet(
            self.image_shape_,
            n_classes,
            value_range=self.value_range_,
            seed=self.seed_,
            **self._values("n_layers", "growth_rate", "bottleneck", "compression", "conv_dropout"),
            **self._deep_params(),
        )
