import numpy as np
import pytest
from sklearn.base import clone

from skmnist.datasets import load_mnist_sample
from skmnist.model_selection import (
    best_mlp,
    best_network,
    fast_network,
    generic_noises,
    mnist_c_noises,
    n_mnist_network,
    real_digits_network,
    robust_network,
)
from skmnist.noise import RandomAffine, list_noises

RECIPES = (
    best_mlp,
    best_network,
    fast_network,
    n_mnist_network,
    real_digits_network,
    robust_network,
)
NOISES = (generic_noises, mnist_c_noises)


@pytest.mark.parametrize("recipe", RECIPES)
def test_each_network_is_valid(recipe):
    network = clone(recipe(random_state=3))
    assert network.random_state == 3
    assert recipe().random_state is None
    network._validate_params()
    network.image_shape_, network.value_range_, network.seed_ = (28, 28, 1), (0.0, 255.0), 0
    assert network._build_model(10).output_shape == (None, 10)


@pytest.mark.parametrize("recipe", RECIPES)
def test_networks_are_fresh(recipe):
    recipe().set_params(epochs=1, augment=None)
    assert recipe().epochs > 1
    assert recipe is fast_network or recipe().augment is not None


def test_a_recipe_trains_and_predicts():
    X, y = load_mnist_sample(return_X_y=True)
    network = fast_network(random_state=0).set_params(epochs=1, augment=generic_noises())
    assert network.fit(X[:200], y[:200]).predict(X[:10]).shape == (10,)


def test_recipes_of_one_architecture_differ_in_their_training():
    best, of_n_mnist, robust = best_network(), n_mnist_network(), robust_network()
    for name, value in best.get_params(deep=False).items():
        for other, changed in (
            (of_n_mnist, {"augment", "epochs"}),
            (robust, {"augment", "dropout", "epochs"}),
        ):
            assert (getattr(other, name) == value) is (name not in changed)


@pytest.mark.parametrize("make_noises", NOISES)
def test_noises_change_most_images(make_noises):
    X = np.unique(load_mnist_sample().images[:300], axis=0)
    noisy = X
    for noise in make_noises():
        noisy = noise.set_params(random_state=0).fit_transform(noisy)
    assert (noisy.shape, noisy.dtype) == (X.shape, X.dtype)
    assert (noisy != X).any(axis=(1, 2)).mean() > 0.8


def test_no_corruption_of_mnist_c_is_generic():
    def kinds_of(noises):
        for noise in noises:
            if hasattr(noise, "noises"):
                yield from kinds_of(inner for _, inner in noise.noises)
            else:
                yield type(noise)

    generic, corruptions = (set(kinds_of(make_noises())) for make_noises in NOISES)
    assert generic & corruptions == {RandomAffine}
    assert len(mnist_c_noises()[1].noises) == len(list_noises("mnist_c"))


@pytest.mark.parametrize("make_noises", NOISES)
def test_noises_are_fresh(make_noises):
    assert all(a is not b for a, b in zip(make_noises(), make_noises(), strict=True))
