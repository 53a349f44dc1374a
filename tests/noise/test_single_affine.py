import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.ndimage import map_coordinates
from scipy.ndimage import shift as shift_by_scipy
from skimage.transform import rotate, warp
from sklearn.base import clone

from skmnist.noise import RandomRotation, RandomScale, RandomShear, RandomTranslation, make_noise
from skmnist.noise import _affine as affine_module
from skmnist.noise.kernels._warp import BORDER_MODES

# Border mode -> its name in scikit-image and in SciPy.
SKIMAGE_MODES = {"constant": "constant", "edge": "edge", "reflect": "symmetric", "wrap": "wrap"}
SCIPY_MODES = {
    "constant": "grid-constant",
    "edge": "nearest",
    "reflect": "reflect",
    "wrap": "grid-wrap",
}
BORDER_VALUE = 0.3
SIGNS = (-1, 1)


@pytest.fixture(params=sorted(BORDER_MODES))
def border_mode(request):
    return request.param


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


def about_the_center(image, matrix, border_mode):
    """Read the (x, y) of the result at ``matrix @ (x, y)``, from the center, y downward."""
    center = (np.array(image.shape)[::-1] - 1) / 2
    inverse = np.eye(3)
    inverse[:2, :2] = matrix
    inverse[:2, 2] = center - inverse[:2, :2] @ center
    return warp(image, inverse, order=1, mode=SKIMAGE_MODES[border_mode], cval=BORDER_VALUE)


def rotated(image, degrees, border_mode):
    mode = SKIMAGE_MODES[border_mode]
    return rotate(image, degrees, order=1, mode=mode, cval=BORDER_VALUE)


def translated(image, shift, border_mode):
    mode = SCIPY_MODES[border_mode]
    return shift_by_scipy(image, shift, order=1, mode=mode, cval=BORDER_VALUE)


def scaled(image, factor, border_mode):
    center = (np.array(image.shape)[:, np.newaxis, np.newaxis] - 1) / 2
    source = center + (np.indices(image.shape) - center) / factor
    mode = SCIPY_MODES[border_mode]
    return map_coordinates(image, source, order=1, mode=mode, cval=BORDER_VALUE)


def slanted(image, degrees, border_mode):
    """Shift each row; a positive angle shifts rows above the center to the right."""
    rows = np.arange(len(image)) - (len(image) - 1) / 2
    shifts = -rows * np.tan(np.deg2rad(degrees))
    return np.stack([translated(row, s, border_mode) for row, s in zip(image, shifts, strict=True)])


def stretched(image, degrees, border_mode):
    """Warp as MNIST-C does, where positive angles slant counterclockwise."""
    angle = np.deg2rad(degrees)
    return about_the_center(image, [[1, -np.sin(angle)], [0, np.cos(angle)]], border_mode)


def assert_each_is_one_of(noisy, X, peers):
    """Check that each image equals the result of one peer, and that all peers occur."""
    matches = [
        [np.abs(after - peer(before)).max() < 1e-3 for peer in peers]
        for before, after in zip(X, noisy, strict=True)
    ]
    assert_array_equal(np.sum(matches, axis=1), 1)
    assert np.any(matches, axis=0).all()


# Noise of a fixed amount, its peer (a function of image, amount and border mode), and the amount.
EITHER_SIGN = {
    "rotation": (RandomRotation(34, 34), rotated, 34),
    "nearly half a turn": (RandomRotation(179, 179), rotated, 179),
    "shear": (RandomShear(27, 27), slanted, 27),
    "stretched shear": (RandomShear(27, 27, stretch=True), stretched, 27),
    "MNIST-C shear": (make_noise("shear"), stretched, np.rad2deg(0.4)),
    "MNIST-C rotate": (make_noise("rotate"), rotated, np.rad2deg(0.4)),
}
SHAPES = [(28, 28), (11, 16)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("noise", "peer", "amount"), EITHER_SIGN.values(), ids=EITHER_SIGN)
def test_equals_one_image_at_a_time(noise, peer, amount, border_mode, shape):
    X = np.random.default_rng(0).random((12, *shape))
    border = {"border_mode": border_mode, "border_value": BORDER_VALUE}
    noise = clone(noise).set_params(**border, random_state=0)
    peers = [lambda image, s=sign: peer(image, s * amount, border_mode) for sign in SIGNS]
    assert_each_is_one_of(noise.fit_transform(X), X, peers)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("pixels", [0.4, 3, 5.25])
def test_translation_equals_one_image_at_a_time(pixels, border_mode, shape):
    X = np.random.default_rng(0).random((30, *shape))
    noise = RandomTranslation(
        pixels, pixels, border_mode=border_mode, border_value=BORDER_VALUE, random_state=0
    )
    peers = [
        lambda image, shift=(pixels * down, pixels * right): translated(image, shift, border_mode)
        for down in SIGNS
        for right in SIGNS
    ]
    assert_each_is_one_of(noise.fit_transform(X), X, peers)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("factor", [0.5, 0.9, 1.7])
def test_scale_equals_one_image_at_a_time(factor, border_mode, shape):
    X = np.random.default_rng(0).random((5, *shape))
    noise = RandomScale(factor, factor, border_mode=border_mode, border_value=BORDER_VALUE)
    expected = [scaled(image, factor, border_mode) for image in X]
    assert_allclose(noise.fit_transform(X), expected, rtol=0, atol=1e-3)


