"""The table of corruptions against the published values."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skmnist.noise import (
    GaussianNoise,
    MotionBlur,
    RandomNoise,
    ReducedContrast,
    ReferenceNoise,
    list_noises,
    list_severities,
    make_noise,
    make_suite,
)
from skmnist.noise._severities import CORRUPTIONS, SUITES


def degrees(*radians):
    return tuple(np.degrees(radians))


def both(*values):
    """Return the bounds of a strength that is equal for all images."""
    return {"low": values, "high": values}


# MNIST-C: name -> (published severity, parameters at severity 1 to 5), in the published order.
MNIST_C = {
    "shot_noise": (5, {"peak": (60, 25, 12, 5, 3)}),
    "impulse_noise": (4, {"amount": (0.03, 0.06, 0.09, 0.17, 0.27), "salt_ratio": 0.5}),
    "glass_blur": (
        1,
        {
            "sigma": (0.7, 0.9, 1, 1.1, 1.5),
            "max_delta": (1, 2, 2, 3, 4),
            "iterations": (2, 1, 3, 2, 2),
            "vertical": True,
        },
    ),
    "motion_blur": (
        1,
        {
            # Twice the radius plus the center.
            "length": tuple(2 * radius + 1 for radius in (10, 15, 15, 15, 20)),
            "sigma": (3, 5, 8, 12, 15),
            "angle_low": -45,
            "angle_high": 45,
        },
    ),
    "shear": (2, {**both(*degrees(0.2, 0.4, 0.6, 0.8, 1)), "stretch": True}),
    "scale": (3, both(0.9, 0.8, 0.7, 0.6, 0.5)),
    "rotate": (2, both(*degrees(0.2, 0.4, 0.6, 0.8, 1))),
    "brightness": (5, both(0.1, 0.2, 0.3, 0.4, 0.5)),
    "translate": (3, {"min_shift": (1, 2, 3, 4, 5), "max_shift": (1, 2, 3, 4, 5)}),
    "stripe": (None, {"width_fraction": 7 / 28}),
    "fog": (5, {"thickness": (1.5, 2, 2.5, 2.5, 3), "decay": (2, 2, 1.7, 1.5, 1.4)}),
    "spatter": (
        4,
        {
            "mean": (0.65, 0.65, 0.65, 0.65, 0.67),
            "scale": (0.3, 0.3, 0.3, 0.3, 0.4),
            "sigma": (4, 3, 2, 1, 1),
            "threshold": (0.69, 0.68, 0.68, 0.65, 0.65),
            "edge_sigma": (0.6, 0.6, 0.5, 1.5, 1.5),
            "cutoff": 0.8,
            "value": 63 / 255,
        },
    ),
    "dotted_line": (None, {"width": 2.3, "dash": 2}),
    "zigzag": (None, {"width": 2.3, "amplitude": 2, "half_period": 4}),
    "canny_edges": (None, {"sigma": 1}),
}
# Other noises in the code of MNIST-C, with the parameters that are taken from it.
EXTRA = {
    "gaussian_noise": {"scale": (0.08, 0.12, 0.18, 0.26, 0.38)},
    "speckle_noise": {"scale": (0.15, 0.2, 0.35, 0.45, 0.6)},
    "gaussian_blur": {"sigma": (1, 2, 3, 4, 6)},
    "defocus_blur": {"radius": (3, 4, 6, 8, 10)},
    "zoom_blur": {"max_scale": (1.11, 1.16, 1.21, 1.26, 1.31)},
    "contrast": {"factor": (0.4, 0.3, 0.2, 0.1, 0.05)},
    "pixelate": {"factor": (0.6, 0.5, 0.4, 0.3, 0.25)},
    "jpeg_compression": {"quality": (25, 18, 15, 10, 7)},
    "elastic_transform": {},
    "quantize": {"bits": (5, 4, 3, 2, 1)},
    "line": {"width": 2.3},
    "inverse": {},
    "frost": {},
    "snow": {},
}
N_MNIST = {
    "awgn": (GaussianNoise, {"scale": 0.335}),
    "n_mnist_motion_blur": (MotionBlur, {"length": 5, "angle_low": 15, "angle_high": 15}),
    "reduced_contrast_awgn": (
        ReducedContrast,
        {"factor": 0.5, "scale": 0.251},
    ),
}
# Classes whose names differ from the names of the noises.
CLASS_NAMES = {
    "shot_noise": "ShotNoise",
    "impulse_noise": "SaltAndPepperNoise",
    "shear": "RandomShear",
    "scale": "RandomScale",
    "rotate": "RandomRotation",
    "brightness": "RandomBrightness",
    "translate": "RandomTranslation",
    "jpeg_compression": "JPEGCompression",
    "quantize": "Quantization",
    "inverse": "Inversion",
}


def assert_parameters(noise, expected, level=None):
    params = noise.get_params()
    for name, values in expected.items():
        value = values[level - 1] if isinstance(values, tuple) else values
        assert_allclose(params[name], value, rtol=1e-12, err_msg=name)


# The table --------------------------------------------------------------------------------------


def test_every_public_noise_has_a_name(noise_classes):
    named = {corruption.noise for corruption in CORRUPTIONS.values()}
    assert named == set(noise_classes) - {RandomNoise}, "add names to noise/_severities.py"


def test_no_noise_of_a_suite_hides_another():
    assert sum(len(suite) for suite in SUITES.values()) == sum(
        any(name in suite for suite in SUITES.values()) for name in CORRUPTIONS
    )


@pytest.mark.parametrize("name", [*MNIST_C, *EXTRA])
def test_classes_of_the_names(name):
    camel = "".join(word.capitalize() for word in name.split("_"))
    assert type(make_noise(name)).__name__ == CLASS_NAMES.get(name, camel)


def test_mnist_c_in_its_published_order():
    assert list_noises("mnist_c") == list(MNIST_C)
    assert list(make_suite("mnist_c")) == list(MNIST_C)
    assert len(MNIST_C) == 15
    assert list_noises("mnist_c_extra") == list(EXTRA)


@pytest.mark.parametrize("name", MNIST_C)
def test_parameters_of_mnist_c(name):
    official, expected = MNIST_C[name]
    levels = [None] if official is None else [1, 2, 3, 4, 5]
    assert list_severities(name) == levels
    for level in levels:
        assert_parameters(make_noise(name, level), expected, level)
    assert_parameters(make_noise(name), expected, official)
    assert repr(make_noise(name)) == repr(make_noise(name, severity=official))


@pytest.mark.parametrize("name", EXTRA)
def test_parameters_of_the_extras(name):
    assert (list_severities(name) == [None]) == (name in ("line", "inverse"))
    for level in list_severities(name):
        assert_parameters(make_noise(name, level), EXTRA[name], level)


@pytest.mark.parametrize("name", N_MNIST)
def test_parameters_of_n_mnist(name):
    assert list_noises("n_mnist") == list(N_MNIST)
    noise_class, expected = N_MNIST[name]
    noise = make_noise(name)
    assert type(noise) is noise_class
    assert_parameters(noise, expected)


def test_reference_is_the_noise_of_the_protocol():
    assert list_noises("reference") == ["reference"]
    noise = make_noise("reference")
    assert isinstance(noise, ReferenceNoise)
    protocol = {"rotation": 72, "translation": 0.2, "scale": 0.2, "brightness": 0.2}
    assert protocol.items() <= noise.get_params().items()


@pytest.mark.parametrize("name", list_noises())
def test_severities_have_the_same_parameters(name):
    corruption = CORRUPTIONS[name]
    assert len(corruption.severities) == (1 if corruption.official is None else 5)
    assert len({tuple(severity) for severity in corruption.severities}) == 1
    assert corruption.official in (None, 1, 2, 3, 4, 5)
    # The class has these parameters, and all severities differ.
    assert set(corruption.severities[0]) <= set(corruption.noise().get_params())
    assert len({repr(severity) for severity in corruption.severities}) == len(corruption.severities)
