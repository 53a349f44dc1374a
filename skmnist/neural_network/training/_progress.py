"""One line per epoch: the output of `verbose`."""

import time
from collections.abc import Mapping
from typing import Any

import keras

# The metrics that come first, in this order; then those that callbacks have added.
_FIRST = ("loss", "accuracy", "val_loss", "val_accuracy")


class EpochLines(keras.callbacks.Callback):
    """Prints the metrics and the duration of each epoch, and the time that is left."""

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Start the clock."""
        self._times = [time.perf_counter()]

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Print a line."""
        self._times.append(time.perf_counter())
        n_epochs = self.params["epochs"]
        print(
            line_of_epoch(epoch + 1, n_epochs, logs or {}, seconds_per_epoch(self._times)),
            flush=True,
        )


def line_of_epoch(
    epoch: int, n_epochs: int, logs: Mapping[str, float], seconds: tuple[float, float]
) -> str:
    """Return the line of an epoch.

    Parameters
    ----------
    epoch, n_epochs : int
        Number of the epoch, from 1, and of the last epoch.
    logs : mapping of str to float
        The metrics.
    seconds : tuple of two floats
        Duration of this epoch, and expected duration of an epoch.

    Returns
    -------
    str
        Such as "epoch  3/20  loss 0.2134  accuracy 0.9312  1.3 s, 22 s left".
    """
    names = [name for name in _FIRST if name in logs]
    names += [name for name in logs if name not in _FIRST]
    metrics = [f"{name} {_number(logs[name])}" for name in names]
    last, expected = seconds
    times = duration(last)
    if epoch < n_epochs:
        times += f", {duration(expected * (n_epochs - epoch))} left"
    return "  ".join([f"epoch {epoch:{len(str(n_epochs))}}/{n_epochs}", *metrics, times])


def _number(value: float) -> str:
    return f"{value:.1e}" if 0 < abs(value) < 0.001 else f"{value:.4f}"


def seconds_per_epoch(times: list[float]) -> tuple[float, float]:
    """Return the duration of the last epoch, and the mean duration.

    Parameters
    ----------
    times : list of float
        The start of the training and the end of each epoch, in seconds.

    Returns
    -------
    tuple of two floats
        The mean is over all epochs but the first, which includes compilation.
    """
    start, *ends = times[1:] if len(times) > 2 else times
    return times[-1] - times[-2], (ends[-1] - start) / len(ends)


def duration(seconds: float) -> str:
    """Return a duration with two digits, in seconds, minutes or hours."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    if seconds < 99.5 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
