"""Search grids for the networks."""

from typing import Any

_MLP_GRID: dict[str, tuple[Any, ...]] = {
    "hidden_layer_sizes": ((256, 128), (512, 256), (1024, 512)),
    "dropout": (0.3, 0.5),
    "optimizer__learning_rate": (0.001, 0.003),
}

_CNN_GRID: dict[str, tuple[Any, ...]] = {
    "filters": ((32, 64), (32, 64, 128), (32, 64, 128, 256)),
    "hidden_layer_sizes": ((128,), (256, 128)),
    "optimizer__learning_rate": (0.001, 0.003),
}

_RESNET_GRID: dict[str, tuple[Any, ...]] = {
    "filters": ((16, 32), (16, 32, 64), (32, 64, 128)),
    "n_blocks": (1, 2),
    "optimizer__learning_rate": (0.001, 0.003),
}

_DENSENET_GRID: dict[str, tuple[Any, ...]] = {
    "n_layers": ((2, 2), (3, 3, 3), (4, 4, 4)),
    "growth_rate": (8, 12),
    "optimizer__learning_rate": (0.001, 0.003),
}


def mlp_param_grid(prefix: str = "") -> dict[str, list[Any]]:
    """Return a search grid for `MLPClassifier`: layer widths, dropout, learning rate.

    Parameters
    ----------
    prefix : str, default=""
        Prefix of the parameter names, for a network inside another estimator: ``"net__"`` for the
        step "net" of a Pipeline.

    Returns
    -------
    dict of str to list
        The candidate values of each parameter, for `GridSearchCV`: a new dictionary in each call.

    See Also
    --------
    cnn_param_grid : Grid for `CNNClassifier`.

    Examples
    --------
    >>> from skmnist.model_selection import mlp_param_grid
    >>> mlp_param_grid("net__")["net__dropout"]
    [0.3, 0.5]
    """
    return _with_prefix(_MLP_GRID, prefix)


def cnn_param_grid(prefix: str = "") -> dict[str, list[Any]]:
    """Return a search grid for `CNNClassifier`: filters, dense layers, learning rate.

    Parameters
    ----------
    prefix : str, default=""
        Prefix of the parameter names, for a network inside another estimator: ``"net__"`` for the
        step "net" of a Pipeline.

    Returns
    -------
    dict of str to list
        The candidate values of each parameter, for `GridSearchCV`: a new dictionary in each call.

    See Also
    --------
    mlp_param_grid : Grid for `MLPClassifier`.

    Examples
    --------
    >>> from skmnist.model_selection import cnn_param_grid
    >>> cnn_param_grid("net__")["net__hidden_layer_sizes"]
    [(128,), (256, 128)]
    """
    return _with_prefix(_CNN_GRID, prefix)


def resnet_param_grid(prefix: str = "") -> dict[str, list[Any]]:
    """Return a search grid for `ResNetClassifier`: filters, depth, learning rate.

    Parameters
    ----------
    prefix : str, default=""
        Prefix of the parameter names, for a network inside another estimator: ``"net__"`` for the
        step "net" of a Pipeline.

    Returns
    -------
    dict of str to list
        The candidate values of each parameter, for `GridSearchCV`: a new dictionary in each call.

    See Also
    --------
    densenet_param_grid : Grid for `DenseNetClassifier`.

    Examples
    --------
    >>> from skmnist.model_selection import resnet_param_grid
    >>> resnet_param_grid("net__")["net__n_blocks"]
    [1, 2]
    """
    return _with_prefix(_RESNET_GRID, prefix)


def densenet_param_grid(prefix: str = "") -> dict[str, list[Any]]:
    """Return a search grid for `DenseNetClassifier`: depth, growth, learning rate.

    Parameters
    ----------
    prefix : str, default=""
        Prefix of the parameter names, for a network inside another estimator: ``"net__"`` for the
        step "net" of a Pipeline.

    Returns
    -------
    dict of str to list
        The candidate values of each parameter, for `GridSearchCV`: a new dictionary in each call.

    See Also
    --------
    resnet_param_grid : Grid for `ResNetClassifier`.

    Examples
    --------
    >>> from skmnist.model_selection import densenet_param_grid
    >>> densenet_param_grid("net__")["net__growth_rate"]
    [8, 12]
    """
    return _with_prefix(_DENSENET_GRID, prefix)


def _with_prefix(grid: dict[str, tuple[Any, ...]], prefix: str) -> dict[str, list[Any]]:
    return {f"{prefix}{name}": list(values) for name, values in grid.items()}
