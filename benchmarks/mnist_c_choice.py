"""Candidates for the generic noises of ``mnist_c_training.py``, and how they were chosen.

A thin network is trained for 8 epochs on 50,000 clean digits with each list of noises, and scored
on the 10,000 other training digits: clean, and under the noises of the suite ``mnist_c_extra``. The
15 noises that the choice is for are not looked at, and no digit of the test set. The list that was
taken from here unites the last candidates: their fields and filters, the elastic deformation for
some of the digits, and a warp between both. Each run is stored as it ends, and a second start goes
on from there; a run takes two minutes on one thread::

    TF_NUM_INTRAOP_THREADS=1 python benchmarks/mnist_c_choice.py --data-home FOLDER_OF_MNIST_NPZ
"""

import numpy as np
from mnist_c_training import occlusions, one_of
from recipes import (
    Rows,
    choice_split,
    clean_rows,
    fast_network,
    parse_arguments,
    train_and_score,
)
from run_log import History, Numbers, RunLog

from skmnist.neural_network import BaseImageClassifier
from skmnist.noise import (
    BaseNoise,
    ElasticTransform,
    GaussianNoise,
    Occlusion,
    RandomAffine,
    RandomFilter,
    SmoothNoise,
    UniformNoise,
    make_noise,
    make_suite,
)

EPOCHS = 8
WARP = RandomAffine(25, translation=0.12, zoom=0.3, shear=25)
STRONG_WARP = one_of([RandomAffine(35, translation=0.15, zoom=0.4, shear=25)], 0.9)
MILD_WARP = RandomAffine(20, translation=0.12, zoom=0.3, shear=15)
ELASTIC = one_of([ElasticTransform()], 0.4)
FINE, WIDE = SmoothNoise(0.4, sigma=1.5), SmoothNoise(0.6, sigma=10.0, contrast=2.0)
MEDIUM, FLAT = SmoothNoise(0.4, contrast=1.2), SmoothNoise(0.3, sigma=6.0, contrast=0.9)
FIELDS = [MEDIUM, WIDE, FINE, FLAT]
FILTERS = [RandomFilter(3), RandomFilter(7, multiscale=True)]
INDEPENDENT = [GaussianNoise(0.3), GaussianNoise(0.12), UniformNoise(0.5)]
TEXTURE = [*FILTERS, MEDIUM, WIDE, FINE]
GRAIN = [*INDEPENDENT, Occlusion()]

CANDIDATES: dict[str, list[BaseNoise]] = {
    "without affine warps": [ELASTIC, one_of(TEXTURE, 0.7), one_of(GRAIN, 0.5)],
    "with affine warps": [WARP, ELASTIC, one_of(TEXTURE, 0.7), one_of(GRAIN, 0.5)],
    "more of each": [WARP, ELASTIC, one_of(TEXTURE, 0.9), one_of(GRAIN, 0.6)],
    "fields after filters, stronger": [
        STRONG_WARP,
        ELASTIC,
        one_of([RandomFilter(3), RandomFilter(5, mixing=0.5), FILTERS[1]], 0.5),
        one_of([MEDIUM, WIDE, FINE, SmoothNoise(1.0, sigma=3.0, contrast=2.0)], 0.5),
        one_of(GRAIN, 0.5),
    ],
    "inverting fields": [
        WARP,
        ELASTIC,
        one_of(FILTERS, 0.4),
        one_of(
            [
                SmoothNoise(0.5, contrast=3.0),
                SmoothNoise(0.8, sigma=8.0, contrast=4.0),
                SmoothNoise(0.5, sigma=1.5),
            ],
            0.6,
        ),
        one_of(GRAIN, 0.5),
    ],
    "occlusion before the warp": [
        occlusions(),
        WARP,
        ELASTIC,
        one_of(TEXTURE, 0.7),
        one_of(INDEPENDENT, 0.4),
    ],
    "and flat fields after filters": [
        occlusions(),
        WARP,
        ELASTIC,
        one_of(FILTERS, 0.4),
        one_of(FIELDS, 0.5),
        one_of(INDEPENDENT, 0.4),
    ],
    "and less of each": [
        occlusions(),
        MILD_WARP,
        ELASTIC,
        one_of(FILTERS, 0.3),
        one_of(FIELDS, 0.4),
        one_of(INDEPENDENT, 0.3),
    ],
    "and strong fields, no elastic": [
        occlusions(),
        WARP,
        one_of([RandomFilter(3), RandomFilter(5), FILTERS[1]], 0.4),
        one_of([*FIELDS, SmoothNoise(1.0, sigma=3.0)], 0.5),
        one_of(INDEPENDENT, 0.4),
    ],
}


def main() -> None:
    options = parse_arguments(__doc__, list(CANDIDATES))
    kept, held_out = choice_split(*clean_rows("train", options.data_home))
    log = RunLog("mnist_c_choice")
    for name in options.only:
        network = fast_network(0).set_params(epochs=EPOCHS, augment=CANDIDATES[name])
        log.run(name, network, lambda network=network: train(network, kept, held_out))
    extras = list(make_suite("mnist_c_extra"))
    lines = ["| noises | clean | mean of the extras | worst extra |", "|---|---|---|---|"]
    for name in CANDIDATES:
        if name in log.runs:
            run = log.runs[name]
            worst = min(extras, key=run.__getitem__)
            mean = np.mean([run[noise] for noise in extras])
            lines.append(
                f"| {name} | {run['clean']:.1f} % | {mean:.1f} % | {worst} {run[worst]:.1f} % |"
            )
    log.summarize("\n".join(lines))


def train(network: BaseImageClassifier, kept: Rows, held_out: Rows) -> tuple[Numbers, History]:
    """Return the accuracy on held-out digits, clean and under each of the extra noises."""
    numbers, history = train_and_score(network, kept, held_out)
    X, y = held_out
    row = {"clean": numbers["accuracy"], "seconds": numbers["seconds"]}
    for noise in make_suite("mnist_c_extra"):
        noisy = make_noise(noise, random_state=0).fit(X).transform(X)
        row[noise] = 100 * network.score(noisy, y)
    return row, history


if __name__ == "__main__":
    main()
