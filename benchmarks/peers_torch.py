"""What is measured of PyTorch, skorch and ONNX Runtime, in a process of its own."""

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
from digits import digits
from skorch import NeuralNetClassifier
from timing import seconds_of
from torch import nn

BATCH_SIZE = 100


class Scaled(nn.Module):
    """Map pixels to [0, 1]."""

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Divide by the white of uint8."""
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


def _autocast() -> torch.autocast:
    return torch.autocast("cpu", dtype=torch.bfloat16)


@functools.cache
def _tensors(n: int) -> tuple[torch.Tensor, torch.Tensor]:
    X, y = digits(n)
    return torch.from_numpy(X.transpose(0, 3, 1, 2).astype(np.float32)), torch.from_numpy(y)


def _fit_plain(name: str, X: torch.Tensor, y: torch.Tensor, epochs: int) -> list[float]:
    module = NETWORKS[name]().to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.Adam(module.parameters())
    losses = []
    for _ in range(epochs):
        total = torch.zeros(())
        for rows in torch.randperm(len(X)).split(BATCH_SIZE):
            optimizer.zero_grad()
            with _autocast():
                loss = nn.functional.cross_entropy(module(X[rows]), y[rows])
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(rows)
        losses.append(float(total) / len(X))
    return losses


class _Net(NeuralNetClassifier):
    """The same training in skorch: bfloat16 and channels-last."""

    def initialize_module(self) -> "_Net":
        super().initialize_module()
        self.module_.to(memory_format=torch.channels_last)
        return self

    def infer(self, x: torch.Tensor, **fit_params: Any) -> torch.Tensor:
        if not self.training_:
            return super().infer(x, **fit_params)
        with _autocast():
            logits = super().infer(x, **fit_params)
        return logits.float()

    def train_step(self, batch: Any, **fit_params: Any) -> Any:
        self.training_ = True
        try:
            return super().train_step(batch, **fit_params)
        finally:
            self.training_ = False

    training_ = False


def _skorch(name: str, epochs: int) -> NeuralNetClassifier:
    return _Net(
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


def fit_seconds(name: str, n_rows: int, epochs: int) -> float:
    X, y = _tensors(n_rows)
    return seconds_of(lambda: _fit_plain(name, X, y, epochs))


def skorch_fit_seconds(name: str, n_rows: int, epochs: int) -> float:
    X, y = _tensors(n_rows)
    return seconds_of(lambda: _skorch(name, epochs).fit(X, y))


@functools.cache
def _fitted_skorch() -> NeuralNetClassifier:
    X, y = _tensors(1000)
    return _skorch("cnn-5", 1).fit(X, y)


@functools.cache
def _session() -> onnxruntime.InferenceSession:
    """Export the network that skorch has fitted, softmax included, and load it."""
    logits = copy.deepcopy(_fitted_skorch().module_).to(memory_format=torch.contiguous_format)
    module = nn.Sequential(logits, nn.Softmax(dim=1)).eval()
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
    X = _tensors(n_rows)[0].numpy()
    predict = _fitted_skorch().predict_proba
    if peer == "ONNX Runtime":
        session = _session()

        def predict(X: np.ndarray) -> np.ndarray:
            return session.run(None, {"pixels": X})[0]

    return float(np.median([seconds_of(lambda: predict(X)) for _ in range(calls)]))
