"""What networks refuse; the estimator is then unchanged."""

import keras
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from weights import assert_equal_weights, weights_of

from skmnist.exceptions import (
    ImageShapeError,
    ValueRangeError,
    ValueRangeWarning,
)
from skmnist.neural_network import (
    CNNClassifier,
    DenseNetClassifier,
    MLPClassifier,
    ResNetClassifier,
)

NETWORKS = [MLPClassifier, CNNClassifier, ResNetClassifier, DenseNetClassifier]


def changed(array, index, value):
    array = np.array(array, dtype=np.float64)
    array[index] = value
    return array


BAD_FITS = {
    "NaN pixels": (lambda X, y: (changed(X, (0, 0), np.nan), y), "Input X contains NaN"),
    "infinite pixels": (lambda X, y: (changed(X, (0, 0), np.inf), y), "Input X contains infinity"),
    "complex pixels": (lambda X, y: (X + 1j, y), "Complex data not supported"),
    "words for pixels": (lambda X, y: (X.astype(str), y), "numeric|numbers"),
    "objects for pixels": (lambda X, y: (np.full(X.shape, {}, object), y), "number"),
    "empty X": (lambda X, y: (X[:0], y[:0]), "0 sample"),
    "lengths": (lambda X, y: (X, y[:-1]), "X has 300 rows, but y has 299; expected one label"),
    "one class": (lambda X, y: (X, y * 0), r"y has one class only, \[0\]; expected at least two"),
    "no y": (lambda X, y: (X, None), "requires y to be passed, but the target y is None"),
    "one-hot y": (lambda X, y: (X, np.eye(10)[y]), r"looks one-hot.*pass `y.argmax\(1\)`"),
    "continuous y": (lambda X, y: (X, y + 0.5), r"Unknown label type.*`y.argmax\(1\)`"),
    "NaN y": (lambda X, y: (X, changed(y, 0, np.nan)), "Input y contains NaN"),
    "colors": (
        lambda X, y: (np.repeat(X.reshape(-1, 8, 8, 1), 3, axis=3), y),
        "X has 3 channels .*gray only",
    ),
    "5-D": (lambda X, y: (X.reshape(-1, 2, 4, 8, 1), y), "X has 5 dimensions"),
}


@pytest.mark.parametrize("case", BAD_FITS)
def test_bad_training_data_is_refused_and_changes_nothing(case, X, y, make_mlp):
    spoil, message = BAD_FITS[case]
    net = make_mlp(epochs=1).fit(X, y)
    before, weights = vars(net).copy(), weights_of(net)
    with pytest.raises((ValueError, TypeError), match=f"(?s){message}"):
        net.fit(*spoil(X, y))
    assert vars(net) == before
    assert_equal_weights(weights_of(net), weights)


def test_sparse_pixels_are_refused(X, y, make_mlp):
    from scipy.sparse import csr_array

    with pytest.raises(TypeError, match=r"Sparse data was passed.*dense data is required"):
        make_mlp().fit(csr_array(X), y)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sample_weight": -1.0}, "Negative values in data passed to `sample_weight`"),
        ({"sample_weight": 0.0}, "sample_weight is zero for all rows"),
        ({"sample_weight": [1.0, 2.0]}, "sample_weight.shape == .*expected"),
        ({"X_val": 1}, "y_val is missing; pass X_val and y_val together"),
        ({"y_val": 1}, "X_val is missing; pass X_val and y_val together"),
    ],
)
def test_bad_fit_arguments(arguments, message, X, y, make_mlp):
    if isinstance(arguments.get("sample_weight"), float):
        arguments = {"sample_weight": np.full(len(y), arguments["sample_weight"])}
    with pytest.raises(ValueError, match=message):
        make_mlp().fit(X, y, **arguments)


def test_unknown_label_in_y_val(X, y, make_mlp):
    with pytest.raises(ValueError, match=r"y_val has the labels \[77\]"):
        make_mlp().fit(X, y, X_val=X[:3], y_val=[77, 1, 2])


BAD_PARAMETERS = {
    "activation": "swoosh",
    "augment": "fog",
    "batch_normalization": "yes",
    "batch_size": 0,
    "callbacks": "stop",
    "bottleneck": "yes",
    "class_weight": "balance",
    "compression": 0.0,
    "conv_dropout": 1.5,
    "conv_kernel_initializer": "he",
    "dropout": -0.1,
    "early_stopping": 3,
    "epochs": 0,
    "filters": (0,),
    "growth_rate": 0,
    "hidden_layer_sizes": (-3,),
    "image_shape": 64,
    "kernel_initializer": "she_uniform",
    "kernel_size": 0,
    "label_smoothing": 1.0,
    "learning_rate_schedule": "sine",
    "loss": "mse",
    "n_blocks": 0,
    "n_iter_no_change": 0,
    "n_layers": (0,),
    "normalization": "bach",
    "optimizer": "adammm",
    "optimizer__learning_rate": 0.0,
    "optimizer__weight_decay": -0.1,
    "output_kernel_initializer": 3,
    "padding": "sama",
    "pool_size": (2, 2, 2, 2, 2),
    "pooling": "sum",
    "precision": "float16",
    "random_state": "seed",
    "stem_kernel_size": 0,
    "stem_stride": 0,
    "stochastic_depth": 1.0,
    "test_time_views": -1,
    "validation_fraction": 1.0,
    "value_range": 3,
    "verbose": 9,
    "warmup_fraction": 1.0,
    "warm_start": "no",
}


