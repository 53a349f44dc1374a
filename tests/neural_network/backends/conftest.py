"""No trainer of one test is borrowed by another one."""

import pytest

from skmnist.neural_network.backends import _pool


@pytest.fixture(autouse=True)
def no_idle_trainers(monkeypatch):
    monkeypatch.setattr(_pool, "_idle", [])
