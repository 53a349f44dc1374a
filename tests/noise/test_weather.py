from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.ndimage import gaussian_filter

from skmnist.noise import Fog, Frost, Snow, Spatter, make_noise
from skmnist.noise import _weather as weather
from skmnist.noise.kernels._plasma import plasma

# Distinct images, dark enough that nothing is clipped.
GRAY = np.random.default_rng(0).uniform(0, 0.5, size=(2000, 28, 28)).astype(np.float32)
UNIFORM = np.random.default_rng(0).random((40, 16, 16))


@pytest.fixture
def clouds(monkeypatch):
    """The clouds drawn during a test, one array per chunk of images."""
    drawn = []

    def spy(*args):
        drawn.append(draw(*args))
        return drawn[-1].copy()

    draw = weather.draw_plasma
    monkeypatch.setattr(weather, "draw_plasma", spy)
    return drawn


# Plasma -------------------------------------------------------------------------------------------


def diamond_square(uniform, decay):
    """Return one image of clouds by the definition: point by point, on a torus."""
    size = len(uniform)
    heights = np.zeros((size, size))  # the first corner is 0

    def set_point(row, column, neighbors, amplitude):
        total = sum(heights[(row + y) % size, (column + x) % size] for y, x in neighbors)
        wobble = amplitude * (2 * uniform[row, column] - 1)
        heights[row, column] = total / len(neighbors) + wobble

    step, amplitude = size, 1.0
    while step > 1:
        half = step // 2
        corners = [(-half, -half), (-half, half), (half, -half), (half, half)]
        sides = [(-half, 0), (half, 0), (0, -half), (0, half)]
        for row in range(half, size, step):
            for column in range(half, size, step):
                set_point(row, column, corners, amplitude)
        for row in range(0, size, half):
            for column in range(0, size, half):
                if (row + column) // half % 2:
                    set_point(row, column, sides, amplitude)
        step, amplitude = half, amplitude / decay**2
    heights -= heights.min()
    return heights / heights.max()


