"""Small networks, samples and trainers, for the tests of the trainers."""

import keras
import numpy as np
import pytest

from skmnist.neural_network._samples import Samples
from skmnist.neural_network.architectures._cnn import build_cnn
from skmnist.neural_network.architectures._mlp import build_mlp
from skmnist.neural_network.backends._pool import borrow_trainer
from skmnist.neural_network.backends._process import is_denied_bfloat16
from skmnist.neural_network.training._losses import make_loss

needs_bfloat16 = pytest.mark.skipif(
    is_denied_bfloat16(), reason="ONEDNN_MAX_CPU_ISA keeps TensorFlow from training in bfloat16"
)

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="a faster operation on TensorFlow only"
)

LATE_FREEZING = "Keras on JAX refuses layers that are frozen after the optimizer was built"

DENSE = {
    "hidden_layer_sizes": (8,),
    "activation": "relu",
    "dropout": 0.2,
    "batch_normalization": True,
    "kernel_initializer": "he_normal",
    "output_kernel_initializer": "glorot_uniform",
}


def make_mlp_model(seed=0, **changes):
    params = DENSE | {"value_range": (0, 255)} | changes
    return build_mlp((4, 4, 1), 3, seed=seed, **params)


def make_cnn_model(seed=0):
    convolutions = {"filters": (4,), "kernel_size": 3, "padding": "same", "pool_size": 2}
    rest = {"conv_dropout": 0.1, "conv_kernel_initializer": "he_normal"}
    return build_cnn((4, 4, 1), 3, value_range=(0, 255), seed=seed, **convolutions, **rest, **DENSE)


def make_samples(n=50, dtype="uint8"):
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (n, 4, 4, 1)).astype(dtype)
    return Samples(images, np.eye(3, dtype=np.float32)[generator.integers(3, size=n)], None)


def borrow(
    model,
    optimizer="adam",
    loss="categorical_crossentropy",
    precision="float32",
    label_smoothing=0.0,
):
    return borrow_trainer(
        model,
        keras.optimizers.get(optimizer),
        make_loss(loss, label_smoothing),
        precision,
        loss_key=(loss, label_smoothing) if isinstance(loss, str) else None,
    )


def train(trainer, model, n_epochs=2, samples=None, batch_size=16):
    """Train a model by a trainer and return its weights and the last logs."""
    samples = make_samples() if samples is None else samples
    trainer.load(model, None)
    with trainer.training():
        for _ in range(n_epochs):
            trainer.begin_epoch()
            logs = trainer.train_on(samples, np.arange(len(samples)), batch_size)
    trainer.finish()
    trainer.save_to(model)
    return model.get_weights(), logs
