"""Images per second of training: cnn-5 and mlp-4 against plain Keras, PyTorch and skorch.

All train on the same uint8 rows in batches of 100: skmnist on the rows as they are, the peers on
float32 copies that they do not pay for. Each library runs in a process of its own, in turn. The
speed is that of the epochs: a short and a long fit are timed, and the difference is divided by the
epochs between them, so that nothing that happens once per fit counts. Whole fits are printed
beside it. scikit-learn's MLPClassifier has no dropout.

The settings of the peers follow the processor. With bfloat16, PyTorch and skorch train in bfloat16
and channels-last, and Keras as it starts, with oneDNN. Without bfloat16, all train in float32:
Keras with oneDNN (``TF_ENABLE_ONEDNN_OPTS=1``), and, without AVX-512, also as it starts; PyTorch
in its default memory format and channels-last, skorch channels-last. There, the epochs have 5,000
rows and not 10,000.

``ONEDNN_MAX_CPU_ISA=AVX2`` lets another processor stand in for one without AVX-512. Then, PyTorch
and numpy are capped to AVX2 as well, by their own variables. TensorFlow does not read the variable
when it chooses between oneDNN and its own kernels. So, "as it starts" is set to what happens on a
processor with AVX2: without oneDNN for Keras, and with oneDNN for skmnist, which turns it on there.

It takes about six minutes on an idle machine, and a quarter of an hour without bfloat16::

    python benchmarks/fit_speed.py
    ONEDNN_MAX_CPU_ISA=AVX2 python benchmarks/fit_speed.py
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack

from claims import Claim, conclude
from conditions import print_conditions
from processors import (
    as_skmnist_starts,
    as_tensorflow_starts,
    has_avx512,
    has_bfloat16,
    with_onednn,
)
from timing import Peer, print_table, ratios, take_turns

# Network -> epochs of the long fit; the short one has one epoch.
LONG = {"cnn-5": 4, "mlp-4": 7}
KERAS, KERAS_WITH_ONEDNN = "Keras, float32", "Keras, float32, oneDNN"
KERAS_WITHOUT_ONEDNN = "Keras, float32, as it starts"
SKLEARN = "MLPClassifier, float32"
# Name -> function of `peers_torch`, and what it takes behind the epochs.
TORCH_BFLOAT16 = {
    "PyTorch, bfloat16": ("fit_seconds", True, True),
    "skorch, bfloat16": ("skorch_fit_seconds", True),
}
TORCH_FLOAT32 = {
    "PyTorch, float32": ("fit_seconds", False, False),
    "PyTorch, float32, channels-last": ("fit_seconds", False, True),
    "skorch, float32, channels-last": ("skorch_fit_seconds", False),
}

Fits = dict[str, Callable[[int], float]]


def main() -> None:
    bfloat16 = has_bfloat16()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--rows", type=int, default=10_000 if bfloat16 else 5000)
    options = parser.parse_args()
    print_conditions("torch", "skorch")
    claims = []
    with ExitStack() as stack:
        fits_of = start_peers(stack, bfloat16=bfloat16, avx512=has_avx512())
        for network in LONG:
            fits = fits_of(network, options.rows)
            speeds = measure(network, fits, options.rows, options.repeats)
            claims += claims_of(network, speeds, bfloat16=bfloat16)
    conclude(claims)


def start_peers(stack: ExitStack, *, bfloat16: bool, avx512: bool) -> Callable[[str, int], Fits]:
    """Start the processes; return what gives the fits, epochs to seconds, of a network."""

    def start(module: str, variables: Mapping[str, str | None]) -> Peer:
        return stack.enter_context(Peer(module, variables))

    variables = {KERAS: as_tensorflow_starts()} if bfloat16 else {KERAS_WITH_ONEDNN: with_onednn()}
    if not (bfloat16 or avx512):
        variables[KERAS_WITHOUT_ONEDNN] = as_tensorflow_starts()
    peers = {"skmnist": start("peers_skmnist", as_skmnist_starts())}
    peers |= {name: start("peers_keras", changes) for name, changes in variables.items()}
    torch = start("peers_torch", as_tensorflow_starts())
    sklearn = start("peers_sklearn", as_tensorflow_starts())

    def fits_of(network: str, n_rows: int) -> Fits:
        fits: Fits = {
            name: lambda epochs, peer=peer: peer("fit_seconds", network, n_rows, epochs)
            for name, peer in peers.items()
        }
        for name, (function, *settings) in (TORCH_BFLOAT16 if bfloat16 else TORCH_FLOAT32).items():
            fits[name] = lambda epochs, function=function, settings=settings: torch(
                function, network, n_rows, epochs, *settings
            )
        if network == "mlp-4":
            fits[SKLEARN] = lambda epochs: sklearn("fit_seconds", n_rows, epochs)
        return fits

    return fits_of


def measure(network: str, fits: Fits, n_rows: int, repeats: int) -> dict[str, list[float]]:
    """Time short and long fits in turn, print what came out, and return the images per second."""
    n_epochs = LONG[network]
    whole: dict[str, list[float]] = {peer: [] for peer in fits}

    def images_per_second(peer: str) -> float:
        short, long = fits[peer](1), fits[peer](n_epochs)
        whole[peer].append(long)
        return n_rows * (n_epochs - 1) / (long - short)

    speeds = take_turns({peer: lambda peer=peer: images_per_second(peer) for peer in fits}, repeats)
    whole = {peer: seconds[1:] for peer, seconds in whole.items()}
    print_table(f"{network}, epochs of {n_rows:,} rows", "images/s", speeds)
    print_table(f"{network}, whole fits of {n_epochs} epochs", "s", whole)
    against = {peer: ratios(speeds["skmnist"], speeds[peer]) for peer in fits if peer != "skmnist"}
    print_table(f"{network}, images/s of skmnist against", "x", against)
    return speeds


def claims_of(
    network: str, speeds: Mapping[str, Sequence[float]], *, bfloat16: bool
) -> list[Claim]:
    """Return the claims on the speed of skmnist against each peer at its fastest setting."""
    what = f"fit of {network}, images/s against"

    def claim(peer: str, names: Sequence[str], bar: float, stretch: float | None = None) -> Claim:
        fastest = [max(values) for values in zip(*(speeds[name] for name in names), strict=True)]
        return Claim(f"{what} {peer}", ratios(speeds["skmnist"], fastest), "x", bar, stretch)

    keras = [name for name in speeds if name.startswith("Keras")]
    torch = [name for name in speeds if name.startswith(("PyTorch", "skorch"))]
    if network == "mlp-4":
        return [claim("plain Keras float32", keras, 1.3, 2.0)]
    if bfloat16:
        return [
            claim("plain Keras float32", keras, 1.4, 1.8),
            claim("the faster of PyTorch and skorch, bfloat16, channels-last", torch, 0.85, 1.1),
        ]
    claims = [claim("plain Keras float32 with oneDNN", [KERAS_WITH_ONEDNN], 1.1, 1.25)]
    if KERAS_WITHOUT_ONEDNN in speeds:
        as_it_starts = [KERAS_WITHOUT_ONEDNN]
        claims.append(claim("plain Keras float32 as it starts, without oneDNN", as_it_starts, 2.0))
    return [*claims, claim("the fastest of PyTorch and skorch, float32", torch, 1.1)]


if __name__ == "__main__":
    main()
