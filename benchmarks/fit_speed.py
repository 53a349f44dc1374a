"""Images per second of training: cnn-5 and mlp-4 against plain Keras, PyTorch and skorch.

All train on the same uint8 rows in batches of 100: skmnist on the rows as they are, the peers on
float32 copies that they do not pay for. Each library runs in a process of its own, in turn. The
speed is that of the epochs: a short and a long fit are timed, and the difference is divided by the
epochs between them, so that nothing that happens once per fit counts. Whole fits are printed
beside it. PyTorch and skorch train in bfloat16 and channels-last, scikit-learn's MLPClassifier has
no dropout. It takes about six minutes on an idle machine::

    python benchmarks/fit_speed.py
"""

import argparse
import warnings
from collections.abc import Callable
from contextlib import ExitStack

from claims import Claim, conclude
from conditions import has_bfloat16, print_conditions
from digits import digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from timing import Peer, print_table, ratios, seconds_of, take_turns

# Network -> epochs of the long fit; the short one has one epoch.
LONG = {"cnn-5": 4, "mlp-4": 7}
KERAS, TORCH, SKORCH = "Keras, float32", "PyTorch, bfloat16", "skorch, bfloat16"
SKLEARN = "MLPClassifier, float32"


def sklearn_fit_seconds(n_rows: int, epochs: int) -> float:
    X, y = digits(n_rows)
    X = X.reshape(n_rows, -1).astype("float32") / 255
    net = MLPClassifier((784, 512, 256, 128), batch_size=100, max_iter=epochs, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return seconds_of(lambda: net.fit(X, y))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--rows", type=int, default=10_000)
    options = parser.parse_args()
    print_conditions("torch", "skorch")
    claims = []
    with ExitStack() as stack:
        names = ("skmnist", "keras", "torch")
        processes = {name: stack.enter_context(Peer(f"peers_{name}")) for name in names}
        for network, n_epochs in LONG.items():
            fits = fits_of(network, options.rows, processes)
            claims += measure(network, fits, options.rows, n_epochs, options.repeats)
    conclude(claims)


def fits_of(
    network: str, n_rows: int, processes: dict[str, Peer]
) -> dict[str, Callable[[int], float]]:
    """Return the fits of a network: epochs to seconds."""
    fits: dict[str, Callable[[int], float]] = {
        "skmnist": lambda epochs: processes["skmnist"]("fit_seconds", network, n_rows, epochs),
        KERAS: lambda epochs: processes["keras"]("fit_seconds", network, n_rows, epochs),
        TORCH: lambda epochs: processes["torch"]("fit_seconds", network, n_rows, epochs),
        SKORCH: lambda epochs: processes["torch"]("skorch_fit_seconds", network, n_rows, epochs),
    }
    if network == "mlp-4":
        fits[SKLEARN] = lambda epochs: sklearn_fit_seconds(n_rows, epochs)
    return fits


def measure(
    name: str, fits: dict[str, Callable[[int], float]], n: int, n_epochs: int, repeats: int
) -> list[Claim]:
    """Time short and long fits in turn, print what came out, and make the claims."""
    whole: dict[str, list[float]] = {peer: [] for peer in fits}

    def images_per_second(peer: str) -> float:
        short, long = fits[peer](1), fits[peer](n_epochs)
        whole[peer].append(long)
        return n * (n_epochs - 1) / (long - short)

    speeds = take_turns({peer: lambda peer=peer: images_per_second(peer) for peer in fits}, repeats)
    whole = {peer: seconds[1:] for peer, seconds in whole.items()}
    print_table(f"{name}, epochs of {n:,} rows", "images/s", speeds)
    print_table(f"{name}, whole fits of {n_epochs} epochs", "s", whole)
    against = {peer: ratios(speeds["skmnist"], speeds[peer]) for peer in fits if peer != "skmnist"}
    print_table(f"{name}, images/s of skmnist against", "x", against)
    what = f"fit of {name}, images/s against"
    if name == "mlp-4":
        bar = 1.3 if has_bfloat16() else 1.0
        return [Claim(f"{what} plain Keras float32", against[KERAS], "x", bar, 2.0)]
    fastest = [max(pair) for pair in zip(speeds[TORCH], speeds[SKORCH], strict=True)]
    bars = (1.4, 0.85) if has_bfloat16() else (1.0, 1.0)
    return [
        Claim(f"{what} plain Keras float32", against[KERAS], "x", bars[0], 1.8),
        Claim(
            f"{what} the faster of PyTorch and skorch, bfloat16, channels-last",
            ratios(speeds["skmnist"], fastest),
            "x",
            bars[1],
            1.1,
        ),
    ]


if __name__ == "__main__":
    main()
