import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.ndimage import gaussian_filter, map_coordinates

from skmnist.noise import ElasticTransform
from skmnist.noise import _elastic as elastic_module
from skmnist.noise.kernels._streams import PixelStreams
from skmnist.noise.kernels._warp import BORDER_MODES

# Border mode -> its name in SciPy.
SCIPY_MODES = {
    "constant": "grid-constant",
    "edge": "nearest",
    "reflect": "reflect",
    "wrap": "grid-wrap",
}


@pytest.fixture
def displacements(monkeypatch):
    """The displacements of all pixels, down and to the right."""
    calls = []

    def spy(images, y, x, **border):
        rows, columns = np.indices(images.shape[1:])
        calls.append(np.stack([y - rows, x - columns], axis=1))
        return sample_bilinear(images, y, x, **border)

    sample_bilinear = elastic_module.sample_bilinear
    monkeypatch.setattr(elastic_module, "sample_bilinear", spy)
    return calls


@pytest.mark.parametrize("shape", [(28, 28), (9, 14), (1, 10), (1, 1)])
@pytest.mark.parametrize("border_mode", sorted(BORDER_MODES))
def test_equals_scipy_with_the_same_draws(border_mode, shape):
    alpha, sigma = 20.0, 2.5
    X = np.random.default_rng(0).random((8, *shape))
    noise = ElasticTransform(
        alpha, sigma, border_mode=border_mode, border_value=0.3, random_state=0
    )
    noisy = noise.fit_transform(X)
    streams = PixelStreams(X, name="ElasticTransform", seed=noise.seed_)
    for image, result, draws in zip(X, noisy, streams.random((2, *shape)), strict=True):
        fields = [gaussian_filter(2 * draw.astype(float) - 1, sigma) for draw in draws]
        source = np.indices(shape) + alpha * np.stack(fields)
        expected = map_coordinates(image, source, order=1, mode=SCIPY_MODES[border_mode], cval=0.3)
        assert_allclose(result, expected, rtol=0, atol=1e-3)


@pytest.mark.parametrize(("alpha", "sigma"), [(34, 4), (8, 2)])
def test_statistics_of_the_displacements(displacements, alpha, sigma):
    X = np.random.default_rng(0).random((12, 120, 120))
    ElasticTransform(alpha, sigma, random_state=0).fit_transform(X)
    border = 4 * sigma
    field = np.concatenate(displacements)[:, :, border:-border, border:-border]
    # Standard deviation of a mean of uniform numbers with Gaussian weights.
    std = alpha / np.sqrt(3) / (2 * np.sqrt(np.pi) * sigma)
    # The displacements are correlated: these are the effective numbers of independent ones.
    n_for_mean = field.size / (4 * np.pi * sigma**2)
    n_for_variance = field.size / (2 * np.pi * sigma**2)
    assert abs(field.mean()) < 3 * std / np.sqrt(n_for_mean)
    assert abs(field.std() - std) < 3 * std / np.sqrt(2 * n_for_variance)
    # The correlation is a Gaussian of the distance with sqrt(2) times the standard deviation.
    for distance in (1, sigma, 2 * sigma):
        for axis in (2, 3):
            near, far = (
                np.moveaxis(field, axis, 0)[:-distance],
                np.moveaxis(field, axis, 0)[distance:],
            )
            expected = np.exp(-(distance**2) / (4 * sigma**2))
            assert abs((near * far).mean() / std**2 - expected) < 3 / np.sqrt(n_for_mean / 2)
    # Down and to the right are independent, and so are the images.
    for product in (field[:, 0] * field[:, 1], field[1:] * field[:-1]):
        n = product.size / (2 * np.pi * sigma**2)
        assert abs(product.mean()) < 3 * std**2 / np.sqrt(n)


def test_strengths_share_their_draws(displacements):
    X = np.random.default_rng(0).random((10, 28, 28))
    for alpha in (10, 30):
        ElasticTransform(alpha, random_state=0).fit_transform(X)
    weak, strong = displacements
    assert_allclose(3 * weak, strong, atol=1e-4)


def test_more_alpha_changes_every_digit_more(digits):
    X = digits[:50] / 255
    noisy = [ElasticTransform(alpha, random_state=0).fit_transform(X) for alpha in (4, 14, 34)]
    change = [np.abs(images - X).mean(axis=(1, 2)) for images in noisy]
    assert (np.diff(change, axis=0) > 0).mean() > 0.95


@pytest.mark.parametrize("border_mode", sorted(BORDER_MODES))
def test_what_comes_in_from_beyond_the_border(border_mode):
    X = np.broadcast_to(np.linspace(0.3, 0.6, 20)[:, np.newaxis, np.newaxis], (20, 12, 12))
    noise = ElasticTransform(border_mode=border_mode, border_value=1, random_state=0)
    noisy = noise.fit_transform(X)
    assert noisy.max() > 0.8 if border_mode == "constant" else (noisy == X).all()
