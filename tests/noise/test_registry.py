import re

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmnist.noise import (
    GaussianNoise,
    Pixelate,
    list_noises,
    list_severities,
    list_suites,
    make_noise,
    make_suite,
)
from skmnist.noise._severities import CORRUPTIONS

GRADED = [name for name in list_noises() if list_severities(name) != [None]]
FIXED = [name for name in list_noises() if list_severities(name) == [None]]


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
    n_grays = [
        np.mean([len(np.unique(image)) for image in noise.fit_transform(X)]) for noise in noises
    ]
    assert (np.diff(n_grays) < 0).all()


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
    assert list_suites() == ["mnist_c", "mnist_c_extra", "n_mnist", "reference", "scan"]
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
        ("rotation", "rotate"),
        ("zig_zag", "zigzag"),
    ],
)
@pytest.mark.parametrize("function", [make_noise, list_severities])
def test_an_unknown_name_suggests_the_nearest(function, name, nearest):
    message = (
        f"name='{name}' is not a noise. Did you mean '{nearest}'? Known: ['awgn', 'bleed_through'"
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
        "'mnist_c_extra', 'n_mnist', 'reference', 'scan']."
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        function(suite)


@pytest.mark.parametrize(
    "name", [None, 3, "", "?", "salt_and_pepper_noise", GaussianNoise, ["fog"]]
)
def test_names_that_resemble_none(name):
    with pytest.raises(ValueError, match=re.escape(f"name={name!r} is not a noise. Known: [")):
        make_noise(name)
    with pytest.raises(ValueError, match=re.escape(f"suite={name!r} is not a suite. Known: [")):
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
