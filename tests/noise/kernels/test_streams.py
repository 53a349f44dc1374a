import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmnist._utils import image_keys
from skmnist.noise.kernels._streams import EpochStreams, PixelStreams

IMAGES = np.random.default_rng(0).random((2000, 3, 4), dtype=np.float32)
METHODS = ["random", "standard_normal"]


def streams_of(images=IMAGES[:5], name="Noise", seed=0, epoch=None):
    """Return the streams of images, or of an epoch if it is given."""
    if epoch is None:
        return PixelStreams(images, name=name, seed=seed)
    return EpochStreams(image_keys(images, (0, 1)), name=name, seed=seed, epoch=epoch)


def draw(method, images=IMAGES[:5], shape=(6,), **kind):
    return getattr(streams_of(images, **kind), method)(shape)


each_kind = pytest.mark.parametrize("epoch", [None, 0], ids=["pixels", "epoch"])


@each_kind
@pytest.mark.parametrize("method", METHODS)
def test_draws_belong_to_the_image(method, epoch):
    draws = draw(method, epoch=epoch)
    assert (draws.shape, draws.dtype) == ((5, 6), "float32")
    assert_array_equal(draw(method, epoch=epoch), draws)
    assert_array_equal(draw(method, IMAGES[3:0:-1], epoch=epoch), draws[3:0:-1])
    assert_array_equal(draw(method, np.asfortranarray(IMAGES[:5]), epoch=epoch), draws)
    assert len(np.unique(draws)) == draws.size  # no two images share a stream


@each_kind
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("other", [{"name": "OtherNoise"}, {"seed": 1}, {"epoch": 1}])
def test_name_seed_and_epoch_matter(method, other, epoch):
    assert not (draw(method, **{"epoch": epoch} | other) == draw(method, epoch=epoch)).any()


@each_kind
@pytest.mark.parametrize("method", METHODS)
def test_each_call_goes_on_with_fresh_numbers(method, epoch):
    streams = streams_of(epoch=epoch)
    calls = [getattr(streams, method)((6,)) for _ in range(3)]
    assert len(np.unique(calls)) == 3 * 5 * 6


def test_keys_may_be_those_of_other_images():
    keys = image_keys(IMAGES[:5], (0, 1))
    draws = EpochStreams(keys, name="Noise", seed=0, epoch=0).random((6,))
    assert_array_equal(draws, draw("random", epoch=0))
    assert_array_equal(keys, image_keys(IMAGES[:5], (0, 1)))  # they are not changed


def test_keys_are_the_pixels_rounded_to_8_bits():
    bytes_ = np.arange(256, dtype=np.uint8).reshape(4, 8, 8)
    for dtype in ("float32", "float64"):
        images = (bytes_ / 255).astype(dtype)
        assert_array_equal(draw("random", images), draw("random", bytes_ / 255))
        for less_than_half in (-0.4, 0.4):
            nearby = np.clip(images + less_than_half / 255, 0, 1)
            assert_array_equal(draw("random", nearby), draw("random", images))
        assert not (draw("random", images - 0.6 / 255) == draw("random", images))[1:].any()


@each_kind
@pytest.mark.parametrize(
    ("method", "mean", "variance", "fourth"),
    [("random", 1 / 2, 1 / 12, 1 / 80), ("standard_normal", 0, 1, 3)],
)
def test_distribution(method, mean, variance, fourth, epoch):
    draws = draw(method, IMAGES, (50,), epoch=epoch).astype(float)
    assert abs(draws.mean() - mean) < 3 * np.sqrt(variance / draws.size)
    standard_error = np.sqrt((fourth - variance**2) / draws.size)
    assert abs(((draws - mean) ** 2).mean() - variance) < 3 * standard_error
    # Neither neighbors within an image nor neighboring images are correlated.
    for a, b in ((draws[:, 1:], draws[:, :-1]), (draws[1:], draws[:-1])):
        correlation = ((a - mean) * (b - mean)).mean() / variance
        assert abs(correlation) < 3 / np.sqrt(a.size)


