"""Seconds of predict_proba of cnn-5, warm: one row, and 10,000 rows.

skmnist takes uint8 rows, the peers float32 rows. Each library runs in a process of its own, in
turn; with one row, a round is the median of many calls. Keras' SKLearnClassifier has no
predict_proba: its predict is timed. It takes about a minute on an idle machine::

    python benchmarks/predict_speed.py
"""

import argparse
from contextlib import ExitStack

from claims import Claim, conclude
from conditions import print_conditions
from timing import Peer, print_table, ratios, take_turns

# Peer -> its module, and calls per round with one row; with many rows it is one call.
PEERS = {
    "skmnist": ("peers_skmnist", 200),
    "scikeras": ("peers_keras", 20),
    "keras.Model.predict": ("peers_keras", 20),
    "SKLearnClassifier.predict": ("peers_keras", 20),
    "skorch": ("peers_torch", 200),
    "ONNX Runtime": ("peers_torch", 200),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--rows", type=int, default=10_000)
    options = parser.parse_args()
    print_conditions("torch", "skorch", "onnxruntime")
    with ExitStack() as stack:
        modules = {module for module, _ in PEERS.values()}
        processes = {module: stack.enter_context(Peer(module)) for module in sorted(modules)}

        def seconds(name: str, n_rows: int) -> float:
            module, calls_of_one = PEERS[name]
            calls = calls_of_one if n_rows == 1 else 1
            peer = () if name == "skmnist" else (name,)
            return processes[module]("predict_seconds", *peer, n_rows, calls)

        one, many = (
            take_turns({name: lambda name=name, n=n: seconds(name, n) for name in PEERS}, repeats)
            for n, repeats in ((1, options.repeats), (options.rows, options.repeats))
        )
    one = {name: [1000 * value for value in values] for name, values in one.items()}
    print_table("one row", "ms", one)
    print_table(f"{options.rows:,} rows", "s", many)
    claims = [
        Claim("predict_proba of 1 row, warm", one["skmnist"], "ms", 1.0, 0.3, at_most=True),
        Claim(
            "predict_proba of 1 row, speed against scikeras",
            ratios(one["scikeras"], one["skmnist"]),
            "x",
            40,
        ),
        Claim(
            f"predict_proba of {options.rows:,} rows, speed against scikeras",
            ratios(many["scikeras"], many["skmnist"]),
            "x",
            1.6,
            2.5,
        ),
    ]
    conclude(claims)


if __name__ == "__main__":
    main()
