"""Fresh noise in each epoch: what is made, where, and what happens when it fails."""

import threading
from dataclasses import replace

import joblib
import keras
import numpy as np
import pytest
import sklearn
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from skmnist.neural_network import MLPClassifier
from skmnist.neural_network._samples import Samples, order_of_epoch
from skmnist.neural_network.backends._keras import Trainer
from skmnist.neural_network.training._augmentation import Augmentation, check_augment, feed
from skmnist.noise import (
    Contrast,
    GaussianBlur,
    GaussianNoise,
    Inversion,
    RandomNoise,
    RandomTranslation,
    Stripe,
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
    # Rounded in between, a quarter of the contrast would leave a quarter of the grey levels.
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


class Shift:
    """A noise of one's own: all that the networks need of one, and nothing of ours."""

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


def test_noises_of_ones_own_are_used_alone_and_in_lists():
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
    # Equal noises with equal seeds differ, for their places in the list do.
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
    assert len({noise.seed_ for noise in twice._noises}) == 2


def test_a_random_state_instance_is_advanced():
    samples, noise = make_samples(), GaussianNoise(0.3, random_state=np.random.RandomState(0))
    seeds = [augmentation_of(noise, samples)._noises[0].seed_ for _ in range(2)]
    assert seeds[0] != seeds[1]


def test_noises_learn_the_value_range_of_the_network():
    samples = make_samples()
    plain = augmentation_of([GaussianNoise(), GaussianNoise(value_range=(0, 200))], samples)
    assert [noise.value_range_ for noise in plain._noises] == [(0.0, 255.0), (0.0, 200.0)]


def test_when_does_not_matter():
    samples = make_samples()
    images = [
        noisy(augmentation_of(GaussianNoise(0.3, when=when, random_state=0), samples), samples)
        for when in ("always", "fit")
    ]
    assert_array_equal(*images)


# Where it is made ---------------------------------------------------------------------------------


class Recorder(GaussianNoise):
    """Tells of what it is asked for."""

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
    return [t for t in threading.enumerate() if t.name.startswith("skmnist-augment")]


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


# In a network -------------------------------------------------------------------------------------


def weights_of(net):
    return [weight.tobytes() for weight in net.model_.get_weights()]


def test_epochs_are_counted_on_by_later_fits(X, y, make_mlp):
    net = make_mlp(augment=Recorder(), warm_start=True, epochs=2).fit(X, y)
    net.fit(X, y).partial_fit(X, y)
    assert sorted(set(Recorder.epochs)) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("network", ["make_mlp", "make_cnn"])
def test_training_with_augmentation_repeats(X, y, network, request):
    make = request.getfixturevalue(network)
    noise = [RandomTranslation(1, 1), GaussianNoise(0.2)]
    first, second = (make(augment=noise).fit(X, y) for _ in range(2))
    assert weights_of(first) == weights_of(second)
    assert weights_of(first) != weights_of(make().fit(X, y))
    assert weights_of(first) != weights_of(make(augment=noise, random_state=1).fit(X, y))


def test_noise_and_rows_are_left_as_they_are(X, y, make_mlp):
    noise, images = GaussianNoise(0.2), X.copy()
    net = make_mlp(augment=[noise]).fit(X, y)
    assert not hasattr(noise, "seed_")
    assert noise.get_params() == GaussianNoise(0.2).get_params()
    assert net.augment == [noise]
    assert_array_equal(X, images)


def test_zero_noise_changes_nothing(X, y, make_cnn):
    zero = make_cnn(augment=GaussianNoise(0.0), batch_size=50).fit(X, y)
    assert weights_of(zero) == weights_of(make_cnn(batch_size=50).fit(X, y))


def test_pandas_output_is_for_users_only(X, y, make_mlp):
    expected = make_mlp(augment=GaussianNoise(0.2), test_time_views=1).fit(X, y)
    pandas = GaussianNoise(0.2).set_output(transform="pandas")
    net = make_mlp(augment=pandas, test_time_views=1).fit(X, y)
    assert weights_of(net) == weights_of(expected)
    with sklearn.config_context(transform_output="pandas"):
        net = make_mlp(augment=GaussianNoise(0.2), test_time_views=1).fit(X, y)
        assert_array_equal(net.predict_proba(X), expected.predict_proba(X))


class Watcher(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        pass


def test_callbacks_of_batches_change_nothing(X, y, make_mlp):
    noise = GaussianNoise(0.2)
    watched = make_mlp(augment=noise, callbacks=Watcher()).fit(X, y)
    assert weights_of(watched) == weights_of(make_mlp(augment=noise).fit(X, y))


def test_early_stopping_and_weights_go_with_augmentation(X, y, make_mlp):
    net = make_mlp(
        augment=GaussianNoise(0.2), early_stopping=True, epochs=4, class_weight="balanced"
    )
    weights = np.arange(len(y)) % 3
    net.fit(X, y, sample_weight=weights)
    again = clone(net).fit(X[weights > 0], y[weights > 0], sample_weight=weights[weights > 0])
    assert weights_of(net) == weights_of(again)
    assert len(net.history_["val_loss"]) == 4


class Interrupt(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt


def test_interruption_ends_the_thread(X, y, make_mlp):
    net = make_mlp(augment=GaussianNoise(0.2), callbacks=Interrupt(), epochs=9)
    with pytest.raises(KeyboardInterrupt):
        net.fit(X, y)
    assert net.current_epoch == 1
    assert not augmenting_threads()


class SkipTheRest(keras.callbacks.Callback):
    """Leaves each epoch after its first batch, and goes on with the next one."""

    def on_train_batch_end(self, batch, logs=None):
        self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = False


def test_rows_stay_in_step_with_epochs_that_are_cut_short(X, y, make_mlp, monkeypatch):
    starts = []
    train_on = Trainer.train_on

    def spy(self, samples, order, batch_size):
        starts.append(samples.images[order].sum())
        return train_on(self, samples, order, batch_size)

    monkeypatch.setattr(Trainer, "train_on", spy)
    net = make_mlp(callbacks=SkipTheRest(), epochs=3).fit(X, y)
    rows = [order_of_epoch(len(X), seed=net.seed_, epoch=epoch)[:16] for epoch in range(3)]
    assert starts == [X[first].sum() for first in rows]


def test_validation_rows_and_predictions_get_no_noise(X, y, make_mlp):
    class Black(GaussianNoise):
        def _corrupt(self, images, streams):
            return images * 0

    net = make_mlp(augment=Black()).fit(X, y, X_val=X, y_val=y)
    probabilities = net.predict_proba(X)
    assert np.ptp(probabilities, axis=0).max() > 1e-3  # images are seen, and differ
    expected = np.mean(net.predict(X) == y)
    assert net.history_["val_accuracy"][-1] == pytest.approx(expected)


def test_parameters_of_the_noise_can_be_searched(X, y, make_mlp):
    net = make_mlp(augment=GaussianNoise(0.1), epochs=1)
    search = GridSearchCV(net, {"augment__scale": [0.5]}, cv=2).fit(X, y)
    (trained_with,) = search.best_estimator_._augmentation._noises
    assert (trained_with.scale, net.augment.scale) == (0.5, 0.1)


def test_parameters_go_to_the_noise_that_is_set_with_them(make_mlp):
    old, new = GaussianNoise(0.1), GaussianNoise(0.2)
    net = make_mlp(augment=old).set_params(augment__scale=0.5, augment=new)
    assert (old.scale, net.augment, new.scale) == (0.1, new, 0.5)
    with pytest.raises(ValueError, match="Invalid parameter 'augment__scale'"):
        net.set_params(augment=None, augment__scale=0.5)
    assert net.augment is new


def test_a_list_of_noises_has_no_parameters_by_name(make_mlp):
    net = make_mlp(augment=[Stripe(), GaussianNoise(0.1)])
    message = (
        r"(?s)Invalid parameter 'augment__scale' .* augment=\[Stripe\(\), "
        r"GaussianNoise\(scale=0.1\)\] is not a single noise, .* Pass new noises, such as "
        r"augment=\[RandomAffine\(\), GaussianNoise\(scale=0.3\)\], or call set_params of a noise "
        r"in the list\."
    )
    with pytest.raises(ValueError, match=message) as error:
        net.set_params(augment__scale=0.5)
    assert "keras.optimizers" not in str(error.value)
    net.augment[1].set_params(scale=0.5)  # as the message says
    with pytest.raises(ValueError, match="pass an instance, such as optimizer=keras"):
        net.set_params(optimizer__momentum=0.9)


def test_augmentation_itself_can_be_searched(X, y, make_mlp):
    grid = {"augment": [None, GaussianNoise(0.2), [GaussianNoise(0.2), RandomTranslation(1, 1)]]}
    search = GridSearchCV(make_mlp(epochs=1), grid, cv=2).fit(X, y)
    assert len(search.cv_results_["params"]) == 3
    assert clone(search.best_estimator_).get_params().keys() == make_mlp().get_params().keys()


class OnlyAugment:
    def augment(self, X, epoch, keys=None):
        return X


@pytest.mark.parametrize(
    "augment", ["fog", GaussianNoise, [GaussianNoise(), "fog"], [np.tanh], OnlyAugment()]
)
def test_what_is_no_noise_is_refused(X, y, augment):
    with pytest.raises((TypeError, ValueError), match=r"augment"):
        MLPClassifier(augment=augment).fit(X, y)


def test_the_error_tells_what_to_pass():
    with pytest.raises(TypeError, match=r"augment holds 'fog'; expected noises such as"):
        check_augment(["fog"])
    assert check_augment(None) == []


# Averages over views ------------------------------------------------------------------------------


def test_views_are_averaged(X, y, make_mlp, tmp_path):
    net = make_mlp(augment=[RandomTranslation(0, 1), GaussianNoise(0.1)]).fit(X, y)
    plain = net.predict_proba(X)
    images = X.reshape(-1, 8, 8, 1)
    keys = ~net._augmentation.keys(images)  # not the noise that the rows were trained with
    views = [net._augmentation.noisy(images, keys, view).reshape(X.shape) for view in range(3)]
    expected = np.mean([plain, *(net.predict_proba(view) for view in views)], axis=0)
    net.set_params(test_time_views=3)
    averaged = net.predict_proba(X)
    np.testing.assert_allclose(averaged, expected, atol=1e-6)
    assert np.abs(averaged - plain).max() > 0.01
    assert_array_equal(net.predict_proba(X[::-1])[::-1], averaged)
    joblib.dump(net, tmp_path / "net.joblib")
    assert_array_equal(joblib.load(tmp_path / "net.joblib").predict_proba(X), averaged)
    assert_array_equal(net.set_params(test_time_views=0).predict_proba(X), plain)


def test_views_need_a_noise(X, y, make_mlp):
    message = r"test_time_views=2 needs a noise .* pass augment= too, and fit, or test_time_views=0"
    with pytest.raises(ValueError, match=message):
        make_mlp(test_time_views=2).fit(X, y)
    net = make_mlp().fit(X, y).set_params(test_time_views=2, augment=GaussianNoise())
    with pytest.raises(ValueError, match=message):
        net.predict(X)


def test_views_that_are_no_number_are_refused_after_fit(X, y, make_mlp):
    net = make_mlp(augment=GaussianNoise(0.1)).fit(X, y)
    with pytest.raises(ValueError, match="test_time_views == -1, must be >= 0"):
        net.set_params(test_time_views=-1).predict(X)
    with pytest.raises(TypeError, match="test_time_views must be an instance of"):
        net.set_params(test_time_views=2.5).predict_proba(X)


def test_augmentation_teaches_what_the_training_rows_lack(X, y, make_cnn):
    shift = RandomTranslation(2, 2, random_state=1)
    moved = shift.fit(X.reshape(-1, 8, 8)).transform(X.reshape(-1, 8, 8)).reshape(X.shape)
    plain = make_cnn(epochs=15).fit(X, y)
    augmented = make_cnn(epochs=15, augment=RandomTranslation(2, 2)).fit(X, y)
    assert augmented.score(moved, y) > plain.score(moved, y) + 0.1
