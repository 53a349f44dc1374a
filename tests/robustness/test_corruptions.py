"""Which corruptions a suite and severities stand for."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from skmnist.noise import Fog, GaussianNoise, RandomNoise, Stripe, list_noises, make_noise
from skmnist.robustness._corruptions import CLEAN, make_corruptions


def names_of(suite, severities=None):
    corruptions = make_corruptions(suite, severities, seed=0)
    assert corruptions[0] is CLEAN
    return [(corruption.name, corruption.severity) for corruption in corruptions[1:]]


def test_published_severities_of_a_suite():
    found = names_of("mnist_c")
    assert [name for name, _ in found] == list_noises("mnist_c")
    for name, severity in found:
        expected = make_noise(name).get_params()
        assert make_noise(name, severity).get_params() == expected


def test_severities():
    assert names_of("fog", "all") == [("fog", severity) for severity in range(1, 6)]
    assert names_of(["stripe", "fog"], (5, 1)) == [("stripe", None), ("fog", 5), ("fog", 1)]
    assert names_of("fog", 2) == [("fog", 2)]
    assert names_of("reference") == [("reference", None)]


def test_noises():
    noise = GaussianNoise(0.1)
    assert names_of(noise) == [("GaussianNoise", None)]
    assert names_of([noise, "stripe", GaussianNoise(0.3)]) == [
        ("GaussianNoise", None),
        ("stripe", None),
        ("GaussianNoise 2", None),
    ]
    assert names_of({"weak": noise, "rising": [noise, GaussianNoise(0.3)]}, "all") == [
        ("weak", None),
        ("rising", 1),
        ("rising", 2),
    ]


def test_parameters_and_seeds():
    mine = GaussianNoise(0.1)
    suite = {"mine": mine, "seeded": Fog(random_state=7), "one of": RandomNoise()}
    corruptions = make_corruptions(suite, None, seed=3, value_range=(0, 16), image_shape=None)
    noises = [corruption.noise for corruption in corruptions[1:]]
    assert [noise.random_state for noise in noises] == [3, 7, 3]
    assert all(noise.value_range == (0, 16) for noise in noises)
    assert mine.random_state is None  # clones are changed
    assert mine.value_range is None


def test_text():
    corruptions = make_corruptions(["fog", "stripe"], 2, seed=0)
    assert [str(c) for c in corruptions] == ["clean", "fog, severity 2", "stripe"]


@pytest.mark.parametrize("package", ["numpy", "pandas", "polars"])
def test_tables_stay_tables(package):
    X = np.arange(8.0).reshape(2, 4) / 8
    names = list("abcd")
    table = {"numpy": X, "pandas": pd.DataFrame(X, columns=names), "polars": pl.DataFrame(X, names)}
    _, corruption = make_corruptions(GaussianNoise(0.1), None, seed=0)
    noisy = corruption.transformer(table[package])(table[package])
    assert type(noisy) is type(table[package])
    expected = GaussianNoise(0.1, random_state=0).fit_transform(X)
    np.testing.assert_array_equal(np.asarray(noisy), expected)
    if package != "numpy":
        assert list(noisy.columns) == names


@pytest.mark.parametrize(
    ("suite", "severities", "error", "message"),
    [
        ("fogg", None, ValueError, "suite='fogg' is neither a suite nor a noise. .* mean 'fog'"),
        (["fog", "mnist_c"], None, ValueError, "suite='mnist_c' is neither"),
        (["fog", "fog"], None, ValueError, "suite has the name 'fog' twice"),
        ({"clean": Stripe()}, None, ValueError, "suite has the name 'clean' twice"),
        ([], None, ValueError, "suite is empty"),
        ({}, None, ValueError, "suite is empty"),
        (3, None, TypeError, "suite has an entry of type int; expected a noise"),
        ([GaussianNoise], None, TypeError, "suite has an entry of type "),
        ({"a": "fog"}, None, TypeError, "suite has an entry of type str"),
        (Fog(when="fit"), None, ValueError, "a Fog with when='fit', which leaves test images"),
        ("fog", 6, ValueError, "severity=6 is not a severity of 'fog'"),
        ("fog", "some", ValueError, "severities='some' is not valid; expected 'all'"),
        ("fog", [], ValueError, "severities=\\[\\] is empty or has a value twice"),
        ("fog", [1, 1], ValueError, "severities=\\[1, 1\\] is empty or has a value twice"),
    ],
)
def test_errors(suite, severities, error, message):
    with pytest.raises(error, match=message):
        make_corruptions(suite, severities, seed=0)
