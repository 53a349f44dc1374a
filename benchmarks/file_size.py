"""Size of a joblib file of a fitted cnn-5 against the size of its weights, scikeras' beside it.

It takes ten seconds::

    python benchmarks/file_size.py
"""

import tempfile
from pathlib import Path

import joblib
from claims import Claim, conclude
from conditions import print_conditions
from peers_keras import fitted_scikeras
from peers_skmnist import fitted_cnn_5
from timing import print_table


def main() -> None:
    print_conditions()
    ours, theirs = fitted_cnn_5(), fitted_scikeras()
    n_bytes = sum(weight.nbytes for weight in ours.model_.get_weights())
    sizes = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, estimator in (("skmnist", ours), ("scikeras", theirs)):
            path = Path(folder) / name
            joblib.dump(estimator, path)
            sizes[name] = [path.stat().st_size / n_bytes]
    print_table(f"joblib file against {n_bytes / 1e6:.2f} MB of weights", "x", sizes)
    conclude(
        [
            Claim(
                "joblib file of cnn-5 / its weights", sizes["skmnist"], "x", 1.1, 1.02, at_most=True
            )
        ]
    )


if __name__ == "__main__":
    main()
