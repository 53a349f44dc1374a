import json

import pytest

from skmnist._utils import import_optional
from skmnist.exceptions import MissingDependencyError


def test_installed():
    assert import_optional("json", purpose="this test", extra="test") is json


def test_missing():
    message = (
        r"^load_it needs no_such_package, which is not installed\. Install it with: "
        r'pip install no_such_package \(or pip install "skmnist\[examples\]"\)\.$'
    )
    with pytest.raises(MissingDependencyError, match=message) as caught:
        import_optional("no_such_package.part", purpose="load_it", extra="examples")
    assert isinstance(caught.value, ImportError)
