import inspect

import pytest

import skmnist.noise


def noise_classes():
    """Return every noise that a user can make."""
    public = [getattr(skmnist.noise, name) for name in skmnist.noise.__all__]
    return [item for item in public if inspect.isclass(item) and not inspect.isabstract(item)]


def is_random(noise_class):
    """Tell from the documentation whether a noise draws random numbers."""
    return "Nothing here is random" not in noise_class.__doc__


@pytest.fixture(params=noise_classes(), ids=lambda noise_class: noise_class.__name__)
def noise_class(request):
    """Every noise in turn."""
    return request.param


@pytest.fixture(
    params=filter(is_random, noise_classes()), ids=lambda noise_class: noise_class.__name__
)
def random_noise_class(request):
    """Every noise that is random, in turn."""
    return request.param
