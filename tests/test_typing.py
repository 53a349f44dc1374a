"""The public names as type checkers see them: `mypy` checks this file (pyproject.toml)."""

from typing import assert_type

import skmnist
from skmnist import CNNClassifier, GaussianNoise, neural_network, noise


def test_public_names_are_classes_to_a_type_checker() -> None:
    network: CNNClassifier = skmnist.CNNClassifier(epochs=1)
    assert_type(network, neural_network.CNNClassifier)
    assert_type(GaussianNoise(scale=0.1), noise.GaussianNoise)
    assert_type(skmnist.__version__, str)
