import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from skimage.transform import warp

from skmnist.noise import RandomAffine
from skmnist.noise import _affine as affine_module
from skmnist.noise.kernels._warp import BORDER_MODES

# Border mode -> its name in scikit-image.
SKIMAGE_MODES = {"constant": "constant", "edge": "edge", "reflect": "symmetric", "wrap": "wrap"}
STRENGTHS = {"rotation": 40, "translation": 0.3, "scale": 0.2, "shear": 25}


@pytest.fixture
def drawn(monkeypatch):
    """The arguments of `affine_matrices`."""
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
    RandomAffine(**STRENGTHS, random_state=0).fit_transform(X)
    limits = {
        "angle": (-np.deg2rad(40), np.deg2rad(40)),
        "shift_y": (-0.3 * height, 0.3 * height),
        "shift_x": (-0.3 * width, 0.3 * width),
        "scale": (0.8, 1.2),
        "shear": (-np.deg2rad(25), np.deg2rad(25)),
    }
    assert drawn.keys() == limits.keys()
    for name, (low, high) in limits.items():
        draws = (drawn[name] - low) / (high - low)
        assert draws.shape == (n,)
        assert draws.min() >= 0
        assert draws.max() <= 1
        assert abs(draws.mean() - 1 / 2) < 3 / np.sqrt(12 * n)
        assert abs(((draws - 1 / 2) ** 2).mean() - 1 / 12) < 3 * np.sqrt((1 / 80 - 1 / 144) / n)
    assert (abs(np.corrcoef([*drawn.values()]) - np.eye(5)) < 3 / np.sqrt(n)).all()


def test_strengths_share_their_draws(drawn):
    X = np.random.default_rng(0).random((50, 3, 3))
    weak_strengths = {name: strength / 3 for name, strength in STRENGTHS.items()}
    RandomAffine(**weak_strengths, random_state=0).fit_transform(X)
    weak = dict(drawn)
    RandomAffine(**STRENGTHS, random_state=0).fit_transform(X)
    assert weak.keys() == drawn.keys()
    for name in drawn:
        no_change = 1 if name == "scale" else 0
        assert_allclose(3 * (weak[name] - no_change), drawn[name] - no_change, atol=1e-12)


def warp_by_skimage(image, *, angle, shift_y, shift_x, scale, shear, **border):
    """Shear, scale, rotate and shift one image, in coordinates (x, y) with y downward."""
    center = (np.array(image.shape)[::-1] - 1) / 2
    cos, sin = np.cos(angle), np.sin(angle)
    slant = np.array([[1, -np.tan(shear)], [0, 1]])  # pixels above the center move to the right
    turn = np.array([[cos, sin], [-sin, cos]])  # pixels to the right move upward
    forward = np.eye(3)
    forward[:2, :2] = turn @ (scale * slant)
    forward[:2, 2] = center - forward[:2, :2] @ center + [shift_x, shift_y]
    return warp(image, np.linalg.inv(forward), order=1, **border)


@pytest.mark.parametrize("shape", [(28, 28), (9, 14)])
@pytest.mark.parametrize("border_mode", sorted(BORDER_MODES))
def test_equals_scikit_image(drawn, border_mode, shape):
    X = np.random.default_rng(0).random((20, *shape))
    noise = RandomAffine(**STRENGTHS, border_mode=border_mode, border_value=0.3, random_state=0)
    noisy = noise.fit_transform(X)
    border = {"mode": SKIMAGE_MODES[border_mode], "cval": 0.3}
    for n, image in enumerate(X):
        arguments = {name: draws[n] for name, draws in drawn.items()}
        expected = warp_by_skimage(image, **arguments, **border)
        assert_allclose(noisy[n], expected, rtol=0, atol=1e-3)


def test_a_single_strength_leaves_the_others_alone(drawn):
    names = {
        "rotation": {"angle"},
        "translation": {"shift_y", "shift_x"},
        "scale": {"scale"},
        "shear": {"shear"},
    }
    X = np.random.default_rng(0).random((5, 6, 6))
    for strength, changed in names.items():
        nothing = dict.fromkeys(names, 0)
        RandomAffine(**{**nothing, strength: 0.5}, random_state=0).fit_transform(X)
        for name, draws in drawn.items():
            assert (draws != (name == "scale")).all() == (name in changed)


@pytest.mark.parametrize("border_mode", sorted(BORDER_MODES))
def test_what_comes_in_from_beyond_the_border(border_mode):
    X = np.broadcast_to(np.linspace(0.3, 0.6, 20)[:, np.newaxis, np.newaxis], (20, 6, 6))
    noise = RandomAffine(border_mode=border_mode, border_value=1, random_state=0)
    noisy = noise.fit_transform(X)
    assert noisy.max() > 0.8 if border_mode == "constant" else (noisy == X).all()


def test_the_border_value_is_in_units_of_the_range():
    X = np.full((1, 6, 6), 200, dtype=np.uint8)
    noise = RandomAffine(0, translation=1, scale=0, border_value=0.2, random_state=0)
    assert_array_equal(noise.fit_transform(X).min(), 51)
