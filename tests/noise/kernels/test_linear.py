import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from skmnist.noise.kernels._linear import apply_map, scaling_matrix, separable_map


def random_matrix(*shape, density=0.4):
    rng = np.random.default_rng(0)
    return sparse.csr_array(rng.normal(size=shape) * (rng.random(shape) < density))


def make_images(*shape):
    return np.random.default_rng(1).random(shape)


# Maps of images -----------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(6, 6), (4, 7), (1, 5), (1, 1)])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-12)])
def test_a_map_is_a_matrix_product_for_each_image(shape, dtype, tolerance):
    X = make_images(9, *shape).astype(dtype)
    n_pixels = shape[0] * shape[1]
    matrix = random_matrix(n_pixels, n_pixels, density=1)
    mapped = apply_map(matrix, X)
    expected = [(matrix.toarray() @ image.ravel()).reshape(shape) for image in X]
    assert_allclose(mapped, expected, rtol=0, atol=tolerance)
    assert mapped.dtype == dtype
    assert mapped.flags.c_contiguous


@pytest.mark.parametrize("shape", [(6, 6), (4, 7), (1, 5)])
def test_a_separable_map_is_a_matrix_on_either_side(shape):
    X = make_images(9, *shape)
    rows, columns = random_matrix(shape[0], shape[0]), random_matrix(shape[1], shape[1])
    expected = [rows.toarray() @ image @ columns.toarray().T for image in X]
    assert_allclose(apply_map(separable_map(rows, columns), X), expected, rtol=0, atol=1e-12)


def test_a_separable_map_may_change_the_size():
    rows, columns = random_matrix(3, 6), random_matrix(5, 4)
    image = make_images(6, 4)
    mapped = separable_map(rows, columns) @ image.ravel()
    expected = rows.toarray() @ image @ columns.toarray().T
    assert_allclose(mapped.reshape(3, 5), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_image_is_mapped_alike_in_any_batch(dtype):
    X = make_images(101, 14, 14).astype(dtype)
    matrix = separable_map(scaling_matrix(14, 1.3), random_matrix(14, 14))
    mapped = apply_map(matrix, X)
    for part in (slice(0, 1), slice(50, 51), slice(3, 40, 7), slice(None, None, -1), slice(0, 64)):
        assert_array_equal(apply_map(matrix, X[part]), mapped[part], strict=True)
    assert_array_equal(apply_map(matrix, np.asfortranarray(X)), mapped)


# Scale of an axis ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 9, 28])
@pytest.mark.parametrize("scale", [1.0, 1.05, 1.31, 2.0, 3.0, 10.0])
def test_scaling_is_an_interpolation(size, scale):
    matrix = scaling_matrix(size, scale)
    values = make_images(size)
    center = (size - 1) / 2
    read_at = center + (np.arange(size) - center) / scale
    expected = np.interp(read_at, np.arange(size), values)
    assert_allclose(matrix @ values, expected, rtol=0, atol=1e-12)
    assert matrix.shape == (size, size)
    assert matrix.data.min() >= 0


@pytest.mark.parametrize("size", [1, 2, 28])
def test_scaling_by_one_is_the_identity(size):
    assert_array_equal(scaling_matrix(size, 1.0).toarray(), np.eye(size))
