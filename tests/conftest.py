"""Fixtures that the tests of several packages share."""

import gc
import signal
import sys

import joblib
import numpy as np
import pandas as pd
import pytest

from skmnist.datasets import load_mnist_sample

# Fewer searches for garbage than by default: they take a tenth of the time, since networks are many
# objects. Rarer ones would cost hundreds of megabytes.
gc.set_threshold(5_000, 10, 10)


def pytest_collection_modifyitems(items):
    """Begin with the tests of joblib's workers: one process runs them, and starts two workers."""
    items.sort(key=lambda item: "two_workers" not in getattr(item, "fixturenames", ()))


def pytest_collection_finish():
    """Leave the tests and the imported modules, half a million objects, out of those searches."""
    gc.freeze()


@pytest.fixture(scope="session")
def digits():
    """Five thousand MNIST digits, read-only, uint8 of shape (5000, 28, 28)."""
    images = load_mnist_sample().images
    images.flags.writeable = False
    return images


@pytest.fixture(scope="session", autouse=True)
def many_idle_trainers():
    """Keep more compiled trainers than users need, since the tests train many architectures."""
    pool = sys.modules.get("skmnist.neural_network.backends._pool")
    if pool is not None:  # not all tests use networks
        pool._MAX_IDLE = 32


@pytest.fixture
def two_workers():
    """What takes `n_jobs` runs in two processes, which later tests use too."""
    with joblib.parallel_config("loky", n_jobs=2, inner_max_num_threads=1):
        yield


@pytest.fixture
def ctrl_c():
    """Ctrl-C raises `KeyboardInterrupt`; programs in the background ignore it unless told so."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _read_only(X):
    X = X.copy()
    X.flags.writeable = False
    return X


def _strided(X):
    spread = np.zeros((len(X), X.shape[1], 2 * X.shape[2]), X.dtype)
    spread[:, :, ::2] = X
    return spread[:, :, ::2]


# Every form that X may have, made from images of shape (n, height, width).
FORMS = {
    "flat": lambda X: X.reshape(len(X), -1),
    "3-D": lambda X: X,
    "4-D": lambda X: X[..., np.newaxis],
    "DataFrame": lambda X: pd.DataFrame(X.reshape(len(X), -1)),
    "lists": lambda X: X.reshape(len(X), -1).tolist(),
    "nested lists": lambda X: X.tolist(),
    "read-only": _read_only,
    "memory-mapped": None,
    "F-contiguous": np.asfortranarray,
    "flat F-contiguous": lambda X: np.asfortranarray(X.reshape(len(X), -1)),
    "strided": _strided,
    "reversed": lambda X: X[:, ::-1].copy()[:, ::-1],
}


@pytest.fixture(params=FORMS)
def to_form(request, tmp_path):
    """Return a function that brings images of shape (n, height, width) into one form of `X`."""

    def memory_mapped(X):
        np.save(tmp_path / "images.npy", X)
        return np.load(tmp_path / "images.npy", mmap_mode="r")

    return FORMS[request.param] or memory_mapped


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Let a worker that is done take over tests of another one; some tests take half a minute."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)
