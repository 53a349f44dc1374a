"""Prediction: seconds of ``predict_proba`` of cnn-5 for one row, 100 rows and 10,000 rows.

skmnist predicts uint8 rows, the peers float32 rows. All calls follow a warm-up. Each library runs
in its own process, and they take turns; with few rows, a round is the median of many calls. Keras'
SKLearnClassifier has no ``predict_proba``, so its ``predict`` is timed. PyTorch is the bare module
with softmax, in ``inference_mode``. All predict in float32, also on processors with bfloat16.

Without bfloat16, Keras runs with oneDNN (``TF_ENABLE_ONEDNN_OPTS=1``), its fastest setting. With
``ONEDNN_MAX_CPU_ISA=AVX2``, another processor is measured as if it had no AVX-512, as in
``benchmarks.fit``; skmnist then runs with oneDNN, its default there. ONNX Runtime has no such
variable and uses AVX-512.

It takes about two minutes on an idle machine::

    python -m benchmarks.predict
    ONEDNN_MAX_CPU_ISA=AVX2 python -m benchmarks.predict
"""

import argparse
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from benchmarks.harness.claims import Claim, conclude
from benchmarks.harness.conditions import print_conditions
from benchmarks.harness.processors import (
    as_skmnist_starts,
    as_tensorflow_starts,
    has_bfloat16,
    with_onednn,
)
from benchmarks.harness.timing import PEERS, Peer, print_table, ratios, take_turns

TORCH = ("PyTorch", "PyTorch, channels-last", "PyTorch, torch.jit")
# Library -> its module, and the calls in a round with one row.
MODULES = {
    "skmnist": ("skmnist", 200),
    "scikeras": ("keras", 20),
    "keras.Model.predict": ("keras", 20),
    "SKLearnClassifier.predict": ("keras", 20),
    **dict.fromkeys((*TORCH, "skorch", "ONNX Runtime"), ("torch", 200)),
}
FEW = 100

Seconds = Mapping[str, Sequence[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--rows", type=int, default=10_000)
    options = parser.parse_args()
    print_conditions("torch", "skorch", "onnxruntime")
    variables = {
        "skmnist": as_skmnist_starts(),
        "keras": as_tensorflow_starts() if has_bfloat16() else with_onednn(),
        "torch": as_tensorflow_starts(),
    }
    with ExitStack() as stack:
        processes = {
            module: stack.enter_context(Peer(f"{PEERS}.{module}", changes))
            for module, changes in variables.items()
        }

        def seconds(name: str, n_rows: int) -> float:
            module, calls_of_one = MODULES[name]
            calls = {1: calls_of_one, FEW: 20}.get(n_rows, 1)
            peer = () if name == "skmnist" else (name,)
            return processes[module]("predict_seconds", *peer, n_rows, calls)

        one, few, many = (
            take_turns(
                {name: lambda name=name, n=n: seconds(name, n) for name in MODULES}, options.repeats
            )
            for n in (1, FEW, options.rows)
        )
    print_table("one row", "ms", in_milliseconds(one))
    print_table(f"{FEW} rows", "ms", in_milliseconds(few))
    print_table(f"{options.rows:,} rows", "s", many)
    conclude(claims_of(one, many, options.rows, bfloat16=has_bfloat16()))


def in_milliseconds(seconds: Seconds) -> Seconds:
    return {name: [1000 * value for value in values] for name, values in seconds.items()}


def claims_of(one: Seconds, many: Seconds, n_rows: int, *, bfloat16: bool) -> list[Claim]:
    """Return the claims on the seconds for one row and for many rows."""
    what, milliseconds = "predict_proba of 1 row", in_milliseconds(one)["skmnist"]
    fastest = [min(values) for values in zip(*(one[name] for name in TORCH), strict=True)]
    of_torch = Claim(
        f"{what}, time against the fastest of PyTorch",
        ratios(one["skmnist"], fastest),
        "x",
        2.0,
        at_most=True,
    )
    return [
        Claim(f"{what}, warm", milliseconds, "ms", 1.0, 0.3, at_most=True),
        Claim(f"{what}, speed against scikeras", ratios(one["scikeras"], one["skmnist"]), "x", 40),
        *([] if bfloat16 else [of_torch]),
        Claim(
            f"predict_proba of {n_rows:,} rows, speed against scikeras",
            ratios(many["scikeras"], many["skmnist"]),
            "x",
            1.6,
            2.5,
        ),
    ]


if __name__ == "__main__":
    main()
