import inspect
import re

import pytest

import skmnist.noise
from skmnist.noise import BaseNoise
from skmnist.noise._docstrings import complete_docstring


def public_noises():
    public = [getattr(skmnist.noise, name) for name in skmnist.noise.__all__]
    return [item for item in public if inspect.isclass(item) and issubclass(item, BaseNoise)]


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
        """,
        "Noise",
    )
    lines = completed.splitlines()
    assert lines[0] == "Summary with {random} in its midst."
    assert lines[2].startswith("The noise of an image depends")
    assert completed.endswith("    {random}\n{unknown}\n")
