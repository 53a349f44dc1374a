"""The multi-layer perceptron."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from skmnist.neural_network._base import BaseImageClassifier
from skmnist.neural_network._builders import build_mlp


class MLPClassifier(BaseImageClassifier):
    """Multi-layer perceptron for grey images, trained with Keras.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int, default=(1024, 512)
        Number of units of each hidden layer.
    activation : str, default="relu"
        Activation of the hidden layers: "relu", "elu", "gelu", "leaky_relu", "linear", "mish",
        "selu", "sigmoid", "silu", "softplus" or "tanh".
    dropout : float or tuple of float, default=0.5
        Dropout rate in [0, 1) after each hidden layer, or one rate for each of them.
    batch_normalization : bool, default=False
        Whether the hidden layers are batch-normalised before their activation.
    kernel_initializer : str or tuple of str, default="he_normal"
        Initialiser of the kernels of the hidden layers, or one for each of them.
    output_kernel_initializer : str, default="glorot_uniform"
        Initialiser of the kernel of the output layer.
    optimizer : str or keras.optimizers.Optimizer, default="adam"
        "adam", "adamw", "adadelta", "adagrad", "adamax", "lion", "nadam", "rmsprop", "sgd", or an
        instance, of which every fit uses a fresh copy.
    optimizer__learning_rate : float or schedule, default=None
        Learning rate; None takes that of the optimizer.
    learning_rate_schedule : {"cosine", "constant"}, default="cosine"
        Whether the learning rate falls to zero along a half cosine over `epochs`, or stays.
    loss : str or keras.losses.Loss, default="categorical_crossentropy"
        Loss on one-hot labels.
    epochs : int, default=40
        Number of passes over the training rows; at most so many with early stopping.
    batch_size : int, default=32
        Rows per gradient step.
    early_stopping : bool, default=False
        Whether to hold out a stratified validation set, stop when its loss no longer falls, and
        restore the best weights.
    validation_fraction : float, default=0.1
        Share of the rows to hold out, in (0, 1); used if `early_stopping` and without `X_val`.
    n_iter_no_change : int, default=10
        Epochs without a lower validation loss after which training stops.
    class_weight : dict or "balanced", default=None
        Weights of the classes, {label: weight}; they multiply `sample_weight`.
    callbacks : keras.callbacks.Callback or list of them, default=None
        Callbacks of training, copied for each fit: what they collect is not in the caller's.
    precision : {"auto", "float32", "bfloat16"}, default="auto"
        What the layers compute in during training. "auto" is "bfloat16", which is faster, where
        TensorFlow runs on a processor with instructions for it, and "float32" elsewhere. Weights,
        validation and prediction are float32 in any case.
    warm_start : bool, default=False
        Whether `fit` goes on from the present weights; the layers, the image shape, the value range
        and the seed then stay as they are.
    image_shape : tuple of int, default=None
        (height, width) of the images; None takes it from `X`.
    value_range : (low, high), default=None
        Pixel values of black and white; None learns it in `fit`.
    random_state : int, RandomState instance or None, default=None
        Seed of the weights, the dropout, the order of the rows and the validation split.
    verbose : int, default=0
        0 is silent, 1 a progress bar, 2 one line per epoch.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels.
    n_classes_ : int
        Number of classes.
    history_ : dict of list of float
        "loss" and "accuracy" of each epoch, and "val_loss" and "val_accuracy" with validation rows.
    model_ : keras.Model
        The network: pixels of shape (n, height, width, 1) to probabilities.
    image_shape_ : tuple of int
        (height, width, 1) of the images.
    value_range_ : tuple of two floats
        Pixel values of black and white.
    seed_ : int
        The seed.
    n_features_in_ : int
        Number of pixels of an image.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, if `X` was a DataFrame with string column names.

    See Also
    --------
    CNNClassifier : Convolutional network, more accurate on images.

    Notes
    -----
    The pixels are mapped to [0, 1] inside the network. With an int `random_state` the weights are
    the same in every process with the same number of TensorFlow threads.

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
        learning_rate_schedule: str = "cosine",
        loss: str | keras.losses.Loss = "categorical_crossentropy",
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
        self.learning_rate_schedule = learning_rate_schedule
        self.loss = loss
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
