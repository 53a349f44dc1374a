"""ReferenceNoise against the Keras layers of the published study."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmnist.noise import ReferenceNoise
from skmnist.noise.kernels._streams import ImageStreams
from skmnist.noise.kernels._warp import affine_matrices, warp_affine

# Shares of the largest rotation, shift down, shift to the right, and change of brightness.
SHARES = np.vstack(
    [np.zeros((1, 4)), np.eye(4), -np.eye(4), np.random.default_rng(0).uniform(-1, 1, (11, 4))]
)


@pytest.fixture(scope="module")
def layers():
    """Keras layers with ranges of one point, so that their transformation is known."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
        import keras

    def run(layer, images):
        return np.asarray(layer(images[..., np.newaxis], training=True))[..., 0]

    class Layers:
        def rotate(self, images, turns):
            return run(keras.layers.RandomRotation((turns, turns)), images)

        def translate(self, images, down, right):
            return run(keras.layers.RandomTranslation((down, down), (right, right)), images)

        def zoom_out(self, images, growth):
            return run(keras.layers.RandomZoom((growth, growth)), images)

        def brighten(self, images, shift):
            layer = keras.layers.RandomBrightness((shift, shift), value_range=(0, 1))
            return run(layer, images)

    return Layers()


@pytest.fixture
def images(digits):
    return (digits[:10] / 255).astype(np.float32)


def warp(images, **arguments):
    return warp_affine(images, affine_matrices(len(images), **arguments), border_mode="reflect")


@pytest.mark.parametrize("turns", [-0.2, -0.05, 0.11, 0.2])
def test_rotation(layers, images, turns):
    warped = warp(images, angle=turns * 2 * np.pi)
    assert_allclose(warped, layers.rotate(images, turns), atol=2 / 255)


@pytest.mark.parametrize(("down", "right"), [(0.2, 0), (0, 0.2), (-0.13, 0.07)])
def test_translation(layers, images, down, right):
    warped = warp(images, shift_y=28 * down, shift_x=28 * right)
    assert_allclose(warped, layers.translate(images, down, right), atol=2 / 255)


@pytest.mark.parametrize("growth", [0.05, 0.2])
def test_scale(layers, images, growth):
    warped = warp(images, scale=1 / (1 + growth))
    assert_allclose(warped, layers.zoom_out(images, growth), atol=2 / 255)


@pytest.mark.parametrize("shares", SHARES)
def test_the_whole_protocol(layers, digits, images, shares, monkeypatch):
    uniform = np.broadcast_to((shares + 1) / 2, (10, 4)).astype(np.float32)
    monkeypatch.setattr(ImageStreams, "random", lambda self, shape: uniform)
    noisy = ReferenceNoise().fit_transform(digits[:10])

    turn, down, right, light = (0.2 * shares).tolist()
    expected = layers.rotate(images, turn)
    expected = layers.translate(expected, down, right)
    expected = layers.zoom_out(expected, 0.2)
    expected = layers.brighten(expected, light)
    expected = (expected * 255).astype(np.uint8)
    assert_allclose(noisy.astype(int), expected.astype(int), atol=2)
    assert (noisy == expected).mean() > 0.95


def test_draws_fill_their_ranges(digits):
    """An image of one gray shows the change of brightness: uniform in +-0.2, truncated."""
    X = np.full((2000, 4, 4), 128, dtype=np.uint8)
    X.reshape(2000, 16)[:, :2] = np.stack(np.divmod(np.arange(2000), 256), axis=1)
    noise = ReferenceNoise(rotation=0, translation=0, scale=0, random_state=0)
    shift = noise.fit_transform(X)[:, 3, 3].astype(float) - 128
    assert (shift.min(), shift.max()) == (-51, 50)
    # Truncation subtracts half a gray level on average.
    assert abs(shift.mean() + 0.5) < 3 * 102 / np.sqrt(12 * 2000)


def test_only_integers_are_truncated():
    X = np.full((1, 3, 3), 128, dtype=np.uint8)
    noise = ReferenceNoise(random_state=0)
    assert_array_equal(noise.fit_transform(X), np.floor(noise.fit_transform(X.astype(float))))
