"""Training: images per second compared with other libraries, and the cost of augmentation.

``speed``: cnn-5 and mlp-4, compared with plain Keras, PyTorch and skorch. All libraries train on
the same digits in batches of 100: skmnist on uint8 rows, the peers on float32 copies, whose
conversion is not timed. Each library runs in its own process, and they take turns. The speed
excludes the fixed cost of a fit: a short and a long fit are timed, and the rows of the additional
epochs are divided by the additional time. The times of whole fits are printed, too. scikit-learn's
MLPClassifier has no dropout.

The settings of the peers depend on the processor. With bfloat16, PyTorch and skorch train in
bfloat16 and channels-last, and Keras in float32 with oneDNN, its default there. Without bfloat16,
all train in float32: Keras with oneDNN (``TF_ENABLE_ONEDNN_OPTS=1``) and, without AVX-512, also as
it starts; PyTorch in its default memory format and channels-last; skorch channels-last. The epochs
then have 5,000 rows instead of 10,000.

With ``ONEDNN_MAX_CPU_ISA=AVX2``, another processor is measured as if it had no AVX-512. PyTorch and
numpy are limited to AVX2 by their own variables. TensorFlow does not read the variable when it
chooses between oneDNN and its own kernels, so the choice for a processor with AVX2 is set
explicitly: no oneDNN for Keras "as it starts", and oneDNN for skmnist, which turns it on there.

``augment``: the time of an epoch with ``augment=``, divided by the time of one without. The same
network is trained on 12,000 digits with and without noise, in turn; its training step is compiled
beforehand. The noise is computed in a background thread, which competes with the training if all
cores are busy. There is no claim about perceptrons with many noises, because they train faster than
the noise is computed.

``speed`` takes about six minutes on an idle machine, or a quarter of an hour without bfloat16;
``augment`` takes a quarter of an hour::

    python -m benchmarks.fit speed
    ONEDNN_MAX_CPU_ISA=AVX2 python -m benchmarks.fit speed
    python -m benchmarks.fit augment
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack

from benchmarks.harness.claims import Claim, conclude
from benchmarks.harness.conditions import print_conditions
from benchmarks.harness.processors import (
    as_skmnist_starts,
    as_tensorflow_starts,
    has_avx512,
    has_bfloat16,
    with_onednn,
)
from benchmarks.harness.timing import PEERS, Peer, print_table, ratios, take_turns

# Network -> epochs of the long fit; the short one has one epoch.
LONG = {"cnn-5": 4, "mlp-4": 7}
KERAS, KERAS_WITH_ONEDNN = "Keras, float32", "Keras, float32, oneDNN"
KERAS_WITHOUT_ONEDNN = "Keras, float32, as it starts"
SKLEARN = "MLPClassifier, float32"
# Name -> function of `peers.torch`, and its arguments after the epochs.
TORCH_BFLOAT16 = {
    "PyTorch, bfloat16": ("fit_seconds", True, True),
    "skorch, bfloat16": ("skorch_fit_seconds", True),
}
TORCH_FLOAT32 = {
    "PyTorch, float32": ("fit_seconds", False, False),
    "PyTorch, float32, channels-last": ("fit_seconds", False, True),
    "skorch, float32, channels-last": ("skorch_fit_seconds", False),
}
# Network -> epochs of a fit with augmentation.
AUGMENTED = {"best network": 3, "CNNClassifier()": 3, "perceptron": 6, "cnn-5": 6, "mlp-4": 20}
AUGMENTATIONS = ("affine warp", "affine warp and generic noises", "the 15 of MNIST-C")
UNCLAIMED = {(network, key) for network in ("perceptron", "mlp-4") for key in AUGMENTATIONS[1:]}
LIMIT = 1.15

Fits = dict[str, Callable[[int], float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--rows", type=int, default=None)
    options = parser.parse_args()
    conclude(PARTS[options.part](options.rows, options.repeats))


def speed(n_rows: int | None, repeats: int) -> list[Claim]:
    """Measure the speed of all libraries, and return the claims."""
    bfloat16 = has_bfloat16()
    n_rows = n_rows or (10_000 if bfloat16 else 5000)
    print_conditions("torch", "skorch")
    claims = []
    with ExitStack() as stack:
        fits_of = start_peers(stack, bfloat16=bfloat16, avx512=has_avx512())
        for network in LONG:
            speeds = measure(network, fits_of(network, n_rows), n_rows, repeats)
            claims += claims_of(network, speeds, bfloat16=bfloat16)
    return claims


def augment(n_rows: int | None, repeats: int) -> list[Claim]:
    """Measure the cost of augmentation, and return the claims."""
    print_conditions()
    claims = []
    with Peer(f"{PEERS}.skmnist") as ours:
        for network, epochs in AUGMENTED.items():
            seconds = take_turns(
                {
                    key or "no noise": lambda key=key, network=network, epochs=epochs: ours(
                        "augmented_fit_seconds", network, key, n_rows or 12_000, epochs
                    )
                    for key in (None, *AUGMENTATIONS)
                },
                repeats,
            )
            print_table(f"{epochs} epochs of {network}", "s", seconds)
            for key in AUGMENTATIONS:
                each = ratios(seconds[key], seconds["no noise"])
                if (network, key) in UNCLAIMED:
                    print_table(f"{network}, {key}, against no noise", "x", {"ratio": each})
                else:
                    what = f"{network}: epoch with {key} / without"
                    claims.append(Claim(what, each, "x", LIMIT, at_most=True))
    return claims


PARTS = {"speed": speed, "augment": augment}


def start_peers(stack: ExitStack, *, bfloat16: bool, avx512: bool) -> Callable[[str, int], Fits]:
    """Start the processes.

    Returns a function of a network and a number of rows; its result has a function for each
    library, which trains for a number of epochs and returns the seconds.
    """

    def start(module: str, variables: Mapping[str, str | None]) -> Peer:
        return stack.enter_context(Peer(f"{PEERS}.{module}", variables))

    variables = {KERAS: as_tensorflow_starts()} if bfloat16 else {KERAS_WITH_ONEDNN: with_onednn()}
    if not (bfloat16 or avx512):
        variables[KERAS_WITHOUT_ONEDNN] = as_tensorflow_starts()
    peers = {"skmnist": start("skmnist", as_skmnist_starts())}
    peers |= {name: start("keras", changes) for name, changes in variables.items()}
    torch = start("torch", as_tensorflow_starts())
    sklearn = start("sklearn", as_tensorflow_starts())

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
    """Time short and long fits in turn, print the results, and return the images per second."""
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
    """Return the claims on the speed of skmnist against the fastest setting of each peer."""
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