def test_uniform_numbers_in_bounds_share_their_draws():
    lows, highs = (-1.0, 3.0), (1.0, 3.5)
    numbers = streams_of(IMAGES).uniform(lows, highs)
    draws = draw("random", IMAGES, (2,)).T.astype(float)
    assert (numbers.shape, numbers.dtype) == ((2, len(IMAGES)), "float64")
    for row, unit, low, high in zip(numbers, draws, lows, highs, strict=True):
        assert_allclose(row, low + (high - low) * unit, rtol=1e-15)


@pytest.mark.parametrize("n", [1, 2, 17, 27])
def test_integers_are_uniform(n):
    numbers = streams_of(IMAGES).integers(n, (20,))
    assert (numbers.shape, numbers.dtype) == ((len(IMAGES), 20), np.intp)
    values, counts = np.unique(numbers, return_counts=True)
    assert_array_equal(values, np.arange(n))
    expected, standard_error = numbers.size / n, np.sqrt(numbers.size * (1 / n) * (1 - 1 / n))
    assert (np.abs(counts - expected) <= 3.5 * standard_error).all()


def test_the_largest_draw_stays_below_the_number(monkeypatch):
    largest = np.full((5, 1), 1 - 2**-24, dtype=np.float32)
    monkeypatch.setattr(PixelStreams, "random", lambda self, shape: largest)
    for n in (1, 2, 3, 27, 784, 2**20 + 1):
        assert (streams_of().integers(n, (1,)) == n - 1).all()


@pytest.mark.parametrize("epoch", [None, 3])
def test_streams_of_another_noise_for_some_images(epoch):
    rows = np.array([7, 2, 11])
    draws = streams_of(IMAGES, epoch=epoch).of_noise("OtherNoise", 5, rows).random((6,))
    expected = draw("random", IMAGES[rows], name="OtherNoise", seed=5, epoch=epoch)
    assert_array_equal(draws, expected)


def test_keys_are_those_of_the_images_before_they_are_overwritten():
    images = IMAGES[:5].copy()
    streams = streams_of(images)
    images[:] = 0
    assert_array_equal(streams.random((6,)), draw("random"))


def test_uniform_draws_stay_below_one():
    draws = draw("random", IMAGES, (50,))
    assert draws.min() >= 0
    assert draws.max() < 1


@each_kind
def test_generators_are_pcg64_with_a_new_state_each(epoch):
    generators = streams_of(IMAGES, epoch=epoch).generators()
    states = [generator.bit_generator.state["state"] for generator in generators]
    assert len({state["state"] for state in states}) == len(IMAGES)
    assert all(state["inc"] % 2 for state in states)


@each_kind
@pytest.mark.parametrize("size", [1, 2, 3, 8, 1000])
def test_few_numbers_for_many_images_are_those_of_each_generator(size, epoch):
    at_once, one_by_one = (streams_of(IMAGES, epoch=epoch) for _ in range(2))
    for _ in range(2):  # calls
        expected = [g.random(size, dtype=np.float32) for g in one_by_one.generators()]
        draws = at_once.random((1, size))
        assert draws.dtype == np.float32
        assert_array_equal(draws[:, 0], expected)


def test_the_size_of_the_batch_does_not_matter():
    draws = draw("random", IMAGES)
    for n in (1, 11, 12, 13):
        assert_array_equal(draw("random", IMAGES[:n]), draws[:n])


def test_epochs_are_unlike_the_noise_of_pixels():
    for epoch in (0, 1):
        assert not (draw("random", epoch=epoch) == draw("random")).any()


def test_committed_numbers_of_an_epoch():
    """Committed numbers detect a release that changes the streams."""
    keys = np.arange(8, dtype=np.uint64).reshape(2, 4)
    streams = EpochStreams(keys, name="Noise", seed=0, epoch=0)
    assert streams.integers(256, (4,)).tolist() == [[177, 100, 215, 11], [22, 209, 101, 82]]
    assert streams.integers(256, (4,)).tolist() == [[189, 15, 195, 121], [69, 129, 33, 41]]
