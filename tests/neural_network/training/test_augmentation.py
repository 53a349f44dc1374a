"""Fresh noise in each epoch: the images, the thread, and failures."""

import threading
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone

from skmnist._utils import Noise
from skmnist.neural_network._samples import Samples, order_of_epoch
from skmnist.neural_network.training._augmentation import Augmentation, feed
from skmnist.noise import (
    Contrast,
    GaussianBlur,
    GaussianNoise,
    Inversion,
    RandomNoise,
    RandomTranslation,
    Stripe,
    list_noises,
    make_noise,
)


def make_samples(n=40, dtype=np.uint8):
    images = np.random.default_rng(0).integers(0, 256, (n, 8, 8, 1)).astype(dtype)
    targets = np.eye(n, dtype=np.float32)
    return Samples(images, targets, np.arange(n, dtype=np.float32))


def augmentation_of(augment, samples, seed=0):
    return Augmentation.fitted(augment, samples.images, value_range=(0, 255), seed=seed)


def noisy(augmentation, samples, epoch=0):
    keys = augmentation.keys(samples.images)
    return augmentation.noisy(samples.images, keys, epoch)


def as_rows(calls):
    """Return images and the numbers of their rows, from what was fed."""
    calls = list(calls)
    images = np.concatenate([call.samples.images[call.order] for call in calls])
    numbers = [call.samples.targets[call.order].argmax(axis=1) for call in calls]
    numbers = np.concatenate(numbers)
    weights = np.concatenate([call.samples.weights[call.order] for call in calls])
    assert_array_equal(weights, numbers)
    return images, numbers


# What is made -------------------------------------------------------------------------------------


def test_without_augmentation_the_rows_themselves_are_fed():
    samples = make_samples()
    calls = list(feed(samples, None, epochs=range(3, 5), rows_per_call=16, seed=1))
    assert all(call.samples is samples for call in calls)
    assert [call.epoch for call in calls] == [3, 3, 3, 4, 4, 4]
    assert [len(call.order) for call in calls] == [16, 16, 8] * 2
    orders = [order_of_epoch(40, seed=1, epoch=epoch) for epoch in (3, 4)]
    assert_array_equal(np.concatenate([call.order for call in calls]), np.concatenate(orders))


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_rows_are_fed_in_order_with_the_noise_of_their_epoch(dtype):
    samples = make_samples(dtype=dtype)
    noise = GaussianNoise(0.3, random_state=5)
    augmentation = augmentation_of(noise, samples)
    for rows_per_call in (7, 40):
        calls = feed(samples, augmentation, epochs=[3], rows_per_call=rows_per_call, seed=1)
        images, numbers = as_rows(calls)
        assert_array_equal(numbers, order_of_epoch(40, seed=1, epoch=3))
        expected = clone(noise).fit(samples.images).augment(samples.images, 3)
        assert images.dtype == dtype
        assert_array_equal(images, expected[numbers])


def test_each_epoch_has_other_noise():
    samples = make_samples()
    augmentation = augmentation_of(GaussianNoise(0.3), samples)
    of_epoch = [noisy(augmentation, samples, epoch) for epoch in (0, 1, 0)]
    assert_array_equal(of_epoch[0], of_epoch[2])
    assert not np.array_equal(of_epoch[0], of_epoch[1])


def test_noises_of_a_list_follow_one_another():
    samples = make_samples()
    both = augmentation_of([RandomTranslation(2, 2, random_state=0), Stripe()], samples)
    first = augmentation_of(RandomTranslation(2, 2, random_state=0), samples)
    moved = replace(samples, images=noisy(first, samples))
    assert_array_equal(noisy(both, samples), noisy(augmentation_of(Stripe(), samples), moved))


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int16", "uint16", "int64"])
def test_noises_of_a_list_work_in_floats_and_are_rounded_once(dtype):
    # Rounded in between, a quarter of the contrast would leave a quarter of the gray levels.
    samples = make_samples(dtype=dtype)
    value_range = {"bool": (0, 1), "uint16": (0, 65535)}.get(dtype, (0, 255))
    if dtype == "uint16":
        samples = replace(samples, images=samples.images * 257)
    noises = [Contrast(0.25), Contrast(4)]
    augmentation = Augmentation.fitted(noises, samples.images, value_range=value_range, seed=0)
    images = noisy(augmentation, samples)
    assert images.dtype == dtype
    assert_array_equal(images, samples.images)


