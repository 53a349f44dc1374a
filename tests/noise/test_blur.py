import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.ndimage import convolve, correlate, map_coordinates
from skimage.filters import gaussian

from skmnist.noise import DefocusBlur, GaussianBlur, MotionBlur, ZoomBlur
from skmnist.noise import _blurs as blur_module
from skmnist.noise.kernels._filters import blur_taps, line_taps, trail_taps

SHAPES = [(28, 28), (5, 9), (1, 10), (1, 1)]


def make_images(*shape):
    return np.random.default_rng(0).random(shape)


def dense_kernels(down, right, weight):
    """Convert the taps of each image to a kernel that is centered at the pixel."""
    reach = int(max(np.abs(down).max(), np.abs(right).max()))
    kernels = np.zeros((down.shape[1], 2 * reach + 1, 2 * reach + 1))
    for kernel, *taps in zip(kernels, down.T, right.T, weight.T, strict=True):
        for y, x, w in zip(*taps, strict=True):
            kernel[y + reach, x + reach] += w
    return kernels


# All blurs ----------------------------------------------------------------------------------------

BLURS = [
    GaussianBlur(0.5),
    GaussianBlur(6),
    DefocusBlur(1),
    DefocusBlur(10),
    MotionBlur(5, angle_low=15, angle_high=15),
    MotionBlur(31, angle_low=-180, angle_high=180, random_state=0),
    MotionBlur(21, sigma=3, random_state=0),
    MotionBlur(31, sigma=8, angle_low=-180, angle_high=180, random_state=0),
]


@pytest.mark.parametrize("blur", BLURS, ids=repr)
def test_blurs_keep_the_intensity_of_a_digit_far_from_the_border(digits, blur):
    X = np.pad(digits[:20], ((0, 0), (34, 34), (34, 34))) / 255
    noisy = blur.fit_transform(X)
    assert_allclose(noisy.sum(axis=(1, 2)), X.sum(axis=(1, 2)), rtol=1e-3)
    assert (noisy != X).any(axis=(1, 2)).all()


BLURS_BY_STRENGTH = {
    "gaussian": [GaussianBlur(sigma) for sigma in (1, 2, 3, 4, 6)],
    "defocus": [DefocusBlur(radius) for radius in (1, 3, 4, 6, 8, 10)],
    "motion": [MotionBlur(length, random_state=0) for length in (3, 5, 9, 15, 21)],
    "trail": [MotionBlur(21, sigma=sigma, random_state=0) for sigma in (1, 2, 3, 5)],
    "zoom": [ZoomBlur(scale) for scale in (1.05, 1.11, 1.16, 1.21, 1.26, 1.31, 2)],
}


@pytest.mark.parametrize("blurs", BLURS_BY_STRENGTH.values(), ids=BLURS_BY_STRENGTH)
def test_a_stronger_blur_moves_digits_further_from_themselves(digits, blurs):
    X = digits[:50] / 255
    change = [np.abs(blur.fit_transform(X) - X).mean(axis=(1, 2)) for blur in blurs]
    assert (np.diff(np.mean(change, axis=1)) > 0).all()
    assert (np.diff(change, axis=0) > 0).mean() > 0.95  # a line along a stroke changes little


@pytest.mark.parametrize("blur", [*BLURS, ZoomBlur(2)], ids=repr)
def test_blurs_keep_a_constant_and_the_range_of_the_pixels(blur):
    assert_allclose(blur.fit_transform(np.full((2, 8, 9), 0.3)), 0.3, rtol=1e-6)
    X = 0.2 + 0.5 * make_images(20, 8, 9)
    noisy = blur.fit_transform(X)
    assert X.min() < noisy.min() + 1e-9
    assert noisy.max() < X.max() + 1e-9
    assert noisy.std() < X.std()


@pytest.mark.parametrize(
    "blur", [GaussianBlur(0), DefocusBlur(0.99), MotionBlur(1), ZoomBlur(1)], ids=repr
)
def test_blurs_that_change_nothing(digits, blur):
    assert_array_equal(blur.fit_transform(digits[:3]), digits[:3])


