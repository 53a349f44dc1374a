"""The parameters `augment` and `test_time_views` of a network."""

import threading

import joblib
import keras
import numpy as np
import pytest
import sklearn
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from skmnist.neural_network import MLPClassifier
from skmnist.neural_network._samples import order_of_epoch
from skmnist.neural_network.backends._keras import Trainer
from skmnist.neural_network.training._augmentation import check_augment
from skmnist.noise import (
    GaussianNoise,
    RandomTranslation,
    Stripe,
)


class Recorder(GaussianNoise):
    """Records the epochs of its calls."""

    epochs: list = []  # noqa: RUF012 - shared on purpose: the network clones its noises

    def augment(self, X, epoch, keys=None):
        self.epochs.append(epoch)
        return super().augment(X, epoch, keys)


@pytest.fixture(autouse=True)
def forget():
    Recorder.epochs.clear()


def augmenting_threads():
    return [t for t in threading.enumerate() if t.name.startswith("skmnist-feed")]


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
    (trained_with,) = search.best_estimator_._augmentation.noises
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
def test_objects_that_are_not_noises_are_refused(X, y, augment):
    with pytest.raises((TypeError, ValueError), match=r"augment"):
        MLPClassifier(augment=augment).fit(X, y)


def test_a_parameter_of_a_noise_is_checked(X, y, make_mlp):
    with pytest.raises(ValueError, match=r"^augment is not valid: The 'scale' parameter of Gauss"):
        make_mlp(augment=[GaussianNoise(), GaussianNoise(scale=-1)]).fit(X, y)


def test_the_error_says_what_to_pass():
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
    message = r"test_time_views=2 needs a noise .* as well and fit again, or pass test_time_views=0"
    with pytest.raises(ValueError, match=message):
        make_mlp(test_time_views=2).fit(X, y)
    net = make_mlp().fit(X, y).set_params(test_time_views=2, augment=GaussianNoise())
    with pytest.raises(ValueError, match=message):
        net.predict(X)


def test_invalid_numbers_of_views_are_refused_after_fit(X, y, make_mlp):
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
