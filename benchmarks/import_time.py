"""Seconds of ``import skmnist`` beyond scikit-learn, and which subpackages load Keras.

Each import runs in a fresh process. Only ``neural_network``, and ``model_selection``, which builds
on it, may load Keras or TensorFlow. It takes a quarter of a minute::

    python benchmarks/import_time.py
"""

import argparse
import pkgutil
import subprocess
import sys
from collections.abc import Callable

from claims import Claim, conclude
from conditions import print_conditions
from timing import print_table, take_turns

import skmnist

MAY_LOAD_KERAS = {"model_selection", "neural_network"}

TIME = """
import time
import sklearn
start = time.perf_counter()
import {name}
print(time.perf_counter() - start)
"""
LOADED = """
import sys
import {name}
print(sum(name in sys.modules for name in ("keras", "tensorflow")))
"""


def run(code: str) -> float:
    process = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE)
    return float(process.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    print_conditions()
    names = [module.name for module in pkgutil.iter_modules(skmnist.__path__)]
    light = [name for name in names if name not in MAY_LOAD_KERAS]
    together = ", ".join(f"skmnist.{name}" for name in light)
    measures: dict[str, Callable[[], float]] = {
        "skmnist": lambda: run(TIME.format(name="skmnist")),
        f"skmnist and its {', '.join(light)}": lambda: run(TIME.format(name=together)),
    }
    seconds = take_turns(measures, repeats)
    print_table("import beyond scikit-learn", "s", seconds)
    heavy = [name for name in light if run(LOADED.format(name=f"skmnist.{name}"))]
    print(f"\nload neither Keras nor TensorFlow: {', '.join(n for n in light if n not in heavy)}")
    conclude(
        [
            Claim("import skmnist", seconds["skmnist"], "s", 0.15, 0.05, at_most=True),
            Claim(
                f"subpackages but {' and '.join(sorted(MAY_LOAD_KERAS))} that load Keras",
                [len(heavy)],
                "",
                0,
                at_most=True,
            ),
        ]
    )


if __name__ == "__main__":
    main()