def test_integers_beyond_float32_keep_their_digits():
    images = 2**30 + np.arange(64).reshape(4, 4, 4, 1)
    samples = Samples(images, np.eye(4, dtype=np.float32), None)
    value_range = (float(images.min()), float(images.max()))
    noises = [Inversion(), Inversion()]
    augmentation = Augmentation.fitted(noises, images, value_range=value_range, seed=0)
    assert_array_equal(noisy(augmentation, samples), images)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_in_a_list_are_what_one_noise_after_the_other_gives(dtype):
    samples = make_samples(dtype=dtype)
    noises = [GaussianNoise(0.2, random_state=0), GaussianBlur(1)]
    augmentation = augmentation_of(noises, samples)
    keys = augmentation.keys(samples.images)
    expected = samples.images
    for place, noise in enumerate(noises):
        fitted = clone(noise).set_params(value_range=(0, 255)).fit(samples.images)
        expected = fitted.augment(expected, 0, keys + np.uint64(place))
    assert_array_equal(noisy(augmentation, samples), expected, strict=True)


@pytest.mark.parametrize("name", list_noises())
def test_every_noise_has_the_interface_that_networks_need(name):
    assert isinstance(make_noise(name), Noise)


class Shift:
    """A custom noise: only the interface that networks need, without a base class of skmnist."""

    random_state = value_range = None

    def get_params(self, deep=True):
        return {}

    def set_params(self, **params):
        vars(self).update(params)
        return self

    def fit(self, X, y=None):
        return self

    def augment(self, X, epoch, keys=None):
        return np.minimum(X + 10 * (epoch + 1), 255).astype(X.dtype)


def test_custom_noises_are_used_alone_and_in_lists():
    samples = make_samples()
    expected = np.minimum(samples.images.astype(int) + 20, 255)
    alone = noisy(augmentation_of(Shift(), samples), samples, epoch=1)
    assert_array_equal(alone, Shift().augment(samples.images, 1), strict=True)
    for noises in ([Shift(), GaussianNoise(0)], [Stripe(0.5), Shift(), Stripe(0.5)]):
        of_list = noisy(augmentation_of(noises, samples), samples, epoch=1)
        assert of_list.dtype == np.uint8
        if len(noises) == 2:
            assert_array_equal(of_list, expected)
        else:
            assert_array_equal(of_list, np.maximum(samples.images.astype(int) - 20, 0))


def test_values_beyond_the_range_do_not_wrap():
    class Brighter(Shift):
        def augment(self, X, epoch, keys=None):
            return X.astype(np.float64) * 2 - 100

    samples = make_samples()
    expected = np.clip(samples.images.astype(float) * 2 - 100, 0, 255)
    of_list = noisy(augmentation_of([GaussianNoise(0), Brighter()], samples), samples)
    assert_array_equal(of_list, expected)
    assert of_list.dtype == np.uint8


def test_noises_of_a_list_depend_on_the_training_rows():
    samples, seen = make_samples(), []

    class Spy(GaussianNoise):
        def augment(self, X, epoch, keys=None):
            seen.append(keys)
            return super().augment(X, epoch, keys)

    augmentation = augmentation_of([Spy(0.3, random_state=0), Spy(0.3, random_state=0)], samples)
    images, _ = as_rows(feed(samples, augmentation, epochs=[0], rows_per_call=40, seed=1))
    order = order_of_epoch(40, seed=1, epoch=0)
    expected = augmentation.keys(samples.images)[order]
    assert_array_equal(seen[0], expected)
    # Equal noises with equal seeds differ, because their places in the list differ.
    assert not (seen[1] == expected).any()
    assert_array_equal(images, noisy(augmentation, samples)[order])


