"""Searches, folds and robustness on a Dask cluster: the scores of ``n_jobs=1``, bit for bit."""

import contextlib
import os
import signal
import threading
import time

import joblib
import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.pipeline import make_pipeline

from skmnist.neural_network import CNNClassifier, MLPClassifier
from skmnist.noise import GaussianNoise
from skmnist.robustness import robustness_scores

distributed = pytest.importorskip("distributed", reason="needs the extra 'dask'")

# Dask closes its sockets and files at the end of the process.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return (X[:240] * 15.9375).astype(np.uint8), y[:240]


def make_network(**params):
    options = {"epochs": 2, "batch_size": 32, "optimizer__learning_rate": 0.02, "random_state": 0}
    return MLPClassifier((16,), **options | params)


@pytest.fixture(scope="module")
def client():
    """Two processes with two threads each."""
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=2, dashboard_address=":0", memory_limit=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        client.wait_for_workers(2, timeout=60)
        yield client


def test_folds(client, digits):
    model = make_pipeline(GaussianNoise(random_state=0), make_network())
    expected = cross_val_score(model, *digits, cv=4, n_jobs=1)
    with joblib.parallel_config("dask"):
        scores = cross_val_score(model, *digits, cv=4)
    np.testing.assert_array_equal(scores, expected)
    pids = client.run(os.getpid).values()
    assert len(set(pids)) == 2
    assert os.getpid() not in pids


def test_search(client, digits):
    def search(**options):
        network = CNNClassifier(
            (4,), hidden_layer_sizes=(8,), epochs=1, batch_size=32, random_state=0
        )
        grid = {"optimizer__learning_rate": [0.001, 0.02]}
        return GridSearchCV(network, grid, cv=2, refit=False, **options).fit(*digits)

    expected = search(n_jobs=1).cv_results_
    with joblib.parallel_config("dask", scatter=list(digits)):
        results = search().cv_results_
    for name in ("split0_test_score", "split1_test_score"):
        np.testing.assert_array_equal(results[name], expected[name])


def test_robustness(client, digits):
    X, y = digits
    model = make_network().fit(X, y)
    options = {"suite": ["gaussian_noise", "fog"], "scoring": ["accuracy", "neg_log_loss"]}
    expected = robustness_scores(model, X, y, n_jobs=1, **options).scores
    with joblib.parallel_config("dask"):
        scores = robustness_scores(model, X, y, **options).scores
    assert scores.equals(expected)


def test_threads_of_one_worker(digits):
    model = make_network()
    expected = cross_val_score(model, *digits, cv=3, n_jobs=1)
    with (
        distributed.Client(
            processes=False, n_workers=1, threads_per_worker=2, dashboard_address=":0"
        ),
        joblib.parallel_config("dask"),
    ):
        np.testing.assert_array_equal(cross_val_score(model, *digits, cv=3), expected)


def resident_megabytes():
    with open("/proc/self/statm") as pages:
        return int(pages.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="reads the memory from /proc")
def test_the_memory_of_a_worker_stays_flat(client, digits):
    model = make_network(epochs=1)
    with joblib.parallel_config("dask"):
        cross_val_score(model, *digits, cv=KFold(50))  # until the caches are full
        before = client.run(resident_megabytes)
        cross_val_score(model, *digits, cv=KFold(100))  # about 50 fits in each of two workers
        after = client.run(resident_megabytes)
    growth = {worker: after[worker] - before[worker] for worker in before}
    assert max(growth.values()) < 30, growth


def test_a_killed_worker(client, digits):
    """joblib keeps each array on one worker: the call fails, and the next one succeeds."""
    model = make_network(epochs=50)
    expected = cross_val_score(model, *digits, cv=4, n_jobs=1)
    address, victim = next(iter(client.run(os.getpid).items()))

    def kill_while_all_folds_train():
        # Earlier, joblib may be sending rows to the worker, and can wait for them for ever.
        wait_until(lambda: sum(map(len, client.processing().values())) == 4)
        os.kill(victim, signal.SIGKILL)

    killer = threading.Thread(target=kill_while_all_folds_train)
    killer.start()
    with joblib.parallel_config("dask"):
        with contextlib.suppress(distributed.client.FutureCancelledError):
            cross_val_score(model, *digits, cv=4)
        killer.join()
        wait_until(lambda: address not in client.scheduler_info()["workers"])
        client.wait_for_workers(2, timeout=60)
        scores = cross_val_score(model, *digits, cv=4)
    assert victim not in client.run(os.getpid).values()
    np.testing.assert_array_equal(scores, expected)


def wait_until(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)
