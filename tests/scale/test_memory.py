"""Images that are larger than the memory: no method copies a memory map as a whole."""

import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmnist._utils import _rows
from skmnist.neural_network import MLPClassifier, _samples
from skmnist.neural_network.backends import _keras
from skmnist.neural_network.backends._chosen import ChosenTrainer
from skmnist.neural_network.training import _loop
from skmnist.noise import BaseNoise, GaussianNoise, _base
from skmnist.preprocessing import PixelScaler
from skmnist.robustness import _predictions, robustness_scores

N_ROWS = 6000
SHAPE = (N_ROWS, 12, 12)
# Bytes beyond the result: about half of the images in uint8, and an eighth in float32.
LIMIT = 450_000


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(_rows, "_NUMBERS_PER_CHUNK", 2**13)
    monkeypatch.setattr(_samples, "LARGE", 2**16)
    monkeypatch.setattr(_keras, "_MAX_ROWS_PER_CALL", 96)
    monkeypatch.setattr(_predictions, "_ROWS_PER_CHUNK", 96)
    monkeypatch.setattr(_loop, "_READ_ROWS_PER_CALL", 500)
    monkeypatch.setattr(BaseNoise, "_numbers_per_chunk", 2**10)
    monkeypatch.setattr(_base, "_keep_freed_memory", lambda: None)  # it allocates a block


def in_bytes(rng):
    return rng.integers(0, 256, SHAPE, dtype=np.uint8)


def in_floats(rng):
    """Some pixels exceed the range."""
    return rng.uniform(-10, 265, SHAPE).astype(np.float32)


def in_half_precision(rng):
    """The sum exceeds the largest float16."""
    return rng.uniform(0, 255, SHAPE).astype(np.float16)


@pytest.fixture(params=[in_bytes, in_floats, in_half_precision])
def X(request, tmp_path):
    np.save(tmp_path / "images.npy", request.param(np.random.default_rng(0)))
    return np.load(tmp_path / "images.npy", mmap_mode="r")


@pytest.fixture
def y():
    return np.arange(N_ROWS) % 2


@pytest.fixture(scope="module")
def network():
    X = np.random.default_rng(1).integers(0, 256, (64, 12, 12), dtype=np.uint8)
    return make_network().fit(X, np.arange(64) % 2)


def make_network(**params):
    return MLPClassifier((4,), **{"epochs": 1, "batch_size": 500, "random_state": 0} | params)


def peak_of(action):
    """Return the result, and the peak of numpy's memory beyond it, in bytes."""
    tracemalloc.start()
    try:
        result = action()
        return result, tracemalloc.get_traced_memory()[1] - getattr(result, "nbytes", 0)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "transformer",
    [
        GaussianNoise(value_range=(0, 255), random_state=0),
        GaussianNoise(value_range=(0, 255), random_state=0, when="fit"),
        GaussianNoise(scale=0, value_range=(0, 255)),
        PixelScaler(value_range=(0, 255)),
        PixelScaler(value_range=(1, 254)),
    ],
    ids=str,
)
def test_transform(X, transformer):
    _, peak = peak_of(lambda: transformer.fit(X) and None)
    assert peak < LIMIT
    result, peak = peak_of(lambda: transformer.transform(X))
    assert peak < LIMIT
    assert_array_equal(result, transformer.transform(np.clip(X, *transformer.value_range)))


def test_predict_proba(X, network):
    probabilities, peak = peak_of(lambda: network.predict_proba(X))
    assert peak < LIMIT
    assert_array_equal(probabilities, network.predict_proba(np.clip(X, 0, 255)))


@pytest.mark.parametrize("X", [in_floats], indirect=True)
def test_robustness_scores(X, y, network):
    options = {"suite": GaussianNoise(value_range=(0, 255)), "n_resamples": 2}
    robustness_scores(network, X[:100], y[:100], **options)
    _, peak = peak_of(lambda: robustness_scores(network, X, y, **options) and None)
    assert peak < LIMIT


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("X", [in_bytes, in_floats], indirect=True)
def test_fit(X, y, early_stopping, monkeypatch):
    """Rows that are read call by call give the weights of rows that are in memory."""

    def fit():
        options = {
            "value_range": (0, 255),
            "epochs": 2,
            "early_stopping": early_stopping,
            "dropout": 0.2,
        }
        return make_network(**options).fit(X, y)

    held = []
    monkeypatch.setattr(
        ChosenTrainer,
        "_step_through",
        lambda self, samples, *args, step=ChosenTrainer._step_through: (
            held.append(len(samples)) or step(self, samples, *args)
        ),
    )
    with monkeypatch.context() as patch:
        patch.setattr(_samples, "LARGE", 2**30)
        expected = fit()
    assert min(held) == N_ROWS * (0.9 if early_stopping else 1)
    held.clear()
    network, peak = peak_of(fit)
    assert peak < X.nbytes
    assert max(held) <= 500
    for weights, others in zip(
        network.model_.get_weights(), expected.model_.get_weights(), strict=True
    ):
        assert_array_equal(weights, others)
    assert network.history_["loss"] == pytest.approx(expected.history_["loss"], rel=1e-5)


@pytest.mark.parametrize(("value", "name"), [(np.nan, "NaN"), (np.inf, "infinity")])
def test_every_chunk_is_checked(value, name):
    X = np.zeros((1000, 10, 10))
    X[-1, 0, 0] = value
    with pytest.raises(ValueError, match=f"Input X contains {name}"):
        PixelScaler().fit(X)