@pytest.mark.parametrize("network", NETWORKS)
def test_every_parameter_refuses_a_bad_value(network, X, y):
    names = set(network().get_params())
    assert set(network._parameter_constraints) == names
    assert names <= BAD_PARAMETERS.keys()
    for name in names:
        net = network(**{name: BAD_PARAMETERS[name]})
        with pytest.raises((ValueError, TypeError), match=name):
            net.fit(X, y)
        assert not hasattr(net, "model_")


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (keras.losses.SparseCategoricalCrossentropy(), "class numbers .* pass keras.losses.Cat"),
        (keras.losses.CategoricalCrossentropy(reduction=None), "reduction None, .* one loss per"),
        (keras.losses.MeanSquaredError(reduction="none"), "reduction 'none', .* expected a single"),
    ],
)
def test_losses_that_do_not_fit(X, y, make_mlp, loss, message):
    with pytest.raises(ValueError, match=rf"loss={type(loss).__name__} .*{message}"):
        make_mlp(loss=loss).fit(X, y)


def test_label_smoothing_is_not_for_an_instance_of_a_loss(X, y, make_mlp):
    net = make_mlp(loss=keras.losses.CategoricalCrossentropy(), label_smoothing=0.1)
    with pytest.raises(ValueError, match=r"label_smoothing=0.1 .* CategoricalCrossentropy\(label"):
        net.fit(X, y)


def test_bad_callback_in_a_list(X, y, make_mlp):
    with pytest.raises(TypeError, match=r"callbacks holds 'stop'; expected instances of keras"):
        make_mlp(callbacks=["stop"]).fit(X, y)


@pytest.mark.parametrize("fraction", [0, 1.5, -0.1])
def test_validation_fraction_outside_its_range(fraction, X, y, make_mlp):
    with pytest.raises(ValueError, match=r"'validation_fraction' .* in the range \(0.0, 1.0\)"):
        make_mlp(validation_fraction=fraction).fit(X, y)


def test_unknown_label_in_class_weight(X, y, make_mlp):
    with pytest.raises(ValueError, match=r"class_weight has the labels \['3'\]"):
        make_mlp(class_weight={"3": 1.0}).fit(X, y)


def test_class_with_one_member_under_early_stopping(X, y, make_mlp):
    y_lone = np.where(np.arange(len(y)) == 0, 99, y)
    with pytest.raises(ValueError, match="The class 99 of y has only one member"):
        make_mlp(early_stopping=True).fit(X, y_lone)


@pytest.mark.parametrize("image_shape", [(7, 9), (8, 8, 3), (8,), (8, -8), "88"])
def test_image_shape_that_does_not_fit(image_shape, X, y, make_mlp):
    with pytest.raises(ValueError, match="image_shape"):
        make_mlp(image_shape=image_shape).fit(X, y)


def test_image_shape_takes_effect(X, y, make_cnn):
    net = make_cnn(image_shape=(4, 16), epochs=1).fit(X, y)
    assert net.image_shape_ == (4, 16, 1)
    assert net.model_.input_shape == (None, 4, 16, 1)


def test_bad_input_at_predict(X, fitted):
    with pytest.raises(ValueError, match=r"X has 63 features, but \w+ is expecting 64 features"):
        fitted.predict(X[:, :-1])
    with pytest.raises(ImageShapeError, match=r"images of shape \(4, 16\), but .* \(8, 8\)"):
        fitted.predict(X.reshape(-1, 4, 16))
    for lone in (X[0].reshape(8, 8), X[0].reshape(8, 8, 1)):
        with pytest.raises(ImageShapeError, match=r"one image: pass X\[None\]"):
            fitted.predict(lone)
    with pytest.raises(ValueError, match="Input X contains NaN"):
        fitted.predict(changed(X, (0, 0), np.nan))


def test_values_outside_the_range(X, y, make_mlp):
    net = make_mlp(epochs=1).fit(X / 255, y)
    with pytest.raises(ValueRangeError, match="maximum of 255, which looks like 0-255"):
        net.predict(X)
    np.testing.assert_array_equal(
        net.predict_proba(X / 255 * 1.4), net.predict_proba(np.minimum(X / 255 * 1.4, 1))
    )
    with pytest.raises(ValueRangeError, match="looks like 0-255"):
        make_mlp(value_range=(0, 1)).fit(X, y)
    with pytest.warns(ValueRangeWarning, match=r"maximum of 1, .*pass value_range="):
        make_mlp(epochs=1).fit(X, y).predict(X / 255)


@pytest.mark.parametrize("method", ["predict", "predict_proba", "predict_log_proba"])
def test_not_fitted(method, X):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        getattr(CNNClassifier(), method)(X)


def test_faults_of_the_validation_rows_name_them(X, y, make_mlp):
    for X_val, message in (
        (changed(X, (0, 0), np.nan), "X_val is not valid: Input X contains NaN"),
        (X[:, :-1], "X_val is not valid: X has 63 features"),
        (X[:-1], "X_val has 299 rows, but y_val has 300"),
    ):
        with pytest.raises(ValueError, match=message):
            make_mlp().fit(X, y, X_val=X_val, y_val=y)