# Gaussian and disk --------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("sigma", [0.1, 0.7, 2, 6])
def test_gaussian_blur_equals_scikit_image(shape, sigma):
    X = make_images(6, *shape)
    expected = [gaussian(image, sigma, mode="nearest", truncate=4) for image in X]
    assert_allclose(GaussianBlur(sigma).fit_transform(X), expected, rtol=0, atol=1e-12)
    single = GaussianBlur(sigma).fit_transform(X.astype(np.float32))
    assert_allclose(single, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("radius", [1, 1.42, 2.5, 3, 5, 10])
def test_defocus_blur_equals_a_disk(shape, radius):
    X = make_images(6, *shape)
    y, x = np.mgrid[-12:13, -12:13]
    disk = (np.hypot(y, x) <= radius).astype(float)
    expected = [convolve(image, disk / disk.sum(), mode="nearest") for image in X]
    assert_allclose(DefocusBlur(radius).fit_transform(X), expected, rtol=0, atol=1e-12)
    single = DefocusBlur(radius).fit_transform(X.astype(np.float32))
    assert_allclose(single, expected, rtol=0, atol=1e-6)


# Motion -------------------------------------------------------------------------------------------


def axis_of(kernel):
    """Return the angle of the long axis in degrees, counterclockwise as seen, from the moments."""
    y, x = np.indices(kernel.shape) - len(kernel) // 2
    y = -y  # upward
    covariance = 2 * (kernel * x * y).sum()
    return np.rad2deg(np.arctan2(covariance, (kernel * (x**2 - y**2)).sum()) / 2)


def test_level_and_upright_lines_have_equal_weights():
    expected = np.zeros((9, 9))
    expected[4] = 1 / 9
    for degrees, line in ((0, expected), (180, expected), (90, expected.T), (-90, expected.T)):
        (kernel,) = dense_kernels(*line_taps(9, np.deg2rad([degrees])))
        margin = (len(kernel) - 9) // 2
        assert_allclose(kernel, np.pad(line, margin), atol=1e-12)


def test_the_line_of_n_mnist_points_15_degrees_upward():
    (kernel,) = dense_kernels(*line_taps(5, np.deg2rad([15])))
    assert_allclose(kernel.sum(), 1, rtol=1e-12)
    assert_allclose(kernel, np.rot90(kernel, 2), atol=1e-12)
    assert abs(axis_of(kernel) - 15) < 2
    # A dot becomes a line whose right end is higher than its left end.
    X = np.zeros((1, 9, 9))
    X[0, 4, 4] = 1
    (noisy,) = MotionBlur(5, angle_low=15, angle_high=15).fit_transform(X)
    assert_allclose(noisy, np.pad(kernel, (9 - len(kernel)) // 2), atol=1e-9)
    assert noisy[:4, 5:].sum() > 10 * noisy[5:, 5:].sum()


@pytest.mark.parametrize("length", [3, 9, 21])
def test_lines_of_any_angle(length):
    degrees = np.arange(-360, 361, 5.0)
    kernels = dense_kernels(*line_taps(length, np.deg2rad(degrees)))
    assert_allclose(kernels.sum(axis=(1, 2)), 1, rtol=1e-12)
    assert (kernels >= 0).all()
    assert_allclose(kernels, np.rot90(kernels, 2, axes=(1, 2)), atol=1e-12)
    for angle, kernel in zip(degrees, kernels, strict=True):
        off = (axis_of(kernel) - angle + 90) % 180 - 90
        assert abs(off) < 40 / length
        y, x = np.indices(kernel.shape) - len(kernel) // 2
        along = np.abs(x * np.cos(np.deg2rad(angle)) - y * np.sin(np.deg2rad(angle)))
        across = np.abs(x * np.sin(np.deg2rad(angle)) + y * np.cos(np.deg2rad(angle)))
        # The weight is 1 minus the distance to the line, which is 0 in the middle.
        weight = kernel / kernel.max()
        half = (length - 1) / 2
        within = np.hypot(x, y) < half
        assert_allclose(weight[within], np.maximum(1 - across[within], 0), atol=1e-9)
        beyond = along > half
        to_the_end = np.hypot(along - half, across)[beyond]
        assert_allclose(weight[beyond], np.maximum(1 - to_the_end, 0), atol=1e-9)


def test_mirrored_angles_are_mirrored_lines():
    degrees = np.deg2rad(np.arange(0, 90, 7.0))
    kernels = dense_kernels(*line_taps(9, degrees))
    mirrored = dense_kernels(*line_taps(9, -degrees))
    turned = dense_kernels(*line_taps(9, degrees + np.pi / 2))
    assert_allclose(mirrored, kernels[:, ::-1], atol=1e-12)
    assert_allclose(turned, np.rot90(kernels, axes=(1, 2)), atol=1e-12)


@pytest.fixture
def impulse():
    """One pixel of gray level 255 on black."""
    X = np.zeros((1, 61, 61))
    X[0, 30, 30] = 255
    return X


def trail_of(impulse, angle):
    blur = MotionBlur(21, sigma=3, angle_low=angle, angle_high=angle)
    (noisy,) = blur.fit_transform(impulse)
    y, x = np.indices(noisy.shape) - 30
    centroid = np.array([(noisy * y).sum(), (noisy * x).sum()]) / noisy.sum()
    return noisy, centroid


def test_the_trail_of_the_published_images(impulse):
    noisy, centroid = trail_of(impulse, 0)
    assert_array_equal(noisy[30, 30:21:-1].astype(int), [59, 56, 47, 36, 24, 14, 8, 3, 1])
    assert (noisy[30, :22] < 1).all()
    noisy[30, :31] = 0
    assert not noisy.any()
    assert_allclose(centroid, [0, -2], atol=0.2)


def test_trails_turn_counterclockwise(impulse):
    level, centroid = trail_of(impulse, 0)
    distance = np.hypot(*centroid)
    for quarters in (1, 2, 3, -1):
        noisy, _ = trail_of(impulse, 90 * quarters)
        assert_allclose(noisy, np.rot90(level, quarters), atol=1e-12)
    for angle in (-40, 15, 30, 70, 200):
        _, (down, right) = trail_of(impulse, angle)
        # The offsets are whole pixels.
        expected = distance * np.sin(np.deg2rad(angle)), -distance * np.cos(np.deg2rad(angle))
        assert_allclose([down, right], expected, atol=0.3)


def test_taps_of_a_trail_are_rounded_and_fall_like_a_gaussian():
    degrees = np.linspace(-360, 360, 33) + 0.7
    down, right, weight = trail_taps(15, 4.0, np.deg2rad(degrees))
    step = np.arange(15)[:, np.newaxis]
    assert_allclose(weight.sum(axis=0), 1, rtol=1e-12)
    assert_allclose(np.log(weight[0] / weight), np.broadcast_to(step**2 / 32, weight.shape))
    assert_array_equal(right, np.rint(step * np.cos(np.deg2rad(degrees))))
    assert_array_equal(down, np.rint(-step * np.sin(np.deg2rad(degrees))))


def test_halves_of_the_offsets_are_rounded_downward():
    step = np.arange(8)
    half_down, half_up = step // 2, -((step + 1) // 2)
    angles = np.deg2rad([60, -60, 120, 30, -30, 150])
    down, right, _ = trail_taps(8, 9.0, angles)
    assert_array_equal(right[:, :3], np.transpose([half_down, half_down, half_up]))
    assert_array_equal(down[:, 3:], np.transpose([half_up, half_down, half_up]))


@pytest.mark.parametrize("name", ["line", "trail"])
def test_each_image_is_blurred_by_its_own_taps(name):
    angles = np.linspace(-3, 3, 12)
    taps = line_taps(9, angles) if name == "line" else trail_taps(9, 2.0, angles)
    X = make_images(12, 14, 11)
    kernels = dense_kernels(*taps)
    expected = [correlate(x, k, mode="nearest") for x, k in zip(X, kernels, strict=True)]
    assert_allclose(blur_taps(X, *taps), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("name", "sigma"), [("line_taps", None), ("trail_taps", 2.0)])
def test_angles_are_uniform(monkeypatch, name, sigma):
    angles = []

    def spy(*arguments):
        angles.append(arguments[-1])
        return taps(*arguments)

    taps = getattr(blur_module, name)
    monkeypatch.setattr(blur_module, name, spy)
    n, low, high = 3000, -30, 70
    X = make_images(n, 4, 4)
    MotionBlur(3, angle_low=low, angle_high=high, sigma=sigma, random_state=0).fit_transform(X)
    share = (np.rad2deg(np.concatenate(angles)) - low) / (high - low)
    assert share.shape == (n,)
    assert share.min() >= 0
    assert share.max() <= 1
    assert abs(share.mean() - 1 / 2) < 3 / np.sqrt(12 * n)
    assert abs(((share - 1 / 2) ** 2).mean() - 1 / 12) < 3 * np.sqrt((1 / 80 - 1 / 144) / n)


@pytest.mark.parametrize("length", [2, 20])
def test_even_lengths(length):
    message = rf"length={length} is even; .* pass {length - 1} or {length + 1}\."
    with pytest.raises(ValueError, match=message):
        MotionBlur(length).fit(make_images(2, 4, 4))


def test_angles_upside_down():
    message = r"angle_low=10 is greater than angle_high=-10.5; expected angle_low <= angle_high\."
    with pytest.raises(ValueError, match=message):
        MotionBlur(angle_low=10, angle_high=-10.5).fit(make_images(2, 4, 4))


# Zoom ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("max_scale", "n_steps"), [(1.11, 11), (1.3, 4), (3, 2), (10, 7)])
def test_zoom_blur_is_a_mean_of_zooms(shape, max_scale, n_steps):
    X = make_images(4, *shape)
    center = (np.array(shape)[:, np.newaxis, np.newaxis] - 1) / 2
    expected = np.zeros_like(X)
    for image, total in zip(X, expected, strict=True):
        for scale in np.linspace(1, max_scale, n_steps):
            source = center + (np.indices(shape) - center) / scale
            total += map_coordinates(image, source, order=1, mode="nearest") / n_steps
    noisy = ZoomBlur(max_scale, n_steps=n_steps).fit_transform(X)
    assert_allclose(noisy, expected, rtol=0, atol=1e-12)
