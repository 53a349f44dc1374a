import inspect
import re

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import skmnist.noise
from skmnist.noise import (
    BaseNoise,
    GaussianNoise,
    MotionBlur,
    Pixelate,
    RandomNoise,
    ReferenceNoise,
    list_noises,
    list_severities,
    list_suites,
    make_noise,
    make_suite,
)
from skmnist.noise._docstrings import complete_docstring
from skmnist.noise._severities import CORRUPTIONS, SUITES

GRADED = [name for name in list_noises() if list_severities(name) != [None]]
FIXED = [name for name in list_noises() if list_severities(name) == [None]]


def public_noises():
    public = [getattr(skmnist.noise, name) for name in skmnist.noise.__all__]
    return [item for item in public if inspect.isclass(item) and issubclass(item, BaseNoise)]


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
        skmnist.noise.ReducedContrast,
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


# The table ----------------------------------------------------------------------------------------


def test_every_public_noise_has_a_name():
    named = {corruption.noise for corruption in CORRUPTIONS.values()}
    assert named == set(public_noises()) - {BaseNoise, RandomNoise}


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


# What the noises do -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list_noises())
def test_every_noise_fits_and_transforms(name, digits):
    X = digits[:20]
    for severity in list_severities(name):
        noise = make_noise(name, severity, random_state=0)
        noisy = noise.fit_transform(X)
        assert (noisy.shape, noisy.dtype) == (X.shape, X.dtype)
        assert (noisy != X).any()
        assert_array_equal(noise.transform(X), noisy)


# Not graded by the mean absolute change.
OTHERWISE_GRADED = {
    # The trails of severity 4 and 5 both reach the border, so that the change no longer grows.
    "motion_blur",
    # At severity 2, blocks of two by two pixels fit the image. At severity 1, some blocks end in a
    # pixel's middle; the pixel counts for one block and shows the other, as in Pillow.
    "pixelate",
    # The drops become smaller with each severity, and severities 4 and 5 smooth them more: fewer
    # drops exceed the cutoff.
    "spatter",
}


def changes(name, digits):
    X = digits[:200]
    return [
        np.abs(make_noise(name, level, random_state=0).fit_transform(X).astype(float) - X).mean()
        for level in range(1, 6)
    ]


@pytest.mark.parametrize("name", [name for name in GRADED if name not in OTHERWISE_GRADED])
def test_the_change_grows_with_the_severity(name, digits):
    assert (np.diff(changes(name, digits)) > 0).all()


@pytest.mark.parametrize("name", sorted(OTHERWISE_GRADED))
def test_the_exceptions_are_needed(name, digits):
    growth = np.diff(changes(name, digits))
    assert not (growth > 0).all()
    assert (growth > 0).sum() >= 3


def test_motion_blur_smooths_more_with_the_severity(digits):
    noisy = [
        make_noise("motion_blur", level, random_state=0).fit_transform(digits[:200]).astype(float)
        for level in range(1, 6)
    ]
    assert (np.diff([np.abs(np.diff(images)).mean() for images in noisy]) < 0).all()


def test_pixelate_leaves_fewer_pixels_with_the_severity(digits):
    X = digits[:50] / 255
    noises = [make_noise("pixelate", level) for level in range(1, 6)]
    assert all(isinstance(noise, Pixelate) for noise in noises)
    n_greys = [
        np.mean([len(np.unique(image)) for image in noise.fit_transform(X)]) for noise in noises
    ]
    assert (np.diff(n_greys) < 0).all()


# Severities ---------------------------------------------------------------------------------------


def test_severities_may_be_of_any_integer_type():
    assert make_noise("gaussian_noise", np.int64(3)).scale == 0.18
    assert repr(make_noise("fog", 2)) == repr(make_noise("fog", severity=2))


