"""50 KeyboardInterrupts at random moments of a fit.

Each ends the fit by a KeyboardInterrupt, and the network is as it was before, or fitted with the
best weights so far.
"""

import os
import signal
import threading
import time

import numpy as np
import pytest
from sklearn.metrics import log_loss

from skmnist.neural_network import MLPClassifier
from skmnist.noise import GaussianNoise

pytestmark = [
    pytest.mark.stress,
    pytest.mark.usefixtures("ctrl_c"),
    # Python itself loses an interrupt in the callback of a weak reference.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

N_INTERRUPTS = 50


def interrupt_after(seconds, function):
    """Send the process a Ctrl-C while a function runs; return the exception that it raises."""
    is_over = False
    timer = threading.Timer(seconds, lambda: is_over or os.kill(os.getpid(), signal.SIGINT))
    try:
        timer.start()
        function()
        is_over = True
        timer.join()
    except (KeyboardInterrupt, Exception) as error:
        timer.cancel()
        timer.join()
        return None if is_over else error
    return None


def what_is_wrong(net, before, error, X, y):
    """Return what is wrong with a network after an interruption, or nothing."""
    if error is None:
        return "" if len(net.history_["loss"]) == net.epochs else "the interrupt was swallowed"
    if vars(net).keys() == before.keys():
        same = all(value is before[name] for name, value in vars(net).items())
        if same:
            return ""
    if not hasattr(net, "model_"):
        return f"neither as before nor fitted: {sorted(vars(net).keys() - before.keys())}"
    if not getattr(error, "__notes__", None):
        return "no note says which weights are kept"
    losses = net.history_["val_loss"]
    if not 0 < len(losses) <= net.epochs:
        return f"{len(losses)} epochs"
    probabilities = net.predict_proba(X).astype(np.float64)
    loss = log_loss(y, probabilities / probabilities.sum(axis=1, keepdims=True))
    if abs(loss - min(losses)) > 1e-3 * loss:
        return f"the validation loss is {loss}, the best of {losses}"
    return ""


def test_interrupts(judge, rng_of):
    rng = rng_of(0)
    X = rng.integers(0, 256, (6000, 8, 8), dtype=np.uint8)
    y = (X.mean(axis=(1, 2)) > 127).astype(int) + (X[:, 0, 0] > 200)
    validation = {"X_val": X[:300], "y_val": y[:300]}
    # With such steps the validation loss goes up and down.
    params = {"batch_size": 32, "epochs": 20, "random_state": 0, "optimizer__learning_rate": 0.05}

    def make(number):
        augment = GaussianNoise(0.1) if number % 2 else None
        n_units = 16 if number % 5 else 17 + number  # a new architecture is compiled first
        return MLPClassifier(
            (n_units,), **params, early_stopping=True, n_iter_no_change=100, augment=augment
        )

    durations = []
    for number in (2, 1, 2, 1):  # the first ones compile
        start = time.monotonic()
        make(number).fit(X, y, **validation)
        durations.append(time.monotonic() - start)
    for number in range(N_INTERRUPTS):
        net = make(number)
        if number % 3 == 2:
            net.fit(X[:100], y[:100], **validation)
        before = dict(vars(net))
        seconds = (durations[2 + number % 2] if number % 5 else durations[0] / 3) * rng.random()
        error = interrupt_after(seconds, lambda net=net: net.fit(X, y, **validation))
        outcome, wrong = "right", what_is_wrong(net, before, error, *validation.values())
        if wrong:
            outcome = "wrong"
        elif isinstance(error, Exception):
            outcome, wrong = "obscure", f"{type(error).__name__}: {error}"
        judge.count(outcome, f"after {seconds:.3f} s", wrong)
    judge.finish(N_INTERRUPTS)
