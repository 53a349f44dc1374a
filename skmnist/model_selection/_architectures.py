"""The nine networks of the reference protocol."""

from typing import Any

from skmnist.neural_network import BaseImageClassifier, CNNClassifier, MLPClassifier

# The published training parameters.
_PROTOCOL: dict[str, Any] = {
    "activation": "relu",
    "batch_normalization": False,
    "batch_size": 100,
    "epochs": 200,
    "early_stopping": True,
    "validation_fraction": 0.2,
    "n_iter_no_change": 10,
    "learning_rate_schedule": "constant",
    "optimizer__learning_rate": None,
    "optimizer__weight_decay": None,
    "label_smoothing": 0.0,
}

_CONVOLUTIONS: dict[str, Any] = {
    "kernel_size": 3,
    "padding": "valid",
    "pool_size": 2,
    "conv_dropout": 0.0,
    "conv_kernel_initializer": "he_uniform",
    "kernel_initializer": "random_normal",
}


def _mlp(sizes: tuple[int, ...], optimizer: str = "adam") -> dict[str, Any]:
    """Return the parameters of an MLP: dropout after the second hidden layer only."""
    n_rest = len(sizes) - 1
    return {
        "hidden_layer_sizes": sizes,
        "dropout": (0.0, 0.3, *[0.0] * (n_rest - 1)),
        "kernel_initializer": ("random_normal", *["glorot_uniform"] * n_rest),
        "output_kernel_initializer": "random_normal",
        "optimizer": optimizer,
    }


def _cnn(
    filters: tuple[int, ...], sizes: tuple[int, ...], *, dropout: float = 0.3, **changes: Any
) -> dict[str, Any]:
    """Return the parameters of a CNN: dropout after the first dense layer only."""
    return {
        **_CONVOLUTIONS,
        "filters": filters,
        "hidden_layer_sizes": sizes,
        "dropout": (dropout, *[0.0] * (len(sizes) - 1)),
        **changes,
    }


_MLPS = {
    "mlp-1": _mlp((784, 256, 128), optimizer="rmsprop"),
    "mlp-2": _mlp((784, 256, 128)),
    "mlp-3": _mlp((784, 256, 128, 64)),
    "mlp-4": _mlp((784, 512, 256, 128)),
}

_CNNS = {
    "cnn-1": _cnn((32, 64, 128), (256, 128)),
    "lenet": _cnn((6, 16), (120, 84), dropout=0.0, kernel_size=5),
    "cnn-3": _cnn((32,), (512, 256, 128), dropout=0.0),
    "cnn-4": _cnn((32, 64, 128, 256), (256, 128), padding="same"),
    "cnn-5": _cnn((32, 64, 128, 256), (512, 256), padding="same"),
}


def reference_architectures(*, random_state: int | None = None) -> dict[str, BaseImageClassifier]:
    """Return the nine networks of the reference protocol, unfitted.

    Parameters
    ----------
    random_state : int, default=None
        Seed of every network.

    Returns
    -------
    dict of str to estimator
        "mlp-1" to "mlp-4", "cnn-1", "lenet", "cnn-3", "cnn-4" and "cnn-5". They train as published:
        batches of 100, at most 200 epochs, early stopping on 20 % of the rows with a patience of 10
        epochs.

    See Also
    --------
    best_network : A network that is more accurate under the same noise.
    skmnist.noise.ReferenceNoise : The noise of the protocol.

    Notes
    -----
    Two things differ from the published study [1]_: the validation rows are a stratified sample
    instead of the last rows, and the CNNs, like the MLPs, restore their best weights. Kernels for
    which the study names no initializer get Keras' default, "glorot_uniform".

    References
    ----------
    .. [1] Theo Serralta (2024). Classification of Noisy MNIST Images Using Deep Learning.
       https://github.com/theo-serralta/MNIST_classifier

    Examples
    --------
    >>> from skmnist.model_selection import reference_architectures
    >>> networks = reference_architectures(random_state=0)
    >>> networks["cnn-5"].filters
    (32, 64, 128, 256)
    """
    mlps = {name: MLPClassifier(**{**_PROTOCOL, **params}) for name, params in _MLPS.items()}
    cnns = {name: CNNClassifier(**{**_PROTOCOL, **params}) for name, params in _CNNS.items()}
    return {name: net.set_params(random_state=random_state) for name, net in (mlps | cnns).items()}
