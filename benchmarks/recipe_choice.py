"""Candidates for the best network: how the recipe of ``recipes.py`` was chosen.

Each is trained on 50,000 rows of the data of ``accuracy.py`` and scored on the 10,000 others,
plainly and averaged over views (the older runs over 8 of them, or none); the test rows are not
touched. Each run is stored as it ends, and a second start goes on from there. The stored runs used
one thread each, beside other trainings, so that their seconds are an upper bound::

    TF_NUM_INTRAOP_THREADS=1 python benchmarks/recipe_choice.py --data-home FOLDER_OF_MNIST_NPZ
"""

from recipes import (
    MOST_VIEWS,
    VIEWS,
    best_network,
    choice_split,
    mild_warp,
    noisy_rows,
    often_warped,
    parse_arguments,
    train_and_score,
)
from run_log import RunLog

from skmnist.neural_network import BaseImageClassifier
from skmnist.noise import ElasticTransform, RandomNoise

WIDER = (32, 32, 96, 96, 192, 192)
STRONG_WARP = mild_warp(rotation=30.0, translation=0.15, scale=0.15, shear=15.0)
MORE_WARP = mild_warp(rotation=20.0, translation=0.12, scale=0.12)
SLANTED_WARP = mild_warp(rotation=25.0, translation=0.12, scale=0.12, shear=15.0)
ELASTIC = ElasticTransform(20, 4, border_mode="reflect")


def rate(value: float, epochs: int, **changes: object) -> BaseImageClassifier:
    """Return the best network with another learning rate, and perhaps other changes."""
    return best_network(0, epochs=epochs, **{"optimizer__learning_rate": value} | changes)


CANDIDATES: dict[str, BaseImageClassifier] = {
    "rate 0.001, 8 epochs": rate(0.001, 8),
    "rate 0.002, 8 epochs": rate(0.002, 8),
    "rate 0.004, 8 epochs": rate(0.004, 8),
    "rate 0.008, 8 epochs": rate(0.008, 8),
    "wider, rate 0.0015, 8 epochs": rate(0.0015, 8, filters=WIDER),
    "rate 0.003, 16 epochs": rate(0.003, 16),
    "rate 0.003, 16 epochs, strong warp and elastic": rate(
        0.003, 16, augment=[STRONG_WARP, ELASTIC]
    ),
    "rate 0.01, 32 epochs": rate(0.01, 32),
    "wider, rate 0.006, 24 epochs, more warp, dropout 0.4": rate(
        0.006, 24, filters=WIDER, dropout=0.4, augment=MORE_WARP
    ),
    "rate 0.008, 24 epochs, slanted warp, dropout 0.4": rate(
        0.008, 24, augment=SLANTED_WARP, dropout=0.4
    ),
    "rate 0.008, 24 epochs, slanted warp and half elastic": rate(
        0.008, 24, augment=[SLANTED_WARP, RandomNoise([("elastic", ELASTIC)], probability=0.5)]
    ),
    "rate 0.008, 64 epochs, slanted warp, dropout 0.4": rate(
        0.008, 64, augment=SLANTED_WARP, dropout=0.4
    ),
    "rate 0.008, 32 epochs, some rows not warped": rate(0.008, 32, augment=often_warped()),
}


def main() -> None:
    options = parse_arguments(__doc__, list(CANDIDATES))
    X, y = noisy_rows("reference", "train", options.data_home)
    kept, held_out = choice_split(X, y)
    log = RunLog("recipe_choice")
    for name in options.only:
        network = CANDIDATES[name]
        log.run(
            name,
            network,
            lambda network=network: train_and_score(
                network, kept, held_out, monitor=True, most_views=True
            ),
        )
    lines = [
        f"| candidate | held-out rows | averaged over {VIEWS} views | over {MOST_VIEWS} views |",
        "|---|---|---|---|",
    ]
    for name in CANDIDATES:
        if name in log.runs:
            run = log.runs[name]
            scores = [
                f"{run[key]:.2f} %" if key in run else ""
                for key in ("accuracy", "averaged", "averaged_most")
            ]
            lines.append(f"| {name} | {' | '.join(scores)} |")
    log.summarize("\n".join(lines))


if __name__ == "__main__":
    main()
