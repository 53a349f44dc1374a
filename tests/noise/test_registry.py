import pytest

import skmnist.noise
from skmnist.noise import BaseNoise, GaussianNoise, ReferenceNoise, list_noises, make_noise
from skmnist.noise._registry import NOISES


def test_every_public_noise_has_a_name():
    public = {getattr(skmnist.noise, name) for name in skmnist.noise.__all__}
    noises = {c for c in public if isinstance(c, type) and issubclass(c, BaseNoise)}
    assert set(NOISES.values()) == noises - {BaseNoise}
    assert list_noises() == sorted(NOISES)


@pytest.mark.parametrize("name", list_noises())
def test_names_make_noises_with_the_given_parameters(name):
    noise = make_noise(name, when="fit", random_state=3)
    assert type(noise) is NOISES[name]
    assert noise.get_params() == NOISES[name](when="fit", random_state=3).get_params()


def test_parameters_are_passed():
    assert make_noise("gaussian_noise", scale=0.3).scale == 0.3
    with pytest.raises(TypeError, match="amount"):
        make_noise("gaussian_noise", amount=0.3)


def test_reference_is_the_noise_of_the_protocol():
    noise = make_noise("reference")
    assert isinstance(noise, ReferenceNoise)
    protocol = {"rotation": 72, "translation": 0.2, "zoom_out": 0.2, "brightness": 0.2}
    assert protocol.items() <= noise.get_params().items()


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("gausian", "gaussian_noise"),
        ("Reference", "reference"),
        ("brightness", "random_brightness"),
    ],
)
def test_an_unknown_name_suggests_the_nearest(name, nearest):
    message = rf"name='{name}' is not a noise. Did you mean '{nearest}'\? Known: \['gaussian_noise'"
    with pytest.raises(ValueError, match=message):
        make_noise(name)


@pytest.mark.parametrize("name", [None, 3, GaussianNoise])
def test_what_is_no_name(name):
    with pytest.raises(ValueError, match="is not a noise"):
        make_noise(name)
