import pytest

from skmnist.noise._registry import NOISES


@pytest.fixture(params=NOISES.values(), ids=lambda noise_class: noise_class.__name__)
def noise_class(request):
    """Every noise in turn."""
    return request.param
