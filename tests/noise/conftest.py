import inspect

import numpy as np
import pytest

import skmnist.noise


def public_noises():
    """Return every public noise that is not abstract."""
    public = [getattr(skmnist.noise, name) for name in skmnist.noise.__all__]
    return [item for item in public if inspect.isclass(item) and not inspect.isabstract(item)]


def is_random(noise_class):
    """Return whether a noise is documented as random."""
    return "noise is deterministic" not in noise_class.__doc__


@pytest.fixture(scope="session")
def noise_classes():
    """Every noise."""
    return public_noises()


@pytest.fixture(params=public_noises(), ids=lambda noise_class: noise_class.__name__)
def noise_class(request):
    """Every noise in turn."""
    return request.param


@pytest.fixture(
    params=filter(is_random, public_noises()), ids=lambda noise_class: noise_class.__name__
)
def random_noise_class(request):
    """Every random noise in turn."""
    return request.param


@pytest.fixture(scope="session")
def assert_moments():
    """Return a function that checks mean and variance within three standard errors.

    The values are independent; mean, variance and fourth central moment may differ between them.
    """

    def check(values, mean, variance, fourth):
        squares = (values - mean) ** 2
        assert abs((values - mean).mean()) < 3 * np.sqrt(np.mean(variance) / values.size)
        standard_error = np.sqrt(np.mean(fourth - variance**2) / values.size)
        assert abs((squares - variance).mean()) < 3 * standard_error

    return check
