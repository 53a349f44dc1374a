import pytest
from sklearn.base import clone
from sklearn.model_selection import ParameterGrid
from sklearn.pipeline import Pipeline

from skmnist import model_selection
from skmnist.model_selection import (
    cnn_param_grid,
    densenet_param_grid,
    mlp_param_grid,
    resnet_param_grid,
)
from skmnist.neural_network import (
    CNNClassifier,
    DenseNetClassifier,
    MLPClassifier,
    ResNetClassifier,
)

GRIDS = {
    mlp_param_grid: MLPClassifier(),
    cnn_param_grid: CNNClassifier(),
    resnet_param_grid: ResNetClassifier(),
    densenet_param_grid: DenseNetClassifier(),
}


def test_every_grid_is_checked():
    names = {name for name in model_selection.__all__ if name.endswith("_param_grid")}
    assert {make_grid.__name__ for make_grid in GRIDS} == names, "add each grid to GRIDS"


@pytest.mark.parametrize(("make_grid", "network"), GRIDS.items())
def test_each_candidate_is_a_valid_network(make_grid, network):
    pipeline = Pipeline([("net", network)])
    candidates = list(ParameterGrid(make_grid("net__")))
    assert len(candidates) >= 3
    for params in candidates:
        net = clone(pipeline).set_params(**params)["net"]
        net._validate_params()
        net.image_shape_, net.value_range_, net.seed_ = (28, 28, 1), (0.0, 255.0), 0
        assert net._build_model(10).output_shape == (None, 10)


@pytest.mark.parametrize("make_grid", GRIDS)
def test_grids_are_fresh_data(make_grid):
    make_grid()["optimizer__learning_rate"].append(7.0)
    assert 7.0 not in make_grid()["optimizer__learning_rate"]
    assert all(isinstance(values, list) for values in make_grid().values())