def test_each_image_has_its_own_amounts(drawn, border_mode):
    X = np.random.default_rng(0).random((12, 12, 12))
    border = {"border_mode": border_mode, "border_value": BORDER_VALUE, "random_state": 0}

    def check(noise, peer):
        drawn.clear()
        noisy = clone(noise).set_params(**border).fit_transform(X)
        for n, image in enumerate(X):
            expected = peer(image, {name: draws[n] for name, draws in drawn.items()})
            assert_allclose(noisy[n], expected, rtol=0, atol=1e-3)

    check(RandomRotation(), lambda x, own: rotated(x, np.rad2deg(own["angle"]), border_mode))
    check(
        RandomTranslation(),
        lambda x, own: translated(x, (own["shift_y"], own["shift_x"]), border_mode),
    )
    check(RandomScale(0.5, 2), lambda x, own: scaled(x, own["scale"], border_mode))
    check(RandomShear(), lambda x, own: slanted(x, np.rad2deg(own["shear"]), border_mode))
    check(
        RandomShear(stretch=True),
        lambda x, own: stretched(x, -np.rad2deg(own["shear"]), border_mode),
    )


def test_whole_pixels_are_moved_exactly(digits):
    X = digits[:40]
    noisy = RandomTranslation(3, 3, random_state=0).fit_transform(X)
    moved = []
    for image, result in zip(X, noisy, strict=True):
        padded = np.pad(image, 6)
        windows = [padded[y : y + 28, x : x + 28] for y in (3, 9) for x in (3, 9)]
        moved.append([np.array_equal(result, window) for window in windows])
    assert_array_equal(np.sum(moved, axis=1), 1)
    assert np.any(moved, axis=0).all()


def test_positive_shear_is_clockwise_and_keeps_the_height(drawn):
    X = np.zeros((20, 15, 15))
    X[:, 2:13, 7] = 1
    X[:, 0, 0] = np.linspace(0.1, 0.9, 20)  # distinct images
    noisy = RandomShear(30, 30, random_state=0).fit_transform(X)
    assert_allclose(noisy[:, 2:13].sum(axis=2), 1, atol=1e-6)
    top = (noisy[:, 2] * np.arange(15)).sum(axis=1)
    assert_allclose(top, 7 + 5 * np.tan(drawn["shear"]), atol=1e-6)


# Amounts ------------------------------------------------------------------------------------------

N = 3000
MANY = np.random.default_rng(0).random((N, 3, 3))
# Noise, the arguments that it draws, and their unit.
SIGNED = {
    "rotation": (RandomRotation, ["angle"], np.deg2rad(1)),
    "translation": (RandomTranslation, ["shift_y", "shift_x"], 1),
    "shear": (RandomShear, ["shear"], np.deg2rad(1)),
}


def assert_uniform(share):
    assert share.shape == (N,)
    assert share.min() >= 0
    assert share.max() <= 1
    assert abs(share.mean() - 1 / 2) < 3 / np.sqrt(12 * N)
    assert abs(((share - 1 / 2) ** 2).mean() - 1 / 12) < 3 * np.sqrt((1 / 80 - 1 / 144) / N)


@pytest.mark.parametrize(("noise_class", "names", "unit"), SIGNED.values(), ids=SIGNED)
def test_amounts_are_uniform_and_both_signs_equally_likely(drawn, noise_class, names, unit):
    low, high = 3, 8
    noise_class(low, high, random_state=0).fit_transform(MANY)
    assert [*drawn] == names
    independent = []
    for name in names:
        amounts = drawn[name] / unit
        share = (np.abs(amounts) - low) / (high - low)
        assert_uniform(share)
        assert abs((amounts > 0).mean() - 1 / 2) < 3 / np.sqrt(4 * N)
        independent += [share, np.sign(amounts)]
    correlation = np.corrcoef(independent)
    assert (abs(correlation - np.eye(len(correlation))) < 3 / np.sqrt(N)).all()


def test_scale_factors_are_uniform(drawn):
    RandomScale(0.5, 1.5, random_state=0).fit_transform(MANY)
    assert [*drawn] == ["scale"]
    assert_uniform(drawn["scale"] - 0.5)


@pytest.mark.parametrize(("noise_class", "names", "unit"), SIGNED.values(), ids=SIGNED)
def test_ranges_share_their_draws(drawn, noise_class, names, unit):
    noise_class(0, 4, random_state=0).fit_transform(MANY[:50])
    weak = dict(drawn)
    noise_class(0, 12, random_state=0).fit_transform(MANY[:50])
    for name in names:
        assert_allclose(3 * weak[name], drawn[name], atol=1e-12)


@pytest.mark.parametrize(
    ("noise", "message"),
    [
        (RandomRotation(30, 20), "low=30 is greater than high=20; expected low <= high"),
        (
            RandomTranslation(2, 1.5),
            r"min_shift=2 is greater than max_shift=1\.5; expected min_shift <= max",
        ),
        (RandomScale(1.2, 0.9), r"low=1\.2 is greater than high=0\.9; expected low <= high"),
        (RandomShear(41), r"low=41 is greater than high=40\.0; expected low <= high"),
    ],
    ids=repr,
)
def test_ranges_upside_down(noise, message):
    with pytest.raises(ValueError, match=message):
        noise.fit(MANY)


@pytest.mark.parametrize(
    "noise",
    [RandomRotation(0, 0), RandomTranslation(0, 0), RandomScale(1, 1), RandomShear(0, 0)],
    ids=repr,
)
def test_amounts_that_change_nothing(noise):
    assert_array_equal(noise.fit_transform(MANY[:3]), MANY[:3])
