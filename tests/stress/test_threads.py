"""Eight threads on one network: seven predict with it, while the eighth refits it repeatedly."""

import threading

import numpy as np
import pytest

from skmnist.neural_network import MLPClassifier

pytestmark = pytest.mark.stress

N_REFITS = 20


def test_threads(judge, rng_of):
    rng = rng_of(0)
    X = rng.integers(0, 256, (200, 8, 8), dtype=np.uint8)
    trainings = [X[:, 0, 0] // 86, np.array(["c", "b", "a"])[X[:, 0, 0] // 86]]  # labels
    net = MLPClassifier((16,), epochs=2, batch_size=16, dropout=0.0, random_state=0)
    methods = ("predict_proba", "predict")
    answers = {method: [] for method in methods}
    for y in trainings:
        net.fit(X, y)
        for method in methods:
            answers[method].append(getattr(net, method)(X[:50]).tolist())
    over, n_answers = threading.Event(), 0
    lock = threading.Lock()

    def ask():
        nonlocal n_answers
        while not over.is_set():
            try:
                method = methods[n_answers % 2]
                known = getattr(net, method)(X[:50]).tolist() in answers[method]
                outcome, detail = ("right", "") if known else ("wrong", f"{method} of no model")
            except Exception as error:
                outcome, detail = "obscure", f"{type(error).__name__}: {error}"
            with lock:
                n_answers += 1
                judge.count(outcome, f"answer {n_answers}", detail)

    threads = [threading.Thread(target=ask) for _ in range(7)]
    for thread in threads:
        thread.start()
    try:
        for number in range(N_REFITS):
            net.fit(X, trainings[number % 2])
    finally:
        over.set()
        for thread in threads:
            thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    judge.finish(n_answers)
