import pytest

from skmnist.model_selection import reference_architectures
from skmnist.neural_network import CNNClassifier, MLPClassifier

NAMES = ["mlp-1", "mlp-2", "mlp-3", "mlp-4", "cnn-1", "lenet", "cnn-3", "cnn-4", "cnn-5"]

# The published table, counted by hand: a dense layer has (inputs + 1) * units parameters,
# a convolution (kernel² * channels + 1) * filters; the side is 28, 14, 7, 3, 1 with padding "same"
# and 28, 13, 5, 1 with "valid".
DENSE_784_256_128 = 785 * 784 + 785 * 256 + 257 * 128
CONV_32_64_128 = 10 * 32 + (9 * 32 + 1) * 64 + (9 * 64 + 1) * 128
N_PARAMETERS = {
    "mlp-1": DENSE_784_256_128 + 129 * 10,
    "mlp-2": DENSE_784_256_128 + 129 * 10,
    "mlp-3": DENSE_784_256_128 + 129 * 64 + 65 * 10,
    "mlp-4": 785 * 784 + 785 * 512 + 513 * 256 + 257 * 128 + 129 * 10,
    "cnn-1": CONV_32_64_128 + 129 * 256 + 257 * 128 + 129 * 10,
    "lenet": 26 * 6 + (25 * 6 + 1) * 16 + 257 * 120 + 121 * 84 + 85 * 10,
    "cnn-3": 10 * 32 + (13 * 13 * 32 + 1) * 512 + 513 * 256 + 257 * 128 + 129 * 10,
    "cnn-4": CONV_32_64_128 + (9 * 128 + 1) * 256 + 257 * 256 + 257 * 128 + 129 * 10,
    "cnn-5": CONV_32_64_128 + (9 * 128 + 1) * 256 + 257 * 512 + 513 * 256 + 257 * 10,
}


def layers_of(network):
    network = network.set_params(image_shape=(28, 28))
    network.image_shape_, network.value_range_, network.seed_ = (28, 28, 1), (0.0, 255.0), 0
    return network._build_model(10)


def test_names_and_order():
    assert list(reference_architectures()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_network_is_as_published(name):
    network = reference_architectures(random_state=3)[name]
    assert isinstance(network, MLPClassifier if name.startswith("mlp") else CNNClassifier)
    assert network.random_state == 3
    assert layers_of(network).count_params() == N_PARAMETERS[name]
    assert network.optimizer == ("rmsprop" if name == "mlp-1" else "adam")
    assert (network.batch_size, network.epochs, network.n_iter_no_change) == (100, 200, 10)
    assert network.early_stopping
    assert (network.validation_fraction, network.learning_rate_schedule) == (0.2, "constant")


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("mlp-1", {"dense_2": 0.3}),
        ("mlp-3", {"dense_2": 0.3}),
        ("mlp-4", {"dense_2": 0.3}),
        ("cnn-1", {"dense_1": 0.3}),
        ("lenet", {}),
        ("cnn-3", {}),
        ("cnn-5", {"dense_1": 0.3}),
    ],
)
def test_dropout_sits_where_it_was_published(name, where):
    layers = layers_of(reference_architectures()[name]).layers
    found = {
        layer.name.removesuffix("_dropout"): layer.rate
        for layer in layers
        if layer.name.endswith("_dropout")
    }
    assert found == where


def test_initializers_are_as_published():
    def initializers(name):
        layers = layers_of(reference_architectures()[name]).layers
        return [type(la.kernel_initializer).__name__ for la in layers if hasattr(la, "kernel")]

    assert initializers("mlp-4") == [
        "RandomNormal", "GlorotUniform", "GlorotUniform", "GlorotUniform", "RandomNormal",
    ]  # fmt: skip
    assert initializers("cnn-5") == ["HeUniform"] * 4 + ["RandomNormal"] * 2 + ["GlorotUniform"]


def test_estimators_are_fresh():
    one, other = reference_architectures(), reference_architectures()
    assert all(one[name] is not other[name] for name in NAMES)
