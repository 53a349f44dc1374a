import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.ndimage import map_coordinates

from skmnist.noise.kernels._warp import BORDER_MODES, affine_matrices, warp_affine

# Border mode -> its name in SciPy.
SCIPY_MODES = {
    "constant": "grid-constant",
    "edge": "nearest",
    "reflect": "reflect",
    "wrap": "grid-wrap",
}


def make_images(*shape, dtype="float64"):
    return np.random.default_rng(0).random(shape).astype(dtype)


@pytest.fixture(params=BORDER_MODES)
def border_mode(request):
    return request.param


def warp_by_scipy(image, matrix, border_mode, border_value):
    center = (np.array(image.shape) - 1) / 2
    pixels = np.indices(image.shape) - center[:, np.newaxis, np.newaxis]
    source = np.einsum("ij,jyx->iyx", matrix[:, :2], pixels)
    source += (matrix[:, 2] + center)[:, np.newaxis, np.newaxis]
    return map_coordinates(
        image.astype(float), source, order=1, mode=SCIPY_MODES[border_mode], cval=border_value
    )


@pytest.mark.parametrize("shape", [(12, 12), (7, 13), (1, 9), (1, 1)])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-12)])
def test_equals_scipy(border_mode, shape, dtype, tolerance):
    rng = np.random.default_rng(1)
    images = make_images(40, *shape, dtype=dtype)
    matrices = rng.normal(size=(40, 2, 3)) * [1, 1, 6]
    warped = warp_affine(images, matrices, border_mode=border_mode, border_value=0.3)
    expected = [
        warp_by_scipy(image, matrix, border_mode, 0.3)
        for image, matrix in zip(images, matrices, strict=True)
    ]
    assert_allclose(warped, expected, rtol=0, atol=tolerance)
    assert warped.dtype == dtype


@pytest.mark.parametrize("shape", [(6, 6), (5, 9), (1, 1)])
def test_the_identity_is_exact(border_mode, shape):
    images = make_images(3, *shape, dtype="float32")
    warped = warp_affine(images, affine_matrices(3), border_mode=border_mode)
    assert_array_equal(warped, images, strict=True)


@pytest.mark.parametrize(("down", "right"), [(0, 0), (1, 0), (0, 1), (-2, 3), (11, -7)])
def test_a_wrapped_shift_by_whole_pixels_is_a_roll(down, right):
    images = make_images(2, 6, 5)
    matrices = affine_matrices(2, shift_y=down, shift_x=right)
    warped = warp_affine(images, matrices, border_mode="wrap")
    assert_allclose(warped, np.roll(images, (down, right), axis=(1, 2)), atol=1e-12)


@pytest.mark.parametrize("size", [6, 7])
@pytest.mark.parametrize("quarters", [1, 2, 3, -1])
def test_quarter_turns_are_counterclockwise(border_mode, size, quarters):
    images = make_images(2, size, size)
    matrices = affine_matrices(2, angle=quarters * np.pi / 2)
    warped = warp_affine(images, matrices, border_mode=border_mode)
    assert_allclose(warped, np.rot90(images, quarters, axes=(1, 2)), atol=1e-12)


@pytest.mark.parametrize("shape", [(6, 5), (1, 1), (2, 9)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_far_image_changes_nothing_of_the_others(border_mode, shape, dtype):
    images = make_images(9, *shape, dtype=dtype)
    matrices = np.random.default_rng(1).normal(size=(9, 2, 3))
    matrices[3, :, 2] = 50 * np.array(shape)
    matrices[4, :, 2] = 1e12, -1e12
    together = warp_affine(images, matrices, border_mode=border_mode)
    for i in range(9):
        alone = warp_affine(images[i : i + 1], matrices[i : i + 1], border_mode=border_mode)
        assert_array_equal(alone[0], together[i], strict=True)


def test_scale_enlarges_about_the_center():
    ramp = np.tile(np.arange(9.0), (1, 9, 1))
    enlarged = warp_affine(ramp, affine_matrices(1, scale=2.0), border_mode="edge")
    assert_allclose(enlarged[0, 0], 4 + (np.arange(9) - 4) / 2)


def test_the_constant_comes_in_from_beyond_the_border():
    warped = warp_affine(make_images(1, 3, 3), affine_matrices(1, shift_x=3), border_value=0.7)
    assert_allclose(warped, np.full((1, 3, 3), 0.7))


def test_matrices_invert_a_scale_then_a_rotation_then_a_shift():
    rng = np.random.default_rng(0)
    angle, scale = rng.uniform(-4, 4, 20), rng.uniform(0.3, 3, 20)
    shift = rng.uniform(-5, 5, (20, 2))
    matrices = affine_matrices(
        20, angle=angle, scale=scale, shift_y=shift[:, 0], shift_x=shift[:, 1]
    )
    point = rng.normal(size=(20, 2))  # (y, x), y downward
    cos, sin = np.cos(angle), np.sin(angle)
    turned = np.stack(
        [cos * point[:, 0] - sin * point[:, 1], sin * point[:, 0] + cos * point[:, 1]]
    )
    seen_at = turned.T * scale[:, np.newaxis] + shift
    read_from = np.einsum("nij,nj->ni", matrices[..., :2], seen_at) + matrices[..., 2]
    assert_allclose(read_from, point, atol=1e-12)


def test_angles_in_float32_are_computed_in_float64():
    # The last bits of numpy's cos of float32 depend on the processor.
    angle = np.float32([0.3, 1.7])
    assert_array_equal(
        affine_matrices(2, angle=angle), affine_matrices(2, angle=angle.astype(float)), strict=True
    )
