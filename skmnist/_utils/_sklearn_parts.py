"""Private classes whose instances scikit-learn's estimators hold, for files without pickles.

Not in `_sklearn`, because importing trees and neighbors takes half a second.
"""

from typing import Any

import numpy as np
from sklearn.neighbors import BallTree, KDTree
from sklearn.tree._tree import Tree

__all__ = [
    "PLAIN_CLASSES",
    "Tree",
    "grow_neighbors",
    "pack_neighbors",
    "pack_tree",
    "unpack_tree",
]

# Written in Python, without a constructor that matters: their attributes are all that they hold.
PLAIN_CLASSES = frozenset(
    {
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._SigmoidCalibration",
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
    }
)


def pack_tree(tree: Tree) -> list[Any]:
    """Return the arguments and the state of the compiled part of a decision tree.

    Parameters
    ----------
    tree : Tree
        The attribute `tree_` of a decision tree.

    Returns
    -------
    list
        Plain data.
    """
    return [tree.n_features, tree.n_classes, tree.n_outputs, tree.__getstate__()]


def unpack_tree(parts: list[Any]) -> Tree:
    """Build the compiled part of a decision tree, after checking what scikit-learn does not check.

    Parameters
    ----------
    parts : list
        What `pack_tree` returned.

    Returns
    -------
    Tree
        The tree.

    Raises
    ------
    ValueError
        If a prediction would read outside the arrays, or never end.
    """
    n_features, n_classes, n_outputs, state = parts
    nodes = state["nodes"]
    places = np.arange(len(nodes))
    left, right = nodes["left_child"], nodes["right_child"]
    inner = left != -1
    children = np.stack([left[inner], right[inner]])
    features = nodes["feature"][inner]
    if (
        not state["node_count"] == len(nodes) > 0
        or len(n_classes) != n_outputs
        or np.min(n_classes) < 1
        or (children <= places[inner]).any()
        or (children >= len(nodes)).any()
        or (features < 0).any()
        or (features >= n_features).any()
    ):
        raise ValueError("the nodes of a decision tree are not those of a tree")
    tree = Tree(n_features, n_classes, n_outputs)
    tree.__setstate__(state)
    return tree


def pack_neighbors(state: dict[str, Any]) -> dict[str, Any]:
    """Return the state of an estimator; the name of its k-d tree or ball tree replaces the tree.

    Parameters
    ----------
    state : dict
        The state of any estimator.

    Returns
    -------
    dict
        The state, from which `grow_neighbors` builds the tree again.
    """
    tree = state.get("_tree")
    return state | {"_tree": type(tree).__name__} if isinstance(tree, BallTree | KDTree) else state


def grow_neighbors(estimator: Any) -> None:
    """Build the k-d tree or ball tree of an estimator, if only its name is there.

    Parameters
    ----------
    estimator : estimator
        Any estimator.
    """
    trees = {"BallTree": BallTree, "KDTree": KDTree}
    name = vars(estimator).get("_tree")
    if isinstance(name, str):
        estimator._tree = trees[name](
            estimator._fit_X,
            estimator.leaf_size,
            metric=estimator.effective_metric_,
            **estimator.effective_metric_params_,
        )
