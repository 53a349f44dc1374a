import numpy as np
import pytest
from sklearn import config_context
from sklearn.utils._param_validation import InvalidParameterError

from skmnist._utils import name_argument
from skmnist.datasets import fetch_mnist, load_mnist_sample, make_noisy
from skmnist.exceptions import DatasetNotFoundError
from skmnist.neural_network import MLPClassifier
from skmnist.noise import CannyEdges, GaussianNoise, RandomNoise
from skmnist.preprocessing import PixelScaler

X = np.eye(4, dtype=np.uint8) * 255
Y = [0, 1, 0, 1]

# Calls with an argument of a type that is refused, but works.
CALLS = {
    "PixelScaler": lambda: PixelScaler(value_range=(end for end in (0, 255))).fit(X),
    "GaussianNoise": lambda: GaussianNoise(scale=np.array(0.1), when="ever").fit(X),
    "RandomNoise": lambda: RandomNoise([("noise", GaussianNoise())], probability="all").fit(X),
    "MLPClassifier": lambda: MLPClassifier((), epochs=1, warm_start=None).fit(X, Y),
    "load_mnist_sample": lambda: load_mnist_sample(as_frame=None),
    "make_noisy": lambda: make_noisy(GaussianNoise(), as_frame=None),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_validation_of_parameters_can_be_skipped(call):
    with pytest.raises(InvalidParameterError, match="must be"):
        call()
    with config_context(skip_parameter_validation=True):
        call()


def test_fetch_mnist_skips_it_too():
    wrong = {"as_frame": None, "data_home": "no_such_folder", "download_if_missing": False}
    with pytest.raises(InvalidParameterError, match="'as_frame' parameter of fetch_mnist must be"):
        fetch_mnist(**wrong)
    with (
        config_context(skip_parameter_validation=True),
        pytest.raises(DatasetNotFoundError, match="no_such_folder"),
    ):
        fetch_mnist(**wrong)


def test_conditions_on_several_parameters_are_always_checked():
    with (
        config_context(skip_parameter_validation=True),
        pytest.raises(ValueError, match="low_threshold=3 is greater"),
    ):
        CannyEdges(low_threshold=3).fit(X)


@pytest.mark.parametrize("kind", [ValueError, TypeError])
def test_errors_name_the_argument(kind):
    with (
        pytest.raises(kind, match=r"^X is not valid: Xylophones are no pixels$") as caught,
        name_argument("X"),
    ):
        raise kind("Xylophones are no pixels")
    assert isinstance(caught.value.__cause__, kind)
    with pytest.raises(kind, match=r"^Input X is empty$"), name_argument("X"):
        raise kind("Input X is empty")