def test_the_seed_decides_noises_without_a_random_state():
    samples = make_samples()

    def images(seed, noise):
        return noisy(augmentation_of(noise, samples, seed), samples)

    for noise in (GaussianNoise(0.3), RandomNoise(), [Stripe(), GaussianNoise(0.3)]):
        assert_array_equal(images(0, noise), images(0, noise))
        assert not np.array_equal(images(0, noise), images(1, noise))
    pinned = GaussianNoise(0.3, random_state=0)
    assert_array_equal(images(0, pinned), images(1, pinned))
    twice = augmentation_of([GaussianNoise(0.3), GaussianNoise(0.3)], samples)
    assert len({noise.seed_ for noise in twice.noises}) == 2


def test_a_random_state_instance_is_advanced():
    samples, noise = make_samples(), GaussianNoise(0.3, random_state=np.random.RandomState(0))
    seeds = [augmentation_of(noise, samples).noises[0].seed_ for _ in range(2)]
    assert seeds[0] != seeds[1]


def test_noises_learn_the_value_range_of_the_network():
    samples = make_samples()
    plain = augmentation_of([GaussianNoise(), GaussianNoise(value_range=(0, 200))], samples)
    assert [noise.value_range_ for noise in plain.noises] == [(0.0, 255.0), (0.0, 200.0)]


def test_when_does_not_matter():
    samples = make_samples()
    images = [
        noisy(augmentation_of(GaussianNoise(0.3, when=when, random_state=0), samples), samples)
        for when in ("always", "fit")
    ]
    assert_array_equal(*images)


# Where it is made ---------------------------------------------------------------------------------


class Recorder(GaussianNoise):
    """Records its calls."""

    epochs: list = []  # noqa: RUF012 - shared on purpose: the network clones its noises
    threads: set = set()  # noqa: RUF012
    begun = threading.Semaphore(0)

    def augment(self, X, epoch, keys=None):
        self.epochs.append(epoch)
        self.threads.add(threading.current_thread().name)
        self.begun.release()
        return super().augment(X, epoch, keys)


class Broken(GaussianNoise):
    def augment(self, X, epoch, keys=None):
        raise OSError("no noise left")


@pytest.fixture(autouse=True)
def forget():
    Recorder.epochs.clear()
    Recorder.threads.clear()
    Recorder.begun = threading.Semaphore(0)


def augmenting_threads():
    return [t for t in threading.enumerate() if t.name.startswith("skmnist-feed")]


def test_the_next_rows_are_made_while_rows_are_trained_on():
    samples = make_samples()
    augmentation = augmentation_of(Recorder(), samples)
    calls = feed(samples, augmentation, epochs=range(2), rows_per_call=20, seed=0)
    assert not Recorder.epochs
    for n_new in (2, 1, 1, 0):
        next(calls)
        for _ in range(n_new):  # those of the call, and those of the next one
            assert Recorder.begun.acquire(timeout=10)
    assert next(calls, None) is None
    assert Recorder.epochs == [0, 0, 1, 1]
    assert threading.main_thread().name not in Recorder.threads
    assert not augmenting_threads()


def test_no_thread_is_left_when_training_stops_early():
    samples = make_samples()
    calls = feed(
        samples, augmentation_of(Recorder(), samples), epochs=range(9), rows_per_call=5, seed=0
    )
    next(calls)
    assert augmenting_threads()
    calls.close()
    assert not augmenting_threads()


def test_an_error_of_the_noise_is_the_error_of_the_fit(X, y, make_mlp):
    net = make_mlp().fit(X, y)
    before = dict(vars(net))
    with pytest.raises(OSError, match="no noise left"):
        net.set_params(augment=Broken()).fit(X, y)
    after = {name: value for name, value in vars(net).items() if name != "augment"}
    assert after == {name: value for name, value in before.items() if name != "augment"}
    assert not augmenting_threads()
