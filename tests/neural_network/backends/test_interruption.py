"""Ctrl-C while a network is built or compiled."""

import signal
import threading

import numpy as np
import pytest

from skmnist.neural_network import MLPClassifier
from skmnist.neural_network.backends._interruption import interrupts_wait

X = np.random.default_rng(0).integers(0, 256, (20, 4, 4), dtype=np.uint8)
y = np.arange(20) % 2


@pytest.mark.usefixtures("ctrl_c")
def test_an_interrupt_waits_for_the_end_of_the_body():
    done, before = [], signal.getsignal(signal.SIGINT)

    def work():
        with interrupts_wait():
            signal.raise_signal(signal.SIGINT)
            done.append(True)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == [True]
    assert signal.getsignal(signal.SIGINT) is before


def test_an_error_in_the_body_is_not_hidden():
    with pytest.raises(ValueError, match="broken"), interrupts_wait():
        raise ValueError("broken")


def test_other_threads_are_not_interrupted_anyway():
    done, before = [], signal.getsignal(signal.SIGINT)

    def work():
        with interrupts_wait():
            done.append(signal.getsignal(signal.SIGINT) is before)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("where", ["_train_on_rows", "_build_model"])
def test_an_interrupt_while_a_network_is_made(where, monkeypatch):
    from skmnist.neural_network.backends._tensorflow._trainer import TensorFlowTrainer

    owner = TensorFlowTrainer if where == "_train_on_rows" else MLPClassifier
    original, ended = getattr(owner, where), []

    def interrupted(self, *args):
        signal.raise_signal(signal.SIGINT)
        result = original(self, *args)
        ended.append(where)
        return result

    monkeypatch.setattr(owner, where, interrupted)
    net = MLPClassifier((3,), epochs=1, activation="selu", random_state=0)
    with pytest.raises(KeyboardInterrupt):
        net.fit(X, y)
    assert ended == [where]
    assert not hasattr(net, "model_")
