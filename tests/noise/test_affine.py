import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmnist.noise import RandomAffine
from skmnist.noise import _affine as affine_module
from skmnist.noise._warp import BORDER_MODES


@pytest.fixture
def drawn(monkeypatch):
    """What the noise asks `affine_matrices` for."""
    calls = {}

    def spy(n, **arguments):
        calls.update(arguments)
        return affine_matrices(n, **arguments)

    affine_matrices = affine_module.affine_matrices
    monkeypatch.setattr(affine_module, "affine_matrices", spy)
    return calls


def test_draws_are_uniform_within_their_limits(drawn):
    n, height, width = 4000, 4, 2
    X = np.random.default_rng(0).random((n, height, width))
    RandomAffine(rotation=40, translation=0.3, zoom=0.2, random_state=0).fit_transform(X)
    limits = {
        "angle": (-np.deg2rad(40), np.deg2rad(40)),
        "shift_y": (-0.3 * height, 0.3 * height),
        "shift_x": (-0.3 * width, 0.3 * width),
        "zoom": (0.8, 1.2),
    }
    assert drawn.keys() == limits.keys()
    for name, (low, high) in limits.items():
        draws = (drawn[name] - low) / (high - low)
        assert draws.shape == (n,)
        assert draws.min() >= 0
        assert draws.max() <= 1
        assert abs(draws.mean() - 1 / 2) < 3 / np.sqrt(12 * n)
        assert abs(((draws - 1 / 2) ** 2).mean() - 1 / 12) < 3 * np.sqrt((1 / 80 - 1 / 144) / n)
    assert (abs(np.corrcoef([*drawn.values()]) - np.eye(4)) < 3 / np.sqrt(n)).all()


def test_strengths_share_their_draws(drawn):
    X = np.random.default_rng(0).random((50, 3, 3))
    RandomAffine(rotation=10, translation=0.1, zoom=0.1, random_state=0).fit_transform(X)
    weak = dict(drawn)
    RandomAffine(rotation=30, translation=0.3, zoom=0.3, random_state=0).fit_transform(X)
    for name, no_change in {"angle": 0, "shift_y": 0, "shift_x": 0, "zoom": 1}.items():
        assert_allclose(3 * (weak[name] - no_change), drawn[name] - no_change, atol=1e-12)


@pytest.mark.parametrize("border_mode", sorted(BORDER_MODES))
def test_what_comes_in_from_beyond_the_border(border_mode):
    X = np.full((20, 6, 6), 0.5)
    noise = RandomAffine(border_mode=border_mode, border_value=1, random_state=0)
    noisy = noise.fit_transform(X)
    assert noisy.max() > 0.8 if border_mode == "constant" else (noisy == 0.5).all()


def test_the_border_value_is_in_units_of_the_range():
    X = np.full((1, 6, 6), 200, dtype=np.uint8)
    noise = RandomAffine(0, translation=1, zoom=0, border_value=0.2, random_state=0)
    assert_array_equal(noise.fit_transform(X).min(), 51)
