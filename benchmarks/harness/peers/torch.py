"""The timed functions of PyTorch, skorch and ONNX Runtime."""

import copy
import functools
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from skorch import NeuralNetClassifier
from torch import nn

from benchmarks.harness.digits import digits
from benchmarks.harness.timing import median_seconds, seconds_of

BATCH_SIZE = 100


class Scaled(nn.Module):
    """Map pixels to [0, 1]."""

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Divide by the largest uint8 value."""
        return pixels / 255


class CNN5(nn.Sequential):
    """The layers of cnn-5, up to the logits."""

    def __init__(self) -> None:
        layers: list[nn.Module] = [Scaled()]
        for before, after in ((1, 32), (32, 64), (64, 128), (128, 256)):
            layers += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        layers += [nn.Flatten(), nn.Linear(256, 512), nn.ReLU(), nn.Dropout(0.3)]
        layers += [nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10)]
        super().__init__(*layers)


class MLP4(nn.Sequential):
    """The layers of mlp-4, up to the logits."""

    def __init__(self) -> None:
        super().__init__(
            *(Scaled(), nn.Flatten(), nn.Linear(784, 784), nn.ReLU()),
            *(nn.Linear(784, 512), nn.ReLU(), nn.Dropout(0.3), nn.Linear(512, 256), nn.ReLU()),
            *(nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)),
        )


NETWORKS: dict[str, Callable[[], nn.Module]] = {"cnn-5": CNN5, "mlp-4": MLP4}


def _autocast(bfloat16: bool) -> torch.autocast:
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=bfloat16)


def _memory_format(channels_last: bool) -> torch.memory_format:
    return torch.channels_last if channels_last else torch.contiguous_format


@functools.cache
def _tensors(n: int) -> tuple[torch.Tensor, torch.Tensor]:
    X, y = digits(n)
    return torch.from_numpy(X.transpose(0, 3, 1, 2).astype(np.float32)), torch.from_numpy(y)


def _fit_plain(
    name: str, X: torch.Tensor, y: torch.Tensor, epochs: int, bfloat16: bool, channels_last: bool
) -> list[float]:
    module = NETWORKS[name]().to(memory_format=_memory_format(channels_last)).train()
    optimizer = torch.optim.Adam(module.parameters())
    losses = []
    for _ in range(epochs):
        total = torch.zeros(())
        for rows in torch.randperm(len(X)).split(BATCH_SIZE):
            optimizer.zero_grad()
            with _autocast(bfloat16):
                loss = nn.functional.cross_entropy(module(X[rows]), y[rows])
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(rows)
        losses.append(float(total) / len(X))
    return losses


class _Net(NeuralNetClassifier):
    """The same training in skorch, channels-last."""

    bfloat16 = False
    training_ = False

    def initialize_module(self) -> "_Net":
        super().initialize_module()
        self.module_.to(memory_format=torch.channels_last)
        return self

    def infer(self, x: torch.Tensor, **fit_params: Any) -> torch.Tensor:
        if not self.training_:
            return super().infer(x, **fit_params)
        with _autocast(self.bfloat16):
            logits = super().infer(x, **fit_params)
        return logits.float()

    def train_step(self, batch: Any, **fit_params: Any) -> Any:
        self.training_ = True
        try:
            return super().train_step(batch, **fit_params)
        finally:
            self.training_ = False


class _BFloat16Net(_Net):
    bfloat16 = True


def _skorch(name: str, epochs: int, bfloat16: bool = False) -> NeuralNetClassifier:
    return (_BFloat16Net if bfloat16 else _Net)(
        NETWORKS[name],
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        lr=1e-3,
        batch_size=BATCH_SIZE,
        iterator_train__shuffle=True,
        max_epochs=epochs,
        train_split=None,
        verbose=0,
    )


def fit_seconds(name: str, n_rows: int, epochs: int, bfloat16: bool, channels_last: bool) -> float:
    X, y = _tensors(n_rows)
    return seconds_of(lambda: _fit_plain(name, X, y, epochs, bfloat16, channels_last))


def skorch_fit_seconds(name: str, n_rows: int, epochs: int, bfloat16: bool) -> float:
    X, y = _tensors(n_rows)
    return seconds_of(lambda: _skorch(name, epochs, bfloat16).fit(X, y))


@functools.cache
def _fitted_skorch() -> NeuralNetClassifier:
    X, y = _tensors(1000)
    return _skorch("cnn-5", 1).fit(X, y)


def _module(channels_last: bool = False) -> nn.Module:
    """Return a copy of the network that skorch has fitted, with softmax."""
    logits = copy.deepcopy(_fitted_skorch().module_)
    module = nn.Sequential(logits, nn.Softmax(dim=1)).eval()
    return module.to(memory_format=_memory_format(channels_last))


@functools.cache
def _inference(peer: str) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return the function that predicts with PyTorch."""
    module = _module(channels_last=peer == "PyTorch, channels-last")
    if peer == "PyTorch, torch.jit":
        with warnings.catch_warnings(action="ignore"), torch.inference_mode():
            return torch.jit.freeze(torch.jit.trace(module, torch.zeros(2, 1, 28, 28)))
    return module


@functools.cache
def _session() -> onnxruntime.InferenceSession:
    """Export the network to ONNX, and load it."""
    module = _module()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(action="ignore"):
        path = Path(folder) / "cnn_5.onnx"
        torch.onnx.export(
            module,
            (torch.zeros(2, 1, 28, 28),),
            path,
            input_names=["pixels"],
            dynamic_shapes=({0: torch.export.Dim("n")},),
            verbose=False,
        )
        return onnxruntime.InferenceSession(path)


def predict_seconds(peer: str, n_rows: int, calls: int) -> float:
    """Return the median seconds of a call on float32 rows."""
    tensor = _tensors(n_rows)[0]
    X = tensor.numpy()
    if peer == "skorch":
        net = _fitted_skorch()
        predict = functools.partial(net.predict_proba, X)
    elif peer == "ONNX Runtime":
        predict = functools.partial(_session().run, None, {"pixels": X})
    else:
        predict = torch.inference_mode()(functools.partial(_inference(peer), tensor))
    return median_seconds(predict, calls)
