"""The residual network."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar

import keras
import numpy as np

from skmnist._utils._sklearn import Interval
from skmnist.neural_network._builders import build_resnet
from skmnist.neural_network._deep import BaseDeepClassifier


class ResNetClassifier(BaseDeepClassifier):
    """Residual network for small grey images, trained with Keras.

    A convolution, stages of residual blocks, and the mean of each feature map. A block is two
    convolutions beside a shortcut; each stage halves the height and the width of the maps before.

    Parameters
    ----------
    filters : tuple of int, default=(16, 32, 64)
        Number of filters of the convolutions in each stage.
    n_blocks : int or tuple of int, default=1
        Number of residual blocks of each stage, or one number for each of them.
    {stem parameters}
    stochastic_depth : float, default=0.0
        Probability, in [0, 1), that the last block is skipped for an image in training; it grows in
        a straight line from the first block on.
    {deep parameters}
    {training parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    DenseNetClassifier : Each convolution sees the maps of all before it.
    CNNClassifier : Convolutional network without shortcuts, faster.

    Notes
    -----
    {notes}

    References
    ----------
    He, K., Zhang, X., Ren, S. and Sun, J. (2016). Deep Residual Learning for Image Recognition.
    CVPR. :arxiv:`1512.03385`

    Huang, G., Sun, Y., Liu, Z., Sedra, D. and Weinberger, K. (2016). Deep Networks with Stochastic
    Depth. ECCV. :arxiv:`1603.09382`

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.neural_network import ResNetClassifier
    >>> X = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8)
    >>> y = np.where(X[:, :4].mean(axis=(1, 2)) > X[:, 4:].mean(axis=(1, 2)), "top", "bottom")
    >>> net = ResNetClassifier((4, 8), epochs=1, random_state=0).fit(X, y)
    >>> net.predict_proba(X).shape
    (40, 2)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseDeepClassifier._parameter_constraints,
        "filters": ["array-like", Integral],
        "n_blocks": ["array-like", Integral],
        "stochastic_depth": [Interval(Real, 0, 1, closed="left")],
    }

    def __init__(
        self,
        filters: Sequence[int] = (16, 32, 64),
        *,
        n_blocks: int | Sequence[int] = 1,
        kernel_size: int = 3,
        stem_kernel_size: int = 3,
        stem_stride: int = 1,
        stochastic_depth: float = 0.0,
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
        self.filters = filters
        self.n_blocks = n_blocks
        self.kernel_size = kernel_size
        self.stem_kernel_size = stem_kernel_size
        self.stem_stride = stem_stride
        self.stochastic_depth = stochastic_depth
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
        return build_resnet(
            self.image_shape_,
            n_classes,
            value_range=self.value_range_,
            seed=self.seed_,
            **self._values("filters", "n_blocks", "stochastic_depth"),
            **self._deep_params(),
        )