@pytest.mark.parametrize("severity", [0, 6, -1, 2.5, 2.0, True, False, "3", [1], np.float64(3)])
@pytest.mark.parametrize("name", ["fog", "gamma"])
def test_wrong_severities(name, severity):
    message = (
        f"severity={severity!r} is not a severity of {name!r}; expected an int from 1 to 5, or "
        "None for the published one."
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        make_noise(name, severity)


@pytest.mark.parametrize("severity", [1, 5, 0, True, "1"])
@pytest.mark.parametrize("name", FIXED)
def test_noises_without_severities_accept_none(name, severity):
    message = (
        f"severity={severity!r} was given, but {name!r} has no severities; pass severity=None and "
        "set its parameters by keyword to change its strength."
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        make_noise(name, severity)
    make_noise(name, None)


# Names --------------------------------------------------------------------------------------------


def test_lists():
    assert list_suites() == ["mnist_c", "mnist_c_extra", "n_mnist", "reference"]
    assert list_noises() == sorted(list_noises())
    assert len(list_noises()) == len(set(list_noises())) == len(CORRUPTIONS)
    for suite in list_suites():
        assert set(list_noises(suite)) < set(list_noises())
    # The returned lists are copies.
    for returned in (list_noises(), list_noises("mnist_c"), list_suites(), list_severities("fog")):
        returned.clear()
    assert list_noises()
    assert list_noises("mnist_c")
    assert list_suites()
    assert list_severities("fog") == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("gausian_noise", "gaussian_noise"),
        ("GaussianNoise", "gaussian_noise"),
        ("Fog", "fog"),
        ("salt_and_pepper_noise", "speckle_noise"),
        ("rotation", "rotate"),
        ("zig_zag", "zigzag"),
    ],
)
@pytest.mark.parametrize("function", [make_noise, list_severities])
def test_an_unknown_name_suggests_the_nearest(function, name, nearest):
    message = (
        f"name='{name}' is not a noise. Did you mean '{nearest}'? Known: ['awgn', 'brightness'"
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        function(name)


@pytest.mark.parametrize(
    ("suite", "nearest"),
    [("mnist-c", "mnist_c"), ("MNIST_C_extra", "mnist_c_extra"), ("nmnist", "n_mnist")],
)
@pytest.mark.parametrize("function", [make_suite, list_noises])
def test_an_unknown_suite_suggests_the_nearest(function, suite, nearest):
    message = (
        f"suite='{suite}' is not a suite. Did you mean '{nearest}'? Known: ['mnist_c', "
        "'mnist_c_extra', 'n_mnist', 'reference']."
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        function(suite)


@pytest.mark.parametrize("name", [None, 3, "", "?", GaussianNoise, ["fog"]])
def test_what_is_no_name(name):
    message = re.escape(f"name={name!r} is not a noise. Did you mean ")
    with pytest.raises(ValueError, match=message):
        make_noise(name)
    with pytest.raises(ValueError, match=re.escape(f"suite={name!r} is not a suite. Did you mean")):
        make_suite(name)


# Parameters ---------------------------------------------------------------------------------------


def test_parameters_override_the_severity():
    noise = make_noise("fog", 3, decay=4, when="fit", random_state=7)
    assert (noise.thickness, noise.decay, noise.when, noise.random_state) == (2.5, 4, "fit", 7)
    assert make_noise("fog", 3).decay == 1.7  # the table has not changed
    assert make_noise("stripe", width_fraction=0.1).width_fraction == 0.1


def test_parameters_that_a_noise_does_not_have():
    with pytest.raises(TypeError, match="unexpected keyword argument 'amount'"):
        make_noise("gaussian_noise", amount=0.3)


@pytest.mark.parametrize("suite", list_suites())
def test_suites_pass_parameters_on(suite):
    noises = make_suite(suite, when="fit", value_range=(0, 1), random_state=3)
    assert list(noises) == list_noises(suite)
    for name, noise in noises.items():
        expected = make_noise(name, when="fit", value_range=(0, 1), random_state=3)
        assert repr(noise) == repr(expected)
        assert not hasattr(noise, "seed_")


@pytest.mark.parametrize(
    ("suite", "severity"),
    [
        *((suite, None) for suite in list_suites()),
        *((suite, level) for suite in ("mnist_c", "mnist_c_extra") for level in (1, 4)),
    ],
)
def test_suites_pass_the_severity_on(suite, severity):
    for name, noise in make_suite(suite, severity).items():
        expected = make_noise(name, severity if name in GRADED else None)
        assert repr(noise) == repr(expected)


@pytest.mark.parametrize("severity", [0, 6, 2.5, True, "3"])
@pytest.mark.parametrize("suite", ["mnist_c", "mnist_c_extra"])
def test_suites_refuse_wrong_severities(suite, severity):
    with pytest.raises(ValueError, match=re.escape(f"severity={severity!r} is not a severity of")):
        make_suite(suite, severity)


@pytest.mark.parametrize("severity", [0, 6, "3"])
@pytest.mark.parametrize("suite", ["n_mnist", "reference"])
def test_suites_without_severities_refuse_wrong_ones(suite, severity):
    with pytest.raises(ValueError, match=re.escape(f"severity={severity!r}")):
        make_suite(suite, severity)


# Documentation ------------------------------------------------------------------------------------


@pytest.mark.parametrize("noise_class", public_noises(), ids=lambda noise: noise.__name__)
def test_common_paragraphs_stand_in_every_docstring(noise_class):
    doc = noise_class.__doc__
    assert not re.search(r"^\s*\{[\w\s-]*\}\s*$", doc, flags=re.MULTILINE)
    assert doc.count("random_state : int, RandomState instance or None, default=None") == 1
    assert doc.count('when : {"always", "fit"}, default="always"') == 1
    if noise_class is not BaseNoise:
        assert doc.count("seed_ : int") == 1
        # Exactly one of the two paragraphs is present.
        assert ("depends only on its pixels and the seed" in doc) != ("is deterministic" in doc)


def test_markers_are_replaced_line_by_line():
    completed = complete_docstring(
        """Summary with {random} in its midst.

        {random}
            {random}
        {unknown}
        """
    )
    lines = completed.splitlines()
    assert lines[0] == "Summary with {random} in its midst."
    assert lines[2].startswith("The noise of an image depends")
    assert completed.endswith("    {random}\n{unknown}\n")