@pytest.mark.parametrize("size", [2, 4, 16, 32])
@pytest.mark.parametrize("decay", [1.0, 1.4, 2.0])
def test_plasma_equals_diamond_square_point_by_point(size, decay):
    uniform = np.random.default_rng(0).random((2, size, size))
    expected = [diamond_square(image, decay) for image in uniform]
    assert_allclose(plasma(uniform, decay), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_image_of_plasma_reaches_0_and_1(dtype):
    clouds = plasma(UNIFORM.astype(dtype), 2.0)
    assert clouds.dtype == dtype
    assert_array_equal(clouds.min(axis=(1, 2)), 0)
    assert_array_equal(clouds.max(axis=(1, 2)), 1)


def test_plasma_of_flat_draws_stays_finite():
    # All points have the height of the first corner.
    assert_array_equal(plasma(np.full((2, 8, 8), 0.5), 2.0), np.zeros((2, 8, 8)))


def test_a_larger_decay_is_smoother():
    decays = (1, 1.4, 2, 3, 10)
    roughness = [np.abs(np.diff(plasma(UNIFORM, decay))).mean() for decay in decays]
    assert (np.diff(roughness) < 0).all()
    assert roughness[0] > 2 * roughness[-1]


def test_the_borders_of_plasma_fit_together():
    clouds = plasma(UNIFORM, 2.0)
    across_the_border = np.abs(clouds[:, :, 0] - clouds[:, :, -1]).mean()
    assert_allclose(across_the_border, np.abs(np.diff(clouds)).mean(), rtol=0.2)


@pytest.mark.parametrize("shape", [(1, 1), (1, 10), (5, 9), (28, 28), (33, 8)])
def test_clouds_have_the_shape_of_the_image(clouds, shape):
    X = np.random.default_rng(0).random((20, *shape))
    Fog(random_state=0).fit_transform(X)
    (drawn,) = clouds
    assert drawn.shape == X.shape
    assert drawn.min() >= 0
    assert drawn.max() <= 1
    assert len(np.unique(drawn[:, 0, 0])) > 10  # also for a single pixel


# Fog ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("thickness", [0.3, 1.5, 3])
def test_fog_by_its_formula(clouds, thickness):
    X = np.random.default_rng(0).uniform(0, 0.8, size=(300, 28, 28))
    X[1] = 0.2
    noisy = Fog(thickness, value_range=(0, 1), random_state=0).fit_transform(X)
    brightest = X.max(axis=(1, 2), keepdims=True)
    expected = (X + thickness * np.concatenate(clouds)) * brightest / (brightest + thickness)
    assert_allclose(noisy, expected, rtol=0, atol=1e-6)


def test_fog_is_never_brighter_than_the_digit(digits):
    X = digits[:300]
    brightest = X.max(axis=(1, 2))
    noisy = Fog(3, 1.4, random_state=0).fit_transform(X)
    assert (noisy.max(axis=(1, 2)) <= brightest).all()
    assert (noisy.mean(axis=(1, 2)) > X.mean(axis=(1, 2))).all()


def test_fog_keeps_the_maximum_where_the_cloud_is_thickest(clouds):
    # The image is constant: the thickest cloud, 1, lies on its maximum.
    X = np.full((1, 32, 32), 0.75)
    noisy = Fog(2, value_range=(0, 1), random_state=0).fit_transform(X)
    assert_allclose(noisy.max(), 0.75, rtol=1e-6)
    assert_array_equal(noisy == noisy.max(), clouds[0] == 1)


def test_a_black_image_stays_black_in_fog():
    X = np.zeros((2, 28, 28), dtype=np.uint8)
    assert_array_equal(Fog(random_state=0).fit_transform(X), X)


# Spatter ------------------------------------------------------------------------------------------


def masks(noise):
    """Return the share of each pixel of the gray images that mud covers."""
    white = noise.set_params(value=1, value_range=(0, 1), random_state=0).fit_transform(GRAY)
    return (white - GRAY) / (1 - GRAY)


def covered_share(generator, mean, scale, sigma, threshold, edge_sigma, cutoff):
    """Return the share of one image that mud covers."""
    liquid = gaussian_filter(generator.normal(size=(28, 28)), sigma, mode="nearest")
    drops = np.where(mean + scale * liquid > threshold, 1.0, 0.0)
    return (gaussian_filter(drops, edge_sigma, mode="nearest") >= cutoff).mean()


@pytest.mark.parametrize("severity", [1, 3, 4, 5])
def test_share_of_the_image_under_mud(severity):
    noise = make_noise("spatter", severity)
    names = ("mean", "scale", "sigma", "threshold", "edge_sigma", "cutoff")
    params = [noise.get_params()[name] for name in names]
    generator = np.random.default_rng(1)
    expected = np.array([covered_share(generator, *params) for _ in range(1500)])
    covered = (masks(noise) > 0.5).mean(axis=(1, 2))
    error = np.hypot(covered.std() / np.sqrt(len(covered)), expected.std() / np.sqrt(1500))
    assert abs(covered.mean() - expected.mean()) < 3 * error


def test_mud_has_its_gray_and_covers_the_image():
    # The shape of the drops does not depend on their gray.
    params = {"mean": 0.65, "sigma": 3, "edge_sigma": 0.6, "random_state": 0}
    mask = masks(Spatter(**params))
    noisy = Spatter(**params, value=63 / 255, value_range=(0, 1)).fit_transform(GRAY)
    assert_allclose(noisy, GRAY * (1 - mask) + 63 / 255 * mask, atol=1e-5)
    full = mask > 1 - 1e-6
    assert full.sum() > 1000
    assert_allclose(noisy[full], 63 / 255, atol=1e-5)


def test_the_default_mud_is_that_of_mnist_c(digits):
    X = digits[:50]
    default = Spatter(edge_sigma=0, random_state=0).fit_transform(X).astype(int)
    published = Spatter(edge_sigma=0, value=63 / 255, random_state=0).fit_transform(X)
    assert_array_equal(default, published)
    assert_array_equal(default[default != X], 63)


@pytest.mark.parametrize("cutoff", [0.5, 0.8, 0.95])
def test_mud_below_the_cutoff_vanishes(cutoff):
    mask = masks(Spatter(cutoff=cutoff, sigma=2))
    assert not ((mask > 1e-5) & (mask < cutoff - 1e-5)).any()
    assert ((mask > cutoff) & (mask < 0.99)).any()


@pytest.mark.parametrize(
    "params",
    [
        {"scale": 0, "mean": 0.6, "threshold": 0.6},
        {"mean": 0, "scale": 0.1, "threshold": 1},
        {"value": 0, "threshold": 1, "scale": 0.05},
    ],
)
def test_without_drops_nothing_changes(digits, params):
    X = digits[:50]
    assert_array_equal(Spatter(**params, random_state=0).fit_transform(X), X)


def test_a_flood_of_mud_covers_all(digits):
    noisy = Spatter(scale=0, mean=0.7, threshold=0.65, value=0.4).fit_transform(digits[:20])
    assert_array_equal(noisy, np.full((20, 28, 28), 102))


# Frost --------------------------------------------------------------------------------------------


def test_frost_adds_ice_to_the_weakened_image(clouds):
    noise = Frost(0.4, 0.6, value_range=(0, 1), random_state=0)
    noisy = noise.fit_transform(GRAY[:200])
    ice = (noisy - 0.6 * GRAY[:200]) / 0.4
    assert ice.min() > -1e-6
    assert ice.max() < 1 + 1e-6
    # The ice is thickest at the middle height of the clouds.
    away = np.abs(np.concatenate(clouds) - 0.5).ravel()
    assert (np.diff(ice.ravel()[np.argsort(away)]) < 1e-5).all()
    assert_allclose(ice.ravel()[away < 1e-4], 1, atol=0.01)
    assert_allclose(ice.ravel()[away == 0.5], 0, atol=1e-6)


def test_frost_only_weakens_the_image_by_its_transparency(digits):
    X = digits[:100]
    for transparency in (0.2, 0.7):
        noisy = Frost(0.5, transparency, random_state=0).fit_transform(X)
        assert (noisy >= transparency * X - 0.51).all()
        assert (noisy <= transparency * X + 127.5 + 0.51).all()
    assert_allclose(Frost(0, 0.5).fit_transform(X), X * 0.5, atol=0.51)


def test_sharper_frost_is_thinner():
    black = np.zeros((1, 28, 28))
    ice = [
        Frost(1, sharpness=sharpness, value_range=(0, 1), random_state=0).fit_transform(black)
        for sharpness in (0.1, 2, 6, 100)
    ]
    for thick, thin in pairwise(ice):
        assert (thin <= thick).all()
        assert thin.mean() < thick.mean()


def test_frost_grows_with_the_severity(digits):
    X = digits[:300]
    noisy = [make_noise("frost", level, random_state=0).fit_transform(X) for level in range(1, 6)]
    ice = np.array([images[X == 0].mean() for images in noisy])
    # Severities 3 and 4 have the same ice over a fading digit.
    assert (np.diff(ice)[[0, 1, 3]] > 0).all()
    assert ice[2] == ice[3]
    digit = np.array([images[X > 250].mean() for images in noisy])
    assert (np.diff(digit)[2:] < 0).all()


# Snow ---------------------------------------------------------------------------------------------


def test_snow_only_adds_light(digits):
    X = digits[:300]
    means = [X.mean()]
    for severity in range(1, 6):
        noisy = make_noise("snow", severity, random_state=0).fit_transform(X)
        assert (noisy >= X).all()
        means.append(noisy.mean())
    assert (np.diff(means) > 0).all()


def test_without_flakes_snow_whitens():
    params = {"scale": 0, "mean": 0.4, "value_range": (0, 1)}
    X = GRAY[:20]
    assert_allclose(Snow(**params, whiteness=0).fit_transform(X), X, atol=1e-7)
    for whiteness in (0.2, 1):
        noisy = Snow(**params, whiteness=whiteness).fit_transform(X)
        # As published.
        expected = (1 - whiteness) * X + whiteness * np.clip(1.5 * X + 0.5, X, None)
        assert_allclose(noisy, np.minimum(expected, 1), atol=1e-6)


def test_without_flakes_and_whiteness_nothing_changes(digits):
    noise = Snow(scale=0, mean=0.4, whiteness=0)
    assert_array_equal(noise.fit_transform(digits[:50]), digits[:50])


def test_snow_falls_from_both_sides_and_down():
    # On black without whiteness, only the flakes are visible; dark ones are not clipped.
    black = np.zeros((1, 28, 28))
    flakes = np.concatenate(
        [
            Snow(
                0, 0.1, threshold=0.05, whiteness=0, value_range=(0, 1), random_state=seed
            ).fit_transform(black)
            for seed in range(200)
        ]
    )
    assert 0 < flakes.max() < 1
    assert_allclose(flakes, flakes[:, ::-1, ::-1], atol=1e-6)
    # Trails fall within 45 degrees of straight down: brightness changes faster across them.
    down, across = (np.abs(np.diff(flakes, axis=axis)).mean(axis=(1, 2)) for axis in (1, 2))
    assert (down < across).mean() > 0.9
    assert down.mean() < 0.7 * across.mean()


def test_length_1_leaves_flakes_where_they_are():
    black = np.zeros((1, 28, 28))
    params = {"threshold": 0.4, "whiteness": 0, "value_range": (0, 1), "random_state": 0}
    still = Snow(length=1, **params).fit_transform(black)
    falling = Snow(length=9, **params).fit_transform(black)
    assert (still == 0).mean() > (falling == 0).mean()
    assert np.abs(np.diff(still)).mean() > np.abs(np.diff(falling)).mean()
    # Every flake, and every sum of two flakes, is brighter than the threshold.
    assert still[still > 0].min() > 0.4
