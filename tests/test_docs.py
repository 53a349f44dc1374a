"""What the configuration of Sphinx makes of the table of corruptions."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from skmnist.noise import GaussianNoise
from skmnist.noise._severities import CORRUPTIONS

CONFIGURATION = Path(__file__).parents[1] / "docs" / "conf.py"


@pytest.fixture
def describe():
    return runpy.run_path(str(CONFIGURATION))["describe"]


def test_every_corruption_has_a_row(describe):
    for name in CORRUPTIONS:
        first, suite, link, params, published = describe(name, "a suite")
        assert (first, suite) == (f"``{name}``", "a suite")
        assert link.startswith(":class:`~skmnist.noise.")
        assert params
        assert published


def test_parameters_of_any_type(describe, monkeypatch):
    levels = [
        {
            "scale": 0.123456 * level,
            "n": np.int64(level),
            "mode": mode,
            "flag": True,
            "size": (3, 5),
        }
        for level, mode in zip(range(1, 6), "abcde", strict=True)
    ]
    monkeypatch.setitem(CORRUPTIONS, "strange", (GaussianNoise, levels, None))
    assert describe("strange", "none")[3] == (
        "scale 0.1235 0.2469 0.3704 0.4938 0.6173; n 1 2 3 4 5; mode a b c d e; flag True; "
        "size (3, 5)"
    )
